package view

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/track/rangediff"
)

// DiffAs says how two versions are shown.
type DiffAs struct {
	Interdiff bool // one diff between the results
	AsSent    bool // without the patches that were sent again alone
	JSON      bool
}

// A Differ shows what changed between two versions of a series.
type Differ struct {
	ctx    context.Context
	store  *db.Store
	as     DiffAs
	out    *bufio.Writer
	errs   io.Writer // for what keeps an interdiff from being whole
	screen term.Screen
}

// NewDiffer returns a Differ that writes to out, which is shown on a screen.
func NewDiffer(ctx context.Context, s *db.Store, out, errs io.Writer, screen term.Screen, as DiffAs) *Differ {
	return &Differ{ctx: ctx, store: s, as: as, out: bufio.NewWriter(out), errs: errs, screen: screen}
}

// Diff shows what changed between the two series that IDs mean, or between one and the version before it.
func (d *Differ) Diff(project string, ids []string) error {
	v, err := d.versions(project, ids)
	if err != nil {
		return err
	}
	switch {
	case d.as.JSON:
		err = d.json(v)
	case d.as.Interdiff:
		err = d.interdiff(v)
	default:
		err = d.pairs(v)
	}
	if err != nil {
		return err
	}
	return d.out.Flush()
}

// texts hands the texts of all patches to f, one after the other, so that only one is held.
func (d *Differ) texts(v version, f func(rangediff.Patch)) error {
	for i := range v.patches {
		p, err := d.text(&v.patches[i])
		if err != nil {
			return err
		}
		f(p)
	}
	return nil
}

// text reads a patch as git am does. If several commits are attached to a mail, they are taken for one.
func (d *Differ) text(p *track.PatchView) (out rangediff.Patch, err error) {
	raw, err := d.store.Raw(d.ctx, p.Mail)
	if err != nil {
		return out, err
	}
	commits, err := ingest.Commits(raw, p.Submitter)
	if err != nil {
		return out, fmt.Errorf("mail %d: %w", p.ID, err)
	}
	for i := range commits {
		text := commits[i].Text()
		if i == 0 {
			out = rangediff.Patch{Author: text.Author, Title: text.Title, Message: text.Message,
				Diff: string(commits[i].Patch)}
			continue
		}
		out.Message += "\n\n" + text.Title + "\n\n" + text.Message
		out.Diff += string(commits[i].Patch)
	}
	return out, nil
}

// match pairs the patches of two versions.
func (d *Differ) match(v [2]version) (pairs []rangediff.Pair, cut bool, err error) {
	m := rangediff.NewMatcher()
	if err := errors.Join(d.texts(v[0], m.AddOld), d.texts(v[1], m.AddNew)); err != nil {
		return nil, false, err
	}
	pairs = m.Pairs()
	return pairs, m.Cut(), nil
}

// changes returns what changed in a pair.
func (d *Differ) changes(v [2]version, p rangediff.Pair) (c rangediff.Changes, err error) {
	if p.Status != rangediff.Changed || p.Whole {
		return c, nil
	}
	old, err := d.text(&v[0].patches[p.Old])
	if err != nil {
		return c, err
	}
	new, err := d.text(&v[1].patches[p.New])
	if err != nil {
		return c, err
	}
	return rangediff.Compare(old, new), nil
}

// between returns the interdiff.
func (d *Differ) between(v [2]version) (rangediff.Interdiff, error) {
	old, new := rangediff.NewRebuilt(), rangediff.NewRebuilt()
	if err := errors.Join(d.texts(v[0], old.Apply), d.texts(v[1], new.Apply)); err != nil {
		return rangediff.Interdiff{}, err
	}
	return rangediff.Between(old, new), nil
}
