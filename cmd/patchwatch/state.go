package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) stateCommand() *cobra.Command {
	var project string
	c := &cobra.Command{
		Use:   "state ID... NEW-STATE",
		Short: "Decide about patches",
		Long: "Sets the state of patches; of a series, of all its patches. No mail and no rebuild changes it again.\n\n" +
			view.IDsHelp +
			"\n\nThe states are these, and those of project state add:\n  " + strings.Join(stateNames(), "\n  "),
		Example: `  patchwatch state 12 accepted
  patchwatch state 12 13 14 changes-requested
  patchwatch state s12 superseded`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, name := args[:len(args)-1], args[len(args)-1]
			return a.decide(cmd.Context(), view.FindPatches, project, ids, func(s *db.Store, patches []int64) (string, error) {
				state, err := findState(cmd.Context(), s, name)
				if err != nil {
					return "", err
				}
				return string(state), s.SetState(cmd.Context(), a.actor(), patches, state)
			})
		},
	}
	projectFlag(c, &project)
	return c
}

// finder returns the mails that ids mean, each once.
type finder func(ctx context.Context, s *db.Store, project string, ids []string) ([]track.MailView, error)

// decide sets something for the mails that find makes of the ids, and prints for each what it is now: that is what set
// returns.
func (a *app) decide(ctx context.Context, find finder, project string, ids []string,
	set func(s *db.Store, mails []int64) (now string, err error)) error {
	return a.changing(ctx, func(s *db.Store) error {
		mails, err := find(ctx, s, project, ids)
		if err != nil {
			return err
		}
		now, err := set(s, view.Numbers(mails))
		if err != nil {
			return err
		}
		for _, m := range mails {
			fmt.Fprintf(a.out, "%d  %s  %s\n", m.ID, term.Printable(now), term.Printable(m.Name))
		}
		return nil
	})
}
