package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"patchwatch/db/internal/both"
)

// conn is a connection with its prepared statements, for one goroutine at a time.
//
// Every answer of the server is a journey there and back. So what only writes is not sent at once: it waits in the
// queue, goes with the next question, and its error comes with the answer to that. COMMIT is a question.
type conn struct {
	pg       *pgconn.PgConn
	prepared map[string]*statementThere // by its text
	named    int                        // statements that were ever given a name
	tidied   int                        // named, when the server was last told to give all up
	queue    []call
	bytes    int             // in the queue
	ctx      context.Context // of every journey
	once     bool            // ctx is that of the next one only
	journeys int             // that were begun
	rested   time.Time       // since when nobody uses it
	tag      string          // what the last statement says that it did
	sure     bool            // a COMMIT of it has returned (see commit)

	ask      func() fate   // what the server says of a statement that takes long; nil: it is not asked
	askAfter time.Duration // when it is
	silent   atomic.Bool   // it has been given up because no answer came

	owed *pgconn.Pipeline // of a ROLLBACK whose answer nobody has read; nil: there is none

	again func(context.Context) (*conn, error) // makes another one (see renew); nil: this one has answered
}

// statementThere is one that the server has prepared.
type statementThere struct {
	name  string
	about *pgconn.StatementDescription // nil: not told yet
}

// call is a statement that is to be sent.
type call struct {
	query  string
	values [][]byte
	forms  []int16
	args   error // why the arguments can't be sent

	f    func(scan func(...any) error) error // is called with each row; nil: they are of no interest
	then func() error                        // is called after all its rows; nil: nothing is
	rows [][][]byte
}

// What waits is sent when it is more than this, so that no transaction takes memory without end.
const (
	mostQueued      = 2000
	mostQueuedBytes = 4 << 20
)

// mostStatements is how many a connection keeps. A question has a few forms, so there are seldom so many.
const mostStatements = 400

func newConn(pg *pgconn.PgConn) *conn {
	return &conn{pg: pg, prepared: map[string]*statementThere{}, ctx: context.Background()}
}

func (c *conn) close() {
	if c.pg != nil {
		ctx, cancel := context.WithTimeout(context.Background(), closePatience)
		defer cancel()
		c.pg.Close(ctx)
	}
}

func newCall(query string, args []any) call {
	k := call{query: query}
	if len(args) > 0 {
		k.values, k.forms = make([][]byte, len(args)), make([]int16, len(args))
	}
	for i, arg := range args {
		var err error
		if k.values[i], k.forms[i], err = valueOf(arg); err != nil {
			k.args = fmt.Errorf("argument %d of %.60q: %w", i+1, query, err)
		}
	}
	return k
}

// exec has a statement sent with the next question.
func (c *conn) exec(query string, args ...any) error {
	k := newCall(query, args)
	if k.args != nil {
		return k.args
	}
	c.queue = append(c.queue, k)
	for _, v := range k.values {
		c.bytes += len(v)
	}
	if len(c.queue) >= mostQueued || c.bytes >= mostQueuedBytes {
		return c.flush()
	}
	return nil
}

// flush sends what waits, and waits for its end.
func (c *conn) flush() error {
	if len(c.queue) == 0 {
		return nil
	}
	return c.travel()
}

// Each calls f for every row of the query, once all have come.
func (c *conn) Each(query string, args []any, f func(scan func(...any) error) error) error {
	if err := c.also(query, args, f); err != nil {
		return err
	}
	return c.travel()
}

// also is Each for a question that goes with the next one: f is called before that of the next one is.
func (c *conn) also(query string, args []any, f func(scan func(...any) error) error) error {
	k := newCall(query, args)
	if k.args != nil {
		return k.args
	}
	k.f = f
	c.queue = append(c.queue, k)
	return nil
}

// streamed is how many rows of a stream come at once.
const streamed = 1000

