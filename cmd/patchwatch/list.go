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

func (a *app) listCommand() *cobra.Command {
	var f filterFlags
	var archived bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List patches, newest first",
		Long: `Lists patches, newest first. A/R/T counts the Acked-by, Reviewed-by and Tested-by lines in the patch and its
comments.`,
		Example: `  patchwatch list --state new --since 2w
  patchwatch list --project netdev --submitter ann@example.org
  patchwatch list --subject 'ring buffer' --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			filter, err := f.filter()
			if err != nil {
				return err
			}
			filter.Archived = archived
			return a.paged(func(out io.Writer) error {
				return a.reading(cmd.Context(), func(s *db.Store) error {
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
	if asJSON {
		all := []view.Patch{}
		for _, p := range patches {
			all = append(all, view.PatchOf(p))
		}
		return term.JSON(out, all)
	}
	if len(patches) == 0 {
		fmt.Fprintln(a.err, noneFound("patches", f.Narrows()))
		return nil
	}
	t := term.Table{Headings: []string{"ID", "DATE", "STATE", "A/R/T", "SERIES", "SUBMITTER", "PATCH"}, Flexible: 6,
		Colour: view.StateColumn(2)}
	for _, p := range patches {
		t.Row(fmt.Sprint(p.ID), p.Date.Format("2006-01-02"), string(p.State), view.TrailerCounts(p.Trailers),
			view.SeriesID(p.Series), term.Shorten(term.Printable(view.PersonName(p.Submitter)), 20), view.PatchTitle(p.Name))
	}
	return t.Print(out, a.screen)
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
