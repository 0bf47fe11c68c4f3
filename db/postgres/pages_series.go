package postgres

import (
	"cmp"
	"slices"
	"strings"

	"patchwatch/db/internal/both"
	"patchwatch/internal/order"
	"patchwatch/track"
)

func (q *queries) SeriesPage(f track.SeriesQuery, known int) (page track.Page[track.SeriesRow], err error) {
	if nothing(f.Projects) || nothing(f.IDs) || nothing(f.Submitters) {
		return page, nil
	}
	if known >= 0 && onlyByNumber(f) {
		rows, err := q.seriesRows(numbers(f.IDs), f.Scope)
		rows = slices.DeleteFunc(rows, func(s track.SeriesRow) bool {
			return !shows(f.Scope, called{s.ID, s.Project, s.Hidden})
		})
		return track.Page[track.SeriesRow]{Rows: rows, Total: known}, err
	}
	on, ok, err := q.byNames(seriesNamed(f))
	if !ok && err == nil {
		on, err = q.onPage(seriesListing(f), f.Paging, known)
	}
	if err != nil {
		return page, err
	}
	if page.Rows, err = q.seriesRows(on, f.Scope); err == nil {
		page.Total, err = q.totalOf(on, len(page.Rows))
	}
	return page, err
}

// seriesNamed are wanted where nothing is asked of series but their names and projects.
func seriesNamed(f track.SeriesQuery) (w wanted) {
	if f.IDs == nil && f.Submitters == nil && !f.Incomplete && f.Since.IsZero() && f.Before.IsZero() {
		w = wanted{of: both.SeriesTotal, words: f.Words, projects: f.Projects, scope: f.Scope, Paging: f.Paging}
		w.inOrder(`s.id`, seriesColumnsOrder)
	}
	return w
}

// onlyByNumber tells whether one series is asked for, by its number and nothing else.
func onlyByNumber(f track.SeriesQuery) bool {
	return len(f.IDs) == 1 && f.Projects == nil && f.Submitters == nil && len(f.Words) == 0 && !f.Incomplete &&
		f.Since.IsZero() && f.Before.IsZero() && f.Offset <= 0 && f.Limit > 0
}

// leadersName is joined where a series may have its name from the mail that leads it. CASE keeps the server from
// looking for that mail where the series has a name of its own.
const leadersName = ` LEFT JOIN mail lm ON lm.id = CASE WHEN s.given IS NULL AND s.name IS NULL THEN ` + leader + ` END`

var (
	seriesName = both.ColumnOrder{Exprs: []string{`coalesce(s.given, s.name, lm.name, '')`}, Joins: leadersName}

	seriesColumnsOrder = map[string]both.ColumnOrder{
		"date":         {Exprs: []string{`s.date`}},
		"name":         seriesName,
		"submitter":    {Exprs: []string{`coalesce(pe.name, '')`}, Joins: ` LEFT JOIN person pe ON pe.email = s.submitter`},
		"received_all": {Exprs: []string{`s.complete`}},
	}
)

func seriesListing(f track.SeriesQuery) *listing {
	l := &listing{row: `s.id`, counted: both.SeriesTotal, date: `s.date`, since: f.Since, before: f.Before}
	w := l.sortBy(f.Scope, f.Order, `s.id`, seriesColumnsOrder)
	c := &l.where
	if len(f.Words) > 0 {
		l.joins = seriesName.Joins
		l.sorting = strings.Replace(l.sorting, l.joins, ``, 1)
		l.words.named(seriesName.Exprs[0], f.Words)
	}
	anyOf(c, `s.id`, f.IDs)
	anyOf(c, `s.submitter`, f.Submitters)
	few := len(c.terms) > 0
	c.scope(`s`, f.Scope)
	c.add(f.Incomplete, `NOT s.complete`)
	l.walkProjects(`series`, `s`, f.Projects, w, len(f.Words) > 0)
	l.ordered, l.exact = l.ordered && !few, l.exact && !few && !f.Incomplete
	return l
}

// seriesRowsQuery has the name of the leader's sender too, and so is not made with seriesBrief.
func seriesRowsQuery(from string, s track.Scope) string {
	return `
	SELECT j.place, s.id, coalesce(s.given, s.name, m.name), s.date, s.version, s.submitter, s.project, s.total,
		s.received, s.complete,
		s.hidden, a.id, ` + shownName(s) + `, c.id, c.project, cm.msgid, cm.name, c.date, coalesce(c.hidden, false)
	FROM ` + from + `series s ON s.id = j.value LEFT JOIN mail m ON m.id = ` + leader + `
		LEFT JOIN person pe ON pe.email = s.submitter LEFT JOIN address a ON a.email = s.submitter
		LEFT JOIN cover c ON c.mail = s.cover LEFT JOIN mail cm ON cm.id = c.mail`
}

// seriesRows tells what series have, in the same order.
func (q *queries) seriesRows(on *onPage, scope track.Scope) (out []track.SeriesRow, err error) {
	if on.none() {
		return nil, nil
	}
	var place int64
	var places []int64
	if err := q.also(seriesRowsQuery(on.table(), scope), on.args(), func(scan func(...any) error) error {
		var s track.SeriesRow
		var coverHidden bool
		c := &s.Cover
		err := scan(&place, &s.ID, (*text)(&s.Name), (*seconds)(&s.Date), &s.Version, &s.SeriesBrief.Submitter, &s.Project, &s.Total,
			&s.Received, &s.Complete, &s.Hidden, (*number)(&s.Submitter.ID), &s.Submitter.Name,
			(*number)(&c.ID), (*number)(&c.Project), (*text)(&c.MsgID), (*text)(&c.Name), (*seconds)(&c.Date), &coverHidden)
		if s.Submitter.Email = s.SeriesBrief.Submitter; coverHidden && !scope.Whole {
			s.Cover = track.MailBrief{}
		}
		out, places = append(out, s), append(places, place)
		return err
	}); err != nil {
		return nil, err
	}
	patches, err := q.patchesOf(on, scope)
	out = inPlaces(out, places)
	for i := range out {
		out[i].Patches = patches[out[i].ID]
	}
	return out, err
}

func patchesOfSeries(from string) string {
	return `
	SELECT p.series, coalesce(p.number, 0), p.mail, ` + patchBrief + `
	FROM ` + from + `patch p ON p.series = j.value JOIN mail m ON m.id = p.mail WHERE (? OR NOT p.hidden)`
}

// patchesOf gives the patches of each series by their numbers in it.
func (q *queries) patchesOf(series *onPage, scope track.Scope) (map[int64][]track.MailBrief, error) {
	type place struct {
		number int
		mail   int64
		patch  track.MailBrief
	}
	places := map[int64][]place{}
	var id int64
	var p place
	dest := append([]any{&id, &p.number, &p.mail}, mailBriefInto(&p.patch)...)
	if err := q.Each(patchesOfSeries(series.table()), series.args(scope.Whole), func(scan func(...any) error) error {
		err := scan(dest...)
		places[id] = append(places[id], p)
		return err
	}); err != nil {
		return nil, err
	}
	out := make(map[int64][]track.MailBrief, len(places))
	for id, all := range places {
		order.By(all, func(a, b place) int { return cmp.Or(a.number-b.number, cmp.Compare(a.mail, b.mail)) })
		for _, p := range all {
			out[id] = append(out[id], p.patch)
		}
	}
	return out, nil
}
