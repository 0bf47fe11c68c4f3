// Package postgres keeps a database of package db on a PostgreSQL server. Every line that knows PostgreSQL is here, and
// none that knows what mail means.
//
// Those who write take locks that end with their transaction (turn.go), and read what others have committed until then.
// Those who read see the database of one moment, and wait for nobody. A commit is on the server's disk when it returns:
// the watcher moves a mail out of new/ on the strength of it.
package postgres

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"patchwatch/db"
	"patchwatch/db/engine"
)

// Is tells whether the name of a database is that of one on a server.
func Is(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// Open opens a database for reading and writing, brings an older one up to date, and makes its tables where there are
// none. A database of a newer patchwatch, or of another program, is refused and left as it is.
func Open(ctx context.Context, name string) (*db.Store, error) {
	return storeOf(ctx, name, OpenEngine)
}

// OpenReadOnly opens a database that must exist, and never changes it.
func OpenReadOnly(ctx context.Context, name string) (*db.Store, error) {
	return storeOf(ctx, name, OpenEngineReadOnly)
}

func storeOf(ctx context.Context, name string, open func(context.Context, string) (engine.Engine, error)) (*db.Store,
	error) {
	e, err := open(ctx, name)
	if err != nil {
		return nil, err
	}
	s, err := db.New(ctx, e)
	if err != nil {
		e.Close()
		return nil, fmt.Errorf("open database %s: %w", Shown(name), err)
	}
	return s, nil
}

// OpenEngine is Open without a Store.
func OpenEngine(ctx context.Context, name string) (engine.Engine, error) {
	return openEngine(ctx, name, true)
}

// OpenEngineReadOnly is OpenReadOnly without a Store.
func OpenEngineReadOnly(ctx context.Context, name string) (engine.Engine, error) {
	return openEngine(ctx, name, false)
}

func openEngine(ctx context.Context, name string, writable bool) (engine.Engine, error) {
	e, err := newDatabase(name, writable)
	if err == nil {
		if err = e.bringUpToDate(ctx); err != nil {
			e.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", Shown(name), explain(err))
	}
	return e, nil
}

func newDatabase(name string, writable bool) (*database, error) {
	config, err := pgconn.ParseConfig(name)
	if err != nil {
		return nil, err
	}
	config.BuildContextWatcherHandler = cancelling
	config.DialFunc = (&net.Dialer{KeepAliveConfig: keepAlive, Control: giveUpWhenSilent}).DialContext
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectPatience
	}
	forWriters := takeStandstill(config)
	for key, value := range settings {
		config.RuntimeParams[key] = value
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "patchwatch"
	}
	e := &database{name: name, config: config, turn: newTurn(), writable: writable, forWriters: forWriters,
		askAfter: askAfter}
	e.readers = newPool(readerConns, e.dial)
	return e, nil
}

// readerConns is how many can read at once; others wait.
const readerConns = 4

// settings of each connection. Our questions say themselves in which order tables are joined, and each is answered by
// looking up rows by an index: what plans there are otherwise depends on how much the server knows of tables, which
// may have been empty when a question was put first.
var settings = map[string]string{
	"client_encoding":     "UTF8",
	"jit":                 "off",
	"join_collapse_limit": "1",
	"from_collapse_limit": "1",
	"enable_seqscan":      "off",
	"enable_hashjoin":     "off",
	"enable_mergejoin":    "off",
	"enable_material":     "off",
	"plan_cache_mode":     "force_generic_plan",
	"statement_timeout":   "0",
	"lock_timeout":        "0",
}

const (
	connectPatience = 10 * time.Second
	closePatience   = time.Second
	cancelPatience  = 5 * time.Second // until a connection is given up whose question was cancelled
)

// keepAlive finds out that a server is gone which said nothing.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 4}

// cancelling asks the server to end a question when its context ends, and gives the connection up if it does not.
func cancelling(pg *pgconn.PgConn) ctxwatch.Handler {
	return &pgconn.CancelRequestContextWatcherHandler{Conn: pg, DeadlineDelay: cancelPatience}
}

// dial makes a connection.
func (e *database) dial(ctx context.Context) (*conn, error) {
	pg, err := pgconn.ConnectConfig(ctx, e.config)
	if err != nil {
		return nil, err
	}
	if encoding := pg.ParameterStatus("server_encoding"); encoding != "UTF8" {
		pg.Close(ctx)
		return nil, fmt.Errorf("its encoding is %s; patchwatch needs one that was made with ENCODING 'UTF8'", encoding)
	}
	c := newConn(pg)
	results, err := pg.Exec(ctx, sureOfCommits+`; SELECT pg_backend_pid()`).ReadAll()
	if err != nil {
		c.close()
		return nil, cancelledBy(ctx, c.lostIf(err))
	}
	process := string(results[1].Rows[0][0]) // a proxy between us has other numbers for it
	c.ask, c.askAfter = func() fate { return e.fateAt(process) }, e.askAfter
	return c, nil
}

// sureOfCommits has COMMIT wait for the disk, whatever the server or the user has set. It makes nothing weaker that
// waits for replicas too.
const sureOfCommits = `SELECT set_config('synchronous_commit', 'on', false)
	WHERE current_setting('synchronous_commit') = 'off'`

// atLeisure has nothing end the questions that follow.
func (c *conn) atLeisure() { c.ctx, c.once = context.Background(), false }

// bringUpToDate waits for no writer where there is nothing to do.
func (e *database) bringUpToDate(ctx context.Context) error {
	c, err := e.readers.take(ctx)
	if err != nil {
		return err
	}
	defer e.readers.give(c)
	c.ctx = ctx
	found, err := c.version()
	c.atLeisure()
	switch {
	case err != nil || found == schemaVersion():
		return err
	case e.writable:
		return c.migrate(ctx, schemaVersion())
	case found == 0:
		return engine.ErrNotExist
	}
	return fmt.Errorf("it has version %d, this patchwatch needs %d; any command that writes, such as watch, brings it "+
		"up to date", found, schemaVersion())
}

// Shown is the name of a database without a password.
func Shown(name string) string {
	u, err := url.Parse(name)
	if err != nil {
		return "postgres://…"
	}
	q := u.Query()
	q.Del("password")
	u.RawQuery = q.Encode()
	return u.Redacted()
}
