package sqlite

import (
	"errors"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) RefsFrom(first engine.RefKey, most int) ([]engine.RefKey, error) {
	return rowsOf(q, `SELECT hash, member, mail FROM ref WHERE (hash, member, mail) >= (?, ?, ?)
		ORDER BY hash, member, mail LIMIT ?`, []any{first.Hash, first.Member, first.Mail, most},
		func(k *engine.RefKey) []any { return []any{&k.Hash, &k.Member, &k.Mail} })
}

func (q *queries) SeriesFrom(first int64, most int) ([]engine.SeriesRow, error) {
	return rowsOf(q, `SELECT `+both.SeriesColumns+` FROM series s WHERE s.id >= ? ORDER BY s.id LIMIT ?`,
		[]any{first, most}, q.SeriesInto)
}

func (q *queries) PeopleFrom(first string, most int) ([]engine.PersonRow, error) {
	return rowsOf(q,
		`SELECT `+both.PersonColumns+` FROM `+both.PersonTables+` WHERE pe.email >= ? ORDER BY pe.email LIMIT ?`,
		[]any{first, most}, q.PersonInto)
}

func (q *queries) PersonNumbersFrom(first int64, most int) ([]engine.PersonNumber, error) {
	return rowsOf(q, `SELECT id, email FROM address WHERE id >= ? ORDER BY id LIMIT ?`, []any{first, most},
		func(p *engine.PersonNumber) []any { return []any{&p.ID, &p.Email} })
}

func (q *queries) DecisionsFrom(first engine.Name, most int) ([]engine.Decision, error) {
	return rowsOf(q, `SELECT d.project, `+decisionColumns+` FROM decision d WHERE (d.project, d.msgid) >= (?, ?)
		ORDER BY d.project, d.msgid LIMIT ?`, []any{first.Project, first.MsgID, most},
		func(d *engine.Decision) []any { return append([]any{&d.Project}, decisionInto(d)...) })
}

func (q *queries) PairsFrom(first engine.PairKey, most int) ([]engine.Pair, error) {
	return rowsOf(q, `SELECT project, msgid, other, linked FROM pair WHERE (project, msgid, other) >= (?, ?, ?)
		ORDER BY project, msgid, other LIMIT ?`, []any{first.Project, first.MsgID, first.Other, most},
		func(p *engine.Pair) []any { return []any{&p.Project, &p.MsgID, &p.Other, &p.Linked} })
}

func (q *queries) LogFrom(first int64, most int) ([]engine.LogEntry, error) {
	return rowsOf(q, `SELECT `+logColumns+` FROM log WHERE id >= ? ORDER BY id LIMIT ?`, []any{first, most}, logInto)
}

func (q *queries) CredentialsFrom(first int64, most int) ([]engine.Credential, error) {
	return rowsOf(q, `SELECT `+credentialColumns+` FROM credential WHERE id >= ? ORDER BY id LIMIT ?`,
		[]any{first, most}, credentialInto)
}

func (q *queries) ChecksFrom(first int64, most int) ([]track.Check, error) {
	return rowsOf(q, `SELECT `+both.CheckColumns+` FROM check_result c WHERE c.id >= ? ORDER BY c.id LIMIT ?`,
		[]any{first, most}, q.CheckInto)
}

func (q *queries) AdoptedFrom(first engine.AdoptedKey, most int) ([]engine.Adopted, error) {
	return rowsOf(q, `SELECT `+adoptedColumns+` FROM adopted WHERE (source, kind, number) >= (?, ?, ?)
		ORDER BY source, kind, number LIMIT ?`, []any{first.Source, int(first.Kind), first.Number, most}, adoptedInto)
}

func (q *queries) AllSavedQueries() ([]engine.SavedQuery, error) {
	return rowsOf(q, `SELECT owner, name, query FROM saved_query ORDER BY owner, name`, nil, savedInto)
}

// rowsOf are the rows of a query, each scanned into what into says.
func rowsOf[R any](q *queries, query string, args []any, into func(*R) []any) (out []R, err error) {
	return out, q.Each(query, args, func(scan func(...any) error) error {
		var row R
		err := scan(into(&row)...)
		out = append(out, row)
		return err
	})
}

// numbersGiven says which table has the numbers of each field. SQLite remembers the highest number that any row of it has had.
func numbersGiven(g *engine.Given) map[string]*int64 {
	return map[string]*int64{"log": &g.Log, "event": &g.Event, "account": &g.User, "credential": &g.Credential,
		"check_result": &g.Check, "bundle": &g.Bundle, "hook": &g.Hook}
}

