package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/watcher"
)

func (w *watching) runOnce(ctx context.Context, config watcher.Config[*intake.Mail]) error {
	for _, dir := range config.Dirs {
		queue, err := watcher.Waiting(dir)
		if err != nil {
			return err
		}
		w.backlog += queue.Mails
	}
	if !w.verbose {
		w.progress = w.newProgress("watch", "mails settled")
		defer w.progress.Clear()
	}
	sum, err := watcher.Once(ctx, config)
	if w.progress != nil {
		w.progress.Clear()
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	w.seen.WriteLast(w.tellManager)
	if err == nil {
		err = w.finisher().Once(ctx)
	}
	fmt.Fprintf(w.out, "%d stored, %d failed, %d left in new\n", sum.Stored, sum.Failed, sum.Left)
	if sum.Left > 0 {
		return errors.New("mail is left in new; the log above says why")
	}
	return err
}

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
	case m == nil: // the watcher refused it: it is too large
		w.log.Warn("failed", "file", s.Path, "msgid", "", "reason", term.FirstLine(s.Reject.Error()))
	case s.Reject != nil:
		w.log.Warn("failed", "file", s.Path, "msgid", m.MsgID, "reason", term.FirstLine(s.Reject.Error()),
			"ms", time.Since(m.Began).Milliseconds())
	case !w.quiet:
		w.log.Info(m.Words(), "project", m.Project, "series", view.SeriesID(m.Series), "subject", m.Subject, "msgid", m.MsgID,
			"file", s.Path, "ms", time.Since(m.Began).Milliseconds())
	}
}

// tellState notes for status that the Maildirs were looked at, and tells the service manager.
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
		ops.WriteStuck(d.Dir, d.Stuck)
	}
	w.manager.Tell(ops.ServiceStatus(w.paused, w.settled))
}

// tellManager tells the service manager what the watcher does. Without it the manager would not hear of the last of
// some mails, since the watcher sleeps after them and reports no state.
func (w *watching) tellManager() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.manager.Show(ops.ServiceStatus(w.paused, w.settled))
}
