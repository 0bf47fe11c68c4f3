package postgres

import (
	"errors"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

// decisionColumns are what decisionInto scans of a table decision that is called d.
const decisionColumns = `d.project, d.msgid, d.state, d.delegate, d.archived, d.series_name, d.commit_ref, d.pull_url,
	d.hidden, d.addressed, d.relation, d.put_with, d.state_at`

func decisionInto(d *engine.Decision) []any {
	return []any{&d.Project, &d.MsgID, &d.State, &d.Delegate, &d.Archived, &d.SeriesName, &d.CommitRef, &d.PullURL,
		&d.Hidden, &d.Addressed, &d.Relation, &d.PutWith, (*microsOrZero)(&d.StateAt)}
}

const decisionsOf = `
	SELECT ` + decisionColumns + `
	FROM ` + givenNames + `decision d ON d.project = j.project AND d.msgid = j.msgid`

func (q *queries) Decisions(names []engine.Name) (map[engine.Name]engine.Decision, error) {
	out := map[engine.Name]engine.Decision{}
	return out, q.Each(decisionsOf, namesAsArgs(names), func(scan func(...any) error) error {
		var d engine.Decision
		err := scan(decisionInto(&d)...)
		out[d.Name] = d
		return err
	})
}

// The two halves of the query use an index each.
var putsQuery = both.PutColumns + `decision d WHERE d.project = ? AND ` + in("d.msgid") + ` AND d.put_with IS NOT NULL
	UNION ` + both.PutColumns + `decision d WHERE d.project = ? AND ` + in("d.put_with")

func (q *queries) Puts(project int64, msgids []string) (out []engine.Put, err error) {
	return out, q.Each(putsQuery, []any{project, msgids, project, msgids}, both.TakePut(func(p engine.Put) error {
		out = append(out, p)
		return nil
	}))
}

// logColumns are what logInto scans.
const logColumns = `id, time, actor, what, project, msgid, before, after`

func logInto(e *engine.LogEntry) []any {
	return []any{&e.ID, (*micros)(&e.Time), &e.Actor, &e.What, &e.Project, (*text)(&e.MsgID), &e.Before, &e.After}
}

func (q *queries) Log(l engine.LogQuery) (out []engine.LogEntry, err error) {
	c := &conditions{}
	c.add(l.Project != "", `project = ?`, l.Project)
	c.add(l.MsgID != "", `msgid = ?`, l.MsgID)
	c.add(l.Actor != "", is("actor"), string(l.Actor))
	c.add(l.Below != 0, `id < ?`, l.Below)
	err = q.Each(`SELECT `+logColumns+` FROM log`+c.where()+`
		ORDER BY id DESC`+both.Limit(l.Most), c.args, func(scan func(...any) error) error {
		var e engine.LogEntry
		err := scan(logInto(&e)...)
		out = append(out, e)
		return err
	})
	return out, err
}

func (q *queries) Events(e engine.EventQuery) (out []engine.Event, err error) {
	err = q.Each(`
		SELECT id, date, category, project, mail, comment, series, actor, before, after, check_result
		FROM event WHERE id > ? ORDER BY id`+both.Limit(e.Most), []any{e.Above}, func(scan func(...any) error) error {
		var e engine.Event
		err := scan(&e.ID, (*micros)(&e.Date), &e.Category, (*number)(&e.Project), (*number)(&e.Mail), (*number)(&e.Comment),
			(*number)(&e.Series), (*text)(&e.Actor), (*text)(&e.Before), (*text)(&e.After), (*number)(&e.Check))
		out = append(out, e)
		return err
	})
	return out, err
}

func (t *tx) PutDecisions(decisions []engine.Decision) error {
	for i := range decisions {
		d := &decisions[i]
		query, args := `
			INSERT INTO decision (project, msgid, state, delegate, archived, series_name, commit_ref, pull_url, hidden,
				addressed, relation, put_with, state_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (project, msgid) DO UPDATE SET state = excluded.state, delegate = excluded.delegate,
				archived = excluded.archived, series_name = excluded.series_name, commit_ref = excluded.commit_ref,
				pull_url = excluded.pull_url, hidden = excluded.hidden, addressed = excluded.addressed,
				relation = excluded.relation, put_with = excluded.put_with, state_at = excluded.state_at`,
			[]any{d.Project, d.MsgID, both.OrNull(d.State), both.OrNull(d.Delegate), both.OrNull(d.Archived),
				both.OrNull(d.SeriesName), both.OrNull(d.CommitRef), both.OrNull(d.PullURL), both.OrNull(d.Hidden),
				both.OrNull(d.Addressed), both.OrNull(d.Relation),
				both.OrNull(d.PutWith), both.MicrosOrNull(d.StateAt)}
		if d.Empty() {
			query, args = `DELETE FROM decision WHERE project = ? AND msgid = ?`, args[:2]
		}
		if err := t.w.exec(query, args...); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) MoveDecisions(from, to int64) error {
	return errors.Join(t.w.exec(`UPDATE decision d SET project = ? WHERE project = ?
			AND NOT EXISTS (SELECT 1 FROM decision o WHERE o.project = ? AND o.msgid = d.msgid)`, to, from, to),
		t.w.exec(`UPDATE pair p SET project = ? WHERE project = ? AND NOT EXISTS (
			SELECT 1 FROM pair o WHERE o.project = ? AND o.msgid = p.msgid AND o.other = p.other)`, to, from, to))
}

func (t *tx) AddLog(entries []engine.LogEntry) error {
	if len(entries) == 0 {
		return nil
	}
	first, err := t.next(`log`, len(entries))
	if err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		e.ID = first + int64(i)
		if err := t.w.exec(`
			INSERT INTO log (id, time, actor, what, project, msgid, before, after) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			e.ID, e.Time.UnixMicro(), string(e.Actor), e.What, e.Project, both.TextOrNull(e.MsgID), e.Before,
			e.After); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) AddEvents(events []engine.Event) error {
	if len(events) == 0 {
		return nil
	}
	first, err := t.next(`event`, len(events))
	if err != nil {
		return err
	}
	c := t.counting(both.EventTotal)
	for i := range events {
		events[i].ID = first + int64(i)
		c.Comes(both.RowKind{Project: events[i].Project, Kind: string(events[i].Category)})
	}
	if err := t.w.exec(insertEvents, eventColumns(events)...); err != nil {
		return err
	}
	return c.write()
}

// insertEvents takes the columns of many events. Their numbers were taken under the lock of the counter, so what others
// told meanwhile has come: none is dated before the one below it. In texts and numbers that may be absent, empty and 0 stand
// for NULL.
const insertEvents = `INSERT INTO event (id, date, category, project, mail, comment, series, actor, before, after,
		check_result)
	SELECT id, greatest(date, (SELECT o.date FROM event o ORDER BY o.id DESC LIMIT 1)), category, project,
		nullif(mail, 0), nullif(comment, 0), nullif(series, 0), nullif(actor, ''),
		nullif(before, ''), nullif(after, ''), nullif(check_result, 0)
	FROM unnest(?::bigint[], ?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[],
		?::text[], ?::text[], ?::bigint[])
		e(id, date, category, project, mail, comment, series, actor, before, after, check_result)`

// eventColumns are the arguments of insertEvents.
func eventColumns(events []engine.Event) []any {
	numbers := func(of func(*engine.Event) int64) []int64 {
		out := make([]int64, len(events))
		for i := range events {
			out[i] = of(&events[i])
		}
		return out
	}
	texts := func(of func(*engine.Event) string) []string {
		out := make([]string, len(events))
		for i := range events {
			out[i] = of(&events[i])
		}
		return out
	}
	return []any{
		numbers(func(e *engine.Event) int64 { return e.ID }),
		numbers(func(e *engine.Event) int64 { return e.Date.UnixMicro() }),
		texts(func(e *engine.Event) string { return string(e.Category) }),
		numbers(func(e *engine.Event) int64 { return e.Project }),
		numbers(func(e *engine.Event) int64 { return e.Mail }),
		numbers(func(e *engine.Event) int64 { return e.Comment }),
		numbers(func(e *engine.Event) int64 { return e.Series }),
		texts(func(e *engine.Event) string { return string(e.Actor) }),
		texts(func(e *engine.Event) string { return e.Before }),
		texts(func(e *engine.Event) string { return e.After }),
		numbers(func(e *engine.Event) int64 { return e.Check }),
	}
}
