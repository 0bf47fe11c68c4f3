package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/track"
)

func (a *app) mboxCommand() *cobra.Command {
	var project string
	var noTrailers, asSent bool
	c := &cobra.Command{
		Use:   "mbox ID...",
		Short: "Write patches as a file for git am",
		Long: `Writes patches as an mbox for git am, which makes of it the commits that it makes of the mails themselves: the
same author, date and message, and the patch to the byte. It knows more than git am where a list has rewritten From,
where the output of git format-patch was attached, and where a mail is in a form that git can't read. Of a series, or of
a cover, all patches in order; what is missing there is said on standard error. Where a single patch was sent again in
reply to its series, the newest is taken, which is said too; --as-sent takes the series as it was sent.

The Acked-by, Reviewed-by, Tested-by and other such lines in the replies to a patch, and in those to the cover of its
series, are put below its own; --no-trailers leaves the messages as they were sent.

` + view.IDsHelp,
		Example: `  patchwatch mbox 12 | git am
  patchwatch mbox s12 > series.mbox
  patchwatch mbox --no-trailers s12 | git am
  patchwatch mbox --as-sent s12 | git am`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error {
				find := view.FindPatchesNow
				if asSent {
					find = view.FindPatches
				}
				patches, err := find(cmd.Context(), s, project, args)
				if err != nil {
					return err
				}
				if patches = slices.DeleteFunc(patches, func(m track.MailView) bool { return m.Hidden }); len(patches) == 0 {
					return errors.New("it is hidden; patchwatch unhide takes it back")
				}
				w := &mboxWriter{app: a, store: s}
				if !noTrailers {
					if w.trailers, err = s.Trailers(cmd.Context(), view.Numbers(patches)); err != nil {
						return err
					}
				}
				if err := w.write(cmd.Context(), patches); err != nil {
					return err
				}
				named, err := view.SeriesNamed(cmd.Context(), s, project, args)
				if err != nil {
					return err
				}
				return a.tellGaps(cmd.Context(), s, named, asSent)
			})
		},
	}
	projectFlag(c, &project)
	c.Flags().BoolVar(&asSent, "as-sent", false, "of a series, the patches that it was sent with")
	c.Flags().BoolVar(&noTrailers, "no-trailers", false, "leave out the trailers that replies gave")
	return c
}

type mboxWriter struct {
	*app
	store    *db.Store
	trailers map[int64]track.PatchTrailers // nil: none are wanted
}

func (w *mboxWriter) write(ctx context.Context, patches []track.MailView) error {
	out := bufio.NewWriter(w.out)
	var to io.Writer = out
	if w.screen.There {
		to = term.PrintableWriter{To: out} // a person looks at it; into a pipe or a file every byte goes as it was sent
	}
	for _, p := range patches {
		raw, err := w.store.Raw(ctx, p.Mail)
		if err != nil {
			return err
		}
		text, err := ingest.AppendPatch(nil, p, raw, w.trailers[p.ID].Given)
		if err != nil {
			return fmt.Errorf("mail %d: %w", p.ID, err)
		}
		if _, err := to.Write(text); err != nil {
			return err
		}
	}
	return out.Flush()
}

// tellGaps prints to standard error which patches of these series are missing, and which were sent again alone.
func (a *app) tellGaps(ctx context.Context, s *db.Store, series []int64, asSent bool) error {
	standing, err := s.Standing(ctx, series)
	if err != nil {
		return err
	}
	for _, id := range series {
		found, err := s.SeriesList(ctx, track.Filter{Series: id})
		if err != nil || len(found) == 0 {
			return err
		}
		var there []int
		for _, p := range standing[id].Patches {
			if p.Series == id || !asSent {
				there = append(there, p.Number)
			}
		}
		if asSent {
			if there, err = numbersOf(ctx, s, id); err != nil {
				return err
			}
		}
		if lack := view.LackingOf(found[0].Total, there); len(lack) > 0 {
			fmt.Fprintf(a.err, "%s is incomplete: of %d patches, %s missing\n", view.SeriesID(id), found[0].Total,
				view.NumbersAre(lack))
		}
		if err := a.tellSentAgain(ctx, s, id, standing[id], asSent); err != nil {
			return err
		}
	}
	return nil
}

// numbersOf gives the numbers of the patches that a series was sent with.
func numbersOf(ctx context.Context, s *db.Store, series int64) (out []int, err error) {
	patches, err := s.Patches(ctx, track.Filter{Series: series, Archived: true})
	for _, p := range patches {
		out = append(out, p.Number)
	}
	return out, err
}

func (a *app) tellSentAgain(ctx context.Context, s *db.Store, series int64, standing db.Standing, asSent bool) error {
	if len(standing.Parts) == 0 {
		return nil
	}
	now, err := s.MembersNow(ctx, series)
	if err != nil {
		return err
	}
	mails := map[string]track.MailView{}
	for _, m := range now {
		mails[m.MsgID] = m
	}
	which := "the newer"
	if asSent {
		which = "the earlier"
	}
	for _, p := range standing.Patches {
		if p.Series != series {
			fmt.Fprintf(a.err, "%s: patch %d was sent again as %d, %q; this file has %s one\n", view.SeriesID(series), p.Number,
				mails[p.MsgID].ID, term.Printable(mails[p.MsgID].Name), which)
		}
	}
	return nil
}
