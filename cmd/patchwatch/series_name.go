package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
)

func (a *app) seriesNameCommand() *cobra.Command {
	var project string
	c := &cobra.Command{
		Use:   "name ID NAME...",
		Short: "Give a series a name",
		Long: `Gives a series a name of yours instead of its cover's subject. No mail and no rebuild changes it
again; an empty NAME takes it back.

` + view.IDsHelp,
		Example: `  patchwatch series name s12 frobs, finally
  patchwatch series name s12 ""`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := strings.TrimSpace(strings.Join(args[1:], " "))
			return a.changing(cmd.Context(), func(s *db.Store) error {
				v, err := view.FindSeriesOf(cmd.Context(), s, project, args[0])
				if err != nil {
					return err
				}
				if err := s.SetSeriesName(cmd.Context(), a.actor(), v.ID, name); err != nil {
					return err
				}
				if v, err = view.FindSeriesOf(cmd.Context(), s, project, view.SeriesID(v.ID)); err != nil {
					return err
				}
				fmt.Fprintf(a.out, "%s  %s\n", view.SeriesID(v.ID), term.Printable(view.SeriesTitle(v)))
				return nil
			})
		},
	}
	projectFlag(c, &project)
	return c
}
