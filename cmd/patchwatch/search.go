package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/lookup"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
	"patchwatch/search"
	"patchwatch/track"
)

// indexFor is how long a command that searches makes the index itself, where nobody else keeps it.
const indexFor = 30 * time.Second

func (a *app) searchCommand() *cobra.Command {
	q := searching{app: a}
	c := &cobra.Command{
		Use:   "search QUERY...",
		Short: "Find mails by what they say and what has become of them",
		Long: `Finds mails, newest first, in the language of lore.kernel.org, with states, series and checks beside the words.

` + search.Help() + `

Watchers and servers keep the index that this needs; without them it is brought up to date first. It is a file beside
the database, and can be deleted: it is made anew.`,
		Example: `  patchwatch search 's:"ring buffer" f:ann state:new'
  patchwatch search 'dfn:mm/slab.c d:2.weeks.ago..'
  patchwatch search --save mine 'delegate:ann state:new'
  patchwatch search saved:mine --json`,
		RunE: func(cmd *cobra.Command, args []string) error { return q.run(cmd, args) },
	}
	c.Flags().StringVarP(&q.project, "project", "p", "", "of this project (`LINK_NAME`)")
	c.Flags().IntVarP(&q.limit, "limit", "n", 50, "at most this many")
	c.Flags().BoolVar(&q.all, "all", false, "without a limit")
	c.Flags().BoolVar(&q.json, "json", false, "for programs: a line for each mail")
	c.Flags().BoolVar(&q.count, "count", false, "only say how many there are")
	c.Flags().BoolVar(&q.threads, "threads", false, "the whole threads of what is found")
	c.Flags().StringVar(&q.save, "save", "", "save the query under this `NAME`, for saved:NAME")
	c.Flags().StringVar(&q.forget, "forget", "", "forget the query that was saved under this `NAME`")
	c.Flags().BoolVar(&q.saved, "saved", false, "list the queries that you have saved")
	return c
}

// searching is one run of the search command.
type searching struct {
	*app
	project, save, forget     string
	limit                     int
	all, json, count, threads bool
	saved                     bool
}

func (q *searching) run(cmd *cobra.Command, args []string) error {
	ctx, text := cmd.Context(), strings.Join(args, " ")
	switch {
	case q.saved && len(args) == 0:
		return q.reading(ctx, func(s *db.Store) error { return q.listSaved(ctx, s) })
	case q.forget != "" && len(args) == 0:
		return q.changing(ctx, func(s *db.Store) error { return q.forgetQuery(ctx, s) })
	case len(args) == 0:
		return usagef("search takes a query, such as 's:\"ring buffer\" state:new'; --help has the language")
	case q.save != "":
		return q.changing(ctx, func(s *db.Store) error { return q.saveQuery(ctx, s, text) })
	case q.limit < 1:
		return usagef("--limit takes a number from 1; --all lists all")
	}
	if q.all {
		q.limit = 0
	}
	return q.paged(func(out io.Writer) error {
		return q.reading(ctx, func(s *db.Store) error {
			if err := knownProject(ctx, s, q.project); err != nil {
				return err
			}
			f, n, err := q.finderFor(ctx, s, text, q.project)
			if err != nil {
				return err
			}
			if q.count {
				return q.printCount(ctx, out, f, n)
			}
			return q.print(ctx, out, f, n)
		})
	})
}

// finderFor reads a query and brings the index up to date.
func (a *app) finderFor(ctx context.Context, s *db.Store, text, project string) (*lookup.Finder, search.Node, error) {
	f := &lookup.Finder{Store: s, Index: lookup.Open(s), Owner: a.actor()}
	n, notes, err := f.Parse(ctx, text, project)
	var m search.Mistake
	if errors.As(err, &m) {
		return nil, nil, usagef("%s", term.Printable(m.Error()))
	}
	if err != nil {
		return nil, nil, err
	}
	for _, note := range notes {
		fmt.Fprintln(a.err, term.Printable(note.Error()))
	}
	progress := a.newProgress("index", "mails")
	defer progress.Clear()
	_, err = lookup.Update(ctx, s, f.Index, indexFor, progress.Tell)
	if errors.Is(err, os.ErrPermission) { // then whoever may write keeps it
		err = nil
	}
	return f, n, err
}

