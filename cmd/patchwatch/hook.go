package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) hookCommand() *cobra.Command {
	return group("hook", "Send events to the URLs of other programs",
		`A hook is a URL to which patchwatch serve sends what happens, one event a request, in order: docs/hooks.md
says how receivers check that it is from you, and drop doubles. What a receiver does not take is sent again, for three
days.`,
		`  patchwatch hook add https://ci.example.org/patches --project netdev --category series-completed --secret-stdin
  patchwatch hook list`,
		a.hookAddCommand(), a.hookListCommand(), a.hookRemoveCommand(), a.hookRetryCommand())
}

type hookJSON struct {
	ID           int64            `json:"id"`
	URL          string           `json:"url"`
	Project      string           `json:"project"`    // link name; empty: all that are not private
	Categories   []track.Category `json:"categories"` // empty: all
	Signed       bool             `json:"signed"`
	AllowPrivate bool             `json:"allow_private"`
	Made         time.Time        `json:"made"`
	Sent         int64            `json:"sent"`    // number of an event: up to this one all are done with
	Waiting      int              `json:"waiting"` // events
	Oldest       *time.Time       `json:"oldest"`  // of those that wait; null: none does
	Failures     int              `json:"failures"`
	FailingSince *time.Time       `json:"failing_since"`
	NextTry      *time.Time       `json:"next_try"`
	Error        string           `json:"error"`
	GivenUp      *time.Time       `json:"given_up"`
}

func (a *app) hookListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List hooks, and say what waits for each, and why",
		Example: "  patchwatch hook list",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error {
				all, err := s.HooksWaiting(cmd.Context())
				if err != nil {
					return err
				}
				return a.printHooks(cmd.Context(), s, all, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return c
}

func (a *app) printHooks(ctx context.Context, s *db.Store, all []track.HookWaiting, asJSON bool) error {
	links, err := linkNames(ctx, s)
	if err != nil {
		return err
	}
	rows := []hookJSON{}
	t := term.Table{Headings: []string{"ID", "PROJECT", "URL", "WAITING", "STATE"}, Flexible: 4}
	for _, h := range all {
		rows = append(rows, hookRow(&h, links[h.Project]))
		t.Row(fmt.Sprint(h.ID), orDash(links[h.Project]), h.URL, fmt.Sprint(h.Waiting), hookState(&h, time.Now()))
	}
	if asJSON {
		return term.JSON(a.out, rows)
	}
	if len(all) == 0 {
		fmt.Fprintln(a.err, "no hooks yet")
		return nil
	}
	return t.Print(a.out, a.screen)
}

func hookRow(h *track.HookWaiting, project string) hookJSON {
	orNull := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.UTC()
		return &t
	}
	return hookJSON{
		ID: h.ID, URL: h.URL, Project: project, Categories: append([]track.Category{}, h.Categories...),
		Signed: h.Secret != "", AllowPrivate: h.AllowPrivate, Made: h.Made, Sent: h.Sent, Waiting: h.Waiting,
		Oldest:   orNull(h.Oldest),
		Failures: h.Failures, FailingSince: orNull(h.FailingSince), NextTry: orNull(h.NextTry), Error: h.Fault,
		GivenUp: orNull(h.GivenUp),
	}
}

// hookState says why events wait.
func hookState(h *track.HookWaiting, now time.Time) string {
	local := func(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }
	switch {
	case !h.GivenUp.IsZero():
		return fmt.Sprintf("GIVEN UP %s after %s: %s; patchwatch hook retry %d", local(h.GivenUp),
			term.Count(h.Failures, "attempt"), h.Fault, h.ID)
	case h.Failures > 0 && h.NextTry.After(now):
		return fmt.Sprintf("fails since %s, tried again %s: %s", local(h.FailingSince), local(h.NextTry), h.Fault)
	case h.Failures > 0:
		return fmt.Sprintf("fails since %s, to be tried again by patchwatch serve: %s", local(h.FailingSince), h.Fault)
	case h.Waiting > 0:
		return fmt.Sprintf("waits for patchwatch serve since %s", local(h.Oldest))
	}
	return "all is sent"
}

func (a *app) hookRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "remove ID...",
		Short:   "Send nothing more to a URL, and forget what waits for it",
		Example: "  patchwatch hook remove 3",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.eachHook(cmd.Context(), args, func(s *db.Store, id int64) error {
				return s.RemoveHook(cmd.Context(), a.actor(), id)
			})
		},
	}
}

func (a *app) hookRetryCommand() *cobra.Command {
	var skip bool
	c := &cobra.Command{
		Use:   "retry ID...",
		Short: "Try again at once, also where a hook was given up",
		Long: `Has what waits for a hook sent at once, also where it was given up. With --skip the first event that
waits is left out, such as one that the receiver will never take.`,
		Example: "  patchwatch hook retry 3\n  patchwatch hook retry 3 --skip",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.eachHook(cmd.Context(), args, func(s *db.Store, id int64) error {
				return s.RetryHook(cmd.Context(), a.actor(), id, skip)
			})
		},
	}
	c.Flags().BoolVar(&skip, "skip", false, "leave out the first event that waits")
	return c
}

// eachHook changes the hooks of some numbers.
func (a *app) eachHook(ctx context.Context, args []string, change func(s *db.Store, id int64) error) error {
	ids, err := hookIDs(args)
	if err != nil {
		return err
	}
	return a.changing(ctx, func(s *db.Store) error {
		for _, id := range ids {
			if err := change(s, id); err != nil {
				return err
			}
		}
		return nil
	})
}

func hookIDs(args []string) (ids []int64, err error) {
	for _, arg := range args {
		id, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || id <= 0 {
			return nil, usagef("%q is not the number of a hook; patchwatch hook list has them", arg)
		}
		ids = append(ids, id)
	}
	return ids, nil
}
