package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
)

func (a *app) pruneCommand() *cobra.Command {
	var events, log string
	c := &cobra.Command{
		Use:   "prune",
		Short: "Forget old events and old lines of the log",
		Long: `Takes out what happened and what was decided before a time. What stands now stays. Numbers of events are not
given again: whoever reads on from an old one misses what was taken out, and nothing else.`,
		Example: "  patchwatch prune --events-before 2025-01-01 --log-before 2020-01-01",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if events == "" && log == "" {
				return usagef("nothing is to be forgotten; --events-before and --log-before say what")
			}
			beforeEvents, err := parseWhen(events)
			if err != nil {
				return err
			}
			beforeLog, err := parseWhen(log)
			if err != nil {
				return err
			}
			return a.changing(cmd.Context(), func(s *db.Store) error {
				gone, err := s.Prune(cmd.Context(), a.actor(), beforeEvents, beforeLog)
				if err == nil {
					events, lines := term.Count(int(gone[0]), "event"), term.Count(int(gone[1]), "line")
					fmt.Fprintf(a.out, "%s and %s of the log are gone\n", events, lines)
				}
				return err
			})
		},
	}
	c.Flags().StringVar(&events, "events-before", "", "events from before `WHEN`: 2026-11-23, or 26w ago")
	c.Flags().StringVar(&log, "log-before", "", "lines of the log from before `WHEN`")
	return c
}
