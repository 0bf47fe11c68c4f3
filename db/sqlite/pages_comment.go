package sqlite

import (
	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) CommentPage(f track.CommentQuery, known int) (page track.Page[track.CommentRow], err error) {
	ids, total, err := q.idsOf(commentListing(f), f.Paging, known)
	if err != nil {
		return page, err
	}
	page.Total = total
	page.Rows, err = q.commentRows(ids, f.Scope)
	return page, err
}

var commentColumnsOrder = map[string]both.ColumnOrder{
	"date":      {Exprs: []string{`r.date`}},
	"submitter": {Exprs: []string{`coalesce(pe.name, '')`}, Joins: ` LEFT JOIN person pe ON pe.email = m.sender`},
	"subject":   {Exprs: []string{`m.name`}},
}

// commentListing lists few replies in any case: those to one mail.
func commentListing(f track.CommentQuery) *listing {
	l := &listing{row: `r.mail`, from: `reply r INDEXED BY reply_parent`, joins: ` CROSS JOIN mail m ON m.id = r.mail`}
	l.sortBy(f.Scope, f.Order, `r.id`, commentColumnsOrder)
	c := &l.where
	c.add(true, `r.parent IN (`+standing+`)`, list([]int64{f.Parent}))
	c.add(true, `NOT r.ignored`)
	c.scope(`r`, f.Scope)
	c.words(`m.name`, f.Words)
	return l
}

// standing are the mails that stand for the names that some mails have.
const standing = `SELECT n.id FROM json_each(?) j CROSS JOIN mail o CROSS JOIN mail n
	WHERE o.id = j.value AND n.msgid = o.msgid AND n.project IS o.project AND n.chosen`

func commentRowsQuery(s track.Scope) string {
	return `
	SELECT r.mail, r.id, r.project, m.msgid, m.name, r.date, r.hidden, m.sender, a.id, ` + shownName(s) + `, d.addressed,
		coalesce(p.id, c.id), pm.project, pm.msgid, pm.name, pm.date, c.mail IS NOT NULL
	FROM ` + given + `reply r CROSS JOIN mail m LEFT JOIN decision d ON d.project = r.project AND d.msgid = m.msgid
		LEFT JOIN person pe ON pe.email = m.sender LEFT JOIN address a ON a.email = m.sender
		LEFT JOIN mail pm ON pm.id = r.parent LEFT JOIN patch p ON p.mail = r.parent LEFT JOIN cover c ON c.mail = r.parent
	WHERE r.mail = j.value AND m.id = r.mail`
}

// commentRows tells what these replies have, in the same order.
func (q *queries) commentRows(mails []int64, scope track.Scope) ([]track.CommentRow, error) {
	if len(mails) == 0 {
		return nil, nil
	}
	out := make([]track.CommentRow, 0, len(mails))
	err := q.Each(commentRowsQuery(scope), []any{list(mails)}, func(scan func(...any) error) error {
		var c track.CommentRow
		p := &c.Parent
		err := scan(&c.Mail, &c.ID, &c.Project, &c.MsgID, &c.Name, (*seconds)(&c.Date), &c.Hidden, &c.Submitter.Email,
			(*number)(&c.Submitter.ID), &c.Submitter.Name, &c.Addressed,
			(*number)(&p.ID), (*number)(&p.Project), (*text)(&p.MsgID), (*text)(&p.Name), (*seconds)(&p.Date), &c.OnCover)
		out = append(out, c)
		return err
	})
	inOrderOf(out, mails, func(c *track.CommentRow) int64 { return c.Mail })
	return out, err
}
