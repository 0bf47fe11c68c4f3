package postgres

import (
	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

var eachMail = `SELECT ` + mailColumns + `, ` + both.PatchColumns + `, ` + both.CoverColumns + `, ` +
	both.ReplyColumns + `,
		s.key, pm.msgid, ` + variants + `
	FROM ` + rowTables + ` LEFT JOIN series s ON s.id = p.series WHERE m.chosen`

func (q *queries) EachMail(f func(*engine.DerivedMail) error) error {
	return q.Stream(eachMail, nil, func(scan func(...any) error) error {
		m, d := &engine.DerivedMail{}, &both.Derived{}
		dest := append(q.DerivedInto(mailInto(nil, &m.Mail), d), (*text)(&m.SeriesKey), (*text)(&m.ParentID), &m.Variants)
		if err := scan(dest...); err != nil {
			return err
		}
		if d.IsPatch {
			m.Patch = &d.Patch
		}
		if d.IsCover {
			m.Cover = &d.Cover
		}
		if d.IsReply {
			m.Reply = &d.Reply
		}
		return f(m)
	})
}

var eachNaming = `
	SELECT id, msgid, date, sender, sender_name FROM mail WHERE ` + both.IsNaming("") + ` AND sender <> '' ORDER BY sender`

func (q *queries) EachNaming(f func(engine.Naming) error) error {
	return q.Stream(eachNaming, nil, func(scan func(...any) error) error {
		n, err := scanNaming(scan)
		if err != nil {
			return err
		}
		return f(n)
	})
}

func (q *queries) EachSeries(f func(*engine.SeriesRow, []engine.Member) error) error {
	return q.EachSeriesWith(q.Members, f)
}
