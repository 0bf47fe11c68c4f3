package view

import (
	"fmt"
	"time"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/track"
)

func (sh *Shower) line(label, format string, args ...any) {
	fmt.Fprintf(sh.out, "%s %s\n", sh.screen.Paint(term.Bold, fmt.Sprintf("%-11s", label)),
		term.Printable(fmt.Sprintf(format, args...)))
}

func (sh *Shower) header(m track.MailView, patch *track.PatchView, series *track.SeriesView) error {
	sh.line("Subject", "%s", m.Name)
	sh.line("ID", "%d  %s", m.ID, m.MsgID)
	sh.line("Kind", "%s", kindInWords(m))
	if m.Hidden {
		sh.line("Hidden", "out of everybody's sight: patchwatch unhide %d takes it back", m.ID)
	}
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
		sh.line("Series", "%s  %s, %s", SeriesID(series.ID), SeriesTitle(*series), ReceivedOf(*series))
		if err := sh.neighbours(m, series.ID); err != nil {
			return err
		}
		versions, err := sh.otherVersions(*series)
		if err != nil {
			return err
		}
		sh.line("Version", "%s", versions)
		again, err := sh.replacing(patch, series)
		if err != nil {
			return err
		}
		if again != nil {
			sh.line("Sent again", "as %d in %s", again.ID, again.Series)
		}
		if series.PartOf != 0 {
			sh.line("Part of", "%s, sent again", SeriesID(series.PartOf))
		}
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
func (sh *Shower) neighbours(m track.MailView, series int64) error {
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

// stateInWords is the state of a patch, by which newer version it is superseded, and whether it is archived.
func (sh *Shower) stateInWords(p *track.PatchView) (string, error) {
	state := string(p.State)
	if p.Superseded != 0 {
		newer, err := sh.store.SeriesList(sh.ctx, track.Filter{Series: p.Superseded})
		if err != nil {
			return "", err
		}
		state += " by " + SeriesID(p.Superseded)
		for _, s := range newer {
			state += " (" + VersionOf(s) + ")"
		}
	}
	if p.Archived {
		state += ", archived"
	}
	return state, nil
}

func (sh *Shower) patchLines(m track.MailView, p *track.PatchView) error {
	state, err := sh.stateInWords(p)
	if err != nil {
		return err
	}
	sh.line("State", "%s", state)
	if p.Delegate != "" {
		sh.line("Delegate", "%s", p.Delegate)
	}
	if p.PullURL != "" {
		sh.line("Pull", "%s", p.PullURL)
	}
	if err := sh.checkLines(p.ID); err != nil {
		return err
	}
	sh.line("A/R/T", "%s", TrailerCounts(p.Trailers))
	trailers, err := sh.store.Trailers(sh.ctx, []int64{m.ID})
	for _, t := range trailers[m.ID].Own {
		sh.line("Trailer", "%s", t)
	}
	for _, t := range trailers[m.ID].Given {
		sh.line("Given", "%s", t)
	}
	return err
}
