package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/lookup"
	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
	"patchwatch/web"
)

func (a *app) serveCommand() *cobra.Command {
	v := serving{watching: watching{app: a}}
	var logFormat string
	c := &cobra.Command{
		Use:   "serve [MAILDIR...]",
		Short: "Serve the API that Patchwork's clients speak",
		Long: `Serves what the database holds, to git-pw, pwclient, b4 and CI bots, as Patchwork does. With Maildirs it also
watches them, as watch does; otherwise watchers may run beside it, in processes of their own.

Sockets that the service manager hands over come before --listen. Put a proxy in front that speaks TLS, and name it by
--trust-proxy; --url says under which URL people find the server. Passwords are taken by https, or on this machine.

It sends events to the URLs of patchwatch hook. Accounts are made by patchwatch user add. Ctrl-C or SIGTERM finishes
what is in hand, and ends.`,
		Example: `  patchwatch serve ~/Maildir
  patchwatch serve --listen 127.0.0.1:8080 --url https://patches.example.org --trust-proxy 127.0.0.1
  patchwatch serve --listen unix:/run/patchwatch/web.sock --trust-proxy unix`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := v.checkFlags(cmd); err != nil {
				return err
			}
			var err error
			if v.log, err = term.NewLogger(a.err, logFormat); err != nil {
				return usageError{err}
			}
			if err := v.options.Check(); err != nil {
				return usageError{err}
			}
			v.manager = ops.NewNotifier(v.rescan + a.stuckAfter)
			dirs, err := ops.PrepareMaildirs(args, v.log) // before a database is made for nothing
			if err != nil {
				return err
			}
			err = v.untilThere(cmd.Context(), func(s *db.Store) error { return v.run(cmd.Context(), s, dirs) })
			if errors.Is(err, context.Canceled) {
				return nil // it was stopped while it waited for another process to make the database
			}
			return err
		},
	}
	c.Flags().StringVar(&v.options.Listen, "listen", "127.0.0.1:8080",
		"serve at this `ADDRESS`: HOST:PORT, port 0 picks one, or unix:PATH")
	c.Flags().StringVar(&v.options.URL, "url", "", "the `URL` under which people find the server")
	c.Flags().StringSliceVar(&v.options.Trust, "trust-proxy", nil,
		"believe the X-Forwarded headers of this `PROXY`: an address, a network, or unix")
	c.Flags().BoolVar(&v.options.RequireLogin, "require-login", false, "show nothing to those who have not logged in")
	c.Flags().StringVar(&v.options.AuthHeader, "auth-header", "",
		"the `HEADER` in which a proxy says who asks, such as X-Remote-User")
	c.Flags().StringSliceVar(&v.options.AuthFrom, "auth-from", nil,
		"believe --auth-header of this `PROXY`: an address, a network, or unix")
	c.Flags().BoolVarP(&v.quiet, "quiet", "q", false, "no line for each mail and request, only what goes wrong")
	c.Flags().StringVar(&v.metrics, "metrics", "",
		"serve Prometheus metrics and /healthz at this `ADDRESS`, as watch does")
	c.Flags().DurationVar(&v.maxAge, "max-age", 10*time.Minute,
		"with --metrics, how long a mail may wait in new until /healthz complains")
	c.Flags().StringVar(&logFormat, "log-format", "auto",
		"the log's `FORMAT`: plain, logfmt, json; auto is plain on a terminal")
	c.Flags().DurationVar(&v.rescan, "rescan", 30*time.Second, "list new this often even if nothing is heard")
	return c
}

// serving is one run of the serve command. Where it has Maildirs it is a watcher too.
type serving struct {
	watching
	options web.Options
	changed chan struct{} // has one where a list was tracked, so that stored mail is to follow
}

// How often the server looks whether a newer program has changed the database, for how long it then still says so to
// its clients, how often it sweeps sessions away that have ended, and how often it has the engine keep in memory what
// it finds lists by.
const (
	lookForNewer = time.Second
	sayNewer     = 2 * time.Second
	sweepEvery   = time.Hour
	warmEvery    = time.Minute
)

func (v *serving) run(ctx context.Context, s *db.Store, dirs []string) error {
	v.store, v.changed = s, make(chan struct{}, 1)
	listening, at := make(chan struct{}), ""
	server, err := web.NewServer(v.complete(func(url string) {
		fmt.Fprintf(v.err, "serving %s\n", url)
		at = url
		close(listening)
	}))
	if err != nil {
		return usageError{err}
	}
	requests := func() ops.Requests { return counted(server) }
	streams := func() ops.Streams { return ops.Streams(server.Streams()) }
	stopMetrics, err := v.serveMetrics(s, dirs, &ops.Web{
		Requests: requests, Current: s.Current, Streams: streams, Hooks: s.HooksWaiting,
	})
	if err != nil {
		return err
	}
	defer stopMetrics()
	return together(ctx,
		func(ctx context.Context) error { return server.Run(ctx) },
		func(ctx context.Context) error { return v.look(ctx, server, len(dirs) == 0) },
		func(ctx context.Context) error { return v.sweep(ctx) },
		func(ctx context.Context) error { return once(ctx, listening, func() error { return v.warm(ctx) }) },
		func(ctx context.Context) error { return v.follow(ctx) },
		func(ctx context.Context) error {
			return once(ctx, listening, func() error { return v.watch(ctx, dirs) })
		},
		func(ctx context.Context) error {
			return once(ctx, listening, func() error { return server.SendHooks(ctx, s, at) })
		},
	)
}

