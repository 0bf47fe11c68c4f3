package sqlite

import (
	"math"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

// rowTables are a mail with what was derived of it.
const rowTables = `
	mail m LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
	LEFT JOIN reply r ON r.mail = m.id LEFT JOIN mail pm ON pm.id = r.parent`

const rowColumns = `
	m.id, m.first, m.msgid, m.refs, m.kind, m.sender, m.name, m.date, m.delivered, m.marked, m.number, m.total, m.version,
	coalesce(p.series, c.series, 0), coalesce(p.number, 0), coalesce(r.parent, 0), coalesce(pm.msgid, ''),
	coalesce(p.mail, c.mail, r.mail) IS NOT NULL, coalesce(p.hidden, c.hidden, r.hidden, 0), coalesce(r.clean, 0)`

// scanRow scans rowColumns, and what a query has behind them into more.
func scanRow(scan func(...any) error, more ...any) (*engine.Row, error) {
	r := &engine.Row{}
	into := [24]any{&r.Mail, (*number)(&r.First), &r.ID, (*lines)(&r.Refs), &r.Kind, &r.Sender,
		&r.Item.Name, (*seconds)(&r.Date),
		(*micros)(&r.Delivered), &r.Marked, &r.Number, &r.Total, &r.Version,
		&r.Series, &r.Slot, &r.Parent, &r.ParentID, &r.Derived, &r.Hidden, &r.Clean}
	return r, scan(append(into[:20], more...)...)
}

// rowsOf appends the rows of a query to out.
func (q *queries) rowsOf(out []*engine.Row, query string, args ...any) ([]*engine.Row, error) {
	err := q.Each(query, args, func(scan func(...any) error) error {
		r, err := scanRow(scan)
		out = append(out, r)
		return err
	})
	return out, err
}

const chosenRows = `SELECT ` + rowColumns + ` FROM ` + rowTables + ` WHERE m.chosen AND `

var (
	rowByNumber = chosenRows + is("m.id")
	rowsByName  = `SELECT ` + rowColumns + ` FROM ` + given + rowTables + `
		WHERE m.chosen AND m.msgid = j.value AND ` + is("m.project")
)

func (q *queries) Rows(ids []int64) (out []*engine.Row, err error) {
	for _, id := range both.Once(ids) {
		if out, err = q.rowsOf(out, rowByNumber, id); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (q *queries) RowsNamed(project int64, msgids []string) (out []*engine.Row, err error) {
	return out, q.eachText(rowsByName, []any{project}, both.Once(msgids), func(scan func(...any) error) error {
		r, err := scanRow(scan)
		out = append(out, r)
		return err
	})
}

// These always compare the date, with math.MaxInt64 where it does not matter. Each text is prepared once, so few are
// better.
var (
	referrers = `SELECT ` + rowColumns + `, f.hash FROM ` + given + `ref f CROSS JOIN ` + rowTables + `
		WHERE f.hash = j.value AND f.member BETWEEN +? AND +? AND m.id = f.mail AND m.chosen AND m.date <= +?`
	referrersOfSender  = referrers + ` AND ` + is("m.sender")
	referrersOfSenders = referrers + ` AND ` + in("m.sender")
)

// memberRange is the range of ref.member.
func memberRange(who engine.Who) (least, most int) {
	switch who {
	case engine.Members:
		return 1, 1
	case engine.NonMembers:
		return 0, 0
	}
	return 0, 1
}

func (q *queries) Referrers(r engine.Referring) (out []engine.Referrer, err error) {
	least, most := memberRange(r.Who)
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
	query, args := referrers, []any{list(both.Once(hashes)), least, most, until}
	switch {
	case r.Senders == nil:
	case len(r.Senders) == 1:
		query, args = referrersOfSender, append(args, r.Senders[0])
	default:
		query, args = referrersOfSenders, append(args, list(r.Senders))
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

var markedQuery = `SELECT ` + rowColumns + ` FROM ` + rowTables + `
	WHERE ` + is("m.project") + ` AND ` + is("m.sender") + ` AND ` + is("m.version") + ` AND ` + is("m.total") + `
		AND m.date BETWEEN +? AND +? AND (m.number = +?) = +? AND ` + both.IsMember("m.")

// Marked asks the rows themselves, too: the index has patches without a number in a series.
func (q *queries) Marked(project int64, all []engine.Marking) ([][]*engine.Row, error) {
	out := make([][]*engine.Row, len(all))
	for i, m := range all {
		found, err := q.rowsOf(nil, markedQuery, project, m.Sender, m.Version, m.Total, m.From, m.To, m.Number, m.Same)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			if r.Member() {
				out[i] = append(out[i], r)
			}
		}
	}
	return out, nil
}

// derivedQuery finds what there is under a number, even of a mail that is no more.
var derivedQuery = `SELECT ` + both.PatchColumns + `, ` + both.CoverColumns + `, ` + both.ReplyColumns + `
	FROM (SELECT +? AS mail) k LEFT JOIN patch p ON p.mail = k.mail LEFT JOIN cover c ON c.mail = k.mail
		LEFT JOIN reply r ON r.mail = k.mail`

func (q *queries) Derived(mails []int64) (out engine.Derived, err error) {
	for _, mail := range both.Once(mails) {
		if err = q.Each(derivedQuery, []any{mail}, func(scan func(...any) error) error {
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
		}); err != nil {
			return out, err
		}
	}
	return out, nil
}

var seriesByNumber = `SELECT ` + both.SeriesColumns + ` FROM series s WHERE s.id = ?`

func (q *queries) Series(ids []int64) (out []engine.SeriesRow, err error) {
	for _, id := range both.Once(ids) {
		if err := q.Each(seriesByNumber, []any{id}, func(scan func(...any) error) error {
			var s engine.SeriesRow
			err := scan(q.SeriesInto(&s)...)
			out = append(out, s)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

const memberColumns = `m.id, m.msgid, m.sender, m.refs, m.name, m.title, m.change, m.hash, m.earlier`

func memberInto(m *engine.Member) []any {
	return []any{&m.Mail, &m.MsgID, &m.Sender, (*lines)(&m.Refs), &m.Name, (*number)(&m.Title), (*number)(&m.Change),
		&m.Hash, (*text)(&m.Earlier)}
}

func (q *queries) Members(series []int64) (map[int64][]engine.Member, error) {
	out := make(map[int64][]engine.Member, len(series))
	ids := []any{list(both.Once(series))}
	if err := q.Each(`
		SELECT s.id, `+memberColumns+` FROM `+given+`series s CROSS JOIN mail m
		WHERE s.id = j.value AND m.id = s.cover`, ids, func(scan func(...any) error) error {
		var id int64
		m := engine.Member{Cover: true}
		err := scan(append([]any{&id}, memberInto(&m)...)...)
		out[id] = append(out[id], m)
		return err
	}); err != nil {
		return nil, err
	}
	return out, q.Each(`
		SELECT p.series, coalesce(p.number, 0), p.hidden, `+memberColumns+` FROM `+given+`patch p CROSS JOIN mail m
		WHERE p.series = j.value AND m.id = p.mail
		ORDER BY p.series, p.number, p.mail`, ids, func(scan func(...any) error) error {
		var id int64
		var m engine.Member
		err := scan(append([]any{&id, &m.Number, &m.Hidden}, memberInto(&m)...)...)
		out[id] = append(out[id], m)
		return err
	})
}

var personByEmail = `SELECT ` + both.PersonColumns + ` FROM ` + both.PersonTables + ` WHERE ` + is("pe.email")

func (q *queries) People(emails []string) (map[string]engine.PersonRow, error) {
	out := make(map[string]engine.PersonRow, len(emails))
	for _, email := range emails {
		var p engine.PersonRow
		there, err := q.Row(personByEmail, []any{email}, q.PersonInto(&p)...)
		if err != nil {
			return nil, err
		}
		if there {
			out[email] = p
		}
	}
	return out, nil
}

func (q *queries) Depending(series []int64) (map[int64]int64, error) {
	return q.pairs(`
		SELECT coalesce(p.series, c.series), m.project
		FROM (SELECT DISTINCT s.project FROM `+given+`series s WHERE s.id = j.value) w
			CROSS JOIN mail m INDEXED BY mail_depends LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
		WHERE m.project = w.project AND instr(m.more, '"Depends":') > 0 AND m.chosen
			AND coalesce(p.series, c.series) IS NOT NULL`, series)
}

func (q *queries) SeriesOf(names []engine.Name) (map[engine.Name]int64, error) {
	return q.seriesOfNamed(`
		SELECT n.project, n.msgid, coalesce(p.series, c.series)
		FROM `+given+`mail n LEFT JOIN patch p ON p.mail = n.id LEFT JOIN cover c ON c.mail = n.id
		WHERE n.msgid = j.value AND n.chosen AND coalesce(p.series, c.series) IS NOT NULL`, names)
}

// seriesOfNamed takes a query that takes Message-IDs, since of one there are few mails in other projects.
func (q *queries) seriesOfNamed(query string, names []engine.Name) (map[engine.Name]int64, error) {
	found, asked := map[engine.Name]int64{}, make(map[engine.Name]bool, len(names))
	var msgids []string
	for _, name := range names {
		asked[name], msgids = true, append(msgids, name.MsgID)
	}
	return found, q.Each(query, []any{list(both.Once(msgids))}, func(scan func(...any) error) error {
		var name engine.Name
		var series int64
		err := scan((*number)(&name.Project), &name.MsgID, &series)
		if asked[name] {
			found[name] = series
		}
		return err
	})
}
