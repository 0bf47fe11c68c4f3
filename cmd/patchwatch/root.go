package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/watcher"
)

// app is what all commands share.
type app struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	screen term.Screen // what out is for whoever looks at it

	stuckAfter time.Duration                       // ops.StuckAfter but in tests
	disturb    func(*watcher.Config[*intake.Mail]) // nil but in tests, which kill the process at one of allSteps

	db      string // path of the database
	started bool   // a command's own code runs; errors before that are wrong usage
}

// newApp is the program with the streams that a process has.
func newApp(in io.Reader, out, err *os.File) *app {
	return &app{in: in, out: out, err: err, screen: term.ScreenOf(out), stuckAfter: ops.StuckAfter}
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

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "patchwatch",
		Short: "A patch tracker that is fed by a Maildir and loses no mail",
		Long: `patchwatch turns a mailing list's mail into a patch tracker: patches, series, covers, comments, people and states
in one database file. Point it at a Maildir, and read what it makes of the mail.`,
		Example: `  patchwatch watch ~/Maildir                 take in mail as it comes
  patchwatch series                          what was sent
  patchwatch show 12                         a patch with its comments
  patchwatch mbox 12 | git am                apply it
  patchwatch state 12 13 accepted            decide about it`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noSuchCommand,
		RunE:          func(cmd *cobra.Command, args []string) error { return cmd.Help() },
		PersistentPreRun: func(*cobra.Command, []string) {
			a.started = true
		},
	}
	root.PersistentFlags().StringVar(&a.db, "db", defaultDB(), "the database `FILE`; $PATCHWATCH_DB sets the default")
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetHelpCommandGroupID("more")
	root.AddGroup(
		&cobra.Group{ID: "mail", Title: "Take in mail"},
		&cobra.Group{ID: "read", Title: "Read and decide"},
		&cobra.Group{ID: "care", Title: "Look after it"},
		&cobra.Group{ID: "more", Title: "More"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("mail", a.watchCommand(), a.importCommand(), a.deliverCommand(), a.failedCommand(), a.projectCommand())
	add("read", a.listCommand(), a.seriesCommand(), a.showCommand(), a.mboxCommand(), a.rawCommand(), a.stateCommand(),
		a.delegateCommand(),
		a.archiveCommand(), a.unarchiveCommand())
	add("care", a.statusCommand(), a.checkCommand(), a.backupCommand(), a.rebuildCommand(), a.dumpCommand(),
		a.compareCommand(), a.stressCommand())
	add("more", a.versionCommand(), a.manCommand())
	sayUsage(root)
	return root
}

// sayUsage has every command answer wrong arguments with its usage, which says more than how many there should be.
func sayUsage(c *cobra.Command) {
	if check := c.Args; check != nil && !c.HasSubCommands() {
		c.Args = func(c *cobra.Command, args []string) error {
			if check(c, args) != nil {
				return fmt.Errorf("wrong arguments; the usage is: %s", c.UseLine())
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		sayUsage(sub)
	}
}

func defaultDB() string {
	if path := os.Getenv("PATCHWATCH_DB"); path != "" {
		return path
	}
	return "patchwatch.db"
}

// noSuchCommand is the Args of commands that only hold others: it names the one that was probably meant.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	hint := fmt.Sprintf("%s --help lists them", cmd.CommandPath())
	if meant := cmd.SuggestionsFor(args[0]); len(meant) > 0 {
		hint = "did you mean " + strings.Join(meant, " or ") + "?"
	}
	return fmt.Errorf("there is no command %q; %s", strings.TrimPrefix(cmd.CommandPath()+" "+args[0], "patchwatch "), hint)
}

// group makes a command that only holds others.
func group(use, short, long, example string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Long: long, Example: example, Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, args []string) error { return cmd.Help() }}
	c.AddCommand(commands...)
	return c
}

// writing runs f with the database open for writing; it is made if it is not there.
func (a *app) writing(ctx context.Context, f func(*db.Store) error) error {
	store, err := db.Open(ctx, a.db)
	if err != nil {
		return err
	}
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

// readingWith leaves f some time to tidy up after a signal.
func (a *app) readingWith(ctx context.Context, patience time.Duration, f func(*db.Store) error) error {
	defer onlyReading(ctx, patience)()
	store, err := db.OpenReadOnly(ctx, a.db)
	if errors.Is(err, db.ErrNotExist) {
		return a.noDatabase()
	}
	if err != nil {
		return err
	}
	return errors.Join(f(store), store.Close())
}

// changing is writing for commands that make no sense without a database.
func (a *app) changing(ctx context.Context, f func(*db.Store) error) error {
	if _, err := os.Stat(a.db); errors.Is(err, os.ErrNotExist) {
		return a.noDatabase()
	}
	return a.writing(ctx, f)
}

func (a *app) noDatabase() error {
	return fmt.Errorf("there is no database %s; patchwatch watch MAILDIR or patchwatch import makes it, --db FILE names another", a.db)
}

// projectFlag lets a command say which project is meant, where an ID stands for mail in several.
func projectFlag(c *cobra.Command, project *string) {
	c.Flags().StringVarP(project, "project", "p", "", "of this project (`LINK_NAME`), for mail that came through several lists")
}
