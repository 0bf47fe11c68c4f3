package view

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/track"
)

// Shower shows what is stored, to people or to programs.
type Shower struct {
	ctx    context.Context
	store  *db.Store
	json   bool
	out    *bufio.Writer
	screen term.Screen
}

// NewShower returns a Shower that writes to out, which is shown on a screen.
func NewShower(ctx context.Context, s *db.Store, out io.Writer, screen term.Screen, asJSON bool) *Shower {
	return &Shower{ctx: ctx, store: s, json: asJSON, out: bufio.NewWriter(out), screen: screen}
}

// Show writes the mail that an ID means with the comments on it, or the series.
func (sh *Shower) Show(project, id string) error {
	if err := sh.show(project, id); err != nil {
		return err
	}
	return sh.out.Flush()
}

func (sh *Shower) show(project, id string) error {
	v, isSeries, err := FindSeries(sh.ctx, sh.store, id)
	if err != nil {
		return err
	}
	if isSeries {
		return sh.series(v)
	}
	m, err := FindMail(sh.ctx, sh.store, project, id)
	if err != nil {
		return err
	}
	return sh.mail(m)
}

func (sh *Shower) mail(m track.MailView) error {
	read, err := sh.read(m.Mail)
	if err != nil {
		return err
	}
	comments, err := sh.store.Comments(sh.ctx, m.ID)
	if err != nil {
		return err
	}
	patch, series, err := sh.patchAndSeries(m)
	if err != nil {
		return err
	}
	if sh.json {
		return sh.asJSON(m, read, patch, series, comments)
	}
	if err := sh.header(m, patch, series); err != nil {
		return err
	}
	fmt.Fprintf(sh.out, "\n%s\n", term.PrintableText(read.Content))
	if read.Diff != "" {
		fmt.Fprintf(sh.out, "\n%s", sh.screen.PaintDiff(term.PrintableText(read.Diff)))
	}
	for _, c := range byThread(m.MsgID, comments) {
		if err := sh.comment(c); err != nil {
			return err
		}
	}
	return nil
}

// read returns a mail's text and diff. They are not stored: they are read from the bytes each time.
func (sh *Shower) read(mail int64) (*track.Mail, error) {
	raw, err := sh.store.Raw(sh.ctx, mail)
	if err != nil {
		return nil, err
	}
	read, err := ingest.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("mail %d: %w", mail, err)
	}
	return read, nil
}

// patchAndSeries looks up the patch that a mail is, and the series of a patch or cover.
func (sh *Shower) patchAndSeries(m track.MailView) (*track.PatchView, *track.SeriesView, error) {
	var patch *track.PatchView
	if m.Kind == track.RolePatch {
		found, err := sh.store.Patches(sh.ctx, track.Filter{ID: m.ID, Archived: true})
		if err != nil {
			return nil, nil, err
		}
		if len(found) == 1 {
			patch = &found[0]
		}
	}
	series, err := sh.seriesOf(m)
	return patch, series, err
}

// seriesOf looks up the series of a patch or cover; nil: it is in none.
func (sh *Shower) seriesOf(m track.MailView) (*track.SeriesView, error) {
	if m.Series == 0 {
		return nil, nil
	}
	series, err := sh.store.SeriesList(sh.ctx, track.Filter{Series: m.Series})
	if err != nil || len(series) == 0 {
		return nil, err
	}
	return &series[0], nil
}

func (sh *Shower) comment(m threaded) error {
	read, err := sh.read(m.Mail)
	if err != nil {
		return err
	}
	margin := strings.Repeat("  ", min(m.depth, deepestMargin))
	heading := fmt.Sprintf("---- %s, %s, %d %s", term.Printable(fullName(m.Submitter)), m.Date.Format(time.RFC1123Z), m.ID,
		term.Printable(m.MsgID))
	fmt.Fprintf(sh.out, "\n%s%s\n\n", margin, sh.screen.Paint(term.Bold, heading))
	if m.ActionRequired {
		fmt.Fprintf(sh.out, "%s(asks for action)\n\n", margin)
	}
	for line := range strings.Lines(term.PrintableText(read.Content) + "\n") {
		if line != "\n" {
			line = margin + line
		}
		if _, err := io.WriteString(sh.out, line); err != nil {
			return err
		}
	}
	return nil
}
