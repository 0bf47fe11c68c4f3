package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
)

func (a *app) stateCommand() *cobra.Command {
	var project string
	c := &cobra.Command{
		Use:   "state ID... NEW-STATE",
		Short: "Decide about patches",
		Long: "Sets the state of patches; of a series, of all its patches. No mail and no rebuild changes it again.\n\n" +
			view.IDsHelp +
			"\n\nThe states are:\n  " + strings.Join(stateNames(), "\n  "),
		Example: `  patchwatch state 12 accepted
  patchwatch state 12 13 14 changes-requested
  patchwatch state s12 superseded`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			state, err := parseState(args[len(args)-1])
			if err != nil {
				return err
			}
			return a.decide(cmd.Context(), project, args[:len(args)-1], string(state), func(s *db.Store, patches []int64) error {
				return s.SetState(cmd.Context(), a.actor(), patches, state)
			})
		},
	}
	projectFlag(c, &project)
	return c
}

// decide sets something for the patches that the ids mean, and prints for each what it is now.
func (a *app) decide(ctx context.Context, project string, ids []string, now string,
	set func(s *db.Store, patches []int64) error) error {
	return a.changing(ctx, func(s *db.Store) error {
		patches, err := view.FindPatches(ctx, s, project, ids)
		if err != nil {
			return err
		}
		if err := set(s, view.Numbers(patches)); err != nil {
			return err
		}
		for _, p := range patches {
			fmt.Fprintf(a.out, "%d  %s  %s\n", p.ID, term.Printable(now), term.Printable(p.Name))
		}
		return nil
	})
}