// once does something once the server listens: otherwise another one may have the address, and this one ends at once.
func once(ctx context.Context, listening <-chan struct{}, f func() error) error {
	select {
	case <-listening:
		return f()
	case <-ctx.Done():
		return nil
	}
}

// watch watches Maildirs until ctx ends, and tells the service manager. Without Maildirs it only does the latter.
func (v *serving) watch(ctx context.Context, dirs []string) error {
	if len(dirs) > 0 {
		err := v.watching.run(ctx, dirs)
		if errors.Is(err, db.ErrNewer) {
			<-ctx.Done() // look ends the server, and tells its clients before
		}
		return err
	}
	defer v.manager.Keep(ctx)()
	defer v.keeper().Keep(ctx)()
	v.manager.Tell("Serving")
	<-ctx.Done()
	return nil
}

// complete adds to the options of the command line what else a server needs.
func (v *serving) complete(ready func(url string)) web.Options {
	o := v.options
	o.Store, o.Log, o.Ready = v.store, v.log, ready
	o.Finder = &lookup.Server{Store: v.store, Index: lookup.Open(v.store)}
	o.Host = &ops.Host{Store: v.store, Name: v.hostName(), Search: v.searchState}
	o.AddProject = func(ctx context.Context, by track.Actor, p track.Project) error {
		err := v.store.BeginProject(ctx, by, p)
		if err == nil {
			select {
			case v.changed <- struct{}{}:
			default: // it is known already that something is to follow
			}
		}
		return err
	}
	if v.quiet {
		o.Log = slog.New(onlyProblems{v.log.Handler()})
	}
	o.SetProject = func(ctx context.Context, by track.Actor, p track.Project) error {
		_, err := v.store.SetProject(ctx, by, p, intake.Reread, nil)
		return err
	}
	return o
}

// together runs parts at once and waits for all of them. If one fails, all end.
func together(ctx context.Context, parts ...func(context.Context) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ended := make(chan error, len(parts))
	for _, part := range parts {
		go func() {
			err := part(ctx)
			stop(err)
			ended <- err
		}()
	}
	var errs []error
	for range parts {
		errs = append(errs, <-ended)
	}
	return errors.Join(errs...)
}

// counted tells ops what the server has counted: neither knows the other.
func counted(server *web.Server) ops.Requests {
	m := server.Metrics()
	all := ops.Requests{Running: m.Running}
	for _, r := range m.Routes {
		all.Routes = append(all.Routes, ops.Route{Pattern: r.Pattern, Classes: r.Classes, Seconds: ops.Histogram(r.Latency)})
	}
	return all
}

// look ends the server when a newer program has changed the database, and has another one served that took its place.
func (v *serving) look(ctx context.Context, server *web.Server, alone bool) error {
	for ctx.Err() == nil {
		err := v.store.Current(ctx)
		if errors.Is(err, db.ErrReplaced) {
			v.log.Warn("what is served from now on is another database", "err", err)
		}
		if errors.Is(err, db.ErrNewer) {
			server.Stop("The server is being brought up to date: try again in a moment.")
			wait(ctx, sayNewer)
			return fmt.Errorf("the database changed while it was served: %w", err)
		}
		if alone { // otherwise the watcher gives signs of life
			v.manager.Live()
		}
		wait(ctx, lookForNewer)
	}
	return nil
}

// warm has lists be found from memory. Where that fails, a page that asks the same of the database says what is wrong.
func (v *serving) warm(ctx context.Context) error {
	for ctx.Err() == nil {
		_ = v.store.Warm(ctx)
		wait(ctx, warmEvery)
	}
	return nil
}

// follow routes stored mail anew each time that a list was tracked on a page, until ctx ends. What it leaves when it is
// ended, a watcher or the next command about projects does.
func (v *serving) follow(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-v.changed:
		}
		if err := v.finisher().Once(ctx); err != nil && ctx.Err() == nil {
			v.log.Warn("a change of projects is not finished yet", "err", err)
		}
	}
}

// sweep has sessions forgotten that have ended, until ctx ends.
func (v *serving) sweep(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := v.store.Sweep(ctx, time.Now()); err != nil && ctx.Err() == nil {
			v.log.Warn("sessions that have ended are not yet forgotten", "err", err)
		}
		wait(ctx, sweepEvery)
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// onlyProblems leaves out of a log what is no problem.
type onlyProblems struct{ slog.Handler }

func (h onlyProblems) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}
