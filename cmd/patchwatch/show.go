package main

import (
	"io"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
)

func (a *app) showCommand() *cobra.Command {
	var project string
	var asJSON bool
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Show a patch with its comments, or a cover, a series, any mail",
		Long: `Shows a patch: what it is, its text and diff, and the comments on it. The same for covers and other mails; of a
series, its patches.

` + view.IDsHelp,
		Example: `  patchwatch show 12
  patchwatch show s12
  patchwatch show 20261123.4711-1-ann@example.org`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.paged(func(out io.Writer) error {
				return a.reading(cmd.Context(), func(s *db.Store) error {
					return view.NewShower(cmd.Context(), s, out, a.screen, asJSON).Show(project, args[0])
				})
			})
		},
	}
	projectFlag(c, &project)
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return c
}
