package hook

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/api"
)

// shelf is a database with one hook. Events are their numbers.
type shelf struct {
	mu    sync.Mutex // guards what follows
	epoch string
	last  int64
	hook  track.Hook
}

// put puts another database in the place of this one.
func (d *shelf) put(epoch string, last, sent int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.epoch, d.last, d.hook.HookProgress = epoch, last, track.HookProgress{Sent: sent}
}

func (d *shelf) Hooks(context.Context) ([]track.Hook, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return []track.Hook{d.hook}, nil
}

func (d *shelf) LastEvent(context.Context) (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.last, nil
}

func (d *shelf) Epoch(context.Context) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.epoch, nil
}

func (d *shelf) TakeLease(context.Context, engine.Lease, time.Time, func(string) bool) error {
	return nil
}

func (d *shelf) LeaveLease(context.Context, string, string) error { return nil }

func (d *shelf) NoteHooks(_ context.Context, _ engine.Lease, epoch string, all map[int64]track.HookProgress) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if epoch != d.epoch {
		return engine.ErrLease
	}
	if p, there := all[d.hook.ID]; there && p.Sent >= d.hook.Sent {
		d.hook.HookProgress = p
	}
	return nil
}

func (d *shelf) EventsAfter(_ context.Context, _ api.Wanted, above int64, most int) (api.Told, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	told := api.Told{UpTo: d.last, Epoch: d.epoch}
	for id := above + 1; id <= d.last && len(told.Events) < most; id++ {
		told.Events = append(told.Events, api.ToldEvent{ID: id, JSON: fmt.Append(nil, d.epoch, id)})
	}
	return told, nil
}

// A backup takes the place of the database while a request is on its way, or has just ended. How far the hook was is
// said in numbers that mean other events now: all that happens after the backup is sent.
func TestBackupWhileSending(t *testing.T) {
	for _, answered := range []bool{false, true} { // before the backup is there
		t.Run(fmt.Sprint(answered), func(t *testing.T) {
			var mu sync.Mutex
			var got []string
			answer := make(chan struct{})
			asked := make(chan struct{}, 100)
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				mu.Lock()
				got = append(got, string(body))
				mu.Unlock()
				asked <- struct{}{}
				<-answer
			}))
			defer server.Close()
			d := &shelf{epoch: "a", last: 10, hook: track.Hook{ID: 1, URL: server.URL, AllowPrivate: true}}
			d.hook.Sent = 9
			s := New(Config{Store: d, Events: d})
			round := func() {
				t.Helper()
				if _, err := s.round(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			s.noted = time.Now() // so that nothing is noted in the first half second
			round()
			<-asked
			if answered {
				close(answer)
				s.working.Wait()
			}
			d.put("b", 5, 5)
			s.noted = time.Time{}
			round()
			if !answered {
				close(answer)
				s.working.Wait()
			}
			d.put("b", 8, 5)
			for range 4 {
				s.noted = time.Time{}
				round()
				s.working.Wait()
			}
			if want := []string{"a10", "b6", "b7", "b8"}; !slices.Equal(got, want) {
				t.Errorf("%v were sent, want %v", got, want)
			}
		})
	}
}

// held is a database that another process holds.
type held struct{ *shelf }

func (held) NoteHooks(ctx context.Context, _ engine.Lease, _ string, _ map[int64]track.HookProgress) error {
	<-ctx.Done()
	return ctx.Err()
}

func (held) LeaveLease(ctx context.Context, _, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

// A sender ends also while another process holds the database, and says that some events will be sent again.
func TestEndsWhileTheDatabaseIsHeld(t *testing.T) {
	defer func(was time.Duration) { notePatience = was }(notePatience)
	notePatience = 50 * time.Millisecond
	asked := make(chan struct{}, 9)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked <- struct{}{} }))
	defer server.Close()
	d := held{&shelf{epoch: "a", last: 1, hook: track.Hook{ID: 1, URL: server.URL, AllowPrivate: true}}}
	s := New(Config{Store: d, Events: d})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	<-asked
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it never ends")
	}
}
