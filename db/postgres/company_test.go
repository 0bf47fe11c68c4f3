package postgres_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/db/postgres"
	"patchwatch/db/postgres/pgtest"
	"patchwatch/track"
)

// crowd are many who ask together at random, in odd ways.
type crowd struct {
	*testing.T
	s        *db.Store
	e        engine.Engine
	answered atomic.Int64
}

var errOfOwn = errors.New("a fault of one's own")

// patch asks for one of two patches.
func (c *crowd) patch(ctx context.Context) error {
	id := 1 + rand.Int64N(2)
	rows, err := c.s.PatchRows(ctx, []int64{id}, track.Scope{})
	if err != nil {
		return err
	}
	c.answered.Add(1)
	if len(rows) != 1 || rows[id].ID != id {
		c.Errorf("who asks for patch %d gets %v", id, rows)
	}
	return nil
}

// somebody asks, and then does something that others may not suffer from.
func (c *crowd) somebody(ctx context.Context) error {
	for range rand.IntN(3) {
		if err := c.patch(ctx); err != nil && rand.IntN(2) == 0 { // or goes on all the same
			return err
		}
	}
	switch rand.IntN(8) {
	case 0:
		return errOfOwn
	case 1:
		panic(errOfOwn)
	case 2:
		runtime.Goexit()
	case 3: // asks within an answer
		return postgres.EachMailID(ctx, c.e, func(v engine.View, id int64) error {
			_, err := v.PatchRows([]int64{id}, track.Scope{})
			return err
		})
	case 4:
		return c.e.View(ctx, func(v engine.View) error { _, err := v.LastMail(); return err })
	case 5:
		return c.s.Together(ctx, c.patch, c.patch)
	case 6:
		ctx, _ = c.s.Ahead(ctx, []int64{0}, func(string, map[int64]int64) error { return errOfOwn })
	}
	return c.patch(ctx)
}

// company asks together until it has answers, or errors, or is cancelled.
func (c *crowd) company() {
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	if rand.IntN(3) == 0 {
		time.AfterFunc(time.Duration(rand.IntN(3000))*time.Microsecond, cancel)
	}
	fs := make([]func(context.Context) error, 1+rand.IntN(4))
	for i := range fs {
		fs[i] = c.somebody
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() {
			if r := recover(); r != nil && r != errOfOwn {
				panic(r)
			}
		}()
		_ = c.s.Together(ctx, fs...)
	}()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		c.Error("a company asks for ever")
	}
}

// Whatever happens to those who ask together, and to their connections, each gets its own answer or an error, and the
// connections are whole afterwards: none is missing, none has been left in a transaction.
func TestCrowdIsCutOff(t *testing.T) {
	s, e, database, proxy := storeBehindProxy(t)
	c := &crowd{T: t, s: s, e: e}
	lasts := time.Second
	if os.Getenv("PATCHWATCH_LONG") != "" {
		lasts = time.Minute
	}
	end := time.Now().Add(lasts)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for time.Now().Before(end) && !t.Failed() {
				c.company()
			}
		})
	}
	for time.Now().Before(end) && !t.Failed() {
		switch rand.IntN(4) {
		case 0:
			cutAll(t, database)
		case 1:
			proxy.CutAfter(1 + rand.IntN(40))
		case 2:
			proxy.Cut()
		case 3:
			proxy.Hold()
			time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
			proxy.Resume()
		}
		time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond)
	}
	all.Wait()
	proxy.CutAfter(0)
	for range 40 { // undisturbed
		c.company()
	}
	if c.answered.Load() == 0 {
		t.Error("nobody had an answer")
	}
	for _, err := range together(t, 8, c.patch) {
		if err != nil {
			t.Errorf("afterwards: %v", err)
		}
	}
	if fault := postgres.PoolFault(e); fault != "" {
		t.Error(fault)
	}
	if err := pgtest.Shared(t).Exec("postgres", `DO $$ BEGIN IF (SELECT count(*) > 5 OR bool_or(state LIKE 'idle in%') FROM
		pg_stat_activity WHERE datname = '`+database+`') THEN RAISE 'connections are left'; END IF; END $$`); err != nil {
		t.Error(err)
	}
}
