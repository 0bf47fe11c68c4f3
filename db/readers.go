package db

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
)

// Those who read share a few connections to one file. When another file takes its place, readers that have begun finish on
// the old file, and those that come later read the new one. So the connections are never exchanged under a reader: the Store
// points to others, and the old ones are closed after their last user.

// ErrClosed says that nothing can be read: the database was closed, or has been lost and could not be opened again yet.
var ErrClosed = errors.New("the database is closed")

// readers are the connections to one file.
type readers struct {
	pool  *sql.DB
	users atomic.Int64 // those who read, and the Store as long as it points here; the last one closes the file
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

// reader is what a method reads with: one connection, so that all of its answers come from one file. Whoever has one asks
// for no second one, as those could all be taken by others who wait for the same.
type reader struct {
	*sql.Conn
	from *readers
}

// reader is to be ended with done.
func (s *Store) reader(ctx context.Context) (*reader, error) {
	for {
		r := s.readers.Load()
		if r == nil {
			return nil, ErrClosed
		}
		if !r.enter() {
			continue // the Store points elsewhere by now
		}
		conn, err := r.pool.Conn(ctx)
		if err != nil {
			r.leave()
			return nil, explain(err)
		}
		return &reader{conn, r}, nil
	}
}

func (r *reader) done() {
	r.Close()
	r.from.leave()
}

// view is a reader whose answers are all of one moment.
func (s *Store) view(ctx context.Context) (tx *sql.Tx, done func(), err error) {
	r, err := s.reader(ctx)
	if err != nil {
		return nil, nil, err
	}
	if tx, err = r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}); err != nil {
		r.done()
		return nil, nil, explain(err)
	}
	return tx, func() { tx.Rollback(); r.done() }, nil
}

// giveUpReaders makes those who come later get ErrClosed, until there are other readers.
func (s *Store) giveUpReaders() error {
	if old := s.readers.Swap(nil); old != nil {
		return old.leave()
	}
	return nil
}
