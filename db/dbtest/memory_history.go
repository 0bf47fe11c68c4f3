package dbtest

import (
	"slices"
	"time"

	"patchwatch/db/engine"
)

func (v *view) Decisions(names []engine.Name) (map[engine.Name]engine.Decision, error) {
	out := map[engine.Name]engine.Decision{}
	for _, name := range names {
		if v.decisions.has(name) {
			out[name] = copyDecision(v.decisions.get(name))
		}
	}
	return out, nil
}

func copyDecision(d engine.Decision) engine.Decision {
	d.StateAt = microsOrZero(d.StateAt)
	d.State, d.Delegate, d.Archived, d.SeriesName = copied(d.State), copied(d.Delegate), copied(d.Archived),
		copied(d.SeriesName)
	d.CommitRef, d.PullURL, d.Hidden, d.Addressed, d.Relation = copied(d.CommitRef), copied(d.PullURL), copied(d.Hidden),
		copied(d.Addressed), copied(d.Relation)
	d.PutWith = copied(d.PutWith)
	return d
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

func (v *view) SeriesNamed(project int64) (bool, error) {
	for name, d := range v.decisions.all() {
		if name.Project == project && d.SeriesName != nil {
			return true, nil
		}
	}
	return false, nil
}

func (v *view) AnyPut(project int64) (some bool, err error) {
	err = v.EachPut(func(p engine.Put) error {
		some = some || p.Project == project
		return nil
	})
	return some, err
}

func (v *view) Puts(project int64, msgids []string) (out []engine.Put, err error) {
	err = v.EachPut(func(p engine.Put) error {
		if p.Project == project && (slices.Contains(msgids, p.MsgID) || slices.Contains(msgids, p.With)) {
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

func (v *view) EachPut(f func(engine.Put) error) error {
	for name, d := range v.decisions.all() {
		if d.PutWith == nil {
			continue
		}
		if err := f(engine.Put{Name: name, With: *d.PutWith}); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) Log(q engine.LogQuery) (out []engine.LogEntry, err error) {
	for _, e := range v.log.all() {
		if (q.Project == "" || e.Project == q.Project) && (q.MsgID == "" || e.MsgID == q.MsgID) &&
			(q.Actor == "" || e.Actor == q.Actor) && (q.Below == 0 || e.ID < q.Below) {
			out = append(out, e)
		}
	}
	slices.Reverse(out)
	return first(out, q.Most), nil
}

func (v *view) Events(q engine.EventQuery) (out []engine.Event, err error) {
	for id, e := range v.events.from(q.Above) {
		if id > q.Above {
			out = append(out, e)
		}
	}
	return first(out, q.Most), nil
}

func (v *view) LastEvent() (id int64, date time.Time, err error) {
	id = v.events.last()
	return id, v.events.get(id).Date, nil
}

func (t *tx) PutDecisions(all []engine.Decision) error {
	for _, d := range all {
		if d.Empty() {
			t.decisions.drop(d.Name)
			continue
		}
		t.decisions.put(d.Name, copyDecision(d))
	}
	return nil
}

func (t *tx) MoveDecisions(from, to int64) error {
	for name, d := range t.decisions.all() {
		moved := engine.Name{Project: to, MsgID: name.MsgID}
		if name.Project != from || t.decisions.has(moved) {
			continue
		}
		t.decisions.drop(name)
		d.Name = moved
		t.decisions.put(moved, d)
	}
	t.movePairs(from, to)
	return nil
}

func (t *tx) AddLog(entries []engine.LogEntry) error {
	for i := range entries {
		entries[i].ID = t.next(aLogEntry)
		e := entries[i]
		e.Time = micros(e.Time)
		t.log.put(e.ID, e)
	}
	return nil
}

func (t *tx) AddEvents(events []engine.Event) error {
	for i := range events {
		events[i].ID = t.events.last() + 1
		e := events[i]
		e.Date = micros(e.Date)
		t.events.put(e.ID, e)
	}
	return nil
}
