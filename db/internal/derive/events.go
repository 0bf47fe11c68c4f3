package derive

import (
	"cmp"
	"slices"
	"time"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// Events are stored by the transaction that makes them happen, so that they are told once, whatever is killed. Their
// numbers ascend in the order of commits, because one transaction writes at a time and gives them at its end. Their
// dates never run backwards, even where the clock does.

// Tell notes something that happened.
func (w *Writing) Tell(e engine.Event) {
	if !w.Quiet {
		w.events = append(w.events, e)
	}
}

// addEvents writes what was noted, at the end of the transaction.
func (w *Writing) addEvents() error {
	if len(w.events) == 0 {
		return nil
	}
	now, err := w.Now()
	if err != nil {
		return err
	}
	for i := range w.events {
		w.events[i].Date = now
		w.events[i].Actor = cmp.Or(w.events[i].Actor, w.By)
	}
	order.By(w.events, func(a, b engine.Event) int {
		return cmp.Or(tellingOrder[a.Category]-tellingOrder[b.Category], cmp.Compare(a.Series, b.Series))
	})
	return w.Tx.AddEvents(w.events)
}

// Now is the time of the transaction, the same whenever it is asked for. It is not before the date of any event.
func (w *Writing) Now() (time.Time, error) {
	if !w.now.IsZero() {
		return w.now, nil
	}
	_, last, err := w.Tx.LastEvent()
	w.now = micros(time.Now())
	if w.now.Before(last) {
		w.now = last
	}
	return w.now, err
}

// tellingOrder is the order of what one transaction tells: nothing is told of a thing that was not yet created.
var tellingOrder = map[track.Category]int{
	track.SeriesCreated: 1, track.CoverCreated: 2, track.PatchCreated: 3, track.PatchCompleted: 4,
	track.SeriesCompleted: 5, track.CoverCommentCreated: 6, track.PatchCommentCreated: 7,
	track.PatchStateChanged: 8, track.PatchDelegated: 8,
}

// telling compares the series of a change with what they were, so that it can tell what is new.
type telling struct {
	*deriver
	rows    map[int64]*engine.SeriesRow // by number
	numbers map[int64]map[int]bool      // of the patches that were in a series, by its number
}

func (d *deriver) newTelling() *telling {
	t := &telling{deriver: d, rows: map[int64]*engine.SeriesRow{}, numbers: map[int64]map[int]bool{}}
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
func (t *telling) note(row *engine.SeriesRow) {
	if row.Project == t.project { // another project's had that number, with the mail that gave it
		t.rows[row.ID] = row
	}
}

// tellSeries tells what is new about a series.
func (t *telling) tellSeries(s *assembled) {
	id := s.row.ID
	if !t.seriesWasThere(s) {
		t.Tell(engine.Event{Category: track.SeriesCreated, Project: t.project, Series: id})
	}
	if s.cover != nil && !t.wasThereBefore(s.cover) {
		t.Tell(engine.Event{Category: track.CoverCreated, Project: t.project, Mail: s.cover.Mail, Series: id})
	}
	are := map[int]bool{}
	for _, slot := range s.Patches {
		are[slot.Number] = true
	}
	to := unbroken(are)
	for i, r := range s.patches {
		if s.Patches[i].Number <= to && !t.patchWasCompleted(r) {
			t.Tell(engine.Event{Category: track.PatchCompleted, Project: t.project, Mail: r.Mail, Series: id})
		}
	}
	if s.row.Complete && len(s.patches) > 0 && !t.wasCompleted(s) { // a cover may say that there are none
		t.Tell(engine.Event{Category: track.SeriesCompleted, Project: t.project, Series: id})
	}
}

// seriesWasThere tells whether there was a series of this number. Its mails may also have had another number: that of a
// copy of one of them that was stored first, and that belongs elsewhere now.
func (t *telling) seriesWasThere(s *assembled) bool {
	if t.rows[s.row.ID] != nil {
		return true
	}
	return slices.ContainsFunc(s.members(), func(r *engine.Row) bool {
		was := t.was[r.ID]
		return was != nil && was.Called() != r.Called() && was.Called() == was.Series && t.rows[was.Series] != nil
	})
}

// patchWasCompleted tells whether a patch and all before it were there, in whatever series.
func (t *telling) patchWasCompleted(r *engine.Row) bool {
	was := t.was[r.ID]
	return was != nil && was.Kind == track.Patch && was.Series != 0 && was.Slot <= unbroken(t.numbers[was.Series])
}

// wasCompleted tells whether all patches of a series were in one that was complete. What is complete is told again when
// a patch comes, not when one leaves, and not when another mail gives the series another number.
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
func (d *deriver) wasThereBefore(r *engine.Row) bool {
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

func (d *deriver) tellPatch(r *engine.Row) {
	if !d.wasThereBefore(r) {
		d.Tell(engine.Event{Category: track.PatchCreated, Project: d.project, Mail: r.Mail})
	}
}

// tellComment tells of a reply that leads to a patch or cover, and did not before. above is that; nil: it leads
// nowhere.
func (d *deriver) tellComment(r *engine.Row, row *engine.ReplyRow, above *engine.Row) {
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
	d.Tell(engine.Event{Category: category, Project: d.project, Mail: above.Mail, Comment: r.Mail})
}

// TellDecided tells of a patch that has another state or delegate now.
func (w *Writing) TellDecided(before, now *engine.PatchRow) {
	if before.State != now.State {
		w.Tell(engine.Event{
			Category: track.PatchStateChanged, Project: now.Project, Mail: now.Mail, Before: string(before.State),
			After: string(now.State),
		})
	}
	if before.Delegate != now.Delegate {
		w.Tell(engine.Event{
			Category: track.PatchDelegated, Project: now.Project, Mail: now.Mail, Before: before.Delegate, After: now.Delegate,
		})
	}
}
