package ops

import (
	"context"
	"log/slog"
	"maps"
	"regexp"
	"strings"
	"sync"
	"time"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/watcher"
)

// Metrics counts what a running watcher or web server does, and serves it in Prometheus' text format, with /healthz for
// those that only want to know whether a person is needed. What can be looked up, such as how many mails wait, is
// looked up when somebody asks.
type Metrics struct {
	db      string // path
	version string // of this program
	dirs    []string
	maxAge  time.Duration
	log     *slog.Logger
	web     *Web // nil: there is no web server

	store  *db.Store                             // nil: there is none to be asked about other hosts
	search func(context.Context) (Search, error) // nil: nobody searches

	looking sync.Mutex // held while folders are listed: one request at a time, since that slows down the mail

	mu       sync.Mutex // guards what follows
	claimed  int64
	settled  map[string]map[string]int64 // by Maildir and outcome
	failed   map[string]int64            // by kind of reason
	retried  int64
	paused   map[string]string // why, by Maildir; empty: it is not
	batch    Histogram
	storing  Histogram
	settling Histogram
}

// NewMetrics returns metrics that have counted nothing yet.
func NewMetrics(db, version string, dirs []string, maxAge time.Duration, log *slog.Logger) *Metrics {
	return &Metrics{
		db: db, version: version, dirs: dirs, maxAge: maxAge, log: log,
		settled: map[string]map[string]int64{}, failed: map[string]int64{}, paused: map[string]string{},
		batch:    Histogram{Bounds: []float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512}},
		storing:  Histogram{Bounds: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}},
		settling: Histogram{Bounds: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60, 600}},
	}
}

// Count makes the metrics count what a watcher does. known reports whether a mail was stored before.
func Count[T any](m *Metrics, c *watcher.Config[T], known func(T) bool) {
	prepare, handle, settled, changed := c.Prepare, c.Handle, c.Settled, c.Changed
	c.Prepare = func(claim watcher.Claim) T {
		m.mu.Lock()
		m.claimed++
		m.mu.Unlock()
		return prepare(claim)
	}
	c.Handle = func(ctx context.Context, batch []T) ([]watcher.Verdict, error) {
		start := time.Now()
		verdicts, err := handle(ctx, batch)
		m.handled(len(batch), time.Since(start), err)
		return verdicts, err
	}
	c.Settled = func(s watcher.Settlement[T]) {
		m.settle(s.Dir, s.Delivered, s.Reject, s.Reject == nil && known(s.Mail))
		settled(s)
	}
	c.Changed = func(s watcher.State) {
		m.change(s)
		changed(s)
	}
}

func (m *Metrics) handled(mails int, took time.Duration, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		m.retried += int64(mails)
		return
	}
	m.batch.add(float64(mails))
	m.storing.add(took.Seconds())
}

func (m *Metrics) settle(dir string, delivered time.Time, reject error, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	what := "stored"
	switch {
	case reject != nil:
		what = "failed"
		m.failed[m.kindOfReason(reject)]++
	case known:
		what = "known"
	}
	if m.settled[dir] == nil {
		m.settled[dir] = map[string]int64{}
	}
	m.settled[dir][what]++
	m.settling.add(max(time.Since(delivered).Seconds(), 0))
}

// mostReasons bounds the number of time series: some reasons have words of the mail in them.
const mostReasons = 20

var digitRuns = regexp.MustCompile(`[0-9]+`)

// kindOfReason is a reason without its numbers and without what follows a colon or quote.
func (m *Metrics) kindOfReason(reason error) string {
	text := digitRuns.ReplaceAllString(term.FirstLine(reason.Error()), "N")
	if at := strings.IndexAny(text, `:"`); at > 0 {
		text = text[:at]
	}
	text = strings.TrimSpace(term.Shorten(term.Printable(text), 60))
	if _, known := m.failed[text]; !known && len(m.failed) >= mostReasons {
		return "other"
	}
	return text
}

func (m *Metrics) change(s watcher.State) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range s.Dirs {
		m.paused[d.Dir] = d.Paused
		if s.Paused != "" {
			m.paused[d.Dir] = s.Paused
		}
	}
}

// maildirs looks at each Maildir once. A paused watcher may not have been able to write down why, so the reason is
// also kept here.
func (m *Metrics) maildirs() []MaildirStatus {
	m.looking.Lock()
	defer m.looking.Unlock()
	m.mu.Lock()
	paused := maps.Clone(m.paused)
	m.mu.Unlock()
	all := make([]MaildirStatus, len(m.dirs))
	for i, dir := range m.dirs {
		all[i] = MaildirStatusOf(db.Maildir{Path: dir, Paused: paused[dir]})
	}
	return all
}