func (q *searching) print(ctx context.Context, out io.Writer, f *lookup.Finder, n search.Node) error {
	found, err := f.Find(ctx, n, q.limit)
	if err != nil {
		return err
	}
	if q.threads {
		if err := f.Threads(ctx, &found); err != nil {
			return err
		}
	}
	lines, err := q.lines(ctx, f, n, found.Mails)
	if err != nil {
		return err
	}
	defer q.tellMissing(found.Missing, found.Stored)
	if q.json {
		for _, m := range found.Mails {
			if err := term.JSONLine(out, view.FoundOf(m, lines[m.Mail])); err != nil {
				return err
			}
		}
		return nil
	}
	if len(found.Mails) == 0 {
		fmt.Fprintln(q.err, "no mail is found")
		return nil
	}
	t := term.Table{Headings: []string{"ID", "DATE", "PROJECT", "KIND", "SUBMITTER", "MAIL"}, Flexible: 5}
	for _, m := range found.Mails {
		t.Row(fmt.Sprint(m.ID), m.Date.Format("2006-01-02"), term.Shorten(term.Printable(m.Project), 20), string(m.Kind),
			term.Shorten(term.Printable(view.PersonName(m.Submitter)), 20), view.PatchTitle(m.Name))
		t.Below(lines[m.Mail])
	}
	if err := t.Print(out, q.screen); err != nil {
		return err
	}
	if found.More {
		fmt.Fprintf(q.err, "and more: --limit N shows N, --all shows all, --count counts them\n")
	}
	return nil
}

// mostLines is how many mails are shown with a line of theirs, which is read for that.
const mostLines = 50

// lines are those that show why the first mails were found, by their numbers.
func (q *searching) lines(ctx context.Context, f *lookup.Finder, n search.Node, mails []track.MailView) (
	map[int64]string, error,
) {
	var ids []int64
	for _, m := range mails[:min(len(mails), mostLines)] {
		ids = append(ids, m.Mail)
	}
	all, err := lookup.Excerpts(ctx, f.Store, n, ids)
	lines := make(map[int64]string, len(all))
	for id, e := range all {
		lines[id] = e.String()
	}
	return lines, err
}

func (q *searching) printCount(ctx context.Context, out io.Writer, f *lookup.Finder, n search.Node) error {
	count, missing, stored, err := f.Count(ctx, n)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, count)
	q.tellMissing(missing, stored)
	return nil
}

// tellMissing says how much of the mail was not searched.
func (a *app) tellMissing(missing, stored int64) {
	if missing > 0 {
		fmt.Fprintf(a.err, "%d of %s are not indexed yet, and were not searched\n", missing, term.Count(int(stored), "mail"))
	}
}

// maxSavedName is how long the name of a saved query may be.
const maxSavedName = 100

func (q *searching) saveQuery(ctx context.Context, s *db.Store, text string) error {
	if strings.ContainsAny(q.save, " \t\r\n\"()") || len(q.save) > maxSavedName || q.save != term.Printable(q.save) {
		return usagef("the name of a saved query has no spaces, quotes or parentheses, and at most %d bytes", maxSavedName)
	}
	f := &lookup.Finder{Store: s, Owner: q.actor()}
	_, _, err := f.Parse(ctx, text, "")
	var m search.Mistake
	if errors.As(err, &m) {
		return usagef("%s", term.Printable(m.Error()))
	}
	if err != nil {
		return err
	}
	return s.SaveQuery(ctx, q.actor(), q.save, text)
}

func (q *searching) forgetQuery(ctx context.Context, s *db.Store) error {
	all, err := s.SavedQueries(ctx, q.actor())
	if err != nil {
		return err
	}
	for _, saved := range all {
		if saved.Name == q.forget {
			return s.SaveQuery(ctx, q.actor(), q.forget, "")
		}
	}
	return fmt.Errorf("you have saved no query %q", q.forget)
}

func (q *searching) listSaved(ctx context.Context, s *db.Store) error {
	all, err := s.SavedQueries(ctx, q.actor())
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(q.err, "you have saved no queries")
		return nil
	}
	t := term.Table{Headings: []string{"NAME", "QUERY"}, Flexible: 1}
	for _, saved := range all {
		t.Row(term.Printable(saved.Name), term.Printable(saved.Query))
	}
	return t.Print(q.out, q.screen)
}
