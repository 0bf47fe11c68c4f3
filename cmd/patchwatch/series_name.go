package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) seriesNameCommand() *cobra.Command {
	var project string
	c := &cobra.Command{
		Use:   "name ID NAME...",
		Short: "Give a series a name",
		Long: `Gives a series a name of yours instead of its cover's subject. No mail and no rebuild changes it again; an empty NAME
takes it back.

` + idsHelp,
		Example: `  patchwatch series name s12 frobs, finally
  patchwatch series name s12 ""`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := strings.TrimSpace(strings.Join(args[1:], " "))
			return a.changing(cmd.Context(), func(s *db.Store) error {
				v, err := findSeriesOf(cmd.Context(), s, project, args[0])
				if err != nil {
					return err
				}
				if err := s.SetSeriesName(cmd.Context(), v.ID, name); err != nil {
					return err
				}
				if v, err = findSeriesOf(cmd.Context(), s, project, seriesID(v.ID)); err != nil {
					return err
				}
				fmt.Fprintf(a.out, "%s  %s\n", seriesID(v.ID), term.Printable(seriesTitle(v)))
				return nil
			})
		},
	}
	projectFlag(c, &project)
	return c
}

// findSeriesOf looks up the series that an id means: its own, or that of one of its mails.
func findSeriesOf(ctx context.Context, s *db.Store, project, id string) (track.SeriesView, error) {
	v, isSeries, err := findSeries(ctx, s, id)
	if isSeries || err != nil {
		return v, err
	}
	m, err := findMail(ctx, s, project, id)
	if err != nil {
		return v, err
	}
	if m.Series == 0 {
		return v, fmt.Errorf("%s is in no series: it is %s", id, kindInWords(m))
	}
	v, _, err = findSeries(ctx, s, seriesID(m.Series))
	return v, err
}
