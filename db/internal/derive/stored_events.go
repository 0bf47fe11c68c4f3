package derive

import (
	"encoding/json"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/sorter"
	"patchwatch/track"
)

// TellStored adds the events of all that is stored, each dated by the delivery that completed it: for a database from
// before there were events. Temporary files go to dir.
func TellStored(tx engine.Tx, dir string) error {
	t := &storedTeller{Tx: tx, out: sorter.New(dir), delivered: map[int64]time.Time{}, covers: map[int64]bool{}}
	defer t.out.Close()
	if err := tx.EachMail(t.note); err != nil { // replies may come before what they answer
		return err
	}
	if err := tx.EachMail(t.mail); err != nil {
		return err
	}
	if err := tx.EachSeries(t.series); err != nil {
		return err
	}
	return t.write()
}

// storedTeller sorts what happened by when.
type storedTeller struct {
	engine.Tx
	out       *sorter.Sorter
	delivered map[int64]time.Time // of patches and covers
	covers    map[int64]bool
}

// tell notes an event, to be sorted by its time, then by tellingOrder, then by the numbers that it is about.
func (t *storedTeller) tell(e engine.Event) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	key := appendSorted(nil, e.Date.UnixMicro())
	key = append(key, byte(tellingOrder[e.Category]))
	key = appendSorted(appendSorted(appendSorted(key, e.Series), e.Mail), e.Comment)
	return t.out.Add(append(key, text...))
}

const tellingKey = 8 + 1 + 3*8 // bytes before the event

func (t *storedTeller) note(m *engine.DerivedMail) error {
	if m.Patch != nil || m.Cover != nil {
		t.delivered[m.ID] = m.Delivered
	}
	if m.Cover != nil {
		t.covers[m.ID] = true
	}
	return nil
}

func (t *storedTeller) mail(m *engine.DerivedMail) error {
	e := engine.Event{Date: m.Delivered, Project: m.Project, Mail: m.ID}
	switch {
	case m.Cover != nil:
		e.Category, e.Series = track.CoverCreated, m.Cover.Series
	case m.Patch != nil:
		e.Category = track.PatchCreated
	case m.Reply != nil && m.Reply.Parent != 0 && !m.Reply.Ignored:
		e.Mail, e.Comment = m.Reply.Parent, m.ID
		e.Category = track.PatchCommentCreated
		if t.covers[m.Reply.Parent] {
			e.Category = track.CoverCommentCreated
		}
	default:
		return nil
	}
	return t.tell(e)
}

func (t *storedTeller) series(s *engine.SeriesRow, members []engine.Member) error {
	created, last := time.Time{}, time.Time{} // when its first mail came, and when the last that completes what is there
	byNumber := map[int]engine.Member{}
	for _, m := range members {
		at := t.delivered[m.Mail]
		if created.IsZero() || at.Before(created) {
			created = at
		}
		if !m.Cover {
			byNumber[m.Number] = m
		}
	}
	if err := t.tell(engine.Event{
		Date: created, Category: track.SeriesCreated, Project: s.Project, Series: s.ID,
	}); err != nil {
		return err
	}
	for n := 1; ; n++ {
		m, there := byNumber[n]
		if !there {
			break
		}
		if at := t.delivered[m.Mail]; at.After(last) {
			last = at
		}
		if err := t.tell(engine.Event{
			Date: last, Category: track.PatchCompleted, Project: s.Project, Mail: m.Mail, Series: s.ID,
		}); err != nil {
			return err
		}
	}
	if !s.Complete || len(byNumber) == 0 {
		return nil
	}
	return t.tell(engine.Event{Date: last, Category: track.SeriesCompleted, Project: s.Project, Series: s.ID})
}

// write adds the events in the order of their times.
func (t *storedTeller) write() error {
	var batch []engine.Event
	if err := t.out.Walk(func(record []byte) error {
		var e engine.Event
		if err := json.Unmarshal(record[tellingKey:], &e); err != nil {
			return err
		}
		if batch = append(batch, e); len(batch) < correctAtOnce {
			return nil
		}
		err := t.AddEvents(batch)
		batch = batch[:0]
		return err
	}); err != nil {
		return err
	}
	return t.AddEvents(batch)
}
