package sqlite

import (
	"strings"

	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) CoverPage(f track.CoverQuery, known int) (page track.Page[track.CoverRow], err error) {
	if nothing(f.Projects) || nothing(f.IDs) || nothing(f.Series) || nothing(f.Submitters) || nothing(f.MsgIDs) {
		return page, nil
	}
	l, err := q.coverListing(f)
	if err != nil {
		return page, err
	}
	ids, total, err := q.idsOf(l, f.Paging, known)
	if err != nil {
		return page, err
	}
	page.Total = total
	page.Rows, err = q.coverRows(ids, f.Scope)
	return page, err
}

var (
	coverName = both.ColumnOrder{Exprs: []string{`m.name`},
		Joins: ` CROSS JOIN mail m INDEXED BY mail_name ON m.id = c.mail AND ` +
			isNamed("m.")}

	coverColumnsOrder = map[string]both.ColumnOrder{
		"date":      {Exprs: []string{`c.date`}},
		"name":      coverName,
		"submitter": {Exprs: []string{`coalesce(pe.name, '')`}, Joins: ` LEFT JOIN person pe ON pe.email = c.submitter`},
	}
)

func (q *queries) coverListing(f track.CoverQuery) (*listing, error) {
	l := &listing{row: `c.mail`, counted: both.CoverTotal, date: `c.date`, since: f.Since, before: f.Before}
	walk := l.sortBy(f.Scope, f.Order, `c.id`, coverColumnsOrder)
	c := &l.where
	c.scope(`c`, f.Scope)
	if len(f.Words) > 0 {
		l.joins = coverName.Joins
		l.sorting = strings.Replace(l.sorting, l.joins, ``, 1)
		l.words.words(`m.name`, f.Words)
	}
	if !l.findFewCovers(f) {
		l.walkProjects(`cover`, `c`, f.Projects, walk, len(f.Words) > 0)
		if len(f.Words) > 0 {
			return l, q.narrowByWords(l, wordsInCovers(f), walk)
		}
		return l, nil
	}
	anyOf(c, `c.project`, f.Projects)
	return l, nil
}

// findFewCovers finds covers by what few of them have, if any such thing is asked for.
func (l *listing) findFewCovers(f track.CoverQuery) bool {
	c := &l.where
	if l.given(f.IDs != nil, `cover c INDEXED BY cover_id`) {
		anyOf(c, `c.id`, f.IDs)
	}
	if l.given(f.MsgIDs != nil, `cover c NOT INDEXED`) {
		c.add(true, `c.mail IN (`+chosenNamed+`)`, list(f.MsgIDs))
	}
	if l.given(f.Series != nil, `cover c INDEXED BY cover_series`) {
		anyOf(c, `c.series`, f.Series)
	}
	if l.given(f.Submitters != nil, `cover c INDEXED BY cover_submitter`) {
		anyOf(c, `c.submitter`, f.Submitters)
	}
	return l.from != ``
}

func coverRowsQuery(s track.Scope) string {
	return `
	SELECT c.mail, c.id, c.project, m.msgid, m.name, c.date, c.hidden, c.submitter, a.id, ` +
		shownName(s) + `, ` + seriesBrief + `
	FROM ` + given + `cover c CROSS JOIN mail m LEFT JOIN person pe ON pe.email = c.submitter
		LEFT JOIN address a ON a.email = c.submitter LEFT JOIN series s ON s.id = c.series
	WHERE c.mail = j.value AND m.id = c.mail`
}

// coverRows tells what the covers of these mails have, in the same order.
func (q *queries) coverRows(mails []int64, scope track.Scope) ([]track.CoverRow, error) {
	if len(mails) == 0 {
		return nil, nil
	}
	out := make([]track.CoverRow, 0, len(mails))
	var c track.CoverRow
	dest := append([]any{
		&c.Mail, &c.ID, &c.Project, &c.MsgID, &c.Name, (*seconds)(&c.Date), &c.Hidden, &c.Submitter.Email,
		(*number)(&c.Submitter.ID), &c.Submitter.Name,
	}, seriesBriefInto(&c.Series)...)
	err := q.Each(coverRowsQuery(scope), []any{list(mails)}, func(scan func(...any) error) error {
		err := scan(dest...)
		out = append(out, c)
		return err
	})
	inOrderOf(out, mails, func(c *track.CoverRow) int64 { return c.Mail })
	return out, err
}
