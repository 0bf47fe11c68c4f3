package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) seriesCommand() *cobra.Command {
	var f filterFlags
	var incomplete bool
	c := &cobra.Command{
		Use:   "series [QUERY...]",
		Short: "List series, newest first",
		Long: `Lists series, newest first, each with the versions before it. PATCHES is how many have come of how many were
announced. With a query, in the language of patchwatch search, only series of which it finds a patch or the cover.`,
		Example: `  patchwatch series
  patchwatch series --project netdev --since 1w
  patchwatch series --incomplete
  patchwatch series 's:"ring buffer"'`,
		Args: queryOrCommand,
		RunE: func(cmd *cobra.Command, args []string) error {
			filter, err := f.filter()
			if err != nil {
				return err
			}
			filter.Incomplete = incomplete
			return a.paged(func(out io.Writer) error {
				return a.reading(cmd.Context(), func(s *db.Store) error {
					if err := f.lookUp(cmd.Context(), a, s, &filter); err != nil {
						return err
					}
					if err := a.among(cmd.Context(), s, args, true, &filter); err != nil {
						return err
					}
					return a.printSeries(cmd.Context(), out, s, filter, f.json)
				})
			})
		},
	}
	f.addTo(c)
	c.Flags().BoolVar(&incomplete, "incomplete", false, "only those of which patches are missing")
	c.AddCommand(a.seriesNameCommand(), a.seriesWhyCommand(), a.seriesMoveCommand(), a.seriesSplitCommand(),
		a.seriesResetCommand(), a.seriesLinkCommand(), a.seriesUnlinkCommand())
	return c
}

// queryOrCommand takes a query, but for one that begins with what probably is the mistyped name of a command.
func queryOrCommand(cmd *cobra.Command, args []string) error {
	cmd.SuggestionsMinimumDistance = 2
	if len(args) > 0 && len(cmd.SuggestionsFor(args[0])) > 0 {
		return noSuchCommand(cmd, args)
	}
	return nil
}

func (a *app) printSeries(ctx context.Context, out io.Writer, s *db.Store, f track.Filter, asJSON bool) error {
	if err := knownProject(ctx, s, f.Project); err != nil {
		return err
	}
	all, err := s.SeriesList(ctx, f)
	if err != nil {
		return err
	}
	if asJSON {
		shapes := []view.Series{}
		for _, v := range all {
			shapes = append(shapes, view.SeriesOf(v))
		}
		return term.JSON(out, shapes)
	}
	if len(all) == 0 {
		fmt.Fprintln(a.err, noneFound("series", f.Narrows()))
		return nil
	}
	t := term.Table{Headings: []string{"ID", "DATE", "PROJECT", "V", "PATCHES", "SUBMITTER", "SERIES"}, Flexible: 6}
	for _, l := range byFamily(all) {
		title := view.SeriesTitle(l.SeriesView)
		if l.below {
			title = "└ " + title
		}
		t.Row(view.SeriesID(l.ID), l.Date.Format("2006-01-02"), term.Shorten(term.Printable(l.Project), 20),
			view.VersionOf(l.SeriesView), view.ReceivedOf(l.SeriesView),
			term.Shorten(term.Printable(view.PersonName(l.Submitter)), 20), title)
	}
	return t.Print(out, a.screen)
}

type listed struct {
	track.SeriesView
	below bool // it belongs to the one above it: an earlier version, or a part that was sent again
}

// byFamily puts each series below the one that revises it, and parts that were sent again below their series, if these
// are listed too.
func byFamily(all []track.SeriesView) []listed {
	f := familiesOf(all)
	var out []listed
	done := map[int64]bool{}
	list := func(v track.SeriesView, below bool) {
		done[v.ID] = true
		out = append(out, listed{v, below})
	}
	for _, newest := range all {
		if f.revised[newest.ID] || f.isPart(newest) {
			continue
		}
		for v, below := newest, false; !done[v.ID]; below = true {
			list(v, below)
			for _, part := range f.parts[v.ID] {
				list(part, true)
			}
			if i, ok := f.at[v.Revises]; ok {
				v = all[i]
			}
		}
	}
	return out
}

// families tell what belongs together in a list of series.
type families struct {
	at      map[int64]int  // places in the list
	revised map[int64]bool // by a series that is no part
	parts   map[int64][]track.SeriesView
}

func familiesOf(all []track.SeriesView) *families {
	f := &families{map[int64]int{}, map[int64]bool{}, map[int64][]track.SeriesView{}}
	for i, v := range all {
		f.at[v.ID] = i
	}
	for _, v := range all {
		if !f.isPart(v) {
			f.revised[v.Revises] = true
		}
	}
	for _, v := range all {
		if f.isPart(v) && !f.revised[v.ID] {
			f.parts[v.PartOf] = append(f.parts[v.PartOf], v)
		}
	}
	return f
}

// isPart tells whether v is a part of a series that is listed too.
func (f *families) isPart(v track.SeriesView) bool {
	_, listed := f.at[v.PartOf]
	return listed
}
