package sqlite

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

// Those who read share a few connections to one file. When another file takes its place, readers that have begun finish
// on the old file, and those that come later read the new one. So the connections are never exchanged under a reader:
// the engine points to others, and the old ones are closed after their last user.
//
// They are the driver's own, without database/sql between, as the writer's: each keeps its prepared statements, since
// preparing one costs more than a page of a list.

// readers are the connections to one file.
type readers struct {
	dsn     string
	idle    *idle
	names   names
	digests digests
	users   atomic.Int64 // those who read, and the engine as long as it points here; the last one closes the file
}

// rereadAfter is how long what is kept in memory is not read anew.
const rereadAfter = 10 * time.Second

func newReaders(dsn string) *readers {
	r := &readers{dsn: dsn, idle: newIdle(), names: names{patience: rereadAfter}, digests: digests{patience: rereadAfter}}
	r.users.Store(1)
	return r
}

// enter counts one more user. It is false if the last one has already left.
func (r *readers) enter() bool {
	for {
		n := r.users.Load()
		if n == 0 {
			return false
		}
		if r.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (r *readers) leave() error {
	if r.users.Add(-1) > 0 {
		return nil
	}
	return r.idle.close()
}

// take waits for a connection that nobody uses.
func (r *readers) take(ctx context.Context) (c *writer, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c, err = r.idle.take(ctx); err != nil || c != nil {
		return c, err
	}
	if c, err = newWriter(r.dsn); err != nil {
		r.idle.put(nil)
	}
	return c, err
}

// mostStatements is how many a connection keeps. A question has a few forms, so there are seldom so many.
const mostStatements = 200

// giveBack ends what the connection is in the middle of. One that can't be used any more is closed.
func (r *readers) giveBack(c *writer) {
	c.ctx = context.Background()
	if len(c.stmts) > mostStatements {
		c.forget()
	}
	if err := c.exec("ROLLBACK"); err != nil {
		c.close()
		c = nil
	}
	r.idle.put(c)
}

// view runs f with a connection, in a transaction that ends with the context: nothing is written, so statements may be
// interrupted.
func (r *readers) view(ctx context.Context, f func(c *writer) error) error {
	c, err := r.take(ctx)
	if err != nil {
		return err
	}
	defer r.giveBack(c)
	if err := c.exec("BEGIN"); err != nil {
		return err
	}
	c.ctx = ctx
	return f(c)
}

const readOptions = "mode=ro&_query_only=1&_busy_timeout=10000&_cache_size=-16384"

// readerConns is how many can read at once; others wait.
const readerConns = 4

func (e *database) openReaders() error {
	r := newReaders(dsn(e.path, readOptions+"&_mutex=no"))
	if e.writable {
		if err := e.openAllAtOnce(r); err != nil {
			return errors.Join(err, r.leave())
		}
	}
	e.readers.Store(r)
	return nil
}

// openAllAtOnce opens every connection that there will be, while the file is known to be the right one. One that was
// opened later could find another file under the name. To SQLite that would be a second database in this process, so
// that no lock of ours would keep it from cutting the shared memory of the first, "-shm", from under those who read:
// SIGBUS.
func (e *database) openAllAtOnce(r *readers) error {
	for range readerConns {
		c, err := r.take(context.Background())
		if err != nil {
			return err
		}
		defer r.idle.put(c)
		if _, err := c.version(); err != nil { // SQLite opens the file only now
			return err
		}
	}
	return e.inPlace()
}

// View uses one connection, so that all answers come from one file. f asks for no second one, as those could all be
// taken by others who wait for the same.
func (e *database) View(ctx context.Context, f func(engine.View) error) error {
	r, err := e.enterReaders()
	if err != nil {
		return err
	}
	defer r.leave()
	return explain(r.view(ctx, func(c *writer) error { return f(r.asking(c)) }))
}

func (e *database) enterReaders() (*readers, error) {
	for {
		r := e.readers.Load()
		if r == nil {
			return nil, engine.ErrClosed
		}
		if r.enter() { // or the engine points elsewhere by now
			return r, nil
		}
	}
}

// giveUpReaders makes those who come later get ErrClosed, until there are other readers.
func (e *database) giveUpReaders() error {
	if old := e.readers.Swap(nil); old != nil {
		return old.leave()
	}
	return nil
}

// asking are the queries of a reader.
func (r *readers) asking(c *writer) *queries {
	return &queries{both.Queries{Asker: c, Dialect: dialect{}}, &r.names, &r.digests}
}
