package watcher

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func newMaildir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := EnsureMaildir(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// put delivers as an MTA does, under a name of the test's choice.
func put(t testing.TB, dir, name, data string) {
	t.Helper()
	tmp := filepath.Join(dir, "tmp", "put")
	write(t, tmp, data)
	if err := os.Rename(tmp, filepath.Join(dir, "new", name)); err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, path, data string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// ls lists a folder; what begins with a dot too.
func ls(t testing.TB, path ...string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func wantNames(t testing.TB, got []string, want ...string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// config hands over mails as they were claimed.
type config = Config[Claim]

func bare(c Claim) Claim { return c }

// store is a handler that remembers what it was given and rejects what begins with "bad".
type store struct {
	mu      sync.Mutex
	handled map[string]int    // name → how often
	data    map[string]string // name → bytes
	batches []int             // their sizes
	before  func(batch []Claim) error
}

func newStore() *store {
	return &store{handled: map[string]int{}, data: map[string]string{}}
}

func (s *store) handle(_ context.Context, batch []Claim) ([]Verdict, error) {
	if s.before != nil {
		if err := s.before(batch); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches = append(s.batches, len(batch))
	verdicts := make([]Verdict, len(batch))
	for i, claim := range batch {
		s.handled[claim.Name]++
		s.data[claim.Name] = string(claim.Data)
		verdicts[i] = verdictOf(claim)
	}
	return verdicts, nil
}

func verdictOf(claim Claim) Verdict {
	if bytes.HasPrefix(claim.Data, []byte("bad")) {
		return Verdict{Reject: errors.New("This mail is bad.\nIt says so itself.")}
	}
	return Verdict{}
}

func (s *store) count(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.handled[name]
}

func (s *store) names() (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.handled {
		names = append(names, name)
	}
	return names
}

func once(t testing.TB, c config) Summary {
	t.Helper()
	sum, err := Once(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// running is a Run in the background.
type running struct {
	*engine[Claim]
	t    testing.TB
	stop func() // waits until Run has returned

	mu      sync.Mutex // guards settled, states
	settled []Settlement[Claim]
	states  []State
}

// start is Run with a hand on its insides.
func start(t testing.TB, c config) *running {
	t.Helper()
	r := &running{t: t}
	c.Settled = func(s Settlement[Claim]) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.settled = append(r.settled, s)
	}
	changed := c.Changed
	c.Changed = func(s State) {
		if changed != nil {
			changed(s)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.states = append(r.states, s)
	}
	e, err := newEngine(c)
	if err != nil {
		t.Fatal(err)
	}
	e.notifier = newNotifier(e.boxes, e.Log)
	r.engine = e
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(r.stop)
	return r
}

func (r *running) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.settled)
}

func (r *running) lastState() (s State) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.states) > 0 {
		s = r.states[len(r.states)-1]
	}
	return s
}

func (r *running) waitSettled(n int) {
	r.t.Helper()
	eventually(r.t, func() bool { return r.count() >= n })
}

func eventually(t testing.TB, done func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain")
		}
	}
}

// noLeak fails the test when goroutines it began outlive it.
func noLeak(t testing.TB) {
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		eventually(t, func() bool { return runtime.NumGoroutine() <= before })
	})
}

// logBook is a log that can be searched.
type logBook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBook) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func (l *logBook) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.buf.String(), text)
}
