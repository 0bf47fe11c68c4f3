package postgres

import (
	"strings"

	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) CoverPage(f track.CoverQuery, known int) (page track.Page[track.CoverRow], err error) {
	if nothing(f.Projects) || nothing(f.IDs) || nothing(f.Series) || nothing(f.Submitters) || nothing(f.MsgIDs) {
		return page, nil
	}
	on, ok, err := q.byNames(coversNamed(f))
	if !ok && err == nil {
		on, err = q.onPage(coverListing(f), f.Paging, known)
	}
	if err != nil {
		return page, err
	}
	if page.Rows, err = q.coverRows(on, f.Scope); err == nil {
		page.Total, err = q.totalOf(on, len(page.Rows))
	}
	return page, err
}

// coversNamed are wanted where nothing is asked of covers but their names and projects.
func coversNamed(f track.CoverQuery) (w wanted) {
	if f.IDs == nil && f.Series == nil && f.Submitters == nil && f.MsgIDs == nil && f.Since.IsZero() && f.Before.IsZero() {
		w = wanted{of: both.CoverTotal, words: f.Words, projects: f.Projects, scope: f.Scope, Paging: f.Paging}
		w.inOrder(`c.id`, coverColumnsOrder)
	}
	return w
}

var (
	coverName = both.ColumnOrder{Exprs: []string{`m.name`}, Joins: ` JOIN mail m ON m.id = c.mail`}

	coverColumnsOrder = map[string]both.ColumnOrder{
		"date":      {Exprs: []string{`c.date`}},
		"name":      coverName,
		"submitter": {Exprs: []string{`coalesce(pe.name, '')`}, Joins: ` LEFT JOIN person pe ON pe.email = c.submitter`},
	}
)

func coverListing(f track.CoverQuery) *listing {
	l := &listing{row: `c.mail`, counted: both.CoverTotal, date: `c.date`, since: f.Since, before: f.Before}
	w := l.sortBy(f.Scope, f.Order, `c.id`, coverColumnsOrder)
	c := &l.where
	if len(f.Words) > 0 {
		l.joins = coverName.Joins
		l.sorting = strings.Replace(l.sorting, l.joins, ``, 1)
		l.words.named(`m.name`, f.Words)
	}
	anyOf(c, `c.id`, f.IDs)
	c.add(f.MsgIDs != nil, `c.mail = ANY (ARRAY(`+chosenNamed+`))`, []string(f.MsgIDs))
	anyOf(c, `c.series`, f.Series)
	anyOf(c, `c.submitter`, f.Submitters)
	few := len(c.terms) > 0
	c.scope(`c`, f.Scope)
	l.walkProjects(`cover`, `c`, f.Projects, w, len(f.Words) > 0)
	l.ordered, l.exact = l.ordered && !few, l.exact && !few
	return l
}

func coverRowsQuery(from string, s track.Scope) string {
	return `
	SELECT j.place, c.mail, c.id, c.project, m.msgid, m.name, c.date, c.hidden, c.submitter, a.id, ` +
		shownName(s) + `, ` + seriesBrief + `
	FROM ` + from + `cover c ON c.mail = j.value JOIN mail m ON m.id = c.mail LEFT JOIN person pe ON pe.email = c.submitter
		LEFT JOIN address a ON a.email = c.submitter LEFT JOIN series s ON s.id = c.series`
}

// coverRows tells what the covers of some mails have, in the same order.
func (q *queries) coverRows(on *onPage, scope track.Scope) (out []track.CoverRow, err error) {
	if on.none() {
		return nil, nil
	}
	var place int64
	var places []int64
	var c track.CoverRow
	dest := append([]any{
		&place, &c.Mail, &c.ID, &c.Project, &c.MsgID, &c.Name, (*seconds)(&c.Date), &c.Hidden, &c.Submitter.Email,
		(*number)(&c.Submitter.ID), &c.Submitter.Name,
	}, seriesBriefInto(&c.Series)...)
	err = q.Each(coverRowsQuery(on.table(), scope), on.args(), func(scan func(...any) error) error {
		err := scan(dest...)
		places = append(places, place)
		out = append(out, c)
		return err
	})
	return inPlaces(out, places), err
}
