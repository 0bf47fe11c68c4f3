package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) listCommand() *cobra.Command {
	var f filterFlags
	var archived bool
	c := &cobra.Command{
		Use:   "list [QUERY...]",
		Short: "List patches, newest first",
		Long: `Lists patches, newest first. A/R/T counts the Acked-by, Reviewed-by and Tested-by lines in the patch and its
comments; S/W/F, where there are any, the checks that say success, warning and fail. With a query, in the language of
patchwatch search, only patches that it finds.`,
		Example: `  patchwatch list --state new --since 2w
  patchwatch list --project netdev --submitter ann@example.org
  patchwatch list --subject 'ring buffer' --json
  patchwatch list 's:slab dfn:mm/ d:1.week.ago..'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			filter, err := f.filter()
			if err != nil {
				return err
			}
			filter.Archived = archived
			return a.paged(func(out io.Writer) error {
				return a.reading(cmd.Context(), func(s *db.Store) error {
					if err := f.lookUp(cmd.Context(), a, s, &filter); err != nil {
						return err
					}
					if err := a.among(cmd.Context(), s, args, false, &filter); err != nil {
						return err
					}
					return a.printPatches(cmd.Context(), out, s, filter, f.json)
				})
			})
		},
	}
	f.addTo(c)
	c.Flags().BoolVar(&archived, "archived", false, "archived ones too")
	return c
}

func (a *app) printPatches(ctx context.Context, out io.Writer, s *db.Store, f track.Filter, asJSON bool) error {
	if err := knownProject(ctx, s, f.Project); err != nil {
		return err
	}
	patches, err := s.Patches(ctx, f)
	if err != nil {
		return err
	}
	checks, err := checksOf(ctx, s, patches)
	if err != nil {
		return err
	}
	if asJSON {
		all := []view.Patch{}
		for _, p := range patches {
			shown := view.PatchOf(p)
			if c := checks[p.ID]; c != nil {
				shown.Check = track.Count(c).Combined().String()
			}
			all = append(all, shown)
		}
		return term.JSON(out, all)
	}
	if len(patches) == 0 {
		fmt.Fprintln(a.err, noneFound("patches", f.Narrows()))
		return nil
	}
	t := term.Table{Headings: []string{"ID", "DATE", "STATE", "A/R/T", "SERIES", "SUBMITTER", "PATCH"}, Flexible: 6,
		Colour: view.StateColumn(2)}
	if len(checks) > 0 {
		t.Headings, t.Flexible = slices.Insert(t.Headings, 4, "S/W/F"), 7
	}
	for _, p := range patches {
		cells := []string{fmt.Sprint(p.ID), p.Date.Format("2006-01-02"), string(p.State), view.TrailerCounts(p.Trailers),
			view.SeriesID(p.Series), term.Shorten(term.Printable(view.PersonName(p.Submitter)), 20), view.PatchTitle(p.Name)}
		if len(checks) > 0 {
			cells = slices.Insert(cells, 4, view.CheckCounts(checks[p.ID]))
		}
		t.Row(cells...)
	}
	return t.Print(out, a.screen)
}

// checksOf are the checks of patches: none where nobody checks anything.
func checksOf(ctx context.Context, s *db.Store, patches []track.PatchView) (map[int64][]track.Check, error) {
	ids := make([]int64, len(patches))
	for i, p := range patches {
		ids[i] = p.ID
	}
	return s.Checks(ctx, ids)
}

// knownProject refuses a project that does not exist, so that a mistyped name is not taken for a project without
// patches.
func knownProject(ctx context.Context, s *db.Store, linkName string) error {
	if linkName == "" {
		return nil
	}
	projects, err := s.Projects(ctx)
	if err != nil {
		return err
	}
	for _, p := range projects {
		if p.LinkName == linkName {
			return nil
		}
	}
	return fmt.Errorf("there is no project %q; patchwatch project list lists them", linkName)
}
