package watcher

import (
	"math/rand/v2"
	"time"
)

const (
	firstPause   = 100 * time.Millisecond
	longestPause = 30 * time.Second
)

// pause is a time in which nothing is tried, after the environment has failed. Each failure doubles it; the first
// success ends it.
type pause struct {
	err    error
	reason string    // the text of err; empty: no pause
	since  time.Time // of the first failure in a row
	until  time.Time
	wait   time.Duration
	fails  int // in a row
}

// begin notes one more failure. changed says that people have not been told this reason yet.
func (p *pause) begin(now time.Time, err error) (changed bool) {
	changed = p.reason != err.Error()
	if p.reason == "" {
		p.since = now
	}
	p.err, p.reason = err, err.Error()
	p.wait = min(max(2*p.wait, firstPause), longestPause)
	p.until = now.Add(jitter(p.wait))
	p.fails++
	return changed
}

// end says whether there was a pause.
func (p *pause) end() bool {
	was := p.reason != ""
	*p = pause{}
	return was
}

func (p *pause) over(now time.Time) bool { return !now.Before(p.until) }

// jitter keeps many watchers, stopped by one full disk, from trying again all at once.
func jitter(d time.Duration) time.Duration {
	return d/2 + rand.N(d/2+1)
}
