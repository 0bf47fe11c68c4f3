package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) eventsCommand() *cobra.Command {
	var since int64
	var follow, asJSON bool
	c := &cobra.Command{
		Use:   "events",
		Short: "Show what happened, in order",
		Long: `Lists what happened, oldest first: patches and series that came, that are complete, that have
another state. The names are Patchwork's. Numbers ascend: whoever has seen number N finds all that is new
by --since N, and nothing twice.

With --follow it goes on as things happen, until it is interrupted. With --json, each is an object on its own line.`,
		Example: `  patchwatch events
  patchwatch events --since 1041 --json
  patchwatch events --follow --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error {
				e := &eventPrinter{out: a.out, store: s, last: since, json: asJSON}
				if follow {
					return e.follow(cmd.Context())
				}
				return e.printNew(cmd.Context())
			})
		},
	}
	c.Flags().Int64Var(&since, "since", 0, "those after number `N`")
	c.Flags().BoolVarP(&follow, "follow", "f", false, "go on as things happen")
	c.Flags().BoolVar(&asJSON, "json", false, "for programs, an object a line")
	return c
}

// eventPrinter prints events one after the other.
type eventPrinter struct {
	out   io.Writer
	store *db.Store
	last  int64 // number of the last one that was printed
	json  bool
}

const (
	eventsAtOnce = 1000
	lookForNew   = 500 * time.Millisecond // another process may write them, so they are looked for
)

func (p *eventPrinter) follow(ctx context.Context) error {
	for {
		if err := p.printNew(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookForNew):
		}
	}
}

func (p *eventPrinter) printNew(ctx context.Context) error {
	for {
		events, err := p.store.Events(ctx, p.last, eventsAtOnce)
		if err != nil || len(events) == 0 {
			return err
		}
		users, err := p.usersIn(ctx, events)
		if err != nil {
			return err
		}
		for _, e := range events {
			if err := p.print(e, users); err != nil {
				return err
			}
		}
		p.last = events[len(events)-1].ID
	}
}

// usersIn names the users who made checks, if any of the events is about one.
func (p *eventPrinter) usersIn(ctx context.Context, events []track.Event) (map[int64]string, error) {
	if !slices.ContainsFunc(events, func(e track.Event) bool { return e.Check != nil }) {
		return nil, nil
	}
	return view.UserNames(ctx, p.store)
}

func (p *eventPrinter) print(e track.Event, users map[int64]string) error {
	if p.json {
		return term.JSONLine(p.out, view.EventOf(e, users))
	}
	about := e.Patch.Name
	switch e.Category {
	case track.SeriesCreated, track.SeriesCompleted:
		about = fmt.Sprintf("%s %s", view.SeriesID(e.Series.ID), e.Series.Name)
	case track.CoverCreated, track.CoverCommentCreated:
		about = e.Cover.Name
	case track.PatchStateChanged, track.PatchDelegated:
		about = fmt.Sprintf("%s -> %s  %s", orDash(e.Before), orDash(e.After), e.Patch.Name)
	}
	if e.Check != nil {
		about = fmt.Sprintf("%s %s  %s", e.Check.Context, e.Check.State, e.Patch.Name)
	}
	_, err := fmt.Fprintf(p.out, "%-6d %s  %-21s  %s  %s\n", e.ID, e.Date.Local().Format("2006-01-02 15:04:05"),
		e.Category, term.Printable(e.Project), term.Printable(about))
	return err
}
