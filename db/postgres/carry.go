package postgres

import (
	"cmp"

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
	return rowsOf(q, `SELECT `+decisionColumns+` FROM decision d WHERE (d.project, d.msgid) >= (?, ?)
		ORDER BY d.project, d.msgid LIMIT ?`, []any{first.Project, first.MsgID, most}, decisionInto)
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
	return rowsOf(q, `SELECT `+adoptedColumns+` FROM adopted a WHERE (a.source, a.kind, a.number) >= (?, ?, ?)
		ORDER BY a.source, a.kind, a.number LIMIT ?`, []any{first.Source, int64(first.Kind), first.Number, most},
		adoptedInto)
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

// counters says which counter has the numbers of each field.
func counters(g *engine.Given) map[string]*int64 {
	return map[string]*int64{"log": &g.Log, "event": &g.Event, "account": &g.User, "credential": &g.Credential,
		"check_result": &g.Check, "bundle": &g.Bundle, "hook": &g.Hook}
}

func (q *queries) Given() (g engine.Given, err error) {
	of := counters(&g)
	if err = q.Each(`SELECT name, last FROM counter`, nil, func(scan func(...any) error) error {
		var name string
		var last int64
		err := scan(&name, &last)
		if number := of[name]; number != nil {
			*number = last
		}
		return err
	}); err != nil {
		return g, err
	}
	g.Mail, err = q.lastNumber()
	return g, err
}

func (t *tx) Carry(c *engine.Carried) error {
	return cmp.Or(t.carryMails(c), t.carryLog(c), t.carryEvents(c), t.carryCredentials(c), t.carryChecks(c),
		t.carryRestated(c), t.carryChanges(c), t.carryGiven(&c.Given), t.w.flush())
}

func (t *tx) carryMails(c *engine.Carried) error {
	rows, raws := t.rows(insertMail), t.rows(insertRaw)
	for _, m := range c.Mails {
		if err := cmp.Or(admits(m), rows.add(append(mailValues(nil, m), m.ID)...)); err != nil {
			return err
		}
	}
	if err := rows.end(); err != nil {
		return err
	}
	for i, m := range c.Mails {
		if c.Frames[i] == nil { // as it is there: lost
			continue
		}
		if err := raws.add(m.ID, c.Frames[i]); err != nil {
			return err
		}
	}
	return raws.end()
}

func (t *tx) carryLog(c *engine.Carried) (err error) {
	for i := range c.Log {
		e := &c.Log[i]
		err = cmp.Or(err, t.raise(`log`, e.ID), t.w.exec(`INSERT INTO log (`+logColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			e.ID, e.Time.UnixMicro(), string(e.Actor), e.What, e.Project, both.TextOrNull(e.MsgID), e.Before, e.After))
	}
	return err
}

func (t *tx) carryEvents(c *engine.Carried) error {
	if len(c.Events) == 0 {
		return nil
	}
	count, last := t.counting(both.EventTotal), int64(0)
	for _, e := range c.Events {
		last = max(last, e.ID)
		count.Comes(both.RowKind{Project: e.Project, Kind: string(e.Category)})
	}
	return cmp.Or(t.w.exec(insertEvents, eventColumns(c.Events)...), t.raise(`event`, last), count.write())
}

func (t *tx) carryCredentials(c *engine.Carried) (err error) {
	for i := range c.Credentials {
		o := &c.Credentials[i]
		err = cmp.Or(err, t.raise(`credential`, o.ID), t.w.exec(`DELETE FROM credential WHERE id = ?`, o.ID),
			t.w.exec(`INSERT INTO credential (`+credentialColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				o.Hash[:], o.ID, o.User, int64(o.Kind), o.Label, o.ReadOnly, o.Made.Unix(), both.SecondsOrNull(o.Used),
				both.SecondsOrNull(o.Expires), o.Network))
	}
	return err
}

func (t *tx) carryChecks(c *engine.Carried) (err error) {
	for i := range c.Checks {
		o := &c.Checks[i]
		err = cmp.Or(err, t.raise(`check_result`, o.ID), t.w.exec(`DELETE FROM check_result WHERE id = ?`, o.ID),
			t.w.exec(`INSERT INTO check_result (id, project, msgid, account, date, state, context, target_url, description)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, o.ID, o.Project, o.MsgID, o.User, o.Date.UnixMicro(), int64(o.State),
				o.Context, o.TargetURL, o.Description))
	}
	return err
}

func (t *tx) carryRestated(c *engine.Carried) (err error) {
	for _, r := range c.Restated {
		err = cmp.Or(err, t.raise(`restated`, r.Note),
			t.w.exec(`DELETE FROM restated WHERE mail = ? OR note = ?`, r.Mail, r.Note),
			t.w.exec(`INSERT INTO restated (mail, note) VALUES (?, ?)`, r.Mail, r.Note))
	}
	return err
}

func (t *tx) carryChanges(c *engine.Carried) (err error) {
	for _, project := range engine.SortedKeys(c.Changes) {
		err = cmp.Or(err, t.w.exec(`INSERT INTO change (project, number) VALUES (?, ?)
			ON CONFLICT (project) DO UPDATE SET number = excluded.number`, project, c.Changes[project]))
	}
	return err
}

func (t *tx) carryGiven(g *engine.Given) (err error) {
	if g.Mail != 0 {
		err = t.Reserve(g.Mail)
	}
	of := counters(g)
	for _, name := range engine.SortedKeys(of) {
		if last := *of[name]; last != 0 {
			err = cmp.Or(err, t.raise(name, last))
		}
	}
	return err
}