// Stream reads the rows of the query through a cursor, which is of no use outside of a transaction. Streams may be
// within each other. What names a cursor is never sent again, and is given up with the next tidying.
func (c *conn) Stream(query string, args []any, f func(scan func(...any) error) error) error {
	c.named++
	cursor := "c" + strconv.Itoa(c.named)
	if err := c.exec("DECLARE "+cursor+" NO SCROLL CURSOR FOR "+query, args...); err != nil {
		return err
	}
	fetch := "FETCH " + strconv.Itoa(streamed) + " FROM " + cursor
	for {
		n := 0
		if err := c.Each(fetch, nil, func(scan func(...any) error) error {
			n++
			return f(scan)
		}); err != nil {
			return err // the cursor ends with the transaction
		}
		if n < streamed {
			return c.exec("CLOSE " + cursor)
		}
	}
}

// forget gives up a statement. Its name is not used again, and goes with the next tidying.
func (c *conn) forget(query string) { delete(c.prepared, query) }

// forgetUntold gives up a statement that the server may never have heard of.
func (c *conn) forgetUntold(query string) {
	if there := c.prepared[query]; there != nil && there.about == nil {
		c.forget(query)
	}
}

// travel sends what waits, reads all answers, and hands out their rows.
func (c *conn) travel() error {
	calls := c.queue
	c.queue, c.bytes = nil, 0
	c.journeys++
	err := c.exchange(calls)
	if err != nil && c.renew() {
		err = c.exchange(calls)
	}
	if c.once {
		c.atLeisure()
	}
	if c.again = nil; err != nil {
		return err
	}
	return handOut(calls)
}

// exchange sends some calls, and reads the answers.
func (c *conn) exchange(calls []call) error {
	if c.pg == nil || c.pg.IsClosed() {
		return errLost
	}
	if err := c.settle(); err != nil {
		return c.lostIf(err)
	}
	defer c.await()()
	p := c.pg.StartPipeline(c.ctx)
	for i := range calls {
		c.send(p, &calls[i])
	}
	if err := p.Sync(); err != nil { // nothing was sent, as where the context has ended, or all is lost
		p.Close()
		for i := range calls {
			c.forgetUntold(calls[i].query)
		}
		return c.lostIf(err)
	}
	err := c.receive(p, calls)
	return c.lostIf(errors.Join(err, closed(p, err)))
}

// handOut calls what is to be called with the rows of some calls.
func handOut(calls []call) error {
	for i := range calls {
		for _, row := range calls[i].rows {
			if err := calls[i].f(func(dest ...any) error { return scanValues(row, dest) }); err != nil {
				return err
			}
		}
		if calls[i].then != nil {
			if err := calls[i].then(); err != nil {
				return err
			}
		}
	}
	return nil
}

// lostIf says of an error on a connection that is no more that this is why: the driver's words for it are many.
func (c *conn) lostIf(err error) error {
	if err == nil || codeOf(err) != "" || !c.pg.IsClosed() {
		return err
	}
	if c.silent.Load() {
		err = errSilent // the driver's words are of a connection that we closed
	}
	return fmt.Errorf("%w: %w", errLost, err)
}

// closed ends a pipeline. Of its error nothing is said where there was one before.
func closed(p *pgconn.Pipeline, before error) error {
	if err := p.Close(); before == nil {
		return err
	}
	return nil
}

// send sends a statement. The server tells only once of what its answers consist: to tell it each time takes as long as
// to find a row.
func (c *conn) send(p *pgconn.Pipeline, k *call) {
	there := c.prepared[k.query]
	if there == nil {
		c.named++
		there = &statementThere{name: "s" + strconv.Itoa(c.named)}
		p.SendPrepare(there.name, numbered(k.query), nil)
		c.prepared[k.query] = there
	}
	if there.about == nil {
		p.SendQueryPrepared(there.name, k.values, k.forms, inBinary)
		return
	}
	p.SendQueryStatement(there.about, k.values, k.forms, inBinary)
}

