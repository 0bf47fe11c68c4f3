package db

import (
	"cmp"
	"context"
	"slices"
	"time"

	"patchwatch/track"
)

// Events are stored by the transaction that makes them happen, so that they are told once, whatever is killed. Their numbers
// ascend in the order of commits, because one transaction writes at a time and gives them at its end. Their dates never run
// backwards, even where the clock does.

// tell notes something that happened.
func (w *writing) tell(e Event) {
	if !w.quiet {
		w.events = append(w.events, e)
	}
}

// addEvents writes what was noted, at the end of the transaction.
func (w *writing) addEvents() error {
	if len(w.events) == 0 {
		return nil
	}
	_, last, err := w.LastEvent()
	if err != nil {
		return err
	}
	now := micros(time.Now())
	if now.Before(last) {
		now = last
	}
	for i := range w.events {
		w.events[i].Date = now
		w.events[i].Actor = w.by
	}
	slices.SortStableFunc(w.events, func(a, b Event) int {
		return cmp.Or(tellingOrder[a.Category]-tellingOrder[b.Category], cmp.Compare(a.Series, b.Series))
	})
	return w.AddEvents(w.events)
}

// tellingOrder is the order of what one transaction tells: nothing is told of a thing that was not yet created.
var tellingOrder = map[track.Category]int{
	track.SeriesCreated: 1, track.CoverCreated: 2, track.PatchCreated: 3, track.PatchCompleted: 4, track.SeriesCompleted: 5,
	track.CoverCommentCreated: 6, track.PatchCommentCreated: 7,
}

// telling compares the series of a change with what they were, so that it can tell what is new.
type telling struct {
	*deriver
	rows    map[int64]*SeriesRow   // by number
	numbers map[int64]map[int]bool // of the patches that were in a series, by its number
}

func (d *deriver) newTelling() *telling {
	t := &telling{deriver: d, rows: map[int64]*SeriesRow{}, numbers: map[int64]map[int]bool{}}
	for _, r := range d.was {
		if r.Series == 0 || r.Kind != track.Patch {
			continue
		}
		if t.numbers[r.Series] == nil {
			t.numbers[r.Series] = map[int]bool{}
		}
		t.numbers[r.Series][r.Slot] = true
	}
	return t
}

// note notes a series as it was.
func (t *telling) note(row *SeriesRow) {
	if row.Project == t.project { // another project's had that number, with the mail that gave it
		t.rows[row.ID] = row
	}
}

// tellSeries tells what is new about a series.
func (t *telling) tellSeries(s *assembled) {
	id := s.row.ID
	if !t.seriesWasThere(s) {
		t.tell(Event{Category: track.SeriesCreated, Project: t.project, Series: id})
	}
	if s.cover != nil && !t.wasThereBefore(s.cover) {
		t.tell(Event{Category: track.CoverCreated, Project: t.project, Mail: s.cover.Mail, Series: id})
	}
	are := map[int]bool{}
	for _, slot := range s.Patches {
		are[slot.Number] = true
	}
	to := unbroken(are)
	for i, r := range s.patches {
		if s.Patches[i].Number <= to && !t.patchWasCompleted(r) {
			t.tell(Event{Category: track.PatchCompleted, Project: t.project, Mail: r.Mail, Series: id})
		}
	}
	if s.row.Complete && len(s.patches) > 0 && !t.wasCompleted(s) { // a cover may say that there are none
		t.tell(Event{Category: track.SeriesCompleted, Project: t.project, Series: id})
	}
}

// seriesWasThere tells whether there was a series of this number. Its mails may also have had another number: that of a mail
// that stood for one of them until another copy took its place.
func (t *telling) seriesWasThere(s *assembled) bool {
	if t.rows[s.row.ID] != nil {
		return true
	}
	return slices.ContainsFunc(s.members(), func(r *Row) bool {
		was := t.was[r.ID]
		return was != nil && was.Mail != r.Mail && was.Mail == was.Series && t.rows[was.Series] != nil
	})
}

// patchWasCompleted tells whether a patch and all before it were there, in whatever series.
func (t *telling) patchWasCompleted(r *Row) bool {
	was := t.was[r.ID]
	return was != nil && was.Kind == track.Patch && was.Series != 0 && was.Slot <= unbroken(t.numbers[was.Series])
}

// wasCompleted tells whether all patches of a series were in one that was complete. What is complete is told again when a
// patch comes, not when one leaves, and not when another mail gives the series another number.
func (t *telling) wasCompleted(s *assembled) bool {
	in := int64(0)
	for _, r := range s.patches {
		was := t.was[r.ID]
		if was == nil || was.Kind != track.Patch || was.Series == 0 || in != 0 && was.Series != in {
			return false
		}
		in = was.Series
	}
	return t.rows[in] != nil && t.rows[in].Complete
}

