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

const membersHelp = view.IDsHelp + "\nA cover means the cover alone."

func (a *app) seriesMoveCommand() *cobra.Command {
	var project, to string
	c := &cobra.Command{
		Use:   "move ID... --to SERIES",
		Short: "Put patches or covers into another series",
		Long: `Puts patches or covers into another series. No mail and no rebuild takes them out again; series reset does.
What the series had under the number of one of them goes out of it. A patch without a number gets the lowest one that
is free.

` + membersHelp,
		Example: `  patchwatch series move 12 --to s7
  patchwatch series move 12 13 20261123.4711-1-ann@example.org --to s7
  patchwatch series move s12 --to s7`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if to == "" {
				return usagef("say with --to into which series, as in: patchwatch series move 12 --to s7")
			}
			return a.putMails(cmd.Context(), project, args, func(s *db.Store, mails []int64) error {
				target, err := view.FindSeriesOf(cmd.Context(), s, project, to)
				if err != nil {
					return err
				}
				return s.MoveToSeries(cmd.Context(), a.actor(), mails, target.ID)
			})
		},
	}
	projectFlag(c, &project)
	c.Flags().StringVar(&to, "to", "", "the series that they go to, or a mail of it")
	return c
}

func (a *app) seriesSplitCommand() *cobra.Command {
	var project string
	c := &cobra.Command{
		Use:   "split ID...",
		Short: "Put patches or covers into a series of their own",
		Long: `Puts patches or covers into one series of their own. No mail and no rebuild adds to it or takes from it, but
series move and series reset do.

` + membersHelp,
		Example: `  patchwatch series split 12
  patchwatch series split 12 13 14`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.putMails(cmd.Context(), project, args, func(s *db.Store, mails []int64) error {
				return s.SplitSeries(cmd.Context(), a.actor(), mails)
			})
		},
	}
	projectFlag(c, &project)
	return c
}

func (a *app) seriesResetCommand() *cobra.Command {
	var project string
	c := &cobra.Command{
		Use:   "reset ID...",
		Short: "Let patchwatch find the series of patches or covers again",
		Long: `Takes back what series move and series split did to patches or covers: they go where their threads, numbers and
dates put them. Of a whole series it also takes back what series link and series unlink said.

` + membersHelp,
		Example: `  patchwatch series reset 12
  patchwatch series reset s12`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.putMails(cmd.Context(), project, args, func(s *db.Store, mails []int64) error {
				return s.ResetSeries(cmd.Context(), a.actor(), mails)
			})
		},
	}
	projectFlag(c, &project)
	return c
}

// putMails decides about the series of the mails that ids mean, and prints for each in which it is now.
func (a *app) putMails(
	ctx context.Context, project string, ids []string, put func(s *db.Store, mails []int64) error,
) error {
	return a.changing(ctx, func(s *db.Store) error {
		mails, err := view.FindMembers(ctx, s, project, ids)
		if err != nil {
			return err
		}
		if err := put(s, view.Numbers(mails)); err != nil {
			return err
		}
		for _, m := range mails {
			now, err := view.FindMail(ctx, s, project, fmt.Sprint(m.ID))
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out, "%d  %s  %s\n", m.ID, inSeries(now), term.Printable(m.Name))
		}
		return nil
	})
}

func inSeries(m track.MailView) string {
	if m.Series == 0 {
		return "no series"
	}
	return view.SeriesID(m.Series)
}
