package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/watcher"
)

// metrics counts what a running watcher does, and serves it in Prometheus' text format, with /healthz for those that only ask
// whether a person is needed. What can be looked up, such as how many mails wait, is looked up when it is asked for.
type metrics struct {
	db     string // path
	dirs   []string
	maxAge time.Duration
	log    *slog.Logger

	looking sync.Mutex // one answer at a time lists folders: that takes disk and processor from the mail

	mu       sync.Mutex // guards what follows
	claimed  int64
	settled  map[string]map[string]int64 // by Maildir and outcome
	failed   map[string]int64            // by kind of reason
	retried  int64
	paused   map[string]string // why, by Maildir; empty: it is not
	batch    histogram
	storing  histogram
	settling histogram
}

func newMetrics(db string, dirs []string, maxAge time.Duration, log *slog.Logger) *metrics {
	return &metrics{
		db: db, dirs: dirs, maxAge: maxAge, log: log,
		settled: map[string]map[string]int64{}, failed: map[string]int64{}, paused: map[string]string{},
		batch:    histogram{bounds: []float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512}},
		storing:  histogram{bounds: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}},
		settling: histogram{bounds: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60, 600}},
	}
}

// histogram counts values up to each bound, as Prometheus has it.
type histogram struct {
	bounds []float64
	counts []int64 // up to each bound and not up to the one before
	sum    float64
	n      int64
}

func (h *histogram) add(v float64) {
	if h.counts == nil {
		h.counts = make([]int64, len(h.bounds))
	}
	h.sum += v
	h.n++
	if i := sort.SearchFloat64s(h.bounds, v); i < len(h.bounds) {
		h.counts[i]++
	}
}

// watch has everything that a watcher does counted.
func (m *metrics) watch(c *watcher.Config[*parsed]) {
	prepare, handle, settled, changed := c.Prepare, c.Handle, c.Settled, c.Changed
	c.Prepare = func(claim watcher.Claim) *parsed {
		m.mu.Lock()
		m.claimed++
		m.mu.Unlock()
		return prepare(claim)
	}
	c.Handle = func(ctx context.Context, batch []*parsed) ([]watcher.Verdict, error) {
		start := time.Now()
		verdicts, err := handle(ctx, batch)
		m.handled(len(batch), time.Since(start), err)
		return verdicts, err
	}
	c.Settled = func(s watcher.Settlement[*parsed]) {
		m.settle(s)
		settled(s)
	}
	c.Changed = func(s watcher.State) {
		m.change(s)
		changed(s)
	}
}

func (m *metrics) handled(mails int, took time.Duration, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		m.retried += int64(mails)
		return
	}
	m.batch.add(float64(mails))
	m.storing.add(took.Seconds())
}

func (m *metrics) settle(s watcher.Settlement[*parsed]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	what := "stored"
	if s.Mail != nil && s.Mail.Known {
		what = "known"
	}
	if s.Reject != nil {
		what = "failed"
		m.failed[m.kindOfReason(s.Reject)]++
	}
	if m.settled[s.Dir] == nil {
		m.settled[s.Dir] = map[string]int64{}
	}
	m.settled[s.Dir][what]++
	m.settling.add(max(time.Since(s.Delivered).Seconds(), 0))
}

// mostReasons bounds the series that reasons make: some have words of the mail in them.
const mostReasons = 20

var digitRuns = regexp.MustCompile(`[0-9]+`)

// kindOfReason is a reason without its numbers and what follows a colon or quote.
func (m *metrics) kindOfReason(reason error) string {
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

func (m *metrics) change(s watcher.State) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range s.Dirs {
		m.paused[d.Dir] = d.Paused
		if s.Paused != "" {
			m.paused[d.Dir] = s.Paused
		}
	}
}

