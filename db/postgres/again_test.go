package postgres_test

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/db/postgres"
	"patchwatch/db/postgres/pgtest"
	"patchwatch/track"
)

// cutAll has the server end all connections to a database but its own.
func cutAll(t testing.TB, name string) {
	t.Helper()
	if err := pgtest.Shared(t).Exec("postgres", `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
		WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND datname = '`+name+`'`); err != nil {
		t.Fatal(err)
	}
}

// storeBehindProxy is a store with two mails, in a database of its own, and a proxy before it.
func storeBehindProxy(t *testing.T) (s *db.Store, e engine.Engine, database string, proxy *pgtest.Proxy) {
	t.Helper()
	name, err := databases(t).For(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	database, proxy = databaseIn(t, name), pgtest.Shared(t).Proxy(t)
	e, err = postgres.OpenEngine(t.Context(), proxy.Name(database))
	if err != nil {
		t.Fatal(err)
	}
	s, err = db.New(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, n := range []int{1, 4} {
		if _, err := s.Add(t.Context(), []db.Delivery{{Mail: planMail(n, 5), Frame: db.Compress([]byte("x"))}}); err != nil {
			t.Fatal(err)
		}
	}
	return s, e, database, proxy
}

// databaseIn is what the server calls the database of a name.
func databaseIn(t *testing.T, name string) string {
	t.Helper()
	u, err := url.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(u.Path, "/")
}

// A connection that was cut since it was used last is found out by the next question, which is asked again on another
// one: nobody is told.
func TestCutSinceLastUse(t *testing.T) {
	s, e, database, proxy := storeBehindProxy(t)
	cuts := map[string]func(){
		"the server ends them": func() { cutAll(t, database) },
		"the network does":     proxy.Cut,
	}
	asks := map[string]func(ctx context.Context) error{
		"one question": func(ctx context.Context) error {
			rows, err := s.PatchRows(ctx, []int64{1}, track.Scope{})
			if err == nil && rows[1].ID != 1 {
				t.Error("patch 1 is not there")
			}
			return err
		},
		"a view": func(ctx context.Context) error {
			return e.View(ctx, func(v engine.View) error {
				for range 2 {
					if n, err := v.LastMail(); n == 0 || err != nil {
						return err
					}
				}
				return nil
			})
		},
		"several together": func(ctx context.Context) error {
			ask := func(ctx context.Context) error {
				for range 2 {
					if _, err := s.PatchRows(ctx, []int64{1}, track.Scope{}); err != nil {
						return err
					}
				}
				return nil
			}
			return s.Together(ctx, ask, ask)
		},
		"the moment and a page": func(ctx context.Context) error {
			told := 0
			ctx, _ = s.Ahead(ctx, []int64{0}, func(string, map[int64]int64) error { told++; return nil })
			page, err := s.PatchPage(ctx, track.PatchQuery{Paging: track.Paging{Limit: 5}})
			if err == nil && (told != 1 || page.Total == 0) {
				t.Errorf("told %d times, %d patches", told, page.Total)
			}
			return err
		},
		"who writes": func(ctx context.Context) error {
			return e.Write(ctx, func(tx engine.Tx) error { _, err := tx.Reading(); return err })
		},
	}
	for how, cut := range cuts {
		for what, ask := range asks {
			for range 2 { // so that connections have statements prepared
				together(t, 4, ask)
			}
			cut()
			for i, err := range together(t, 4, ask) {
				if err != nil {
					t.Errorf("%s, where %s: asker %d is told %v", what, how, i, err)
				}
			}
		}
	}
}

// together has several ask at the same time, each on a connection of its own as far as there are any.
func together(t *testing.T, n int, ask func(context.Context) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = ask(t.Context()) })
	}
	all.Wait()
	return errs
}

// What has begun to answer is not asked again: two answers could be of two moments.
func TestCutInTheMiddle(t *testing.T) {
	_, e, database, _ := storeBehindProxy(t)
	views := 0
	err := e.View(t.Context(), func(v engine.View) error {
		views++
		if _, err := v.LastMail(); err != nil {
			t.Error(err)
		}
		cutAll(t, database)
		_, err := v.LastMail()
		return err
	})
	if err == nil || views != 1 {
		t.Errorf("%d views, %v", views, err)
	}
	writes := 0
	if err := e.Write(t.Context(), func(tx engine.Tx) error {
		writes++
		if err := tx.PutReading(7 + writes); err != nil {
			return err
		}
		cutAll(t, database)
		_, err := tx.Reading()
		return err
	}); err == nil || writes != 1 {
		t.Errorf("%d times written, %v", writes, err)
	}
}

// A server that says nothing more keeps nobody for long who asks with a deadline, whatever it owes an answer to.
func TestSilentServerHoldsNobody(t *testing.T) {
	t.Parallel() // it waits
	_, e, _, proxy := storeBehindProxy(t)
	view := func(ctx context.Context) error {
		return e.View(ctx, func(v engine.View) error { _, err := v.LastMail(); return err })
	}
	for range 2 {
		together(t, 4, view) // the answers to the ends of these have not been read
	}
	proxy.Hold()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	together(t, 4, func(context.Context) error {
		if err := view(ctx); err == nil {
			t.Error("there is an answer")
		}
		return nil
	})
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("who asked was held for %v", took)
	}
}
