package main

import (
	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
)

func (a *app) seriesWhyCommand() *cobra.Command {
	var project string
	var asJSON bool
	c := &cobra.Command{
		Use:   "why ID",
		Short: "Say what put each mail into its series",
		Long: `Says of each mail of a series which rule put it there, and which header, and why the series is taken for a new version
of another. Of a reply, how it came to its patch.

` + view.IDsHelp,
		Example: `  patchwatch series why s12
  patchwatch series why 20261123.4711-1-ann@example.org`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error {
				return view.NewShower(cmd.Context(), s, a.out, a.screen, asJSON).Why(project, args[0])
			})
		},
	}
	projectFlag(c, &project)
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return c
}
