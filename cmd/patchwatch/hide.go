package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) hideCommand() *cobra.Command {
	return a.hiddenCommand(true, &cobra.Command{
		Use:   "hide ID...",
		Short: "Put mails out of sight, such as spam",
		Long: `Puts mails out of everybody's sight: out of lists, the API, search and what is fetched for git am, which answer that it
is gone. Of a series, all its mails. What they say is kept: raw shows it, and unhide takes it back.

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
		return a.changing(cmd.Context(), func(s *db.Store) error {
			var all []track.MailView
			for _, id := range args {
				mails, err := view.FindSet(cmd.Context(), s, project, id)
				if err != nil {
					return err
				}
				all = append(all, mails...)
			}
			if err := s.Hide(cmd.Context(), a.actor(), view.Numbers(all), hidden); err != nil {
				return err
			}
			for _, m := range all {
				fmt.Fprintf(a.out, "%d  %s  %s\n", m.ID, now, term.Printable(m.Name))
			}
			return nil
		})
	}
	projectFlag(c, &project)
	return c
}
