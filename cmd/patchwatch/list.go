package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
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

type personJSON struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

type patchJSON struct {
	ID        int64          `json:"id"`
	Project   string         `json:"project"`
	MsgID     string         `json:"msgid"`
	Name      string         `json:"name"`
	Date      time.Time      `json:"date"`
	Submitter personJSON     `json:"submitter"`
	State     string         `json:"state"`
	Delegate  string         `json:"delegate"`
	Archived  bool           `json:"archived"`
	Series    string         `json:"series"` // as commands take it; empty: none
	Number    int            `json:"number"`
	Total     int            `json:"total"`
	Version   int            `json:"version"`
	PullURL   string         `json:"pull_url"`
	Hash      string         `json:"hash"`
	Trailers  map[string]int `json:"trailers"`
}

func toPatchJSON(p track.PatchView) patchJSON {
	return patchJSON{p.ID, p.Project, p.MsgID, p.Name, p.Date, personJSON(p.Submitter), string(p.State), p.Delegate, p.Archived,
		seriesID(p.Series), p.Number, p.Total, p.Version, p.PullURL, p.Hash, p.Trailers}
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
		all := []patchJSON{}
		for _, p := range patches {
			all = append(all, toPatchJSON(p))
		}
		return term.JSON(out, all)
	}
	if len(patches) == 0 {
		fmt.Fprintln(a.err, noneFound("patches", f.Narrows()))
		return nil
	}
	t := term.Table{Headings: []string{"ID", "DATE", "STATE", "A/R/T", "SERIES", "SUBMITTER", "PATCH"}, Flexible: 6,
		Colour: stateColumn(2)}
	for _, p := range patches {
		t.Row(fmt.Sprint(p.ID), p.Date.Format("2006-01-02"), string(p.State), trailerCounts(p.Trailers), seriesID(p.Series),
			term.Shorten(term.Printable(displayName(p.Submitter)), 20), patchTitle(p.Name))
	}
	return t.Print(out, a.screen)
}

// stateColumn colours the cells of a column of states.
func stateColumn(state int) func(int, string) term.Colour {
	return func(column int, cell string) term.Colour {
		if column == state {
			return stateColour(cell)
		}
		return ""
	}
}

func stateColour(state string) term.Colour {
	switch state {
	case "under-review":
		return term.Cyan
	case "accepted":
		return term.Green
	case "rejected":
		return term.Red
	case "changes-requested":
		return term.Yellow
	case "superseded", "not-applicable", "deferred":
		return term.Dim
	}
	return ""
}

// patchTitle is never empty, so that a patch without a subject is seen in its line.
func patchTitle(name string) string {
	if strings.TrimSpace(name) == "" {
		return "(no subject)"
	}
	return name
}

func trailerCounts(n map[string]int) string {
	return fmt.Sprintf("%d/%d/%d", n["Acked-by"], n["Reviewed-by"], n["Tested-by"])
}

// displayName is what a person is called in a list.
func displayName(p track.Person) string {
	switch {
	case p.Name != "":
		return p.Name
	case p.Email != "":
		return p.Email
	}
	return "(unknown)"
}

// knownProject tells a mistyped project from one without patches.
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
