package hook_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/api"
	"patchwatch/web/hook"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/webtest/town"
)

const base = "https://pw.example.org"

// place is a town, with senders over its database.
type place struct {
	*town.Town
	t      *testing.T
	engine func() engine.Engine // of one database
	log    *lines
}

// lines are what was logged.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, string(p))
	return len(p), nil
}

func (l *lines) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.all, func(line string) bool { return strings.Contains(line, text) })
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, engine: town.Engines(t), log: &lines{}}
	p.Town = town.Build(t, p.store())
	return p
}

func (p *place) store() *db.Store {
	s, err := db.New(context.Background(), p.engine())
	if err != nil {
		p.t.Fatal(err)
	}
	if town.OnServer() {
		p.t.Cleanup(func() { s.Close() })
	}
	return s
}

func (p *place) api(s *db.Store) *api.API {
	return api.New(api.Config{Store: s, Keeper: site.NewKeeper(s, 1<<20)})
}

// send runs a sender until stop is called, which waits for its end.
func (p *place) send(clock func() time.Time) (stop func()) {
	s := p.store()
	sender := hook.New(hook.Config{
		Store: s, Events: p.api(s), Base: base, Clock: clock, Log: slog.New(slog.NewTextHandler(p.log, nil)),
	})
	ctx, cancel := context.WithCancel(p.t.Context())
	done := make(chan error, 1)
	go func() { done <- sender.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			p.t.Error(err)
		}
	})
	p.t.Cleanup(stop)
	return stop
}

func (p *place) hook(h track.Hook, since int64) track.Hook {
	p.t.Helper()
	h.AllowPrivate = true
	h, err := p.AddHook(p.t.Context(), "root", h, &since)
	if err != nil {
		p.t.Fatal(err)
	}
	return h
}

// of is a hook as it stands.
func (p *place) of(id int64) track.HookWaiting {
	p.t.Helper()
	all, err := p.HooksWaiting(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	at := slices.IndexFunc(all, func(h track.HookWaiting) bool { return h.ID == id })
	return all[at]
}

// until waits until something holds.
func (p *place) until(what string, holds func() bool) {
	p.t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("it never is that %s", what)
		}
	}
}

// receiver notes what it is sent.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	headers []http.Header
	bodies  []string
}

// receive makes a receiver whose answers have the status that answer gives for the nth request.
func receive(t *testing.T, answer func(n int) int) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		n := len(r.bodies)
		r.headers, r.bodies = append(r.headers, q.Header), append(r.bodies, string(body))
		r.mu.Unlock()
		status := answer(n)
		if status >= 300 && status < 400 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) got() ([]http.Header, []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.headers), slices.Clone(r.bodies)
}

func (r *receiver) count() int { _, bodies := r.got(); return len(bodies) }

func always(status int) func(int) int { return func(int) int { return status } }

// told is what the API has of what a hook wants.
func (p *place) told(w api.Wanted) (all []string) {
	p.t.Helper()
	w.Base = base
	told, err := p.api(p.Store).EventsAfter(p.t.Context(), w, 0, 1000)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, e := range told.Events {
		all = append(all, string(e.JSON))
	}
	return all
}