// maildirs looks at each Maildir once. That a watcher is paused it may not have been able to write down, so it is also known here.
func (m *metrics) maildirs() []maildirStatus {
	m.looking.Lock()
	defer m.looking.Unlock()
	m.mu.Lock()
	paused := maps.Clone(m.paused)
	m.mu.Unlock()
	all := make([]maildirStatus, len(m.dirs))
	for i, dir := range m.dirs {
		all[i] = statusOfMaildir(db.Maildir{Path: dir, Paused: paused[dir]})
	}
	return all
}

// write writes Prometheus' text format, version 0.0.4.
func (m *metrics) write(to io.Writer) {
	e := &exposition{}
	e.begin("patchwatch_build_info", "gauge", "1, with what this is.")
	e.value("patchwatch_build_info", 1, "version", thisBuild().Version, "go", runtime.Version())
	m.ofMaildirs(e)
	m.ofDatabase(e)
	m.mu.Lock()
	m.counted(e)
	m.mu.Unlock()
	io.WriteString(to, e.text.String())
}

// ofMaildirs is not counted here, and so is right whoever else has a hand in it. Of a Maildir that can't be read nothing is
// said, rather than that nothing waits there.
func (m *metrics) ofMaildirs(e *exposition) {
	all := m.maildirs()
	readable := slices.DeleteFunc(slices.Clone(all), func(st maildirStatus) bool { return st.Error != "" })
	gauge := func(name, help string, of []maildirStatus, value func(maildirStatus) float64) {
		e.begin(name, "gauge", help)
		for _, st := range of {
			e.value(name, value(st), "maildir", st.Path)
		}
	}
	gauge("patchwatch_waiting_mails", "Mails in new.", readable, func(st maildirStatus) float64 { return float64(st.Waiting) })
	gauge("patchwatch_oldest_waiting_seconds", "How long the oldest mail in new has waited; 0 if none waits.", readable,
		func(st maildirStatus) float64 { return st.waited().Seconds() })
	gauge("patchwatch_failed_mails", "Mails in failed.", readable, func(st maildirStatus) float64 { return float64(st.Failed) })
	gauge("patchwatch_paused", "1 while no mail is taken from the Maildir.", all, func(st maildirStatus) float64 {
		if st.Paused != "" {
			return 1
		}
		return 0
	})
}

func (m *metrics) ofDatabase(e *exposition) {
	for _, f := range []struct{ name, help, path string }{
		{"patchwatch_database_bytes", "Size of the database.", m.db},
		{"patchwatch_wal_bytes", "Size of the log beside the database.", m.db + "-wal"},
	} {
		e.begin(f.name, "gauge", f.help)
		info, err := os.Stat(f.path)
		switch {
		case err == nil:
			e.value(f.name, float64(info.Size()))
		case errors.Is(err, os.ErrNotExist):
			e.value(f.name, 0)
		}
	}
}

func (m *metrics) counted(e *exposition) {
	e.begin("patchwatch_claimed_mails_total", "counter", "Mails that were claimed and read, each time anew.")
	e.value("patchwatch_claimed_mails_total", float64(m.claimed))
	e.begin("patchwatch_settled_mails_total", "counter", "Mails that left new: stored, known already, or failed.")
	for _, dir := range m.dirs {
		for _, what := range []string{"stored", "known", "failed"} {
			e.value("patchwatch_settled_mails_total", float64(m.settled[dir][what]), "maildir", dir, "outcome", what)
		}
	}
	e.begin("patchwatch_failed_mails_total", "counter", "Mails that went to failed, by the reason.")
	for _, reason := range slices.Sorted(maps.Keys(m.failed)) {
		e.value("patchwatch_failed_mails_total", float64(m.failed[reason]), "reason", reason)
	}
	e.begin("patchwatch_retried_mails_total", "counter", "Mails that could not be stored for a fault around patchwatch, and stayed in new.")
	e.value("patchwatch_retried_mails_total", float64(m.retried))
	e.histogram("patchwatch_batch_mails", "Mails stored in one batch.", &m.batch)
	e.histogram("patchwatch_store_seconds", "Time to store a batch, the wait for the disk included.", &m.storing)
	e.histogram("patchwatch_settle_seconds", "Time from a mail's delivery until it has left new.", &m.settling)
}
