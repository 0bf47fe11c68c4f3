package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/track"
)

func (a *app) showCommand() *cobra.Command {
	var project string
	var asJSON bool
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Show a patch with its comments, or a cover, a series, any mail",
		Long:  "Shows a patch: what it is, its text and diff, and the comments on it. The same for covers and other mails; of a\nseries, its patches.\n\n" + idsHelp,
		Example: `  patchwatch show 12
  patchwatch show s12
  patchwatch show 20261123.4711-1-ann@example.org`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.paged(func(out io.Writer) error {
				return a.reading(cmd.Context(), func(s *db.Store) error {
					sh := a.shower(cmd.Context(), s, out, asJSON)
					if err := sh.show(project, args[0]); err != nil {
						return err
					}
					return sh.out.Flush()
				})
			})
		},
	}
	projectFlag(c, &project)
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return c
}

type shower struct {
	ctx    context.Context
	store  *db.Store
	json   bool
	out    *bufio.Writer
	screen term.Screen
}

func (a *app) shower(ctx context.Context, s *db.Store, out io.Writer, asJSON bool) shower {
	return shower{ctx: ctx, store: s, json: asJSON, out: bufio.NewWriter(out), screen: a.screen}
}

func (sh *shower) show(project, id string) error {
	v, isSeries, err := findSeries(sh.ctx, sh.store, id)
	if err != nil {
		return err
	}
	if isSeries {
		return sh.series(v)
	}
	m, err := findMail(sh.ctx, sh.store, project, id)
	if err != nil {
		return err
	}
	return sh.mail(m)
}

func (sh *shower) mail(m track.MailView) error {
	read, err := sh.read(m.ID)
	if err != nil {
		return err
	}
	comments, err := sh.store.Comments(sh.ctx, m.ID)
	if err != nil {
		return err
	}
	patch, series, err := sh.place(m)
	if err != nil {
		return err
	}
	if sh.json {
		return sh.mailJSON(m, read, patch, series, comments)
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

// read gives a mail's text and diff. They are not stored: the bytes are, and say the same whenever they are asked.
func (sh *shower) read(mail int64) (*track.Mail, error) {
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

// place looks up what a patch is beside its mail, and the series of a patch or cover.
func (sh *shower) place(m track.MailView) (*track.PatchView, *track.SeriesView, error) {
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
	if m.Series == 0 {
		return patch, nil, nil
	}
	series, err := sh.store.SeriesList(sh.ctx, track.Filter{Series: m.Series})
	if err != nil || len(series) == 0 {
		return patch, nil, err
	}
	return patch, &series[0], nil
}

func (sh *shower) line(label, format string, args ...any) {
	fmt.Fprintf(sh.out, "%s %s\n", sh.screen.Paint(term.Bold, fmt.Sprintf("%-11s", label)),
		term.Printable(fmt.Sprintf(format, args...)))
}

func (sh *shower) header(m track.MailView, patch *track.PatchView, series *track.SeriesView) error {
	sh.line("Subject", "%s", m.Name)
	sh.line("ID", "%d  %s", m.ID, m.MsgID)
	sh.line("Kind", "%s", kindInWords(m))
	if m.Project != "" {
		sh.line("Project", "%s", m.Project)
	}
	sh.line("Submitter", "%s", fullName(m.Submitter))
	sh.line("Date", "%s", m.Date.Format(time.RFC1123Z))
	if patch != nil {
		if err := sh.patchLines(m, patch); err != nil {
			return err
		}
	}
	if series != nil {
		sh.line("Series", "%s  %s, %s", seriesID(series.ID), seriesTitle(*series), receivedOf(*series))
		if err := sh.neighbours(m, series.ID); err != nil {
			return err
		}
		versions, err := sh.versions(*series)
		if err != nil {
			return err
		}
		sh.line("Version", "%s", versions)
		if err := sh.dependencies(series.ID); err != nil {
			return err
		}
	}
	if m.Kind == track.RolePending {
		why, err := sh.store.Why(sh.ctx, m.ID)
		if err != nil {
			return err
		}
		sh.line("Parent", "%s", waitsInWords(m, why))
	}
	if m.Variants > 0 {
		sh.line("Variants", "%d: copies of this Message-ID with other bytes are kept beside it", m.Variants)
	}
	for _, note := range m.Notes {
		sh.line("Note", "%s", note)
	}
	return nil
}

// neighbours names the patches before and after one in its series.
func (sh *shower) neighbours(m track.MailView, series int64) error {
	members, err := sh.store.Members(sh.ctx, series)
	if err != nil {
		return err
	}
	for i, n := range members {
		if n.ID != m.ID {
			continue
		}
		if i > 0 {
			sh.line("Before it", "%d  %s", members[i-1].ID, members[i-1].Name)
		}
		if i < len(members)-1 {
			sh.line("After it", "%d  %s", members[i+1].ID, members[i+1].Name)
		}
	}
	return nil
}

func (sh *shower) patchLines(m track.MailView, p *track.PatchView) error {
	state := string(p.State)
	if p.Archived {
		state += ", archived"
	}
	sh.line("State", "%s", state)
	if p.Delegate != "" {
		sh.line("Delegate", "%s", p.Delegate)
	}
	if p.PullURL != "" {
		sh.line("Pull", "%s", p.PullURL)
	}
	sh.line("A/R/T", "%s", trailerCounts(p.Trailers))
	trailers, err := sh.store.Trailers(sh.ctx, []int64{m.ID})
	for _, t := range trailers[m.ID].Own {
		sh.line("Trailer", "%s", t)
	}
	for _, t := range trailers[m.ID].Given {
		sh.line("Given", "%s", t)
	}
	return err
}

func (sh *shower) comment(m threaded) error {
	read, err := sh.read(m.ID)
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

func fullName(p track.Person) string {
	switch {
	case p.Email == "":
		return displayName(p)
	case p.Name == "":
		return p.Email
	}
	return p.Name + " <" + p.Email + ">"
}
