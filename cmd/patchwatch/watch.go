package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/lookup"
	"patchwatch/cmd/patchwatch/internal/ops"
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
			if err := w.checkFlags(cmd); err != nil {
				return err
			}
			var err error
			if w.log, err = term.NewLogger(a.err, logFormat); err != nil {
				return usageError{err}
			}
			w.manager = &ops.Notifier{}
			if !w.once {
				w.manager = ops.NewNotifier(w.rescan + a.stuckAfter)
			}
			dirs, err := ops.PrepareMaildirs(args, w.log) // before a database is made for nothing
			if err != nil {
				return err
			}
			err = w.untilThere(cmd.Context(), func(s *db.Store) error {
				w.store = s
				stopMetrics, err := w.serveMetrics(s, dirs, nil)
				if err != nil {
					return err
				}
				defer stopMetrics()
				return w.run(cmd.Context(), dirs)
			})
			if !w.once && errors.Is(err, context.Canceled) {
				return nil // it was stopped while it waited for another watcher to make the database
			}
			return err
		},
	}
	c.Flags().BoolVar(&w.once, "once", false, "take in what is there, then end")
	c.Flags().BoolVarP(&w.quiet, "quiet", "q", false, "no line for each mail, only what goes wrong")
	c.Flags().BoolVarP(&w.verbose, "verbose", "v", false,
		"with --once on a terminal, a line for each mail in place of a progress bar")
	c.Flags().StringVar(&w.metrics, "metrics", "",
		"serve Prometheus metrics and /healthz at this `ADDRESS`, such as :9464, which is on this machine only")
	c.Flags().DurationVar(&w.maxAge, "max-age", 10*time.Minute,
		"with --metrics, how long a mail may wait in new until /healthz complains")
	c.Flags().StringVar(&logFormat, "log-format", "auto",
		"the log's `FORMAT`: plain, logfmt, json; auto is plain on a terminal")
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
	manager  *ops.Notifier
	seen     *ops.Seen
	counts   *ops.Metrics // nil: nobody asked

	mu      sync.Mutex // guards the following fields: the watcher reports mails and scans from its own goroutines
	settled int
	paused  string // why no mail is taken, from one Maildir or from all
}

func (w *watching) run(ctx context.Context, dirs []string) error {
	s := w.store
	w.seen = &ops.Seen{Store: s, Host: w.hostName(), Dirs: dirs}
	if err := s.Watch(ctx, w.hostName(), dirs); err != nil {
		return err
	}
	intake.KeepMemorySmall()
	in := &intake.Intake{Store: s}
	config := watcher.Config[*intake.Mail]{
		Dirs: dirs, Prepare: in.Prepare, Handle: in.Handle, Rescan: w.rescan, Log: w.log,
		Settled: w.tellSettled, Changed: w.tellState,
	}
	if w.disturb != nil {
		w.disturb(&config)
		in.Step = config.Step
		s.OnStep(config.Step)
	}
	if w.once {
		return w.runOnce(ctx, config)
	}
	w.tellSlow(&config)
	if w.counts != nil {
		ops.Count(w.counts, &config, func(mail *intake.Mail) bool { return mail.Known })
	}
	w.log.Info("watching", "maildirs", dirs, "database", s.Path())
	stopNotes, stopManager := w.seen.Keep(ctx, w.tellManager), w.manager.Keep(ctx)
	stopFinishing, stopIndexing := w.finisher().Keep(ctx, w.finishEvery()), w.keeper().Keep(ctx)
	err := watcher.Run(ctx, config)
	stopIndexing()
	stopFinishing()
	stopNotes()
	stopManager()
	for _, dir := range dirs {
		ops.WritePaused(dir, "")
		ops.WriteStuck(dir, "")
	}
	w.log.Info("stopped", "settled", w.settled)
	return err
}

// untilThere is writing that tries again for as long as the server which has the database is away, so that the machines
// of a cluster may start in any order. A run with --once does not wait.
func (w *watching) untilThere(ctx context.Context, f func(*db.Store) error) error {
	said := ""
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		err := w.writing(ctx, f)
		if w.once || !errors.Is(err, db.ErrAway) {
			return err
		}
		if err.Error() != said {
			said = err.Error()
			w.log.Warn("waiting for the database", "database", engines.Shown(w.db), "err", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// How long it waits for a server that is away until it looks again.
const (
	firstWait   = 100 * time.Millisecond
	longestWait = 5 * time.Second
)

// checkFlags finds mistakes in flags that watch and serve have in common.
func (w *watching) checkFlags(cmd *cobra.Command) error {
	if w.metrics == "" && cmd.Flags().Changed("metrics") {
		return usagef("--metrics has no address; leave it out to serve none")
	}
	return nil
}

// serveMetrics serves metrics, if they are wanted, until stop is called. web is nil where there is no web server.
func (w *watching) serveMetrics(s *db.Store, dirs []string, web *ops.Web) (stop func(), err error) {
	if w.metrics == "" {
		return func() {}, nil
	}
	m := ops.NewMetrics(s.Path(), thisBuild().Version, dirs, w.maxAge, w.log)
	if web != nil {
		m.Serves(*web)
	}
	m.Searches(w.searchState)
	m.HasOthers(s)
	at, stop, err := m.Serve(w.metrics)
	if errors.Is(err, ops.ErrAddress) {
		return nil, usageError{err}
	}
	if err != nil {
		return nil, err
	}
	w.counts = m
	w.log.Info("serving metrics", "address", at)
	return stop, nil
}

// searchState says how far the search index is.
func (w *watching) searchState(ctx context.Context) (ops.Search, error) {
	index, last, err := lookup.StateOf(ctx, w.store)
	return ops.Search{Missing: max(last-index.Watermark, 0), Bytes: index.Bytes}, err
}

func (w *watching) finisher() *intake.Finisher { return &intake.Finisher{Store: w.store, Log: w.log} }

func (w *watching) keeper() *lookup.Keeper {
	return &lookup.Keeper{Store: w.store, Index: lookup.Open(w.store), Log: w.log}
}

// finishEvery is how often the watcher looks whether a change of projects or rules is left to finish.
func (w *watching) finishEvery() time.Duration {
	return min(ops.WriteEvery, max(w.rescan, time.Second))
}
