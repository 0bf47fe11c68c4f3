package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/track"
)

func (a *app) mboxCommand() *cobra.Command {
	var project string
	var noTrailers bool
	c := &cobra.Command{
		Use:   "mbox ID...",
		Short: "Write patches as a file for git am",
		Long: `Writes patches as an mbox for git am, which makes of it the commits that it makes of the mails themselves: the same
author, date and message, and the patch to the byte. It knows more than git am where a list has rewritten From, where
the output of git format-patch was attached, and where a mail is in a form that git can't read. Of a series, or of a
cover, all patches in order; what is missing there, or was sent again, is said on standard error.

The Acked-by, Reviewed-by, Tested-by and other such lines in the replies to a patch, and in those to the cover of its
series, are put below its own; --no-trailers leaves the messages as they were sent.

` + idsHelp,
		Example: `  patchwatch mbox 12 | git am
  patchwatch mbox s12 > series.mbox
  patchwatch mbox --no-trailers s12 | git am`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error {
				patches, err := findPatches(cmd.Context(), s, project, args)
				if err != nil {
					return err
				}
				w := &mboxWriter{app: a, store: s}
				if !noTrailers {
					if w.trailers, err = s.Trailers(cmd.Context(), numbers(patches)); err != nil {
						return err
					}
				}
				if err := w.write(cmd.Context(), patches); err != nil {
					return err
				}
				named, err := seriesNamed(cmd.Context(), s, project, args)
				if err != nil {
					return err
				}
				return a.tellGaps(cmd.Context(), s, named)
			})
		},
	}
	projectFlag(c, &project)
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
		to = term.PrintableWriter{To: out} // to look at; in a pipe or a file every byte is as it was sent
	}
	for _, p := range patches {
		text, err := w.mail(ctx, p)
		if err != nil {
			return err
		}
		if _, err := to.Write(text); err != nil {
			return err
		}
	}
	return out.Flush()
}

// mail is a patch's mail as git am reads it: almost always one, and one for each commit where several are attached.
func (w *mboxWriter) mail(ctx context.Context, p track.MailView) ([]byte, error) {
	raw, err := w.store.Raw(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	commits, err := ingest.Commits(raw, p.Submitter)
	if err != nil {
		return nil, fmt.Errorf("mail %d: %w", p.ID, err)
	}
	var out []byte
	for i := range commits {
		out = appendCommit(out, p, &commits[i], w.trailers[p.ID].Given, i == 0)
	}
	return out, nil
}

// appendCommit appends a commit to an mbox. The tracker fills in what its mail does not say. Only the first commit of
// a mail has its Message-ID, since programs take the second of two mails with one id for a copy.
func appendCommit(out []byte, p track.MailView, c *ingest.Commit, given []track.Trailer, first bool) []byte {
	if c.From == "" { // git am wants an author, whatever it is
		c.From = ingest.Mailbox(track.Person{Name: p.Submitter.Name, Email: cmp.Or(p.Submitter.Email, "unknown")})
	}
	if c.Date == "" {
		c.Date = p.Date.UTC().Format("Mon, 2 Jan 2006 15:04:05 -0700")
	}
	if len(given) > 0 {
		c.ToUTF8()
		c.Message = []byte(withTrailers(string(c.Message), given) + "\n")
		if len(c.Patch) > 0 && c.Patch[0] != '-' {
			c.Message = append(c.Message, '\n') // no line of dashes follows
		}
	}
	id := ingest.Field{Name: "Message-ID", Value: p.MsgID}
	if !first {
		id.Value = ""
	}
	return ingest.AppendMbox(out, c, p.Date, id, ingest.Field{Name: "X-Patchwatch-Id", Value: fmt.Sprint(p.ID)})
}
