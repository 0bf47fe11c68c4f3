package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/watcher"
)

func (a *app) deliverCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "deliver MAILDIR",
		Short: "Put the mail on standard input into a Maildir",
		Long: `Writes standard input into tmp, brings it to disk, and moves it into new: for an MTA's pipes
and aliases. It needs no database and no watcher. When it can't write it exits with 75, at which an MTA
keeps the mail and tries again.`,
		Example: `  patchwatch deliver ~/Maildir < mail.eml
  netdev: "|/usr/bin/patchwatch deliver /var/mail/netdev"      (an alias, see docs/deploy.md)`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.deliver(cmd.Context(), args[0]); err != nil {
				fmt.Fprintf(a.err, "patchwatch: %s\n", term.Printable(err.Error()))
				return exitCode(exitTempFail)
			}
			return nil
		},
	}
}

func (a *app) deliver(ctx context.Context, dir string) error {
	if _, err := watcher.EnsureMaildir(dir); err != nil {
		return err
	}
	_, err := watcher.Deliver(dir, intake.UntilDone(ctx, a.in))
	return err
}
