package dbtest

import (
	"cmp"
	"context"
	"errors"
	"os"
	"sync"

	"patchwatch/db/engine"
)

// Memory is an engine that keeps everything in memory. It is what another engine is compared with, so it does
// everything in the plainest way: what is asked for is looked for row by row, with as few indexes as keep thousands of
// mails bearable.
type Memory struct {
	*shared
	opening int
	own     int64 // transactions that this one committed
}

var _ engine.Engine = (*Memory)(nil)

// shared is a database that several Memory engines may have open, as several processes have one file open.
type shared struct {
	turn chan struct{} // holds a value while nobody writes

	mu        sync.Mutex // guards all following fields
	committed *state
	commits   int64
	openings  int
}

// NewMemory makes an empty database and opens it.
func NewMemory() *Memory { return open(newState()) }

func open(s *state) *Memory {
	d := &shared{turn: make(chan struct{}, 1), committed: s}
	d.turn <- struct{}{}
	return (&Memory{shared: d}).Again()
}

// Again opens the same database once more, as another process would, also after it was closed.
func (m *Memory) Again() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.openings++
	return &Memory{shared: m.shared, opening: m.openings}
}

// Write works on a snapshot, which takes the place of what was committed before when f returns nil.
func (m *Memory) Write(ctx context.Context, f func(engine.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-m.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { m.turn <- struct{}{} }()
	now, err := m.now()
	if err != nil {
		return err
	}
	t := &tx{view{now}, m}
	if err := f(t); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.committed = t.state
	m.commits++
	m.own++
	return nil
}

// now is a snapshot of what is committed.
func (m *Memory) now() (*state, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.opening == 0 {
		return nil, engine.ErrClosed
	}
	return m.committed.snapshot(), nil
}

// View runs f on what is committed when it is called.
func (m *Memory) View(ctx context.Context, f func(engine.View) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now, err := m.now()
	if err != nil {
		return err
	}
	return f(&view{now})
}

// Look is View: there are no connections to wait for.
func (m *Memory) Look(ctx context.Context, f func(engine.View) error) error { return m.View(ctx, f) }

// Scratch opens a snapshot without the frames as a database of its own.
func (m *Memory) Scratch(ctx context.Context) (engine.Engine, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	now, err := m.now()
	if err != nil {
		return nil, err
	}
	for _, row := range now.mails.all() {
		now.putMail(&mail{Mail: row.Mail})
	}
	return open(now), nil
}

// Examine finds nothing: nothing is stored.
func (m *Memory) Examine(ctx context.Context, fault func(sentence string)) error { return ctx.Err() }

// Backup is not possible.
func (m *Memory) Backup(ctx context.Context, file string) error {
	return errors.New("a database in memory has no backup")
}

// About names the engine.
func (m *Memory) About(ctx context.Context) (engine.About, error) {
	_, err := m.now()
	return engine.About{Engine: "memory", Location: "memory"}, err
}

// Current finds nothing: no other program has this database.
func (m *Memory) Current(ctx context.Context) error {
	_, err := m.now()
	return cmp.Or(ctx.Err(), err)
}

// TempDir is the system's.
func (m *Memory) TempDir() string { return os.TempDir() }

// Close waits for the transaction in hand. Afterwards this Memory reads and writes nothing; Again opens the database
// again.
func (m *Memory) Close() error {
	<-m.turn
	defer func() { m.turn <- struct{}{} }()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.opening = 0
	return nil
}
