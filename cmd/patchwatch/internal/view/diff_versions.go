package view

import (
	"cmp"
	"fmt"
	"strings"

	"patchwatch/internal/order"
	"patchwatch/track"
)

// A version is one of the two that are compared, with its patches by number: as it was sent, or as it now stands.
type version struct {
	series  track.SeriesView
	asSent  bool
	parts   []int64 // series of which it has patches in place of its own
	patches []track.PatchView
}

// versions looks up the two versions, the older one first.
func (d *Differ) versions(project string, ids []string) (v [2]version, err error) {
	series := make([]track.SeriesView, len(ids))
	for i, id := range ids {
		if series[i], err = FindSeriesOf(d.ctx, d.store, project, id); err != nil {
			return v, err
		}
	}
	if len(series) == 1 {
		v, err = d.withEarlier(series[0])
	} else {
		v, err = d.both(ids, series[0], series[1])
	}
	for i := range v {
		if err == nil {
			err = d.fill(&v[i])
		}
	}
	return v, err
}

// withEarlier finds what a series is compared with if nothing is named: a part that was sent again, with what it
// replaces; a series, with the one that it revises; otherwise as it was sent, with how it now stands.
func (d *Differ) withEarlier(s track.SeriesView) (v [2]version, err error) {
	if s.PartOf != 0 && !d.as.AsSent {
		whole, err := d.whole(s)
		return [2]version{{series: whole, asSent: true}, {series: whole}}, err
	}
	if s.Revises != 0 {
		before, _, err := FindSeries(d.ctx, d.store, SeriesID(s.Revises))
		if err != nil {
			return v, err
		}
		before, err = d.whole(before)
		return [2]version{{series: before}, {series: s}}, err
	}
	standing, err := d.store.Standing(d.ctx, []int64{s.ID})
	if err != nil {
		return v, err
	}
	if len(standing[s.ID].Parts) > 0 && !d.as.AsSent {
		return [2]version{{series: s, asSent: true}, {series: s}}, nil
	}
	return v, fmt.Errorf("no version before %s, which is %s, is known; patchwatch diff %s sN compares it with any other",
		SeriesID(s.ID), VersionOf(s), SeriesID(s.ID))
}

// both finds what is compared if two series are named. A part stands for all of its series.
func (d *Differ) both(ids []string, a, b track.SeriesView) (v [2]version, err error) {
	if a.ID == b.ID {
		return v, fmt.Errorf("%s are the same series; name another version of it", strings.Join(ids, " and "))
	}
	if a.Project != b.Project {
		return v, fmt.Errorf("%s is of project %s, and %s of %s: only series of one project are compared",
			SeriesID(a.ID), a.Project, SeriesID(b.ID), b.Project)
	}
	if a, err = d.whole(a); err != nil {
		return v, err
	}
	if b, err = d.whole(b); err != nil {
		return v, err
	}
	if sentBefore(b, a) {
		a, b = b, a
	}
	return [2]version{{series: a, asSent: a.ID == b.ID}, {series: b}}, nil
}

// whole is the series of which one is a part that was sent again, otherwise the series itself.
func (d *Differ) whole(s track.SeriesView) (track.SeriesView, error) {
	if s.PartOf == 0 || d.as.AsSent {
		return s, nil
	}
	whole, _, err := FindSeries(d.ctx, d.store, SeriesID(s.PartOf))
	return whole, err
}

// sentBefore tells whether a is the older version.
func sentBefore(a, b track.SeriesView) bool {
	return cmp.Or(cmp.Compare(a.Version, b.Version), a.Date.Compare(b.Date), cmp.Compare(a.ID, b.ID)) < 0
}

// fill looks up the patches of a version.
func (d *Differ) fill(v *version) error {
	id := v.series.ID
	patches, err := d.patchesOf(id)
	if err != nil {
		return err
	}
	if v.patches = patches; !v.asSent && !d.as.AsSent {
		if err := d.replace(v); err != nil {
			return err
		}
	}
	if len(v.patches) == 0 {
		return fmt.Errorf("there is no patch in %s", SeriesID(id))
	}
	order.By(v.patches, func(a, b track.PatchView) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.ID, b.ID))
	})
	return nil
}

func (d *Differ) patchesOf(series int64) ([]track.PatchView, error) {
	return d.store.Patches(d.ctx, track.Filter{Series: series, Archived: true})
}

// replace puts patches that were sent again alone in the place of those that they replace.
func (d *Differ) replace(v *version) error {
	all, err := d.store.Standing(d.ctx, []int64{v.series.ID})
	if err != nil {
		return err
	}
	standing := all[v.series.ID]
	if len(standing.Parts) == 0 {
		return nil
	}
	v.parts = standing.Parts
	there := map[int64]track.PatchView{}
	for _, id := range append([]int64{v.series.ID}, standing.Parts...) {
		patches, err := d.patchesOf(id)
		if err != nil {
			return err
		}
		for _, p := range patches {
			there[p.Mail] = p
		}
	}
	v.patches = nil
	for _, s := range standing.Patches {
		if p, seen := there[s.Mail]; seen { // others are hidden
			p.Number = s.Number
			v.patches = append(v.patches, p)
		}
	}
	return nil
}

// called says which version it is, in words.
func (v *version) called() string {
	s := v.series
	text := fmt.Sprintf("%s  %s  %s  %s  %s", SeriesID(s.ID), VersionOf(s), s.Date.Format("2006-01-02"), ReceivedOf(s),
		SeriesTitle(s))
	if len(v.parts) == 0 {
		return text
	}
	var again []string
	for _, id := range v.parts {
		again = append(again, SeriesID(id))
	}
	return text + ", with what was sent again in " + strings.Join(again, ", ")
}
