package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/watcher"
)

// app is what all commands share.
type app struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	screen term.Screen // that out is shown on

	stuckAfter time.Duration                       // ops.StuckAfter, except in tests
	slowAfter  time.Duration                       // slowAfter, except in tests
	disturb    func(*watcher.Config[*intake.Mail]) // nil, except in tests, which kill the process at one of allSteps

	db      string // the path of the database, or its name on a server
	host    string // the name of this machine; empty: see hostName
	started bool   // a command's own code runs; errors before that are wrong usage
}

// newApp is the program with the streams of its process.
func newApp(in io.Reader, out, err *os.File) *app {
	return &app{in: in, out: out, err: err, screen: term.ScreenOf(out), stuckAfter: ops.StuckAfter,
		slowAfter: slowAfter}
}

// withProgress runs what reads stored mail anew, and shows how far it is.
func (a *app) withProgress(what string, f func(db.Progress) error) error {
	p := a.newProgress(what, "mails")
	defer p.Clear()
	return f(p.Tell)
}

// paged lets a person at a terminal read what f writes in a pager.
func (a *app) paged(f func(out io.Writer) error) error { return term.Paged(a.screen, a.out, a.err, f) }

// newProgress shows on standard error how far a job is.
func (a *app) newProgress(what, unit string) *term.Progress {
	return term.NewProgress(a.err, what, unit)
}

// writing runs f with the database open for writing. It makes the database if there is none.
func (a *app) writing(ctx context.Context, f func(*db.Store) error) error {
	store, err := engines.Open(ctx, a.db)
	if err != nil {
		return err
	}
	useEnvironment(store)
	err = store.ReadBy(ctx, ingest.ParserVersion)
	if err == nil {
		err = f(store)
	}
	return errors.Join(err, store.Close())
}

// reading runs f with the database open for reading. The first signal ends it.
func (a *app) reading(ctx context.Context, f func(*db.Store) error) error {
	return a.readingWith(ctx, soon, f)
}

// readingWith is reading that leaves f some time to tidy up after a signal.
func (a *app) readingWith(ctx context.Context, patience time.Duration, f func(*db.Store) error) error {
	defer onlyReading(ctx, patience)()
	store, err := engines.OpenReadOnly(ctx, a.db)
	if errors.Is(err, db.ErrNotExist) {
		return a.noDatabase()
	}
	if err != nil {
		return err
	}
	useEnvironment(store)
	return errors.Join(f(store), store.Close())
}

// useEnvironment is for measuring: versions of series have to be found without change-ids too.
func useEnvironment(store *db.Store) {
	if os.Getenv("PATCHWATCH_IGNORE_CHANGE_ID") == "1" {
		store.IgnoreChangeIDs()
	}
}

// changing is writing, for commands that need a database with something in it.
func (a *app) changing(ctx context.Context, f func(*db.Store) error) error {
	if err := engines.Exists(ctx, a.db); err != nil {
		return a.noDatabase()
	}
	return a.writing(ctx, f)
}

func (a *app) noDatabase() error {
	return fmt.Errorf("there is no database %s; "+
		"patchwatch watch MAILDIR or patchwatch import makes it, --db names another", engines.Shown(a.db))
}

// projectFlag adds the flag that says which project is meant, where an ID stands for mail in several.
func projectFlag(c *cobra.Command, project *string) {
	c.Flags().StringVarP(project, "project", "p", "",
		"of this project (`LINK_NAME`), for mail that came through several lists")
}

// actor is who decides by this command: the system's user. One without a name is known by number.
func (a *app) actor() track.Actor {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return track.Actor(u.Username)
	}
	return track.Actor("uid " + strconv.Itoa(os.Getuid()))
}

// hostName is the name of this machine among those that watch into one database. A database in a file has one machine,
// which needs none: in a container it may be another one after each start.
func (a *app) hostName() string {
	if a.host != "" || engines.IsFile(a.db) {
		return a.host
	}
	name, _ := os.Hostname()
	return name
}
