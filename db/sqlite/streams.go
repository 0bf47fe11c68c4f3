package sqlite

import (
	"math"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func (q *queries) EachItem(f func(project, mail int64, it *track.Item) error) error {
	return q.each(`
		SELECT id, project, msgid, refs, kind, sender, name, date, delivered, marked, number, total, version
		FROM mail WHERE chosen AND project IS NOT NULL ORDER BY id`, nil, func(scan func(...any) error) error {
		var project, mail int64
		var it track.Item
		if err := scan(&mail, &project, &it.ID, (*lines)(&it.Refs), &it.Kind, &it.Sender, &it.Name, (*seconds)(&it.Date),
			(*micros)(&it.Delivered), &it.Marked, &it.Number, &it.Total, &it.Version); err != nil {
			return err
		}
		return f(project, mail, &it)
	})
}

var eachMail = `SELECT ` + mailColumns + `, ` + patchColumns + `, ` + coverColumns + `, ` + replyColumns + `,
		s.key, pm.msgid, ` + variants + `
	FROM ` + rowTables + ` LEFT JOIN series s ON s.id = p.series WHERE m.chosen`

func (q *queries) EachMail(f func(*engine.DerivedMail) error) error {
	return q.each(eachMail, nil, func(scan func(...any) error) error {
		m, d := &engine.DerivedMail{}, &derived{}
		dest := append(d.into(mailInto(nil, &m.Mail)), (*text)(&m.SeriesKey), (*text)(&m.ParentID), &m.Variants)
		if err := scan(dest...); err != nil {
			return err
		}
		if d.isPatch {
			m.Patch = &d.patch
		}
		if d.isCover {
			m.Cover = &d.cover
		}
		if d.isReply {
			m.Reply = &d.reply
		}
		return f(m)
	})
}

// EachSeries reads some series and then their members, so that f may ask for anything.
func (q *queries) EachSeries(f func(*engine.SeriesRow, []engine.Member) error) error {
	const page = 200
	query := `SELECT ` + seriesColumns + ` FROM series s WHERE s.id >= ? ORDER BY s.id LIMIT +?`
	for first := int64(math.MinInt64); ; {
		var all []engine.SeriesRow
		var ids []int64
		if err := q.each(query, []any{first, page}, func(scan func(...any) error) error {
			var s engine.SeriesRow
			err := scan(seriesInto(&s)...)
			all, ids = append(all, s), append(ids, s.ID)
			return err
		}); err != nil {
			return err
		}
		members, err := q.Members(ids)
		if err != nil {
			return err
		}
		for i := range all {
			if err := f(&all[i], members[all[i].ID]); err != nil {
				return err
			}
		}
		if len(all) < page || ids[page-1] == math.MaxInt64 {
			return nil
		}
		first = ids[page-1] + 1
	}
}

func (q *queries) EachPerson(f func(engine.PersonRow) error) error {
	return q.each(`SELECT `+personColumns+` FROM `+personTables, nil, func(scan func(...any) error) error {
		var p engine.PersonRow
		if err := scan(personInto(&p)...); err != nil {
			return err
		}
		return f(p)
	})
}

var eachNaming = `
	SELECT id, msgid, date, sender, sender_name FROM mail WHERE ` + isNaming("") + ` AND sender <> '' ORDER BY sender`

func (q *queries) EachNaming(f func(engine.Naming) error) error {
	return q.each(eachNaming, nil, func(scan func(...any) error) error {
		n, err := scanNaming(scan)
		if err != nil {
			return err
		}
		return f(n)
	})
}

func (q *queries) EachRef(f func(engine.RefKey) error) error {
	query := `SELECT hash, member, mail FROM ref ORDER BY hash, member, mail`
	return q.each(query, nil, func(scan func(...any) error) error {
		var k engine.RefKey
		if err := scan(&k.Hash, &k.Member, &k.Mail); err != nil {
			return err
		}
		return f(k)
	})
}

func (q *queries) EachMisplaced(f func(engine.Misplaced) error) error {
	return q.each(`
		SELECT d.what, m.id, m.msgid FROM (
			SELECT 'patch' AS what, mail FROM patch
			UNION ALL SELECT 'cover', mail FROM cover
			UNION ALL SELECT 'reply', mail FROM reply
			UNION ALL SELECT 'parent of a reply', parent FROM reply WHERE parent IS NOT NULL
			UNION ALL SELECT 'cover of a series', cover FROM series WHERE cover IS NOT NULL) d
		JOIN mail m ON m.id = d.mail WHERE NOT m.chosen OR m.project IS NULL`, nil, func(scan func(...any) error) error {
		var m engine.Misplaced
		if err := scan(&m.What, &m.Mail, &m.MsgID); err != nil {
			return err
		}
		return f(m)
	})
}
