package both

import (
	"math"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func (q *Queries) EachItem(f func(project, mail int64, it *track.Item) error) error {
	return q.Stream(`
		SELECT id, project, msgid, refs, kind, sender, name, date, delivered, marked, number, total, version
		FROM mail WHERE chosen AND project IS NOT NULL ORDER BY id`, nil, func(scan func(...any) error) error {
		var project, mail int64
		var it track.Item
		if err := scan(&mail, &project, &it.ID, q.Lines(&it.Refs), &it.Kind, &it.Sender, &it.Name, q.Seconds(&it.Date),
			q.Micros(&it.Delivered), &it.Marked, &it.Number, &it.Total, &it.Version); err != nil {
			return err
		}
		return f(project, mail, &it)
	})
}

// EachSeriesWith reads some series and then their members, so that f may ask for anything.
func (q *Queries) EachSeriesWith(
	membersOf func(series []int64) (map[int64][]engine.Member, error), f func(*engine.SeriesRow, []engine.Member) error,
) error {
	const page = 200 // as in the query
	query := `SELECT ` + SeriesColumns + ` FROM series s WHERE s.id >= ? ORDER BY s.id LIMIT 200`
	for first := int64(math.MinInt64); ; {
		var all []engine.SeriesRow
		var ids []int64
		if err := q.Each(query, []any{first}, func(scan func(...any) error) error {
			var s engine.SeriesRow
			err := scan(q.SeriesInto(&s)...)
			all, ids = append(all, s), append(ids, s.ID)
			return err
		}); err != nil {
			return err
		}
		members, err := membersOf(ids)
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

func (q *Queries) EachPerson(f func(engine.PersonRow) error) error {
	return q.Stream(`SELECT `+PersonColumns+` FROM `+PersonTables, nil, func(scan func(...any) error) error {
		var p engine.PersonRow
		if err := scan(q.PersonInto(&p)...); err != nil {
			return err
		}
		return f(p)
	})
}

func (q *Queries) EachRef(f func(engine.RefKey) error) error {
	query := `SELECT hash, member, mail FROM ref ORDER BY hash, member, mail`
	return q.Stream(query, nil, func(scan func(...any) error) error {
		var k engine.RefKey
		if err := scan(&k.Hash, &k.Member, &k.Mail); err != nil {
			return err
		}
		return f(k)
	})
}

func (q *Queries) EachMisplaced(f func(engine.Misplaced) error) error {
	return q.Stream(`
		SELECT d.what, m.id, m.msgid FROM (
			SELECT CAST('patch' AS text) AS what, mail FROM patch
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
