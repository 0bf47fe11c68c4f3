package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/watcher"
)

func (a *app) watchCommand() *cobra.Command {
	w := watching{app: a}
	var logFormat string
	c := &cobra.Command{
		Use:   "watch MAILDIR...",
		Short: "Take in mail as it is delivered, for ever or once",
		Long: `Watches Maildirs, stores every mail that is delivered into new, and moves it to cur; a mail that can't be read
goes to failed, with the reason beside it. Any number of watchers may run on one Maildir.

A folder that is no Maildir yet is made one. Ctrl-C or SIGTERM finishes the batch in hand and ends; a second one ends
at once. Nothing is lost either way. To try a failed mail again, move it from failed back to new.`,
		Example: `  patchwatch watch ~/Maildir
  patchwatch watch --once ~/Maildir          empty new, then end; exit 0 if no mail is left in it
  patchwatch --db /var/lib/pw.db watch /var/mail/netdev /var/mail/linux-man`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if w.once && cmd.Flags().Changed("metrics") {
				return usagef("--metrics is for a watcher that goes on, not for --once")
			}
			if w.metrics == "" && cmd.Flags().Changed("metrics") {
				return usagef("--metrics has no address; leave it out to serve none")
			}
			var err error
			if w.log, err = term.NewLogger(a.err, logFormat); err != nil {
				return usageError{err}
			}
			w.manager = &notifier{}
			if !w.once {
				w.manager = newNotifier(w.rescan + a.stuckAfter)
			}
			dirs, err := w.prepare(args) // before a database is made for nothing
			if err != nil {
				return err
			}
			err = a.writing(cmd.Context(), func(s *db.Store) error { return w.run(cmd.Context(), s, dirs) })
			if !w.once && errors.Is(err, context.Canceled) {
				return nil // stopped before it had begun, while it waited for another to make the database: that is no failure
			}
			return err
		},
	}
	c.Flags().BoolVar(&w.once, "once", false, "take in what is there, then end")
	c.Flags().BoolVarP(&w.quiet, "quiet", "q", false, "no line for each mail, only what goes wrong")
	c.Flags().BoolVarP(&w.verbose, "verbose", "v", false, "with --once on a terminal, a line for each mail in place of a progress bar")
	c.Flags().StringVar(&w.metrics, "metrics", "", "serve Prometheus metrics and /healthz at this `ADDRESS`, such as :9464, which is on this machine only")
	c.Flags().DurationVar(&w.maxAge, "max-age", 10*time.Minute, "with --metrics, how long a mail may wait in new until /healthz complains")
	c.Flags().StringVar(&logFormat, "log-format", "auto", "the log's `FORMAT`: plain, logfmt, json; auto is plain on a terminal")
	c.Flags().DurationVar(&w.rescan, "rescan", 30*time.Second, "list new this often even if nothing is heard")
	return c
}

// watching is one run of the watch command.
type watching struct {
	*app
	once, quiet, verbose bool
	rescan               time.Duration
	metrics              string // address to serve them at; empty: nobody asked
	maxAge               time.Duration

	store    *db.Store
	log      *slog.Logger
	progress *term.Progress // of --once
	backlog  int
	manager  *notifier

	mu      sync.Mutex // guards what follows: the watcher tells of mails and of scans from goroutines of its own
	settled int
	paused  string                // why no mail is taken from one Maildir or all
	seen    map[string]db.Maildir // by path, what is not noted in the database yet
}

func (w *watching) run(ctx context.Context, s *db.Store, dirs []string) error {
	w.store, w.seen = s, map[string]db.Maildir{}
	if err := s.Watch(ctx, dirs); err != nil {
		return err
	}
	keepMemorySmall()
	in := &intake{store: s}
	config := watcher.Config[*parsed]{
		Dirs: dirs, Prepare: in.prepare, Handle: in.handle, Rescan: w.rescan, Log: w.log,
		Settled: w.tellSettled, Changed: w.tellState,
	}
	if w.disturb != nil {
		w.disturb(&config)
		in.step = config.Step
		s.OnStep(config.Step)
	}
	if w.once {
		return w.runOnce(ctx, config)
	}
	if w.metrics != "" {
		m := newMetrics(s.Path(), dirs, w.maxAge, w.log)
		m.watch(&config)
		at, stop, err := m.serve(w.metrics)
		if err != nil {
			return err
		}
		defer stop()
		w.log.Info("serving metrics", "address", at)
	}
	w.log.Info("watching", "maildirs", dirs, "database", s.Path())
	stopNotes, stopManager, stopFinishing := w.keepNotes(ctx), w.manager.keep(ctx), w.keepFinishing(ctx)
	err := watcher.Run(ctx, config)
	stopFinishing()
	stopNotes()
	stopManager()
	for _, dir := range dirs {
		writePaused(dir, "")
	}
	w.log.Info("stopped", "settled", w.settled)
	return err
}

