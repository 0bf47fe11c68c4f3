package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "patchwatch",
		Short: "A patch tracker that is fed by a Maildir and loses no mail",
		Long: `patchwatch turns a mailing list's mail into a patch tracker: patches, series, covers, comments, people and
states in one database file. Point it at a Maildir, and read what it makes of the mail.`,
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
	root.PersistentFlags().StringVar(&a.db, "db", defaultDB(),
		"the database: a `FILE`, or postgres://USER@HOST/NAME; $PATCHWATCH_DB sets the default")
	root.PersistentFlags().StringVar(&a.host, "host", os.Getenv("PATCHWATCH_HOST"),
		"the `NAME` of this machine among those with one database; $PATCHWATCH_HOST sets the default")
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
	add("mail", a.watchCommand(), a.serveCommand(), a.importCommand(), a.deliverCommand(), a.failedCommand(),
		a.projectCommand(), a.adoptCommand())
	add("read", a.listCommand(), a.seriesCommand(), a.searchCommand(), a.showCommand(), a.diffCommand(), a.mboxCommand(),
		a.rawCommand(), a.stateCommand(), a.delegateCommand(), a.archiveCommand(),
		a.unarchiveCommand(), a.hideCommand(), a.unhideCommand(),
		a.checkResultCommand(), a.bundleCommand(), a.logCommand(), a.eventsCommand(), a.hookCommand())
	add("care", a.userCommand(), a.pruneCommand(), a.statusCommand(), a.checkCommand(), a.backupCommand(), a.copyCommand(),
		a.rebuildCommand(), a.dumpCommand(), a.compareCommand(), a.stressCommand())
	add("more", a.versionCommand(), a.manCommand())
	sayUsage(root)
	return root
}

// sayUsage makes every command answer wrong arguments with its usage, which says more than how many there should be.
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
