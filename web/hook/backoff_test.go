package hook

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"patchwatch/track"
	"patchwatch/web/api"
)

// The three days after which a hook is given up are days in which it was tried.
func TestNobodyTried(t *testing.T) {
	now := time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)
	for _, off := range []time.Duration{4 * 24 * time.Hour, 56 * 365 * 24 * time.Hour} { // a server, and a clock
		p := after(after(track.HookProgress{}, &failure{}, now), &failure{}, now.Add(time.Second))
		p = after(p, &failure{}, now.Add(off))
		if !p.GivenUp.IsZero() || p.Failures != 3 || !p.FailingSince.Equal(now.Add(off)) {
			t.Errorf("after %v in which nobody tried: %+v", off, p)
		}
		for at := now.Add(off); at.Before(now.Add(off + giveUpAfter)); at = p.NextTry {
			p = after(p, &failure{}, at)
		}
		if p = after(p, &failure{}, p.NextTry); p.GivenUp.IsZero() {
			t.Errorf("after three days in which it was tried it is not given up: %+v", p)
		}
	}
}

// A clock that is set back does not keep a hook waiting until it has caught up.
func TestClockIsSetBack(t *testing.T) {
	asked := make(chan struct{}, 9)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked <- struct{}{} }))
	defer server.Close()
	d := &shelf{epoch: "a", last: 1, hook: track.Hook{ID: 1, URL: server.URL, AllowPrivate: true}}
	d.hook.HookProgress = track.HookProgress{Failures: 1, NextTry: time.Now().Add(10 * 365 * 24 * time.Hour)}
	s := New(Config{Store: d, Events: d})
	if _, err := s.round(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.working.Wait()
	if len(asked) != 1 {
		t.Errorf("it was tried %d times, want once", len(asked))
	}
}

// faulty are events that can't be read at first.
type faulty struct {
	*shelf
	asked atomic.Int64
}

func (f *faulty) EventsAfter(ctx context.Context, w api.Wanted, above int64, most int) (api.Told, error) {
	if f.asked.Add(1) == 1 {
		panic("a fault")
	}
	return f.shelf.EventsAfter(ctx, w, above, most)
}

// A panic over the events of a hook is told, does not end the server, and loses nothing.
func TestPanicOfAHook(t *testing.T) {
	asked := make(chan struct{}, 9)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked <- struct{}{} }))
	defer server.Close()
	f := &faulty{shelf: &shelf{epoch: "a", last: 1, hook: track.Hook{ID: 1, URL: server.URL, AllowPrivate: true}}}
	var log bytes.Buffer
	ahead := time.Duration(0)
	s := New(Config{
		Store: f, Events: f, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Clock: func() time.Time { return time.Now().Add(ahead) },
	})
	for range 3 {
		if _, err := s.round(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.working.Wait()
	}
	if !strings.Contains(log.String(), "a fault") || f.asked.Load() != 1 {
		t.Errorf("after %d attempts the log says %q", f.asked.Load(), log.String())
	}
	ahead = 2 * aside
	if _, err := s.round(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.working.Wait()
	if len(asked) != 1 {
		t.Errorf("it was sent %d times, want once", len(asked))
	}
}
