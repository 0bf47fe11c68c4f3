package ops

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"patchwatch/db"
	"patchwatch/watcher"
)

// Seen is what a watcher has seen of its Maildirs and the database has not been told yet. Only status reads it there,
// so an error is not reported: the next mail meets the same fault, and the log says so. What could not be written is
// kept for the next time.
type Seen struct {
	Store *db.Store
	Host  string   // of this machine; empty: there is no other
	Dirs  []string // that are watched

	mu   sync.Mutex // guards what follows: the watcher reports mails and scans from its own goroutines
	dirs map[string]db.Maildir
	last time.Time // when the database was told

	paused map[string]string // why no mail is taken, as the watcher said last
}

// WriteEvery is how often the database is told: seldom, so that an idle watcher stays idle.
const (
	WriteEvery   = 10 * time.Second
	lastPatience = 2 * time.Second // of the last time, while others hold the database
)

// Keep tells the database now and then, until it is stopped. Each time it also calls also.
func (s *Seen) Keep(ctx context.Context, also func()) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(WriteEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				also()
				s.Write(ctx)
			case <-done:
				s.WriteLast(also)
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

// WriteLast is Write for the end. It has little patience: nobody wants to wait a minute for a note.
func (s *Seen) WriteLast(also func()) {
	ctx, cancel := context.WithTimeout(context.Background(), lastPatience)
	defer cancel()
	also()
	s.Write(ctx)
}

// Settled notes that mail of a Maildir was settled just now.
func (s *Seen) Settled(dir string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.of(dir)
	m.LastMail, m.LastScan = time.Now(), time.Now()
	s.dirs[dir] = m
}

// Scanned notes what the watcher says of a Maildir, and why no mail is taken from it.
func (s *Seen) Scanned(d watcher.DirState, paused string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.of(d.Dir)
	m.LastScan, m.LastEvent, m.Paused = d.LastScan, d.LastEvent, paused
	s.dirs[d.Dir] = m
	if s.paused == nil {
		s.paused = map[string]string{}
	}
	s.paused[d.Dir] = paused
}

func (s *Seen) of(dir string) db.Maildir {
	if s.dirs == nil {
		s.dirs = map[string]db.Maildir{}
	}
	m := s.dirs[dir]
	m.Path = dir
	return m
}

// Write tells the database, all at once.
func (s *Seen) Write(ctx context.Context) {
	s.mu.Lock()
	if s.Host != "" && time.Since(s.last) >= tellEvery {
		for _, dir := range s.Dirs {
			if m, news := s.dirs[dir]; !news { // though nothing has happened there
				m = s.of(dir)
				m.Paused = s.paused[dir]
				s.dirs[dir] = m
			}
		}
	}
	dirs := s.dirs
	s.dirs = nil
	s.mu.Unlock()
	if len(dirs) == 0 {
		return
	}
	if s.Host != "" {
		lookAt(dirs)
	}
	if err := s.Store.Watched(ctx, s.Host, slices.Collect(maps.Values(dirs))...); err != nil {
		s.putBack(dirs)
		return
	}
	s.mu.Lock()
	s.last = time.Now()
	s.mu.Unlock()
}

// tellEvery is how often a host says at least that it is there: others see by its silence that it is not.
const tellEvery = time.Minute

// lookAt adds what other hosts can't look at. Of a Maildir that can't be read it is unknown, which pauses a watcher.
func lookAt(dirs map[string]db.Maildir) {
	for path, m := range dirs {
		if queue, err := watcher.Waiting(path); err == nil {
			m.Waiting, m.Oldest = queue.Mails, queue.Oldest
		}
		if failed, err := watcher.CountFailed(path); err == nil {
			m.Failed = failed
		}
		if m.Paused == "" {
			m.Paused = ReadPaused(path)
		}
		dirs[path] = m
	}
}

// putBack keeps what could not be written, unless something newer was seen meanwhile.
func (s *Seen) putBack(before map[string]db.Maildir) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for path, old := range before {
		_, since := s.dirs[path]
		m := s.of(path)
		if !since {
			m = old
		}
		if m.LastMail.IsZero() {
			m.LastMail = old.LastMail
		}
		if m.LastEvent.IsZero() {
			m.LastEvent = old.LastEvent
		}
		if m.LastScan.IsZero() {
			m.LastScan = old.LastScan
		}
		s.dirs[path] = m
	}
}