var inBinary = []int16{1}

// receive reads the answers to some calls. After an error the server answers none of those that follow.
func (c *conn) receive(p *pgconn.Pipeline, calls []call) (failed error) {
	done := 0
	fail := func(err error) {
		if failed != nil {
			return
		}
		for i := done; i < len(calls); i++ { // whether these were prepared nobody knows
			c.forget(calls[i].query)
		}
		failed = err
		if done < len(calls) {
			failed = &callError{calls[done].query, err}
		}
	}
	for {
		result, err := p.GetResults()
		if err != nil {
			fail(err)
			var refused *pgconn.PgError
			if !errors.As(err, &refused) {
				return failed
			}
			continue
		}
		switch r := result.(type) {
		case *pgconn.StatementDescription:
			if there := c.prepared[calls[done].query]; there != nil {
				r.Name = there.name
				there.about = r
			}
		case *pgconn.ResultReader:
			if k := &calls[done]; k.f != nil {
				k.rows = (&slab{}).rows(r)
			}
			tag, err := r.Close()
			if err != nil {
				fail(err)
			}
			c.tag = tag.String()
			done++
		case *pgconn.PipelineSync, nil:
			return failed
		}
	}
}

// callError is an error with the statement that it is about.
type callError struct {
	query string
	err   error
}

func (e *callError) Error() string { return e.err.Error() }
func (e *callError) Unwrap() error { return e.err }

// slab keeps the values of many rows in few pieces of memory.
type slab struct{ free []byte }

func (s *slab) rows(r *pgconn.ResultReader) (rows [][][]byte) {
	for r.NextRow() {
		values := r.Values()
		row := make([][]byte, len(values))
		for i, v := range values {
			if v != nil {
				row[i] = s.keep(v)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// keep copies a value: the driver uses its memory again. The copy of an empty one is not nil, which is NULL.
func (s *slab) keep(v []byte) []byte {
	if len(s.free)+len(v) > cap(s.free) || s.free == nil {
		s.free = make([]byte, 0, max(len(v), 4<<10))
	}
	from := len(s.free)
	s.free = append(s.free, v...)
	return s.free[from:len(s.free):len(s.free)]
}

// row scans the first row of the query into dest; false if there is none.
func (c *conn) row(query string, args []any, dest ...any) (bool, error) {
	return (&both.Queries{Asker: c}).Row(query, args, dest...)
}

// leave ends a view, and does not wait until the server says that it has.
func (c *conn) leave() {
	c.queue, c.bytes = nil, 0
	c.atLeisure()
	if c.pg == nil || c.pg.IsClosed() || c.pg.TxStatus() == 'I' {
		return
	}
	p := c.pg.StartPipeline(c.ctx)
	c.send(p, &call{query: `ROLLBACK`})
	if p.Sync() != nil {
		p.Close()
		c.close()
		return
	}
	c.owed = p
}

// settle reads the answer that is owed.
func (c *conn) settle() error {
	p := c.owed
	if p == nil {
		return nil
	}
	c.owed = nil
	defer c.await()()
	err := c.receive(p, []call{{query: `ROLLBACK`}})
	return errors.Join(err, closed(p, err))
}

// script runs SQL text of any number of statements, unprepared.
func (c *conn) script(text string) error {
	if err := errors.Join(c.settle(), c.flush()); err != nil {
		return err
	}
	defer c.await()()
	_, err := c.pg.Exec(c.ctx, text).ReadAll()
	return c.lostIf(err)
}

// tidy is called between transactions, and gives up statements where there are too many. All names count that were
// given: the server also keeps what we have forgotten after an error.
func (c *conn) tidy() {
	if c.named-c.tidied > mostStatements && c.script("DEALLOCATE ALL") == nil {
		clear(c.prepared)
		c.tidied = c.named
	}
}
