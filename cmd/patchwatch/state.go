package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) stateCommand() *cobra.Command {
	var project string
	c := &cobra.Command{
		Use:   "state ID... NEW-STATE",
		Short: "Decide about patches",
		Long: "Sets the state of patches; of a series, of all its patches. No mail and no rebuild changes it again.\n\n" + idsHelp +
			"\n\nThe states are:\n  " + strings.Join(track.States, "\n  "),
		Example: `  patchwatch state 12 accepted
  patchwatch state 12 13 14 changes-requested
  patchwatch state s12 superseded`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			state, err := parseState(args[len(args)-1])
			if err != nil {
				return err
			}
			return a.changing(cmd.Context(), func(s *db.Store) error {
				patches, err := findPatches(cmd.Context(), s, project, args[:len(args)-1])
				if err != nil {
					return err
				}
				if err := s.SetState(cmd.Context(), numbers(patches), state); err != nil {
					return err
				}
				for _, p := range patches {
					fmt.Printf("%d  %s  %s\n", p.ID, state, printable(p.Name))
				}
				return nil
			})
		},
	}
	c.Flags().StringVarP(&project, "project", "p", "", "of this project (`LINK_NAME`), for mail that came through several lists")
	return c
}

func numbers(mails []track.MailView) []int64 {
	out := make([]int64, len(mails))
	for i, m := range mails {
		out[i] = m.ID
	}
	return out
}
