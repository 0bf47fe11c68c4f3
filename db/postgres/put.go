package postgres

import (
	"cmp"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

var (
	putSeries = upsert("series", 1, "id bigint", "project bigint", "key text", "name text", "version bigint", "total bigint",
		"received bigint", "complete boolean", "date bigint", "submitter text", "cover bigint", "given text", "hidden boolean",
		"revises bigint")
	putPatch = upsert("patch", 1, "mail bigint", "project bigint", "series bigint", "number bigint", "date bigint",
		"submitter text", "state text", "delegate text", "archived boolean", "id bigint", "hidden boolean", "checked bigint",
		"superseded bigint")
	putCover = upsert("cover", 1, "mail bigint", "project bigint", "series bigint", "id bigint", "date bigint",
		"submitter text", "hidden boolean")
	putReply = upsert("reply", 1, "mail bigint", "project bigint", "parent bigint", "date bigint", "ignored boolean",
		"clean boolean", "id bigint", "hidden boolean")
	putPerson = upsert("person", 1, "email text", "name text", "date bigint", "mail bigint")
)

func (t *tx) Put(d *engine.Derived) error {
	for _, put := range []func(*engine.Derived) error{t.putSeries, t.putPatches, t.putCovers, t.putReplies, t.putPeople} {
		if err := put(d); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) putSeries(d *engine.Derived) error {
	c := t.counting(both.SeriesTotal)
	if err := c.leave(keysOf(d.Series, func(s *engine.SeriesRow) int64 { return s.ID })); err != nil {
		return err
	}
	rows := t.rows(putSeries)
	for i := range d.Series {
		s := &d.Series[i]
		if err := rows.add(s.ID, s.Project, s.Key, both.TextOrNull(s.Name), s.Version, s.Total, s.Received,
			s.Complete, s.Date.Unix(), s.Submitter, both.NumberOrNull(s.Cover), both.TextOrNull(s.Given), s.Hidden,
			both.NumberOrNull(s.Revises)); err != nil {
			return err
		}
		c.Comes(both.RowKind{Project: s.Project, Hidden: s.Hidden, Period: both.PeriodOf(s.Date)})
	}
	return cmp.Or(rows.end(), c.write())
}

func (t *tx) putPatches(d *engine.Derived) error {
	c := t.counting(both.PatchTotal)
	if err := c.leave(keysOf(d.Patches, func(p *engine.PatchRow) int64 { return p.Mail })); err != nil {
		return err
	}
	rows := t.rows(putPatch)
	for i := range d.Patches {
		p := &d.Patches[i]
		var number any // means nothing without a series
		if p.Series != 0 {
			number = p.Number
		}
		if err := rows.add(p.Mail, p.Project, both.NumberOrNull(p.Series), number, p.Date.Unix(), p.Submitter,
			string(p.State), both.TextOrNull(p.Delegate), p.Archived, p.ID, p.Hidden, int64(p.Checked),
			both.NumberOrNull(p.Superseded)); err != nil {
			return err
		}
		c.Comes(both.RowKind{
			Project: p.Project, Kind: string(p.State), Archived: p.Archived, Hidden: p.Hidden, Period: both.PeriodOf(p.Date),
		})
	}
	return cmp.Or(rows.end(), c.write())
}

func (t *tx) putCovers(d *engine.Derived) error {
	n := t.counting(both.CoverTotal)
	if err := n.leave(keysOf(d.Covers, func(c *engine.CoverRow) int64 { return c.Mail })); err != nil {
		return err
	}
	rows := t.rows(putCover)
	for i := range d.Covers {
		c := &d.Covers[i]
		if err := rows.add(c.Mail, c.Project, both.NumberOrNull(c.Series), c.ID, c.Date.Unix(), c.Submitter,
			c.Hidden); err != nil {
			return err
		}
		n.Comes(both.RowKind{Project: c.Project, Hidden: c.Hidden, Period: both.PeriodOf(c.Date)})
	}
	return cmp.Or(rows.end(), n.write())
}

func (t *tx) putReplies(d *engine.Derived) error {
	rows := t.rows(putReply)
	for i := range d.Replies {
		r := &d.Replies[i]
		if err := rows.add(r.Mail, r.Project, both.NumberOrNull(r.Parent), r.Date.Unix(), r.Ignored, r.Clean, r.ID,
			r.Hidden); err != nil {
			return err
		}
	}
	return rows.end()
}

// numberPeople gives those who are named first their numbers, in the order in which they are named.
const numberPeople = `
	INSERT INTO address (id, email)
	SELECT (SELECT coalesce(max(id), 0) FROM address) + row_number() OVER (ORDER BY n.place), n.email
	FROM unnest(?::text[]) WITH ORDINALITY n(email, place)
	WHERE NOT EXISTS (SELECT 1 FROM address a WHERE a.email = n.email)`

func (t *tx) putPeople(d *engine.Derived) error {
	if len(d.People) == 0 {
		return nil
	}
	emails := make([]string, len(d.People))
	rows := t.rows(putPerson)
	for i := range d.People {
		p := &d.People[i]
		emails[i] = p.Email
		if err := rows.add(p.Email, p.Name, p.Date.Unix(), p.Mail); err != nil {
			return err
		}
	}
	if err := rows.end(); err != nil {
		return err
	}
	if t.beside {
		t.last = append(t.last, emails)
		return nil
	}
	return t.w.exec(numberPeople, emails)
}

// numberLast numbers people beside others, who take numbers from the same row on: so it waits until COMMIT.
func (t *tx) numberLast() error {
	if len(t.last) == 0 {
		return nil
	}
	if err := t.w.exec(lockNumbers); err != nil {
		return err
	}
	return execEach(t, numberPeople, t.last)
}

func (t *tx) DropMails(mails []int64) error {
	return cmp.Or(
		t.dropCounted(both.PatchTotal, `DELETE FROM patch WHERE mail = ANY (?)`, mails),
		t.dropCounted(both.CoverTotal, `DELETE FROM cover WHERE mail = ANY (?)`, mails),
		t.w.exec(`DELETE FROM reply WHERE mail = ANY (?)`, mails))
}

func (t *tx) DropSeries(ids []int64) error {
	return t.dropCounted(both.SeriesTotal, `DELETE FROM series WHERE id = ANY (?)`, ids)
}

func (t *tx) DropPeople(emails []string) error {
	return t.w.exec(`DELETE FROM person WHERE email = ANY (?)`, emails)
}

// dropCounted takes out rows of a table whose rows are counted.
func (t *tx) dropCounted(list both.CountedList, query string, keys []int64) error {
	c := t.counting(list)
	return cmp.Or(c.leave(keys), t.w.exec(query, keys), c.write())
}

func keysOf[R any](rows []R, key func(*R) int64) []int64 {
	keys := make([]int64, len(rows))
	for i := range rows {
		keys[i] = key(&rows[i])
	}
	return keys
}

// DropStrays takes out series after patches and covers, of which they may have been made.
func (t *tx) DropStrays() error {
	const noMail = ` WHERE NOT EXISTS (SELECT 1 FROM mail m WHERE m.id = mail AND m.chosen AND m.project IS NOT NULL)`
	if err := t.runs(
		`DELETE FROM patch`+noMail, `DELETE FROM cover`+noMail, `DELETE FROM reply`+noMail,
		`DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM patch p WHERE p.series = series.id)
			AND NOT EXISTS (SELECT 1 FROM cover c WHERE c.mail = series.cover AND c.series = series.id)`,
		`DELETE FROM person WHERE email = '' OR NOT EXISTS (SELECT 1 FROM mail n WHERE n.sender = person.email AND `+
			both.IsNaming("n.")+`)`); err != nil {
		return err
	}
	return t.countAnew()
}
