package sqlite

import (
	"errors"
	"slices"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

// decisionColumns are what decisionInto scans of a table decision that is called d.
const decisionColumns = `d.msgid, d.state, d.delegate, d.archived, d.series_name, d.commit_ref, d.pull_url, d.hidden,
	d.addressed, d.relation, d.put_with, d.state_at`

func decisionInto(d *engine.Decision) []any {
	return []any{&d.MsgID, &d.State, &d.Delegate, &d.Archived, &d.SeriesName, &d.CommitRef, &d.PullURL, &d.Hidden,
		&d.Addressed, &d.Relation, &d.PutWith, (*microsOrZero)(&d.StateAt)}
}

var decisionsOf = `
	SELECT ` + decisionColumns + `
	FROM ` + given + `decision d WHERE d.msgid = j.value AND ` + is("d.project")

func (q *queries) Decisions(names []engine.Name) (map[engine.Name]engine.Decision, error) {
	out := map[engine.Name]engine.Decision{}
	for project, msgids := range byProject(names) {
		err := q.eachText(decisionsOf, []any{project}, msgids, func(scan func(...any) error) error {
			d := engine.Decision{Name: engine.Name{Project: project}}
			err := scan(decisionInto(&d)...)
			out[d.Name] = d
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// There are two queries, each by its index. Together they would give twice what is put with one of the mails asked for.
var (
	putsOf = both.PutColumns + given + `decision d WHERE d.msgid = j.value AND d.put_with IS NOT NULL AND ` +
		is("d.project")
	putsWith = both.PutColumns + given + `decision d WHERE d.put_with = j.value AND ` + is("d.project")
)

func (q *queries) Puts(project int64, msgids []string) (out []engine.Put, err error) {
	found := map[string]bool{}
	for _, query := range []string{putsOf, putsWith} {
		if err := q.eachText(query, []any{project}, both.Once(msgids), both.TakePut(func(p engine.Put) error {
			if !found[p.MsgID] {
				found[p.MsgID] = true
				out = append(out, p)
			}
			return nil
		})); err != nil {
			return nil, err
		}
	}
	return out, nil
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
	most := e.Most
	if most == 0 {
		most = -1
	}
	err = q.Each(`
		SELECT id, date, category, project, mail, comment, series, actor, before, after, check_result
		FROM event WHERE id > ? ORDER BY id LIMIT +?`, []any{e.Above, most}, func(scan func(...any) error) error {
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
			INSERT OR REPLACE INTO decision (project, msgid, state, delegate, archived, series_name,
				commit_ref, pull_url, hidden,
				addressed, relation, put_with, state_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
	return errors.Join(t.w.exec(`UPDATE OR IGNORE decision SET project = ? WHERE project = ?`, to, from),
		t.w.exec(`UPDATE OR IGNORE pair SET project = ? WHERE project = ?`, to, from))
}

func (t *tx) AddLog(entries []engine.LogEntry) error {
	for i := range entries {
		e := &entries[i]
		res, err := t.w.run(`
			INSERT INTO log (time, actor, what, project, msgid, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			e.Time.UnixMicro(), string(e.Actor), e.What, e.Project, both.TextOrNull(e.MsgID), e.Before, e.After)
		if err != nil {
			return err
		}
		if e.ID, err = res.LastInsertId(); err != nil {
			return err
		}
	}
	return nil
}

// AddEvents writes many events by one statement: there are more events than mails, and each statement has its price.
func (t *tx) AddEvents(events []engine.Event) error {
	c := t.counting(both.EventTotal)
	for rest := events; len(rest) > 0; {
		n := choose(len(rest) >= rowsAtOnce, rowsAtOnce, 1)
		if err := t.addEvents(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	for i := range events {
		c.Comes(both.RowKind{Project: events[i].Project, Kind: string(events[i].Category)})
	}
	return c.write()
}

// insertEvents inserts so many events. Those of mail have no more than the first of these columns: to bind a NULL costs
// as much as to bind anything.
func insertEvents(n int, columns, values string) string {
	return `INSERT INTO event (date, category, project, mail, comment, series` + columns + `) VALUES ` +
		strings.Repeat(`, (?, ?, ?, ?, ?, ?`+values+`)`, n)[2:]
}

const decidedColumns, decidedValues = `, actor, before, after, check_result`, `, ?, ?, ?, ?`

var (
	insertOneEvent, insertManyEvents = insertEvents(1, decidedColumns, decidedValues),
		insertEvents(rowsAtOnce, decidedColumns, decidedValues)
	insertOneOfMail, insertManyOfMail = insertEvents(1, ``, ``), insertEvents(rowsAtOnce, ``, ``)
)

// ofMail tells whether events have only what those have that mail makes.
func ofMail(events []engine.Event) bool {
	return !slices.ContainsFunc(events, func(e engine.Event) bool {
		return e.Actor != "" || e.Before != "" || e.After != "" || e.Check != 0
	})
}

func (t *tx) addEvents(events []engine.Event) error {
	t.args = t.args[:0]
	short := ofMail(events)
	for i := range events {
		e := &events[i]
		t.args = append(t.args, e.Date.UnixMicro(), string(e.Category), e.Project, both.NumberOrNull(e.Mail),
			both.NumberOrNull(e.Comment), both.NumberOrNull(e.Series))
		if !short {
			t.args = append(t.args, both.TextOrNull(string(e.Actor)), both.TextOrNull(e.Before), both.TextOrNull(e.After),
				both.NumberOrNull(e.Check))
		}
	}
	query := choose(len(events) == 1, insertOneEvent, insertManyEvents)
	if short {
		query = choose(len(events) == 1, insertOneOfMail, insertManyOfMail)
	}
	res, err := t.w.run(query, t.args...)
	if err != nil {
		return err
	}
	last, err := res.LastInsertId()
	for i := range events { // nobody else writes, so these numbers follow each other
		events[i].ID = last - int64(len(events)-1-i)
	}
	return err
}
