package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) seriesLinkCommand() *cobra.Command {
	return a.pairCommand(&cobra.Command{
		Use:   "link ID ID",
		Short: "Say that two series are versions of each other",
		Long: `Says that two series are versions of each other, whatever the rules find. The one of the higher version
revises the other; of one version, the newer one is the older one sent again. No mail and no rebuild changes it;
series unlink says the contrary, and series reset takes it back.

` + view.IDsHelp,
		Example: `  patchwatch series link s12 s7`,
	}, (*db.Store).LinkSeries)
}

func (a *app) seriesUnlinkCommand() *cobra.Command {
	return a.pairCommand(&cobra.Command{
		Use:   "unlink ID ID",
		Short: "Say that two series are no versions of each other",
		Long: `Says that two series are no versions of each other, whatever the rules find. No mail and no rebuild changes it;
series link says the contrary, and series reset takes it back.

` + view.IDsHelp,
		Example: `  patchwatch series unlink s12 s7`,
	}, (*db.Store).UnlinkSeries)
}

// pairCommand completes a command that decides about two series. It prints both, and what each revises now.
func (a *app) pairCommand(c *cobra.Command,
	decide func(s *db.Store, ctx context.Context, by track.Actor, one, other int64) error) *cobra.Command {
	var project string
	c.Args = cobra.ExactArgs(2)
	c.RunE = func(cmd *cobra.Command, ids []string) error {
		return a.changing(cmd.Context(), func(s *db.Store) error {
			var both [2]int64
			for i, id := range ids {
				v, err := view.FindSeriesOf(cmd.Context(), s, project, id)
				if err != nil {
					return err
				}
				both[i] = v.ID
			}
			if err := decide(s, cmd.Context(), a.actor(), both[0], both[1]); err != nil {
				return err
			}
			for _, id := range both {
				v, err := view.FindSeriesOf(cmd.Context(), s, project, view.SeriesID(id))
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "%s  %s  %s\n", view.SeriesID(v.ID), revises(v), term.Printable(view.SeriesTitle(v)))
			}
			return nil
		})
	}
	projectFlag(c, &project)
	return c
}

func revises(v track.SeriesView) string {
	if v.Revises == 0 {
		return "revises none"
	}
	return "revises " + view.SeriesID(v.Revises)
}