// wasThereBefore tells whether a patch or cover was there before, be it as another copy.
func (d *deriver) wasThereBefore(r *Row) bool {
	was := d.was[r.ID]
	return was != nil && was.Kind == r.Kind
}

// unbroken is how far the numbers from 1 go without a gap.
func unbroken(numbers map[int]bool) int {
	n := 0
	for numbers[n+1] {
		n++
	}
	return n
}

func (d *deriver) tellPatch(r *Row) {
	if !d.wasThereBefore(r) {
		d.tell(Event{Category: track.PatchCreated, Project: d.project, Mail: r.Mail})
	}
}

// tellComment tells of a reply that leads to a patch or cover, and did not before. above is that; nil: it leads nowhere.
func (d *deriver) tellComment(r *Row, row *ReplyRow, above *Row) {
	if above == nil || row.Ignored {
		return
	}
	was := r
	if w := d.was[r.ID]; w != nil {
		was = w
	}
	if was.ParentID == above.ID && was.Kind != track.Ignored {
		return
	}
	category := track.PatchCommentCreated
	if above.Kind == track.Cover {
		category = track.CoverCommentCreated
	}
	d.tell(Event{Category: category, Project: d.project, Mail: above.Mail, Comment: r.Mail})
}

// tellDecided tells of a patch that has another state or delegate now.
func (w *writing) tellDecided(before, now *PatchRow) {
	if before.State != now.State {
		w.tell(Event{
			Category: track.PatchStateChanged, Project: now.Project, Mail: now.Mail, Before: string(before.State),
			After: string(now.State),
		})
	}
	if before.Delegate != now.Delegate {
		w.tell(Event{
			Category: track.PatchDelegated, Project: now.Project, Mail: now.Mail, Before: before.Delegate, After: now.Delegate,
		})
	}
}

// Events gives what happened after the event of a number, in the order of commits, at most so many (0: all).
func (s *Store) Events(ctx context.Context, since int64, most int) (out []track.Event, err error) {
	err = s.view(ctx, func(v View) error {
		rows, err := v.Events(EventQuery{Above: since, Most: most})
		if err != nil {
			return err
		}
		out, err = eventsOf(v, rows)
		return err
	})
	return out, err
}

// eventsOf puts names to what events are about.
func eventsOf(v View, rows []Event) ([]track.Event, error) {
	var mails, series []int64
	for _, e := range rows {
		mails, series = append(mails, e.Mail, e.Comment), append(series, e.Series)
	}
	links, err := linkNames(v)
	if err != nil {
		return nil, err
	}
	refs, err := mailRefs(v, distinct(mails))
	if err != nil {
		return nil, err
	}
	sets, err := seriesRefs(v, distinct(series))
	if err != nil {
		return nil, err
	}
	out := make([]track.Event, len(rows))
	for i, e := range rows {
		out[i] = track.Event{
			ID: e.ID, Date: e.Date, Category: e.Category, Project: links[e.Project], Actor: e.Actor,
			Comment: refs[e.Comment], Series: sets[e.Series], Before: e.Before, After: e.After,
		}
		switch e.Category {
		case track.CoverCreated, track.CoverCommentCreated:
			out[i].Cover = refs[e.Mail]
		default:
			out[i].Patch = refs[e.Mail]
		}
	}
	return out, nil
}

func linkNames(v View) (map[int64]string, error) {
	all, err := v.Projects()
	out := make(map[int64]string, len(all))
	for _, p := range all {
		out[p.ID] = p.LinkName
	}
	return out, err
}

func mailRefs(v View, ids []int64) (map[int64]track.MailRef, error) {
	mails, err := v.Mails(ids)
	out := make(map[int64]track.MailRef, len(ids))
	for id, m := range mails {
		out[id] = track.MailRef{ID: id, MsgID: m.MsgID, Name: m.Name}
	}
	return out, err
}

// seriesRefs has the numbers also of series that are no more.
func seriesRefs(v View, ids []int64) (map[int64]track.SeriesRef, error) {
	out := make(map[int64]track.SeriesRef, len(ids))
	for _, id := range ids {
		out[id] = track.SeriesRef{ID: id}
	}
	rows, err := v.Series(ids)
	for _, r := range rows {
		name := r.Name
		if r.Given != "" {
			name = r.Given
		}
		out[r.ID] = track.SeriesRef{ID: r.ID, Name: name, Version: r.Version}
	}
	return out, err
}

// distinct numbers, sorted, without 0.
func distinct(ids []int64) []int64 {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) > 0 && ids[0] == 0 {
		ids = ids[1:]
	}
	return ids
}