// TestSends: a receiver gets the events that the API shows, signed, in order, each once; those of a private project
// only by a hook that names it.
func TestSends(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.AddPrivate()
	all, some, inside := receive(t, always(200)), receive(t, always(204)), receive(t, always(201))
	everything := p.hook(track.Hook{URL: all.URL + "/x?y=z", Secret: "sesame"}, 0)
	p.hook(track.Hook{URL: some.URL, Categories: []track.Category{track.PatchCreated, track.CheckCreated}}, 0)
	root := track.Viewer{User: &track.User{Admin: true}}
	private := p.hook(track.Hook{URL: inside.URL, Project: p.project("inside")}, 0)
	stop := p.send(nil)
	defer stop()
	for r, w := range map[*receiver]api.Wanted{
		all: {}, some: {Categories: []track.Category{track.PatchCreated, track.CheckCreated}},
		inside: {Projects: []string{"inside"}, Viewer: root},
	} {
		want := p.told(w)
		if len(want) < 2 {
			t.Fatalf("%d events to begin with", len(want))
		}
		p.until("all are sent", func() bool { return r.count() >= len(want) })
		if _, got := r.got(); !slices.Equal(got, want) {
			t.Errorf("%d events were sent, want %d:\n%s\nwant\n%s", len(got), len(want), got[0], want[0])
		}
	}
	epoch, err := p.Epoch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	headers, bodies := all.got()
	for i, h := range headers {
		id, at := h.Get("X-Patchwatch-Delivery"), h.Get("X-Patchwatch-Timestamp")
		if h.Get("X-Patchwatch-Signature") != hook.Signature("sesame", id, at, []byte(bodies[i])) ||
			!strings.HasPrefix(id, epoch+".") ||
			!strings.HasPrefix(bodies[i], `{"id":`+strings.TrimPrefix(id, epoch+".")+",") ||
			!strings.Contains(bodies[i], `"category":"`+h.Get("X-Patchwatch-Event")+`"`) ||
			h.Get("X-Patchwatch-Hook") != fmt.Sprint(everything.ID) || h.Get("Content-Type") != "application/json" {
			t.Errorf("%v\n%s", h, bodies[i])
		}
	}
	if h, _ := some.got(); h[0].Get("X-Patchwatch-Signature") != "" {
		t.Error("what no secret signs is signed")
	}
	stop()
	if got := p.of(private.ID); got.Waiting != 0 || got.Sent == 0 {
		t.Errorf("noted is %+v", got)
	}
	before := all.count()
	p.send(nil)
	p.Deliver(town.Mail{ID: "new", From: "x@example.org", List: "demo", Subject: "[PATCH] new", Text: "x\n" + town.Diff,
		Day: 20})
	p.until("what is new is sent", func() bool { return all.count() > before })
	if _, got := all.got(); !strings.Contains(got[before], `"new"`) {
		t.Errorf("a sender begun anew sends %s", got[before])
	}
}

// TestMovedOutOfSight: a hook of a project is not told of its mail what that is by now in a private one.
func TestMovedOutOfSight(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := receive(t, always(200))
	p.hook(track.Hook{URL: r.URL, Project: p.Demo.ID}, 0)
	moved := p.Demo
	moved.ListID, moved.ListEmail = "demo.example.net", "demo@example.net"
	if _, err := p.SetProject(t.Context(), "admin", moved, town.Read, nil); err != nil {
		t.Fatal(err)
	}
	p.Project(track.Project{LinkName: "hush", ListID: p.Demo.ListID, ListEmail: p.Demo.ListEmail, Private: true})
	want := p.told(api.Wanted{Projects: []string{"demo"}})
	p.send(nil)
	p.until("all are sent", func() bool { return r.count() >= len(want) })
	if _, got := r.got(); !slices.Equal(got, want) || strings.Contains(strings.Join(got, ""), "hush") {
		t.Errorf("it is sent\n%s", strings.Join(got, "\n"))
	}
}

