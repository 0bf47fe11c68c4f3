package sqlite

import (
	"cmp"
	"math"
	"slices"

	"patchwatch/db/engine"
)

// titledQuery takes the number of a part of the index. order is that of the namesakes.
func titledQuery(versions, order string) string {
	return `
	SELECT m.version, m.date, m.msgid, coalesce(p.series, c.series, 0)
	FROM mail m LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
	WHERE ` + is(titlePart("m.id")) + ` AND ` + is("m.title") + ` AND ` + isTitled("m.") + ` AND m.version ` + versions + `
		AND m.date <= +? AND ` + is("m.project") + ` AND m.chosen
	ORDER BY ` + order + ` LIMIT +?`
}

var (
	titledBefore = titledQuery(`< +?`, `m.version DESC, m.date DESC, m.msgid`)
	titledAfter  = titledQuery(`> +?`, `m.version, m.date, m.msgid`)
)

func (q queries) Titled(all []engine.Titling) ([][]engine.Namesake, error) {
	parts, err := q.titleParts()
	if err != nil {
		return nil, err
	}
	out := make([][]engine.Namesake, len(all))
	for i := range all {
		if out[i], err = q.titled(&all[i], parts); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// titled finds the first mails of each part, and then the first of all these.
func (q queries) titled(t *engine.Titling, parts []int64) (found []engine.Namesake, err error) {
	query, order := titledBefore, earlier
	if t.Later {
		query, order = titledAfter, later
	}
	until := int64(math.MaxInt64)
	if !t.Until.IsZero() {
		until = t.Until.Unix()
	}
	for _, part := range parts {
		args := []any{part, t.Title, t.Version, until, t.Project, t.Most}
		if err := q.each(query, args, func(scan func(...any) error) error {
			var n engine.Namesake
			err := scan(&n.Version, (*seconds)(&n.Date), &n.MsgID, &n.Series)
			found = append(found, n)
			return err
		}); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, order)
	return found[:min(len(found), t.Most)], nil
}

// earlier and later are the orders in which the versions before and after one are looked at.
func earlier(a, b engine.Namesake) int {
	return cmp.Or(cmp.Compare(b.Version, a.Version), b.Date.Compare(a.Date), cmp.Compare(a.MsgID, b.MsgID))
}

func later(a, b engine.Namesake) int {
	return cmp.Or(cmp.Compare(a.Version, b.Version), a.Date.Compare(b.Date), cmp.Compare(a.MsgID, b.MsgID))
}
