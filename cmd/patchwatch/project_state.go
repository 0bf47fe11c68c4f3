package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) projectStateCommand() *cobra.Command {
	return group("state", "Have states beside Patchwork's",
		`Patches can be in Patchwork's ten states, which have the numbers 1 to 10, and in states of one's own, of whatever
project.`,
		"  patchwatch project state add queued --number 13\n  patchwatch project state list",
		a.projectStateAddCommand(), a.projectStateListCommand())
}

func (a *app) projectStateAddCommand() *cobra.Command {
	var o db.OwnState
	c := &cobra.Command{
		Use:   "add SLUG",
		Short: "Have another state",
		Long: `Adds a state, or changes one that was added. The API calls it by its slug, by its name, which is the slug with
spaces for hyphens, and by its number.`,
		Example: "  patchwatch project state add needs-ack --number 15 --open",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Slug = track.State(args[0])
			return a.writing(cmd.Context(), func(s *db.Store) error {
				o, err := s.AddOwnState(cmd.Context(), a.actor(), o)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "state %s has the number %d\n", o.Slug, o.Number)
				// Whether a state is open says what may show as superseded. Stored patches are to follow at once.
				_, err = s.Finish(cmd.Context(), intake.Reread, nil)
				return err
			})
		},
	}
	c.Flags().IntVar(&o.Number, "number", 0, "its `NUMBER`; otherwise the first from 11 that is free")
	c.Flags().BoolVar(&o.Open, "open", false, "something is still to be done about a patch in this state")
	return c
}

type stateJSON struct {
	Slug   string `json:"slug"`
	Number int    `json:"number"`
	Open   bool   `json:"open"`
}

func (a *app) projectStateListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List all states",
		Example: "  patchwatch project state list",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error {
				all := []stateJSON{}
				for i, state := range track.States() {
					all = append(all, stateJSON{string(state), i + 1, state.Open()})
				}
				own, err := s.OwnStates(cmd.Context())
				if err != nil {
					return err
				}
				for _, o := range own {
					all = append(all, stateJSON{string(o.Slug), o.Number, o.Open})
				}
				return a.printStates(all, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return c
}

func (a *app) printStates(all []stateJSON, asJSON bool) error {
	if asJSON {
		return term.JSON(a.out, all)
	}
	t := term.Table{Headings: []string{"NUMBER", "STATE", ""}, Whole: 1}
	for _, s := range all {
		open := ""
		if s.Open {
			open = "open"
		}
		t.Row(fmt.Sprint(s.Number), s.Slug, open)
	}
	return t.Print(a.out, a.screen)
}

// findState reads a state, Patchwork's or one of one's own.
func findState(ctx context.Context, s *db.Store, name string) (track.State, error) {
	own, err := s.OwnStates(ctx)
	if err != nil {
		return "", err
	}
	state, ok := db.FindState(own, name)
	if ok {
		return state, nil
	}
	names := stateNames()
	for _, o := range own {
		names = append(names, string(o.Slug))
	}
	return "", usagef("there is no state %q; the states are %s", name, strings.Join(names, ", "))
}