// allSteps lists the points at which a crash leaves a state of its own, in the order of a mail's life.
func allSteps() []string { return slices.Concat(watcher.Steps(), []string{stepParsed}, db.Steps()) }

// prepare makes the folders and gives their full paths, by which status knows them.
func (w *watching) prepare(dirs []string) ([]string, error) {
	for _, dir := range dirs { // before folders are made in one because another is mistyped
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no folder %s", dir)
		}
	}
	full := make([]string, len(dirs))
	for i, dir := range dirs {
		path, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		made, err := watcher.EnsureMaildir(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("there is no folder %s", dir)
		case err != nil:
			return nil, err
		}
		if made {
			w.log.Info("made a Maildir of the folder: cur, new, tmp and failed", "folder", path)
		}
		full[i] = path
	}
	return full, nil
}

func (w *watching) runOnce(ctx context.Context, config watcher.Config[*parsed]) error {
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
	w.noteLast()
	if err == nil {
		err = w.finishLeft(ctx)
	}
	fmt.Fprintf(w.out, "%d stored, %d failed, %d left in new\n", sum.Stored, sum.Failed, sum.Left)
	if sum.Left > 0 {
		return errors.New("mail is left in new; the log above says why")
	}
	return err
}

func (w *watching) tellSettled(s watcher.Settlement[*parsed]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settled++
	w.manager.live()
	seen := w.seen[s.Dir]
	seen.Path, seen.LastMail, seen.LastScan = s.Dir, time.Now(), time.Now()
	w.seen[s.Dir] = seen
	if w.progress != nil {
		w.progress.Tell(w.settled, max(w.backlog, w.settled))
		if s.Reject == nil && w.progress.OnTerminal() {
			return // the progress line says enough
		}
		w.progress.Clear()
	}
	w.logSettled(s)
}

func (w *watching) logSettled(s watcher.Settlement[*parsed]) {
	var o outcome
	read := s.Mail != nil // otherwise it is too large
	if read {
		o = s.Mail.outcome
	}
	if s.Reject != nil {
		log := w.log.With("file", s.Path, "msgid", o.msgID, "reason", term.FirstLine(s.Reject.Error()))
		if read {
			log = log.With("ms", time.Since(o.began).Milliseconds())
		}
		log.Warn("failed")
		return
	}
	if w.quiet {
		return
	}
	w.log.Info(o.words(), "project", o.Project, "series", seriesID(o.Series), "subject", o.name, "msgid", o.msgID, "file", s.Path,
		"ms", time.Since(o.began).Milliseconds())
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
		seen := w.seen[d.Dir]
		seen.Path, seen.LastScan, seen.LastEvent = d.Dir, d.LastScan, d.LastEvent
		seen.Paused = cmp.Or(s.Paused, d.Paused)
		w.seen[d.Dir] = seen
		writePaused(d.Dir, seen.Paused)
	}
	w.manager.tell(statusInWords(w.paused, w.settled))
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

// note writes what was seen, all at once. Only status reads it: if it can't be written, the next mail meets the same
// fault and the log says so; what was seen is kept for the next time. A manager is told too, since after the last of
// some mails the watcher sleeps and tells no state.
func (w *watching) note(ctx context.Context) {
	w.mu.Lock()
	seen := w.seen
	w.seen = map[string]db.Maildir{}
	w.manager.show(statusInWords(w.paused, w.settled))
	w.mu.Unlock()
	if len(seen) == 0 {
		return
	}
	if err := w.store.Watched(ctx, slices.Collect(maps.Values(seen))...); err != nil {
		w.keepSeen(seen)
	}
}

// keepSeen puts back what could not be written, below what was seen since.
func (w *watching) keepSeen(before map[string]db.Maildir) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for path, old := range before {
		m, since := w.seen[path]
		if !since {
			w.seen[path] = old
			continue
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
		w.seen[path] = m
	}
}
