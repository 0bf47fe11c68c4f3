package db

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/versions"
	"patchwatch/track"
)

// Overviews gives, for series by number, what a list says of them beside their rows. However many there are, it takes
// the same number of calls. What is out of the scope is left out, and what was said there too.
func (s *Store) Overviews(
	ctx context.Context, series []track.SeriesRow, scope track.Scope,
) (out map[int64]*track.Overview, err error) {
	err = s.view(ctx, func(v engine.View) error {
		out, err = overviewsOf(s.finder(v), series, scope)
		return err
	})
	return out, err
}

func overviewsOf(
	f *versions.Finder, series []track.SeriesRow, scope track.Scope,
) (map[int64]*track.Overview, error) {
	o := newOverviews(f, series, scope)
	if err := o.patches(); err != nil {
		return nil, err
	}
	return o.out, o.versions()
}

// SeriesWhole gives all that the page of a series says of it. To ask for it at once takes half as many calls.
func (s *Store) SeriesWhole(
	ctx context.Context, row track.SeriesRow, scope track.Scope,
) (out track.SeriesWhole, err error) {
	err = s.view(ctx, func(v engine.View) error {
		f := s.finder(v)
		if out.Versions, err = versionsOf(f, row.ID); err != nil {
			return err
		}
		if out.Now, err = rowNow(f, row, scope); err != nil {
			return err
		}
		views, err := overviewsOf(f, []track.SeriesRow{row}, scope)
		out.Overview = views[row.ID]
		return err
	})
	return out, err
}

// FirstReplies gives, for series by number, when somebody else than who sent them first answered; what has no answer is
// not there.
func (s *Store) FirstReplies(
	ctx context.Context, series []track.SeriesRow, scope track.Scope,
) (out map[int64]time.Time, err error) {
	out = map[int64]time.Time{}
	err = s.view(ctx, func(v engine.View) error {
		o := newOverviews(s.finder(v), series, scope)
		err := o.patches()
		for id, of := range o.out {
			if !of.FirstReply.IsZero() {
				out[id] = of.FirstReply
			}
		}
		return err
	})
	return out, err
}

func newOverviews(f *versions.Finder, series []track.SeriesRow, scope track.Scope) *overviews {
	o := &overviews{Finder: f, scope: scope, series: series, out: make(map[int64]*track.Overview, len(series))}
	for i := range series {
		o.out[series[i].ID] = &track.Overview{
			Last: series[i].Date, Trailers: map[int64]track.PatchTrailers{}, Replies: map[int64]int{}, Voices: map[string]bool{},
		}
	}
	return o
}

type overviews struct {
	*versions.Finder
	scope  track.Scope
	series []track.SeriesRow
	out    map[int64]*track.Overview
}

// patches finds the patches of all series, what was said about them, and which trailers that gave.
func (o *overviews) patches() error {
	var ids, covers []int64
	for i := range o.series {
		for _, p := range o.series[i].Patches {
			ids = append(ids, p.ID)
		}
		if c := o.series[i].Cover.ID; c != 0 {
			covers = append(covers, c)
		}
	}
	rows, err := o.PatchRows(ids, o.scope)
	if err != nil {
		return err
	}
	coverRows, err := o.CoverRows(covers, o.scope)
	if err != nil {
		return err
	}
	var mails []int64
	for _, r := range rows {
		mails = append(mails, r.Mail)
	}
	for _, r := range coverRows {
		mails = append(mails, r.Mail)
	}
	talk, err := o.talk(mails)
	if err != nil {
		return err
	}
	for i := range o.series {
		o.fill(&o.series[i], rows, coverRows[o.series[i].Cover.ID], talk)
	}
	return nil
}

// talk is what was said about patches and covers, by the number of the mail, and the mails themselves.
type talk struct {
	mails   map[int64]*track.MailView
	replies map[int64][]*track.MailView // that are not hidden
}

func (o *overviews) talk(about []int64) (t talk, err error) {
	replies, err := o.Replies(about, false, false)
	if err != nil {
		return t, err
	}
	views, err := o.MailViews(slices.Concat(about, slices.Concat(slices.Collect(maps.Values(replies))...)))
	t = talk{map[int64]*track.MailView{}, map[int64][]*track.MailView{}}
	for i := range views {
		t.mails[views[i].Mail] = &views[i]
	}
	for parent, all := range replies {
		for _, id := range all {
			if m := t.mails[id]; m != nil && !m.Hidden {
				t.replies[parent] = append(t.replies[parent], m)
			}
		}
	}
	return t, err
}

func (t *talk) trailers(of int64) (all []track.Trailer) {
	for _, m := range t.replies[of] {
		all = append(all, m.Trailers...)
	}
	return all
}

func (o *overviews) fill(
	s *track.SeriesRow, rows map[int64]track.PatchRow, cover track.CoverRow, t talk,
) {
	out := o.out[s.ID]
	out.Cover = cover
	onCover := t.trailers(cover.Mail)
	note := func(id, mail int64) {
		out.Replies[id] = len(t.replies[mail])
		for _, m := range append([]*track.MailView{t.mails[mail]}, t.replies[mail]...) {
			if m == nil {
				continue
			}
			if m.Date.After(out.Last) {
				out.Last = m.Date
			}
			out.Mails = append(out.Mails, m.ID)
		}
		for _, m := range t.replies[mail] {
			out.Voices[strings.ToLower(m.Submitter.Email)] = true
			if m.Submitter.Email != s.Submitter.Email && (out.FirstReply.IsZero() || m.Date.Before(out.FirstReply)) {
				out.FirstReply = m.Date
			}
		}
	}
	if cover.ID != 0 {
		note(cover.ID, cover.Mail)
	}
	for _, b := range s.Patches {
		p, ok := rows[b.ID]
		if !ok || p.Hidden {
			continue
		}
		out.Patches = append(out.Patches, p)
		note(p.ID, p.Mail)
		var own []track.Trailer
		if m := t.mails[p.Mail]; m != nil {
			own = m.Trailers
		}
		out.Trailers[p.ID] = track.PatchTrailers{Own: own, Given: track.GivenTrailers(own, t.trailers(p.Mail), onCover)}
	}
}

// versions finds the version before each series and the newest one after it.
func (o *overviews) versions() error {
	ids := slices.Sorted(maps.Keys(o.out))
	after, err := o.After(ids)
	if err != nil {
		return err
	}
	before, err := o.Before(ids)
	if err != nil {
		return err
	}
	var named []int64
	for _, id := range ids {
		named = append(append(named, after[id]...), before[id].Series)
	}
	named = slices.DeleteFunc(engine.Distinct(named), func(id int64) bool { return id == 0 })
	if len(named) == 0 {
		return nil
	}
	page, err := o.SeriesPage(track.SeriesQuery{
		Scope: o.scope, IDs: named, Paging: track.Paging{Limit: len(named)},
	}, -1)
	if err != nil {
		return err
	}
	briefs := map[int64]track.SeriesBrief{}
	for _, r := range page.Rows {
		briefs[r.ID] = r.SeriesBrief
	}
	for _, id := range ids {
		o.out[id].Revises = briefs[before[id].Series]
		for _, a := range after[id] {
			if b := briefs[a]; b.Date.After(o.out[id].Revised.Date) {
				o.out[id].Revised = b
			}
		}
	}
	return nil
}
