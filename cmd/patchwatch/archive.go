package main

import (
	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
)

func (a *app) archiveCommand() *cobra.Command {
	return a.archivedCommand(true, &cobra.Command{
		Use:   "archive ID...",
		Short: "Put patches out of the usual lists",
		Long: `Puts patches out of the usual lists; of a series, all its patches. list --archived shows them too, and
unarchive takes them back. No mail and no rebuild changes it again.

` + view.IDsHelp,
		Example: `  patchwatch archive 12 s14
  patchwatch list --archived`,
	})
}

func (a *app) unarchiveCommand() *cobra.Command {
	return a.archivedCommand(false, &cobra.Command{
		Use:     "unarchive ID...",
		Short:   "Take patches back into the usual lists",
		Long:    "Takes back what archive did.\n\n" + view.IDsHelp,
		Example: "  patchwatch unarchive 12",
	})
}

func (a *app) archivedCommand(archived bool, c *cobra.Command) *cobra.Command {
	var project string
	now := "in the lists again"
	if archived {
		now = "archived"
	}
	c.Args = cobra.MinimumNArgs(1)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		return a.decide(cmd.Context(), view.FindPatches, project, args, func(s *db.Store, patches []int64) (string, error) {
			return now, s.SetArchived(cmd.Context(), a.actor(), patches, archived)
		})
	}
	projectFlag(c, &project)
	return c
}
