package dbtest

import (
	"cmp"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func (v *view) EventPage(f track.EventsQuery, _ int) (track.Page[track.EventRow], error) {
	var rows []track.EventRow
	for _, e := range v.events.all() {
		onCover := e.Category == track.CoverCreated || e.Category == track.CoverCommentCreated
		if seen(f.Scope, e.Project, v.tellsOfHidden(&e)) && chosenBy(f.Projects, e.Project) && chosenBy(f.Categories,
			e.Category) &&
			(f.Series == nil || slices.Contains(f.Series, e.Series)) &&
			(f.Patches == nil || !onCover && v.anyCopy(f.Patches, e.Mail)) && (f.Covers == nil || onCover && v.anyCopy(f.Covers,
			e.Mail)) &&
			(f.Actors == nil || e.Actor != "" && slices.Contains(f.Actors, e.Actor)) && within(e.Date, f.Since, f.Before) &&
			e.ID > f.Above {
			rows = append(rows, v.eventRow(&e, f.Scope))
		}
	}
	if !slices.ContainsFunc(f.Order, func(o track.Order) bool { return o.By == "date" || o.By == "id" }) {
		f.Order = []track.Order{{By: "id", Desc: true}}
	}
	return pageOf(rows, f.Paging, func(r track.EventRow) int64 { return r.ID }, map[string]func(a, b track.EventRow) int{
		"date": func(a, b track.EventRow) int { return cmp.Compare(a.ID, b.ID) },
	})
}

// anyCopy tells whether a mail has the name of one of these.
func (s *state) anyCopy(of []int64, id int64) bool {
	m := s.mails.get(id)
	return m != nil && slices.ContainsFunc(of, func(o int64) bool {
		other := s.mails.get(o)
		return other != nil && engine.NameOf(&other.Mail) == engine.NameOf(&m.Mail)
	})
}

// tellsOfHidden tells whether an event is about something that is hidden, or was said about it.
func (s *state) tellsOfHidden(e *engine.Event) bool {
	for _, id := range []int64{e.Mail, e.Comment} {
		m := s.standsFor(id)
		if m == nil {
			continue
		}
		reply := s.replies.get(m.ID)
		if s.isHidden(m.ID) || reply != nil && s.aboutHidden(reply) {
			return true
		}
	}
	row := s.series.get(e.Series)
	return row != nil && row.Hidden
}

func (s *state) eventRow(e *engine.Event, scope track.Scope) track.EventRow {
	r := track.EventRow{
		ID: e.ID, Date: e.Date, Category: e.Category, Project: e.Project, Actor: e.Actor, Series: s.brief(e.Series),
		Before: e.Before, After: e.After, Comment: s.eventBrief(e.Comment, scope),
	}
	if e.Category == track.CoverCreated || e.Category == track.CoverCommentCreated {
		r.Cover = s.eventBrief(e.Mail, scope)
	} else {
		r.Patch = s.eventBrief(e.Mail, scope)
	}
	if row := s.series.get(e.Series); row != nil && !scope.Has(row.Project) {
		r.Series = track.SeriesBrief{ID: e.Series}
	}
	if k := s.checks.get(e.Check); k.ID != 0 {
		r.Check = &k
	}
	return r
}

func (s *state) eventBrief(id int64, scope track.Scope) track.MailBrief {
	if m := s.standsFor(id); m != nil && scope.Has(m.Project) && (scope.Whole || !s.isHidden(m.ID)) {
		return s.mailBrief(m)
	}
	return track.MailBrief{}
}