func (p *place) project(name string) int64 {
	p.t.Helper()
	all, err := p.Projects(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return all[slices.IndexFunc(all, func(o track.Project) bool { return o.LinkName == name })].ID
}

// TestSignature holds it against what openssl says: printf %s '3f2a.7.1790000000.{"id":7}' | openssl dgst -sha256 -hmac sesame
func TestSignature(t *testing.T) {
	const want = "sha256=b8393890f87bbe6874ad9ba9dafc5c5c9e7348ad63ed5dbed4010dad27925be7"
	if got := hook.Signature("sesame", "3f2a.7", "1790000000", []byte(`{"id":7}`)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestFailingHook: what a receiver does not take comes again, nothing overtakes it, and other hooks don't wait for it.
func TestFailingHook(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	half := receive(t, func(n int) int { return []int{500, 200}[n%2] })
	moved := receive(t, always(307))
	hung := receive(t, func(int) int { time.Sleep(2 * time.Second); return 200 })
	good := receive(t, always(200))
	nobody := p.hook(track.Hook{URL: "http://127.0.0.1:1/"}, 0)
	elsewhere := p.hook(track.Hook{URL: moved.URL}, 0)
	p.hook(track.Hook{URL: hung.URL}, 0)
	p.hook(track.Hook{URL: half.URL, Categories: []track.Category{track.PatchCreated}}, 0)
	p.hook(track.Hook{URL: good.URL}, 0)
	began := time.Now()
	stop := p.send(nil)
	defer stop()
	want := p.told(api.Wanted{})
	p.until("the good one has all", func() bool { return good.count() == len(want) })
	if took := time.Since(began); took > 1500*time.Millisecond {
		t.Errorf("the good one had all after %v", took)
	}
	patches := p.told(api.Wanted{Categories: []track.Category{track.PatchCreated}})
	p.until("the one that fails half of the time has all", func() bool { return half.count() >= 2*len(patches) })
	_, got := half.got()
	for i, body := range got {
		if body != patches[i/2] {
			t.Errorf("request %d is %s, want %s", i, body, patches[i/2])
		}
	}
	stop()
	if h := p.of(nobody.ID); h.Failures < 2 || !strings.Contains(h.Fault, "connection refused") ||
		h.Waiting != len(want) || h.NextTry.IsZero() || h.FailingSince.IsZero() {
		t.Errorf("of nobody is noted %+v", h)
	}
	if h := p.of(elsewhere.ID); h.Sent != 0 || !strings.Contains(h.Fault, "redirects are not followed") {
		t.Errorf("of one who moved is noted %+v", h)
	}
}

// wall is a clock that jumps.
type wall struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (w *wall) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.ahead)
}

func (w *wall) jump(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead += by
}

// TestGivenUp: a hook that fails for three days is given up loudly, and left alone until a person has it tried again.
// Nothing is lost by that.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	var mu sync.Mutex
	status := 503
	r := receive(t, func(int) int { mu.Lock(); defer mu.Unlock(); return status })
	h := p.hook(track.Hook{URL: r.URL}, 0)
	var clock wall
	p.send(clock.now)
	for days := 0.0; days < 2.9; days += 0.25 {
		before := p.of(h.ID).Failures
		p.until("it is tried again", func() bool { return p.of(h.ID).Failures > before })
		clock.jump(6 * time.Hour)
	}
	if !p.of(h.ID).GivenUp.IsZero() {
		t.Error("it is given up already")
	}
	clock.jump(6 * time.Hour)
	p.until("it is given up", func() bool { return !p.of(h.ID).GivenUp.IsZero() })
	if !p.log.has("a hook is given up") {
		t.Error("nobody is told")
	}
	tries := r.count()
	clock.jump(100 * time.Hour)
	time.Sleep(500 * time.Millisecond)
	if r.count() != tries {
		t.Error("it is tried again though it was given up")
	}
	mu.Lock()
	status = 200
	mu.Unlock()
	if err := p.RetryHook(t.Context(), "root", h.ID, true); err != nil {
		t.Fatal(err)
	}
	want := p.told(api.Wanted{})
	p.until("all but what was skipped is sent", func() bool { return r.count() >= tries+len(want)-1 })
	if _, got := r.got(); !slices.Equal(got[tries:], want[1:]) {
		t.Errorf("after it was tried again %d were sent, want %d", len(got)-tries, len(want)-1)
	}
}

// TestOneSender: of two servers over one database one sends; when it ends the other goes on at once. Nothing is sent
// twice.
func TestOneSender(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := receive(t, always(200))
	p.hook(track.Hook{URL: r.URL}, 0)
	first, second := p.send(nil), p.send(nil)
	for n := range 8 {
		p.Deliver(town.Mail{ID: fmt.Sprint("m", n), From: "x@example.org", List: "demo",
			Subject: fmt.Sprint("[PATCH] no ", n), Text: "x\n" + town.Diff, Day: 20})
		if n == 3 {
			first()
		}
		want := len(p.told(api.Wanted{}))
		p.until("all are sent", func() bool { return r.count() >= want })
	}
	second()
	if _, got := r.got(); !slices.Equal(got, p.told(api.Wanted{})) {
		t.Errorf("%d were sent, want %d", len(got), len(p.told(api.Wanted{})))
	}
	l, err := p.leaseNow()
	if err != nil || l.Holder != "" {
		t.Errorf("the lease is %+v, %v", l, err)
	}
}

func (p *place) leaseNow() (l engine.Lease, err error) {
	e := p.engine()
	if town.OnServer() {
		defer e.Close()
	}
	err = e.View(p.t.Context(), func(v engine.View) error {
		l, err = v.Lease("hooks")
		return err
	})
	return l, err
}
