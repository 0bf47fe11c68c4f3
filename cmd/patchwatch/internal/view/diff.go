package view

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/track/rangediff"
)

// DiffAs says how two versions are shown.
type DiffAs struct {
	Interdiff bool // one diff between the results
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

// A version is one of the two series, with its patches by number.
type version struct {
	series  track.SeriesView
	patches []track.PatchView
}

// versions looks up the two series, the older one first.
func (d *Differ) versions(project string, ids []string) (v [2]version, err error) {
	newer, err := FindSeriesOf(d.ctx, d.store, project, ids[0])
	if err != nil {
		return v, err
	}
	older, err := d.other(project, newer, ids[1:])
	if err != nil {
		return v, err
	}
	switch {
	case older.ID == newer.ID:
		return v, fmt.Errorf("%s are the same series; name another version of it", strings.Join(ids, " and "))
	case older.Project != newer.Project:
		return v, fmt.Errorf("%s is of project %s, and %s of %s: only series of one project are compared",
			SeriesID(newer.ID), newer.Project, SeriesID(older.ID), older.Project)
	}
	if len(ids) == 2 && sentBefore(newer, older) {
		older, newer = newer, older
	}
	for i, s := range []track.SeriesView{older, newer} {
		if v[i], err = d.version(s); err != nil {
			return v, err
		}
	}
	return v, nil
}

// other looks up the series to compare with: the one that is named, otherwise the version before.
func (d *Differ) other(project string, s track.SeriesView, named []string) (track.SeriesView, error) {
	if len(named) > 0 {
		return FindSeriesOf(d.ctx, d.store, project, named[0])
	}
	if s.Revises == 0 {
		return s, fmt.Errorf("no version before %s, which is %s, is known; patchwatch diff %s sN compares it with any other",
			SeriesID(s.ID), VersionOf(s), SeriesID(s.ID))
	}
	before, _, err := FindSeries(d.ctx, d.store, SeriesID(s.Revises))
	return before, err
}

// sentBefore tells whether a is the older version.
func sentBefore(a, b track.SeriesView) bool {
	return cmp.Or(cmp.Compare(a.Version, b.Version), a.Date.Compare(b.Date), cmp.Compare(a.ID, b.ID)) < 0
}

func (d *Differ) version(s track.SeriesView) (version, error) {
	patches, err := d.store.Patches(d.ctx, track.Filter{Series: s.ID, Archived: true})
	if err != nil {
		return version{}, err
	}
	if len(patches) == 0 {
		return version{}, fmt.Errorf("there is no patch in %s", SeriesID(s.ID))
	}
	slices.SortFunc(patches, func(a, b track.PatchView) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.ID, b.ID))
	})
	return version{s, patches}, nil
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
