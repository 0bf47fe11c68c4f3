package postgres

import (
	"math"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

// rowTables are a mail with what was derived of it.
const (
	rowTables = `
	mail m` + whatIsDerived
	whatIsDerived = ` LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
	LEFT JOIN reply r ON r.mail = m.id LEFT JOIN mail pm ON pm.id = r.parent`
)

const rowColumns = `
	m.id, m.first, m.msgid, m.refs, m.kind, m.sender, m.name, m.date, m.delivered, m.marked, m.number, m.total, m.version,
	coalesce(p.series, c.series, 0), coalesce(p.number, 0), coalesce(r.parent, 0), coalesce(pm.msgid, ''),
	coalesce(p.mail, c.mail, r.mail) IS NOT NULL, coalesce(p.hidden, c.hidden, r.hidden, false), coalesce(r.clean, false)`

// scanRow scans rowColumns, and what a query has behind them into more.
func scanRow(scan func(...any) error, more ...any) (*engine.Row, error) {
	r := &engine.Row{}
	into := [24]any{&r.Mail, (*number)(&r.First), &r.ID, (*lines)(&r.Refs), &r.Kind, &r.Sender,
		&r.Item.Name, (*seconds)(&r.Date),
		(*micros)(&r.Delivered), &r.Marked, &r.Number, &r.Total, &r.Version,
		&r.Series, &r.Slot, &r.Parent, &r.ParentID, &r.Derived, &r.Hidden, &r.Clean}
	return r, scan(append(into[:20], more...)...)
}

// rowsOf gives the rows of a query.
func (q *queries) rowsOf(query string, args ...any) (out []*engine.Row, err error) {
	err = q.Each(query, args, func(scan func(...any) error) error {
		r, err := scanRow(scan)
		out = append(out, r)
		return err
	})
	return out, err
}

const (
	rowsByNumber = `SELECT ` + rowColumns + ` FROM ` + givenNumbers + rowTables + ` WHERE m.chosen AND m.id = j.value`
	rowsByName   = `SELECT ` + rowColumns + ` FROM ` + givenTexts + `LATERAL (
		SELECT * FROM mail WHERE chosen AND msgid = j.value AND coalesce(project, 0) = ?` + lookedUp + `) m` + whatIsDerived
)

func (q *queries) Rows(ids []int64) ([]*engine.Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return q.rowsOf(rowsByNumber, both.Once(ids))
}

func (q *queries) RowsNamed(project int64, msgids []string) ([]*engine.Row, error) {
	if len(msgids) == 0 {
		return nil, nil
	}
	return q.rowsOf(rowsByName, both.Once(msgids), project)
}

// These always compare the date, with math.MaxInt64 where it does not matter. Each text is prepared once, so few are
// better.
const (
	referrers = `SELECT ` + rowColumns + `, f.hash FROM ` + givenNumbers + `ref f CROSS JOIN ` + rowTables + `
		WHERE f.hash = j.value AND f.member = ANY (?) AND m.id = f.mail AND m.chosen AND m.date <= ?`
	referrersOfSenders = referrers + ` AND m.sender = ANY (?)`
)

// membership are the values of ref.member that are meant.
func membership(who engine.Who) []bool {
	switch who {
	case engine.Members:
		return []bool{true}
	case engine.NonMembers:
		return []bool{false}
	}
	return []bool{false, true}
}

func (q *queries) Referrers(r engine.Referring) (out []engine.Referrer, err error) {
	if len(r.To) == 0 {
		return nil, nil
	}
	until := int64(math.MaxInt64)
	if !r.Until.IsZero() {
		until = r.Until.Unix()
	}
	ids := both.Once(r.To)
	hashes, byHash := make([]int64, len(ids)), make(map[int64][]string, len(ids))
	for i, id := range ids {
		hashes[i] = engine.RefHash(r.Project, id)
		byHash[hashes[i]] = append(byHash[hashes[i]], id)
	}
	query, args := referrers, []any{both.Once(hashes), membership(r.Who), until}
	if r.Senders != nil {
		query, args = referrersOfSenders, append(args, r.Senders)
	}
	return out, q.Each(query, args, func(scan func(...any) error) error {
		var hash int64
		row, err := scanRow(scan, &hash)
		for _, to := range byHash[hash] {
			out = append(out, engine.Referrer{To: to, Row: row})
		}
		return err
	})
}

// markedQuery takes a column each of what is asked for, and gives the place of the question with each row. The project
// is a column too: a value that is the same for all would have all mails of the project read for each question.
var markedQuery = `SELECT ` + rowColumns + `, j.place
	FROM unnest(?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::boolean[])
		WITH ORDINALITY j(project, sender, version, total, since, until, number, same, place) CROSS JOIN LATERAL (
		SELECT * FROM mail m WHERE m.project = j.project AND m.sender = j.sender AND m.version = j.version
			AND m.total = j.total AND m.date BETWEEN j.since AND j.until AND (m.number = j.number) = j.same
			AND ` + both.IsMember("m.") + ` ORDER BY m.date` + lookedUp + `) m` + whatIsDerived

// Marked asks the rows themselves, too: the index has patches without a number in a series.
func (q *queries) Marked(project int64, all []engine.Marking) ([][]*engine.Row, error) {
	out := make([][]*engine.Row, len(all))
	if len(all) == 0 {
		return out, nil
	}
	return out, q.Each(markedQuery, markingColumns(project, all), func(scan func(...any) error) error {
		var place int
		r, err := scanRow(scan, &place)
		if err == nil && r.Member() {
			out[place-1] = append(out[place-1], r)
		}
		return err
	})
}

func markingColumns(project int64, all []engine.Marking) []any {
	return []any{
		columnOf(all, func(*engine.Marking) any { return project }),
		columnOf(all, func(m *engine.Marking) any { return m.Sender }),
		columnOf(all, func(m *engine.Marking) any { return m.Version }),
		columnOf(all, func(m *engine.Marking) any { return m.Total }),
		columnOf(all, func(m *engine.Marking) any { return m.From }),
		columnOf(all, func(m *engine.Marking) any { return m.To }),
		columnOf(all, func(m *engine.Marking) any { return m.Number }),
		columnOf(all, func(m *engine.Marking) any { return m.Same }),
	}
}

// columnOf is what many rows have in one column, for unnest.
func columnOf[R any](rows []R, of func(*R) any) []any {
	out := make([]any, len(rows))
	for i := range rows {
		out[i] = of(&rows[i])
	}
	return out
}

// derivedQuery finds what there is under a number, even of a mail that is no more.
const derivedQuery = `SELECT ` + both.PatchColumns + `, ` + both.CoverColumns + `, ` + both.ReplyColumns + `
	FROM unnest(?::bigint[]) k(mail) LEFT JOIN patch p ON p.mail = k.mail LEFT JOIN cover c ON c.mail = k.mail
		LEFT JOIN reply r ON r.mail = k.mail`

func (q *queries) Derived(mails []int64) (out engine.Derived, err error) {
	if len(mails) == 0 {
		return out, nil
	}
	err = q.Each(derivedQuery, []any{both.Once(mails)}, func(scan func(...any) error) error {
		d := both.Derived{}
		if err := scan(q.DerivedInto(nil, &d)...); err != nil {
			return err
		}
		if d.IsPatch {
			out.Patches = append(out.Patches, d.Patch)
		}
		if d.IsCover {
			out.Covers = append(out.Covers, d.Cover)
		}
		if d.IsReply {
			out.Replies = append(out.Replies, d.Reply)
		}
		return nil
	})
	return out, err
}

func (q *queries) Series(ids []int64) (out []engine.SeriesRow, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = q.Each(`SELECT `+both.SeriesColumns+` FROM series s WHERE s.id = ANY (?)`, []any{both.Once(ids)},
		func(scan func(...any) error) error {
			var s engine.SeriesRow
			err := scan(q.SeriesInto(&s)...)
			out = append(out, s)
			return err
		})
	return out, err
}

const memberColumns = `m.id, m.msgid, m.sender, m.refs, m.name, m.title, m.change, m.hash, m.earlier`

func memberInto(m *engine.Member) []any {
	return []any{&m.Mail, &m.MsgID, &m.Sender, (*lines)(&m.Refs), &m.Name, (*number)(&m.Title), (*number)(&m.Change),
		&m.Hash, (*text)(&m.Earlier)}
}

// membersQuery gives the cover of a series before its patches.
const membersQuery = `
	SELECT j.value AS series, true AS cover, 0::bigint AS number, false, ` + memberColumns + `
	FROM ` + givenNumbers + `series s CROSS JOIN mail m WHERE s.id = j.value AND m.id = s.cover
	UNION ALL
	SELECT j.value, false, coalesce(p.number, 0), p.hidden, ` + memberColumns + `
	FROM ` + givenNumbers + `patch p CROSS JOIN mail m WHERE p.series = j.value AND m.id = p.mail
	ORDER BY 1, 2 DESC, 3, 5`

func (q *queries) Members(series []int64) (map[int64][]engine.Member, error) {
	out := make(map[int64][]engine.Member, len(series))
	if len(series) == 0 {
		return out, nil
	}
	ids := both.Once(series)
	return out, q.Each(membersQuery, []any{ids, ids}, func(scan func(...any) error) error {
		var id int64
		var m engine.Member
		err := scan(append([]any{&id, &m.Cover, &m.Number, &m.Hidden}, memberInto(&m)...)...)
		out[id] = append(out[id], m)
		return err
	})
}

func (q *queries) People(emails []string) (map[string]engine.PersonRow, error) {
	out := make(map[string]engine.PersonRow, len(emails))
	if len(emails) == 0 {
		return out, nil
	}
	return out, q.Each(`SELECT `+both.PersonColumns+` FROM `+both.PersonTables+` WHERE pe.email = ANY (?)`,
		[]any{both.Once(emails)},
		func(scan func(...any) error) error {
			var p engine.PersonRow
			err := scan(q.PersonInto(&p)...)
			out[p.Email] = p
			return err
		})
}

func (q *queries) Depending(series []int64) (map[int64]int64, error) {
	return q.pairs(`
		SELECT coalesce(p.series, c.series), m.project
		FROM (SELECT DISTINCT s.project FROM `+givenNumbers+`series s WHERE s.id = j.value) w
			CROSS JOIN mail m LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
		WHERE m.project = w.project AND strpos(m.more, '"Depends":') > 0 AND m.chosen
			AND coalesce(p.series, c.series) IS NOT NULL`, series)
}

func (q *queries) SeriesOf(names []engine.Name) (map[engine.Name]int64, error) {
	return q.seriesOfNamed(`
		SELECT n.project, n.msgid, coalesce(p.series, c.series)
		FROM `+givenTexts+`mail n LEFT JOIN patch p ON p.mail = n.id LEFT JOIN cover c ON c.mail = n.id
		WHERE n.msgid = j.value AND n.chosen AND coalesce(p.series, c.series) IS NOT NULL`, names)
}

// seriesOfNamed takes a query that takes Message-IDs, since of one there are few mails in other projects.
func (q *queries) seriesOfNamed(query string, names []engine.Name) (map[engine.Name]int64, error) {
	found, asked := map[engine.Name]int64{}, make(map[engine.Name]bool, len(names))
	var msgids []string
	for _, name := range names {
		asked[name], msgids = true, append(msgids, name.MsgID)
	}
	if len(msgids) == 0 {
		return found, nil
	}
	return found, q.Each(query, []any{both.Once(msgids)}, func(scan func(...any) error) error {
		var name engine.Name
		var series int64
		err := scan((*number)(&name.Project), &name.MsgID, &series)
		if asked[name] {
			found[name] = series
		}
		return err
	})
}
