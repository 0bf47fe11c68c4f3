package main

import (
	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
)

func (a *app) hideCommand() *cobra.Command {
	return a.hiddenCommand(true, &cobra.Command{
		Use:   "hide ID...",
		Short: "Put mails out of sight, such as spam",
		Long: `Puts mails out of everybody's sight: out of lists, the API, search and what is fetched for git am, which answer
that it is gone. Of a series, all its mails. What they say is kept: raw shows it, and unhide takes it back.

` + view.IDsHelp,
		Example: "  patchwatch hide 12\n  patchwatch hide s14",
	})
}

func (a *app) unhideCommand() *cobra.Command {
	return a.hiddenCommand(false, &cobra.Command{
		Use:     "unhide ID...",
		Short:   "Take mails back into sight",
		Long:    "Takes back what hide did.\n\n" + view.IDsHelp,
		Example: "  patchwatch unhide 12",
	})
}

func (a *app) hiddenCommand(hidden bool, c *cobra.Command) *cobra.Command {
	var project string
	now := "in sight again"
	if hidden {
		now = "hidden"
	}
	c.Args = cobra.MinimumNArgs(1)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		return a.decide(cmd.Context(), view.FindMails, project, args, func(s *db.Store, mails []int64) (string, error) {
			return now, s.Hide(cmd.Context(), a.actor(), mails, hidden)
		})
	}
	projectFlag(c, &project)
	return c
}