func (q *queries) Given() (g engine.Given, err error) {
	of := numbersGiven(&g)
	if err = q.Each(`SELECT name, seq FROM sqlite_sequence`, nil, func(scan func(...any) error) error {
		var table string
		var last int64
		err := scan(&table, &last)
		if number := of[table]; number != nil {
			*number = last
		}
		return err
	}); err != nil {
		return g, err
	}
	_, err = q.Row(`SELECT max((SELECT coalesce(max(id), 0) FROM mail), (SELECT coalesce(max(mail), 0) FROM reserved))`,
		nil, &g.Mail)
	return g, err
}

func (t *tx) Carry(c *engine.Carried) error {
	for _, carry := range []func(*engine.Carried) error{t.carryMails, t.carryLog, t.carryEvents, t.carryCredentials,
		t.carryChecks, t.carryRestated, t.carryChanges, t.carryGiven} {
		if err := carry(c); err != nil {
			return err
		}
	}
	return nil
}

var carryMail = "INSERT INTO mail (id, " + columnNames("") + ") VALUES (" + both.Placeholders(len(columns)+1) + ")"

func (t *tx) carryMails(c *engine.Carried) error {
	if len(c.Mails) == 0 {
		return nil
	}
	if err := t.w.page.look(t.w); err != nil {
		return err
	}
	for i, m := range c.Mails {
		t.args = mailValues(append(t.args[:0], m.ID), m)
		if err := t.w.exec(carryMail, t.args...); err != nil {
			return err
		}
		if c.Frames[i] == nil { // as it is there: lost
			continue
		}
		if err := t.w.putFrame(m.ID, c.Frames[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) carryLog(c *engine.Carried) error {
	for i := range c.Log {
		e := &c.Log[i]
		if err := t.w.exec(`INSERT INTO log (`+logColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, e.ID, e.Time.UnixMicro(),
			string(e.Actor), e.What, e.Project, both.TextOrNull(e.MsgID), e.Before, e.After); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) carryEvents(c *engine.Carried) error {
	count := t.counting(both.EventTotal)
	for i := range c.Events {
		e := &c.Events[i]
		if err := t.w.exec(`INSERT INTO event (id, date, category, project, mail, comment, series`+decidedColumns+`)
			VALUES (?, ?, ?, ?, ?, ?, ?`+decidedValues+`)`, e.ID, e.Date.UnixMicro(), string(e.Category), e.Project,
			both.NumberOrNull(e.Mail), both.NumberOrNull(e.Comment), both.NumberOrNull(e.Series),
			both.TextOrNull(string(e.Actor)),
			both.TextOrNull(e.Before), both.TextOrNull(e.After), both.NumberOrNull(e.Check)); err != nil {
			return err
		}
		count.Comes(both.RowKind{Project: e.Project, Kind: string(e.Category)})
	}
	return count.write()
}

func (t *tx) carryCredentials(c *engine.Carried) error {
	for i := range c.Credentials {
		o := &c.Credentials[i]
		if err := t.w.exec(`INSERT OR REPLACE INTO credential (`+credentialColumns+`)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, o.Hash[:], o.ID, o.User, int(o.Kind), o.Label, o.ReadOnly,
			o.Made.Unix(), both.SecondsOrNull(o.Used), both.SecondsOrNull(o.Expires), o.Network); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) carryChecks(c *engine.Carried) error {
	for i := range c.Checks {
		o := &c.Checks[i]
		if err := t.w.exec(`INSERT OR REPLACE INTO check_result
			(id, project, msgid, account, date, state, context, target_url, description) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			o.ID, o.Project, o.MsgID, o.User, o.Date.UnixMicro(), int(o.State), o.Context, o.TargetURL,
			o.Description); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) carryRestated(c *engine.Carried) error {
	for _, r := range c.Restated {
		if err := t.w.exec(`INSERT OR REPLACE INTO restated (mail, note) VALUES (?, ?)`, r.Mail, r.Note); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) carryChanges(c *engine.Carried) error {
	for _, project := range engine.SortedKeys(c.Changes) {
		if err := t.w.exec(`INSERT OR REPLACE INTO change (project, number) VALUES (?, ?)`, project,
			c.Changes[project]); err != nil {
			return err
		}
	}
	return nil
}

// carryGiven raises what SQLite remembers. It keeps at most one row a table, and has no key by which to find it.
func (t *tx) carryGiven(c *engine.Carried) error {
	var err error
	if c.Given.Mail != 0 {
		err = t.Reserve(c.Given.Mail)
	}
	of := numbersGiven(&c.Given)
	for _, table := range engine.SortedKeys(of) {
		last := *of[table]
		if last == 0 {
			continue
		}
		err = errors.Join(err,
			t.w.exec(`INSERT INTO sqlite_sequence (name, seq) SELECT ?1, 0
				WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)`, table),
			t.w.exec(`UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?`, last, table))
	}
	return err
}
