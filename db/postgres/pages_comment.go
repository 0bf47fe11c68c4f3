package postgres

import (
	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) CommentPage(f track.CommentQuery, known int) (page track.Page[track.CommentRow], err error) {
	on, err := q.onPage(commentListing(f), f.Paging, known)
	if err != nil {
		return page, err
	}
	if page.Rows, err = q.commentRows(on, f.Scope); err == nil {
		page.Total, err = q.totalOf(on, len(page.Rows))
	}
	return page, err
}

var commentColumnsOrder = map[string]both.ColumnOrder{
	"date":      {Exprs: []string{`r.date`}},
	"submitter": {Exprs: []string{`coalesce(pe.name, '')`}, Joins: ` LEFT JOIN person pe ON pe.email = m.sender`},
	"subject":   {Exprs: []string{`m.name`}},
}

// commentListing lists few replies in any case: those to one mail.
func commentListing(f track.CommentQuery) *listing {
	l := &listing{row: `r.mail`, from: `reply r`, joins: ` JOIN mail m ON m.id = r.mail`, few: true}
	l.sortBy(f.Scope, f.Order, `r.id`, commentColumnsOrder)
	c := &l.where
	c.add(true, `r.parent = ANY (ARRAY(`+standing+`))`, f.Parent)
	c.add(true, `NOT r.ignored`)
	c.scope(`r`, f.Scope)
	c.named(`m.name`, f.Words)
	return l
}

// standing is the mail that stands for the name that a mail has.
const standing = copiesOf + ` o.id = ? AND n.chosen`

// copiesOf are all mails n of the name that a mail o has.
const copiesOf = `SELECT n.id FROM mail o JOIN mail n ON n.msgid = o.msgid
	AND n.project IS NOT DISTINCT FROM o.project WHERE`

func commentRowsQuery(from string, s track.Scope) string {
	return `
	SELECT j.place, r.mail, r.id, r.project, m.msgid, m.name, r.date, r.hidden, m.sender, a.id, ` + shownName(s) + `, d.addressed,
		coalesce(p.id, c.id), pm.project, pm.msgid, pm.name, pm.date, c.mail IS NOT NULL
	FROM ` + from + `reply r ON r.mail = j.value JOIN mail m ON m.id = r.mail
		LEFT JOIN decision d ON d.project = r.project AND d.msgid = m.msgid
		LEFT JOIN person pe ON pe.email = m.sender LEFT JOIN address a ON a.email = m.sender
		LEFT JOIN mail pm ON pm.id = r.parent LEFT JOIN patch p ON p.mail = r.parent LEFT JOIN cover c ON c.mail = r.parent`
}

// commentRows tells what some replies have, in the same order.
func (q *queries) commentRows(on *onPage, scope track.Scope) (out []track.CommentRow, err error) {
	if on.none() {
		return nil, nil
	}
	var place int64
	var places []int64
	err = q.Each(commentRowsQuery(on.table(), scope), on.args(), func(scan func(...any) error) error {
		var c track.CommentRow
		p := &c.Parent
		err := scan(&place, &c.Mail, &c.ID, &c.Project, &c.MsgID, &c.Name, (*seconds)(&c.Date), &c.Hidden, &c.Submitter.Email,
			(*number)(&c.Submitter.ID), &c.Submitter.Name, &c.Addressed,
			(*number)(&p.ID), (*number)(&p.Project), (*text)(&p.MsgID), (*text)(&p.Name), (*seconds)(&p.Date), &c.OnCover)
		out, places = append(out, c), append(places, place)
		return err
	})
	return inPlaces(out, places), err
}
