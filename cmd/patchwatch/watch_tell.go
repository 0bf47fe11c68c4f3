package main

import (
	"cmp"
	"context"
	"time"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/watcher"
)

func (w *watching) tellSettled(s watcher.Settlement[*intake.Mail]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settled++
	w.manager.Live()
	w.seen.Settled(s.Dir)
	if w.progress != nil {
		w.progress.Tell(w.settled, max(w.backlog, w.settled))
		if s.Reject == nil && w.progress.OnTerminal() {
			return // the progress line says enough
		}
		w.progress.Clear()
	}
	w.logSettled(s)
}

func (w *watching) logSettled(s watcher.Settlement[*intake.Mail]) {
	m := s.Mail
	switch {
	case m == nil: // it was too large to be read
		w.log.Warn("failed", "file", s.Path, "msgid", "", "reason", term.FirstLine(s.Reject.Error()))
	case s.Reject != nil:
		w.log.Warn("failed", "file", s.Path, "msgid", m.MsgID, "reason", term.FirstLine(s.Reject.Error()),
			"ms", time.Since(m.Began).Milliseconds())
	case !w.quiet:
		w.log.Info(m.Words(), "project", m.Project, "series", seriesID(m.Series), "subject", m.Subject, "msgid", m.MsgID,
			"file", s.Path, "ms", time.Since(m.Began).Milliseconds())
	}
}

// tellState remembers that the Maildirs are being looked at, for status, and tells the service manager.
func (w *watching) tellState(s watcher.State) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.paused = s.Paused
	for _, d := range s.Dirs {
		if w.paused == "" && d.Paused != "" {
			w.paused = d.Dir + ": " + d.Paused
		}
		paused := cmp.Or(s.Paused, d.Paused)
		w.seen.Scanned(d, paused)
		ops.WritePaused(d.Dir, paused)
	}
	w.manager.Tell(ops.ServiceStatus(w.paused, w.settled))
}

// notesEvery is how often the database is told what was seen: seldom enough that an idle watcher is idle.
const (
	notesEvery    = 10 * time.Second
	notesPatience = 2 * time.Second // of the last one, while others hold the database
)

func (w *watching) keepNotes(ctx context.Context) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(notesEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				w.note(ctx)
			case <-done:
				w.noteLast()
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

// noteLast is for the end, which nobody waits for a minute for the sake of a note.
func (w *watching) noteLast() {
	ctx, cancel := context.WithTimeout(context.Background(), notesPatience)
	defer cancel()
	w.note(ctx)
}

// note writes what was seen. A manager is told too, since after the last of some mails the watcher sleeps and tells no state.
func (w *watching) note(ctx context.Context) {
	w.mu.Lock()
	w.manager.Show(ops.ServiceStatus(w.paused, w.settled))
	w.mu.Unlock()
	w.seen.Write(ctx)
}
