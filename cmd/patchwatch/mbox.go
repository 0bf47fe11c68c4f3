package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

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
		Long: `Writes patches as an mbox for git am: UTF-8, with text and diff as they were read, whatever encoding or attachment
they came in. Of a series, or of a cover, all patches in order.

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
				w := &mboxWriter{store: s}
				if !noTrailers {
					w.trailers = &collector{ctx: cmd.Context(), store: s}
				}
				return w.write(cmd.Context(), patches)
			})
		},
	}
	c.Flags().StringVarP(&project, "project", "p", "", "of this project (`LINK_NAME`), for mail that came through several lists")
	c.Flags().BoolVar(&noTrailers, "no-trailers", false, "leave out the trailers that replies gave")
	return c
}

type mboxWriter struct {
	store    *db.Store
	trailers *collector // nil: none are wanted
}

func (w *mboxWriter) write(ctx context.Context, patches []track.MailView) error {
	out := bufio.NewWriter(os.Stdout)
	var to io.Writer = out
	if screen.there {
		to = printableWriter{out} // to look at; in a pipe or a file every byte is as it was sent
	}
	for _, p := range patches {
		text, err := w.mail(ctx, p)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(to, text); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (w *mboxWriter) mail(ctx context.Context, p track.MailView) (string, error) {
	raw, err := w.store.Raw(ctx, p.ID)
	if err != nil {
		return "", err
	}
	m, err := ingest.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("mail %d: %w", p.ID, err)
	}
	if w.trailers != nil {
		given, err := w.trailers.given(p)
		if err != nil {
			return "", err
		}
		m.Content = withTrailers(m.Content, given)
	}
	return mboxMail(p, m, dateAsSent(raw, p.Date)), nil
}

type printableWriter struct{ to io.Writer }

func (w printableWriter) Write(p []byte) (int, error) {
	_, err := io.WriteString(w.to, printableText(string(p)))
	return len(p), err
}

// mboxMail writes one patch as git am reads it. The sender is the submitter as patchwatch knows him, not the list that
// rewrote From; an author named in the text stands there still, where git am finds him.
func mboxMail(p track.MailView, m *track.Mail, date time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "From patchwatch %s\n", p.Date.UTC().Format(time.ANSIC))
	header := func(name, value string) {
		fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(strings.Fields(value), " "))
	}
	header("From", mailboxHeader(p.Submitter))
	header("Date", date.Format("Mon, 2 Jan 2006 15:04:05 -0700"))
	header("Subject", encodeWords(m.Subject.Full))
	header("Message-ID", p.MsgID)
	header("X-Patchwatch-Id", fmt.Sprint(p.ID))
	header("MIME-Version", "1.0")
	header("Content-Type", "text/plain; charset=utf-8")
	header("Content-Transfer-Encoding", "8bit")
	b.WriteString("\n" + quoteFrom(m.Content) + "\n\n")
	b.WriteString(quoteFrom(m.Diff)) // an attached file that git wrote begins with such a line
	if !strings.HasSuffix(m.Diff, "\n") {
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	return b.String()
}

// dateAsSent gives a date in the sender's time zone, which git keeps with it.
func dateAsSent(raw []byte, date time.Time) time.Time {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return date.UTC()
	}
	if sent, err := m.Header.Date(); err == nil && sent.Unix() == date.Unix() {
		return sent
	}
	return date.UTC()
}

// encodeWords encodes what is not ASCII (RFC 2047).
func encodeWords(text string) string { return mime.QEncoding.Encode("utf-8", text) }

func mailboxHeader(p track.Person) string {
	email := p.Email
	if email == "" {
		email = "unknown"
	}
	if p.Name == "" {
		return "<" + email + ">"
	}
	if name := encodeWords(p.Name); name != p.Name {
		return name + " <" + email + ">"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(p.Name) + `" <` + email + ">"
}

// separator is a line at which git mailsplit begins a new mail: "From ", something, a time and a year. Only such lines
// are quoted, so that every other text stays as it was sent; git am does not take the quotes off again.
var separator = regexp.MustCompile(`(?m)^(From \S+ .*\d\d?:\d\d:\d\d.*\d{4})`)

func quoteFrom(text string) string { return separator.ReplaceAllString(text, ">$1") }
