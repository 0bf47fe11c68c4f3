package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"patchwatch/db/engine"
)

// database is an open database. Its methods may be called from any goroutine.
type database struct {
	name     string
	config   *pgconn.Config
	readers  *pool
	writable bool
	names    names

	forWriters string        // the settings of a connection that writes, as a script
	askAfter   time.Duration // see patience.go

	turn   turn  // guards what follows: one transaction at a time
	writer *conn // nil: not needed yet, or lost
	own    int64 // transactions of ours that have changed the stamp
	closed bool
}

var (
	_ engine.Engine  = (*database)(nil)
	_ engine.Shared  = (*database)(nil)
	_ engine.Distant = (*database)(nil)
)

// Write runs f in one transaction, alone. When it returns nil, what f wrote is on the server's disk.
func (e *database) Write(ctx context.Context, f func(engine.Tx) error) error {
	return e.write(ctx, lockAll, func(t *tx) error { return f(t) })
}

func (e *database) write(ctx context.Context, lock string, f func(*tx) error) error {
	if err := e.turn.take(ctx); err != nil {
		return err
	}
	defer e.turn.leave()
	switch {
	case e.closed:
		return engine.ErrClosed
	case !e.writable:
		return engine.ErrReadOnly
	}
	if err := e.needWriter(ctx); err != nil {
		return explain(err)
	}
	t := &tx{queries: asking(e.writer), w: e.writer, own: e.own, beside: lock == lockBeside}
	err := t.write(ctx, lock, func() error { return f(t) })
	e.writer.rested = time.Now()
	if t.restamped && err == nil {
		e.own++
	}
	return explain(err)
}

// needWriter makes a connection where there is none, or it was lost.
func (e *database) needWriter(ctx context.Context) error {
	if e.writer != nil && e.writer.alive() {
		e.writer.tidy()
		e.writer.again = e.dialWriter
		return nil
	}
	if e.writer != nil {
		e.writer.close()
	}
	c, err := e.dialWriter(ctx)
	if err == nil {
		e.writer = c
	}
	return err
}

func (e *database) dialWriter(ctx context.Context) (*conn, error) {
	c, err := e.dial(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.script(e.forWriters); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// View uses one connection, and a snapshot. f asks for no second one, as those could all be taken by others who wait
// for the same.
func (e *database) View(ctx context.Context, f func(engine.View) error) error {
	return e.reading(ctx, func(c *conn) error {
		q := asking(c)
		q.names = &e.names
		return f(&q)
	})
}

func (e *database) reading(ctx context.Context, f func(c *conn) error) error {
	c, err := e.readers.take(ctx)
	if err != nil {
		return explain(err)
	}
	defer e.readers.give(c)
	c.tidy()
	return explain(c.view(ctx, f))
}

func (e *database) asking(ctx context.Context, f func(c *conn) error) error {
	c, err := e.readers.take(ctx)
	if err != nil {
		return explain(err)
	}
	defer e.readers.give(c)
	c.tidy()
	c.ctx = ctx
	defer c.leave()
	return explain(cancelledBy(ctx, c.ahead(ctx, f)))
}

// view runs f on a snapshot. Nothing is written, so its questions end with the context.
func (c *conn) view(ctx context.Context, f func(c *conn) error) (err error) {
	if err := c.exec(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`); err != nil {
		return err
	}
	c.ctx = ctx
	defer c.leave()
	return cancelledBy(ctx, c.ahead(ctx, f))
}

// cancelledBy is the error of a context that has ended, where the server says that a question was cancelled.
func cancelledBy(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && !errors.Is(err, ctx.Err()) && codeOf(err) == cancelled {
		return ctx.Err()
	}
	return err
}

// cancelled is the code of a question that was cancelled.
const cancelled = "57014"

// Look has a connection of its own, which may take other ways to its answers than those who look up a few rows.
func (e *database) Look(ctx context.Context, f func(engine.View) error) error {
	if err := e.readable(); err != nil {
		return err
	}
	c, err := e.dial(ctx)
	if err != nil {
		return explain(err)
	}
	defer c.close()
	if err := c.script(forLooks); err != nil {
		return explain(err)
	}
	return explain(c.view(ctx, asked(f)))
}

// forLooks are the settings of who reads all there is, which takes longer by looking up row after row.
const forLooks = `SET enable_seqscan = on; SET enable_hashjoin = on; SET enable_mergejoin = on;
	SET enable_material = on; SET plan_cache_mode = auto; SET cursor_tuple_fraction = 1`

func (e *database) readable() error {
	e.readers.mu.Lock()
	defer e.readers.mu.Unlock()
	if e.readers.over {
		return engine.ErrClosed
	}
	return nil
}

// Examine asks for what the server can't know to be wrong: whether each mail has its bytes.
func (e *database) Examine(ctx context.Context, fault func(sentence string)) error {
	return e.reading(ctx, func(c *conn) error {
		return c.Each(`SELECT m.id FROM mail m WHERE NOT EXISTS (SELECT 1 FROM raw r WHERE r.mail = m.id) LIMIT 20`, nil,
			func(scan func(...any) error) error {
				var id int64
				err := scan(&id)
				fault(fmt.Sprintf("the bytes of mail %d are not there", id))
				return err
			})
	})
}

func (e *database) About(ctx context.Context) (about engine.About, err error) {
	about.Location = Shown(e.name)
	err = e.reading(ctx, func(c *conn) error {
		version, _, _ := strings.Cut(c.pg.ParameterStatus("server_version"), " ")
		about.Engine = "PostgreSQL " + version
		_, err := c.row(`SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
			WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`, nil, &about.Bytes)
		return err
	})
	return about, err
}

// Current asks the database itself.
func (e *database) Current(ctx context.Context) error {
	return e.reading(ctx, func(c *conn) error {
		_, err := c.version()
		return err
	})
}

// TempDir is the system's: the database is on another machine, perhaps.
func (e *database) TempDir() string { return os.TempDir() }

// Close waits for the transaction in hand. Closing twice does nothing.
func (e *database) Close() error {
	_ = e.turn.take(context.Background())
	defer e.turn.leave()
	e.closed = true
	if e.writer != nil {
		e.writer.close()
	}
	e.writer = nil
	e.readers.close()
	return nil
}
