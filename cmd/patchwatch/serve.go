package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/intake"
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
		Long: `Serves what the database holds, to git-pw, pwclient, b4 and CI bots, as Patchwork does. With Maildirs it also watches
them, as watch does; otherwise watchers may run beside it, in processes of their own.

Sockets that the service manager hands over come before --listen. Put a proxy in front that speaks TLS, and name it by
--trust-proxy; --url says under which URL people find the server. Passwords are taken by https, or on this machine.

Accounts are made by patchwatch user add. Ctrl-C or SIGTERM finishes what is in hand, and ends.`,
		Example: `  patchwatch serve ~/Maildir
  patchwatch serve --listen 127.0.0.1:8080 --url https://patches.example.org --trust-proxy 127.0.0.1
  patchwatch serve --listen unix:/run/patchwatch/web.sock --trust-proxy unix`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if v.log, err = term.NewLogger(a.err, logFormat); err != nil {
				return usageError{err}
			}
			v.manager = ops.NewNotifier(v.rescan + a.stuckAfter)
			dirs, err := ops.PrepareMaildirs(args, v.log) // before a database is made for nothing
			if err != nil {
				return err
			}
			err = a.writing(cmd.Context(), func(s *db.Store) error { return v.run(cmd.Context(), s, dirs) })
			if errors.Is(err, context.Canceled) {
				return nil // it was stopped while it waited for another process to make the database
			}
			return err
		},
	}
	c.Flags().StringVar(&v.options.Listen, "listen", "127.0.0.1:8080", "serve at this `ADDRESS`: HOST:PORT, port 0 picks one, or unix:PATH")
	c.Flags().StringVar(&v.options.URL, "url", "", "the `URL` under which people find the server")
	c.Flags().StringSliceVar(&v.options.Trust, "trust-proxy", nil, "believe the X-Forwarded headers of this `PROXY`: an address, a network, or unix")
	c.Flags().BoolVar(&v.options.RequireLogin, "require-login", false, "show nothing to those who have not logged in")
	c.Flags().StringVar(&v.options.AuthHeader, "auth-header", "", "the `HEADER` in which a proxy says who asks, such as X-Remote-User")
	c.Flags().StringSliceVar(&v.options.AuthFrom, "auth-from", nil, "believe --auth-header of this `PROXY`: an address, a network, or unix")
	c.Flags().BoolVarP(&v.quiet, "quiet", "q", false, "no line for each mail and request, only what goes wrong")
	c.Flags().StringVar(&v.metrics, "metrics", "", "serve Prometheus metrics and /healthz at this `ADDRESS`, as watch does")
	c.Flags().DurationVar(&v.maxAge, "max-age", 10*time.Minute, "with --metrics, how long a mail may wait in new until /healthz complains")
	c.Flags().StringVar(&logFormat, "log-format", "auto", "the log's `FORMAT`: plain, logfmt, json; auto is plain on a terminal")
	c.Flags().DurationVar(&v.rescan, "rescan", 30*time.Second, "list new this often even if nothing is heard")
	return c
}

// serving is one run of the serve command. Where it has Maildirs it is a watcher too.
type serving struct {
	watching
	options web.Options
}

// How often the server looks whether a newer program has changed the database, and sweeps sessions away that have ended.
const (
	lookForNewer = time.Second
	sweepEvery   = time.Hour
)

func (v *serving) run(ctx context.Context, s *db.Store, dirs []string) error {
	v.store = s
	o := v.options
	if (o.AuthHeader == "") != (len(o.AuthFrom) == 0) {
		return usagef("--auth-header and --auth-from belong together: anybody can send a header")
	}
	o.Store, o.Log = s, v.log
	if v.quiet {
		o.Log = slog.New(onlyProblems{v.log.Handler()})
	}
	o.SetProject = func(ctx context.Context, by track.Actor, p track.Project) error {
		_, err := s.SetProject(ctx, by, p, intake.Reread, nil)
		return err
	}
	o.Ready = func(url string) { fmt.Fprintf(v.err, "serving %s\n", url) }
	server, err := web.NewServer(o)
	if err != nil {
		return usageError{err}
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ended := make(chan error, 3)
	parts := []func() error{
		func() error { return server.Run(ctx) },
		func() error { return v.look(ctx, server) },
	}
	if len(dirs) > 0 {
		parts = append(parts, func() error { return v.watching.run(ctx, s, dirs) })
	}
	for _, part := range parts {
		go func() {
			err := part()
			stop(err) // if one of them fails, all end
			ended <- err
		}()
	}
	var errs []error
	for range parts {
		errs = append(errs, <-ended)
	}
	return errors.Join(errs...)
}

// look looks after what a server needs from time to time, until ctx ends.
func (v *serving) look(ctx context.Context, server *web.Server) error {
	tick := time.NewTicker(lookForNewer)
	defer tick.Stop()
	var swept time.Time
	for {
		if now := time.Now(); now.Sub(swept) > sweepEvery {
			if err := v.store.Sweep(ctx, now); err != nil && ctx.Err() == nil {
				v.log.Warn("sessions that have ended are not yet forgotten", "err", err)
			}
			swept = now
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := v.store.Current(ctx); errors.Is(err, db.ErrNewer) {
			server.Stop("The server is being brought up to date: try again in a moment.")
			return fmt.Errorf("the database changed while it was served: %w", err)
		}
	}
}

// onlyProblems leaves out of a log what is no problem.
type onlyProblems struct{ slog.Handler }

func (h onlyProblems) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}
