// Package db keeps mails, decisions and what track.Assemble makes of them. What is true of any database is here, once,
// over an Engine that keeps the rows; db/sqlite is one.
//
// There is one writer at a time, and any number of readers, who never wait for it. A commit is on disk when it returns:
// the watcher moves a mail out of new/ on the strength of it.
package db

import (
	"context"
	"errors"
	"sync/atomic"

	"patchwatch/db/engine"
	"patchwatch/db/internal/derive"
	"patchwatch/db/internal/frame"
)

// Store is an open database. Its methods may be called from any goroutine.
type Store struct {
	engine  engine.Engine
	path    string // what a person calls the database
	frames  *frame.Frames
	reading atomic.Int64 // see ReadBy; 0: not said yet

	undecided queue // decisions that wait for a transaction

	turn    turn            // guards what follows: one transaction at a time
	routing *derive.Routing // nil, or as the transaction before left it
	opening int             // Stamp.Opening of the transaction before; 0: there was none

	ignoreChanges bool // see IgnoreChangeIDs

	step func(string) // nil: nobody asks
}

// New makes a Store of an open engine. Closing the Store closes the engine; so does New when it fails.
func New(ctx context.Context, e engine.Engine) (*Store, error) {
	s := &Store{engine: e, turn: newTurn()}
	s.frames = frame.New(s.dictionaries)
	about, err := e.About(ctx)
	s.path = about.Location
	if err == nil {
		err = s.frames.Refresh()
	}
	if err == nil {
		err = s.engine.View(ctx, func(v engine.View) error {
			last, err := v.LastMail()
			s.frames.NoteStored(last)
			if err != nil {
				return err
			}
			return refuseHalf(v)
		})
	}
	if err != nil {
		e.Close()
		return nil, err
	}
	return s, nil
}

// Close waits for the transaction in hand. Closing twice does nothing.
func (s *Store) Close() error {
	_ = s.turn.take(context.Background())
	defer s.turn.leave()
	return s.engine.Close()
}

// Path is what a person calls the database: that of its file.
func (s *Store) Path() string { return s.path }

// Backup writes a consistent copy of the database to a new file, while others read and write it. When it returns nil
// the copy is on disk.
func (s *Store) Backup(ctx context.Context, file string) error { return s.engine.Backup(ctx, file) }

// Warm has the engine read what it finds lists by, if it keeps such in memory: then nobody who asks waits for it.
func (s *Store) Warm(ctx context.Context) error {
	if e, keeps := s.engine.(interface{ Warm(context.Context) error }); keeps {
		return e.Warm(ctx)
	}
	return nil
}

// Current is ErrNewer once a newer program has given the database another form: this one can do no more then. It is
// ErrReplaced, once, where another file has come in the place of the database: that one is read from now on.
func (s *Store) Current(ctx context.Context) error { return s.engine.Current(ctx) }

// writing is a transaction of a Store, in which people's decisions are written too.
type writing struct{ *derive.Writing }

// write runs f in one transaction, alone. When it returns nil, what f wrote is on disk.
func (s *Store) write(ctx context.Context, f func(w *writing) error) error {
	return s.writeBy(ctx, func(f func(engine.Tx, engine.Claims) error) error {
		return s.engine.Write(ctx, func(tx engine.Tx) error { return f(tx, nil) })
	}, f)
}

// writeBeside is write for an f that claims what it touches, beside others where the engine can do that. f may be
// called a second time, and begins anew then.
func (s *Store) writeBeside(ctx context.Context, f func(w *writing) error) error {
	shared, ok := s.engine.(engine.Shared)
	if !ok {
		return s.write(ctx, f)
	}
	err := s.writeBy(ctx, func(f func(engine.Tx, engine.Claims) error) error { return shared.WriteBeside(ctx, f) }, f)
	if errors.Is(err, engine.ErrUnclaimed) {
		return s.write(ctx, f)
	}
	return err
}

// writeBy runs f in a transaction of the engine.
func (s *Store) writeBy(ctx context.Context, transaction func(func(engine.Tx, engine.Claims) error) error,
	f func(w *writing) error) error {
	if err := s.turn.take(ctx); err != nil {
		return err
	}
	defer s.turn.leave()
	routing := s.routing
	s.routing = nil // unless this transaction is committed and leaves one
	w := &writing{}
	if err := transaction(func(tx engine.Tx, claims engine.Claims) (err error) {
		if w.Writing, err = derive.Begin(tx, s.frames, routing); err != nil {
			return err
		}
		if claims != nil {
			w.ClaimBy(claims)
		}
		w.IgnoreChanges = s.ignoreChanges
		if err := s.lookAround(w, routing); err != nil {
			return err
		}
		if err := f(w); err != nil {
			return err
		}
		return w.End()
	}); err != nil {
		return err
	}
	s.routing, s.opening = w.Leaves(), w.Stamped.Opening
	return nil
}

// lookAround finds out whether this database has come in the place of another, or is half a copy since the transaction
// before, which left routing (nil: nothing).
func (s *Store) lookAround(w *writing, routing *derive.Routing) error {
	if routing == nil || routing.Stamped != w.Stamped {
		if err := refuseHalf(w.Tx); err != nil {
			return err
		}
	}
	if s.opening == 0 || s.opening == w.Stamped.Opening {
		return nil
	}
	all, err := w.Tx.Dictionaries()
	if err != nil {
		return err
	}
	if err := s.frames.Use(all); err != nil {
		return err
	}
	return s.noteReading(w)
}

func (s *Store) view(ctx context.Context, f func(v engine.View) error) error {
	return s.engine.View(ctx, f)
}

// turn is held by the one goroutine that writes. The wait for it ends with the context.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turn) leave() { <-t }

// dictionaries are those that are committed, oldest first.
func (s *Store) dictionaries() (all []engine.Dictionary, err error) {
	err = s.view(context.Background(), func(v engine.View) error {
		all, err = v.Dictionaries()
		return err
	})
	return all, err
}
