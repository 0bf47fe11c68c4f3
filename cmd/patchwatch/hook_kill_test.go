package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"patchwatch/web/hook"
)

// TestHooksOutliveTheirServer: the server is killed at random and started again while mail comes, and the receiver
// fails half of the time, or takes an event and loses its answer. By the ids of what it took, the receiver has every
// event once, in the order of commits. PATCHWATCH_LONG=1 kills it 200 times.
func TestHooksOutliveTheirServer(t *testing.T) {
	t.Parallel()
	kills := 20
	if os.Getenv("PATCHWATCH_LONG") != "" {
		kills = 200
	}
	w := newWorkplaceWith(t, "first@example.org")
	r := newUnreliable(t)
	w.runWith(strings.NewReader("sesame\n"), "hook", "add", r.URL, "--allow-private", "--since", "0", "--secret-stdin")
	for n := range kills {
		p := w.start("serve", "--quiet", "--listen", "127.0.0.1:0", "md")
		p.url()
		if n%2 == 0 {
			w.deliverPatch(fmt.Sprintf("p%d@example.org", n))
		}
		lives := 400 // milliseconds, at most
		if raceEnabled {
			lives *= 4
		}
		time.Sleep(time.Duration(rand.IntN(lives)) * time.Millisecond)
		p.kill()
	}
	p := w.start("serve", "--quiet", "--listen", "127.0.0.1:0", "md")
	p.url()
	for end := time.Now().Add(4 * longEnough); ; time.Sleep(50 * time.Millisecond) {
		if w.nothingWaits() {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("not all is sent: %s", w.run("hook", "list"))
		}
	}
	p.stop()
	want := w.eventIDs()
	if len(want) < 40 {
		t.Errorf("only %d events: that proves little", len(want))
	}
	r.holds(t, want, kills)
}

// nothingWaits tells whether all mails are stored and all events are sent.
func (w *workplace) nothingWaits() bool {
	w.t.Helper()
	var hooks []struct{ Waiting int }
	if err := json.Unmarshal([]byte(w.run("hook", "list", "--json")), &hooks); err != nil {
		w.t.Fatal(err)
	}
	left, err := os.ReadDir(w.path("md/new"))
	if err != nil {
		w.t.Fatal(err)
	}
	return hooks[0].Waiting == 0 && len(left) == 0
}

func (w *workplace) eventIDs() (ids []int64) {
	w.t.Helper()
	for line := range strings.Lines(w.run("events", "--json")) {
		var event struct{ ID int64 }
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, event.ID)
	}
	return ids
}

// unreliable is a receiver that drops doubles by their ids, and fails often.
type unreliable struct {
	*httptest.Server

	mu       sync.Mutex // guards what follows
	taken    []int64    // events, in the order in which they came first
	seen     map[string]bool
	failures map[string]int
	doubles  int
	faults   []string
}

func newUnreliable(t *testing.T) *unreliable {
	r := &unreliable{seen: map[string]bool{}, failures: map[string]int{}}
	r.Server = httptest.NewServer(http.HandlerFunc(r.receive))
	t.Cleanup(r.Close)
	return r
}

func (r *unreliable) receive(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return // the server was killed in the middle of it
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	id, at := q.Header.Get("X-Patchwatch-Delivery"), q.Header.Get("X-Patchwatch-Timestamp")
	if q.Header.Get("X-Patchwatch-Signature") != hook.Signature("sesame", id, at, body) {
		r.faults = append(r.faults, "a wrong signature")
	}
	const mostFailures = 2 // of one event, or it would come again only after minutes
	if rand.IntN(2) == 0 && r.failures[id] < mostFailures {
		r.failures[id]++
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if r.seen[id] {
		r.doubles++
	} else {
		_, number, _ := strings.Cut(id, ".")
		event, err := strconv.ParseInt(number, 10, 64)
		if err != nil || !strings.HasPrefix(string(body), fmt.Sprintf(`{"id":%d,`, event)) {
			r.faults = append(r.faults, fmt.Sprintf("the id %q of %s", id, body))
		}
		r.seen[id], r.taken = true, append(r.taken, event)
	}
	if rand.IntN(4) == 0 && r.failures[id] < mostFailures {
		r.failures[id]++
		panic(http.ErrAbortHandler) // it is taken, and nobody hears of it
	}
}

// holds holds what was taken against the events that there are.
func (r *unreliable) holds(t *testing.T, want []int64, kills int) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.taken, want) {
		t.Errorf("taken are %d events\n%d\nand there are %d\n%d", len(r.taken), r.taken, len(want), want)
	}
	for _, fault := range r.faults {
		t.Error(fault)
	}
	failed := 0
	for _, n := range r.failures {
		failed += n
	}
	if failed < len(want)/3 || r.doubles == 0 {
		t.Errorf("only %d attempts failed, and %d doubles came: that proves little", failed, r.doubles)
	}
	t.Logf("%d kills: %d events taken, %d attempts failed, %d doubles dropped", kills, len(want), failed, r.doubles)
}
