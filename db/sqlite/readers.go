package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"

	"patchwatch/db/engine"
)

// Those who read share a few connections to one file. When another file takes its place, readers that have begun finish on
// the old file, and those that come later read the new one. So the connections are never exchanged under a reader: the engine
// points to others, and the old ones are closed after their last user.

// readers are the connections to one file.
type readers struct {
	pool  *sql.DB
	users atomic.Int64 // those who read, and the engine as long as it points here; the last one closes the file
}

func newReaders(pool *sql.DB) *readers {
	r := &readers{pool: pool}
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
	return r.pool.Close()
}

const readOptions = "mode=ro&_query_only=1&_busy_timeout=10000&_cache_size=-16384"

// readerConns is how many can read at once; others wait.
const readerConns = 4

func (e *database) openReaders(ctx context.Context) error {
	pool, err := sql.Open("sqlite3", dsn(e.path, readOptions))
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(readerConns)
	pool.SetMaxIdleConns(readerConns)
	if e.writable {
		if err := e.openAllAtOnce(ctx, pool); err != nil {
			return errors.Join(err, pool.Close())
		}
	}
	e.readers.Store(newReaders(pool))
	return nil
}

// openAllAtOnce opens every connection that the pool will have, while the file is known to be the right one. One that the pool
// opened later could find another file under the name. To SQLite that would be a second database in this process, so that no
// lock of ours would keep it from cutting the shared memory of the first, "-shm", from under those who read: SIGBUS.
func (e *database) openAllAtOnce(ctx context.Context, pool *sql.DB) error {
	for range readerConns {
		c, err := pool.Conn(ctx)
		if err != nil {
			return err
		}
		defer c.Close() // gives it back to the pool
		if _, err := c.ExecContext(ctx, `SELECT 1 FROM sqlite_schema`); err != nil {
			return err
		}
	}
	return e.inPlace()
}

// View uses one connection, so that all answers come from one file. f asks for no second one, as those could all be taken by
// others who wait for the same.
func (e *database) View(ctx context.Context, f func(engine.View) error) error {
	r, err := e.enterReaders()
	if err != nil {
		return err
	}
	defer r.leave()
	tx, err := r.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return explain(err)
	}
	defer tx.Rollback()
	return explain(f(queries{newViewAsker(ctx, tx)}))
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
