package sqlite

import (
	"cmp"
	"strings"

	"patchwatch/db/internal/both"
	"patchwatch/internal/order"
	"patchwatch/track"
)

func (q *queries) SeriesPage(f track.SeriesQuery, known int) (page track.Page[track.SeriesRow], err error) {
	if nothing(f.Projects) || nothing(f.IDs) || nothing(f.Submitters) {
		return page, nil
	}
	if kept, err := q.keptSeries(f); err != nil {
		return page, err
	} else if kept != nil {
		page.Total = len(kept.found)
		page.Rows, err = q.seriesRows(kept.page(f.Paging), f.Scope)
		return page, err
	}
	l, err := q.seriesListing(f)
	if err != nil {
		return page, err
	}
	ids, total, err := q.idsOf(l, f.Paging, known)
	if err != nil {
		return page, err
	}
	page.Total = total
	page.Rows, err = q.seriesRows(ids, f.Scope)
	return page, err
}

// leadersName is joined where a series may have its name from the mail that leads it. CASE keeps SQLite from looking
// for that mail where the series has a name of its own.
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

func (q *queries) seriesListing(f track.SeriesQuery) (*listing, error) {
	l := &listing{row: `s.id`, counted: both.SeriesTotal, date: `s.date`, since: f.Since, before: f.Before}
	walk := l.sortBy(f.Scope, f.Order, `s.id`, seriesColumnsOrder)
	c := &l.where
	c.scope(`s`, f.Scope)
	c.add(f.Incomplete, `NOT s.complete`)
	if len(f.Words) > 0 {
		l.joins = seriesName.Joins
		l.sorting = strings.Replace(l.sorting, l.joins, ``, 1)
		l.words.words(seriesName.Exprs[0], f.Words)
	}
	switch {
	case f.IDs != nil:
		l.from = `series s NOT INDEXED`
		anyOf(c, `s.id`, f.IDs)
		anyOf(c, `s.submitter`, f.Submitters)
	case f.Submitters != nil:
		l.from = `series s INDEXED BY series_submitter`
		anyOf(c, `s.submitter`, f.Submitters)
	case f.Incomplete && f.Projects != nil:
		l.from, l.ordered = `series s INDEXED BY series_incomplete`, walk == both.ByDate
		l.keys = []key{keyOf(`s.project`, f.Projects)}
		return l, nil
	default:
		l.walkProjects(`series`, `s`, f.Projects, walk, len(f.Words) > 0)
		l.exact = l.exact && !f.Incomplete
		if len(f.Words) > 0 {
			return l, q.narrowByWords(l, wordsInSeries(f), walk)
		}
		return l, nil
	}
	anyOf(c, `s.project`, f.Projects)
	return l, nil
}

// seriesRowsQuery has the name of the leader's sender too, and so is not made with seriesBrief.
func seriesRowsQuery(s track.Scope) string {
	return `
	SELECT s.id, coalesce(s.given, s.name, m.name), s.date, s.version, s.submitter, s.project, s.total,
		s.received, s.complete,
		s.hidden, a.id, ` + shownName(s) + `, c.id, c.project, cm.msgid, cm.name, c.date, coalesce(c.hidden, 0)
	FROM ` + given + `series s LEFT JOIN mail m ON m.id = ` + leader + `
		LEFT JOIN person pe ON pe.email = s.submitter LEFT JOIN address a ON a.email = s.submitter
		LEFT JOIN cover c ON c.mail = s.cover LEFT JOIN mail cm ON cm.id = c.mail
	WHERE s.id = j.value`
}

// seriesRows tells what series have, in the same order.
func (q *queries) seriesRows(ids []int64, scope track.Scope) ([]track.SeriesRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	out := make([]track.SeriesRow, 0, len(ids))
	if err := q.Each(seriesRowsQuery(scope), []any{list(ids)}, func(scan func(...any) error) error {
		var s track.SeriesRow
		var coverHidden bool
		c := &s.Cover
		err := scan(&s.ID, (*text)(&s.Name), (*seconds)(&s.Date), &s.Version, &s.SeriesBrief.Submitter, &s.Project, &s.Total,
			&s.Received, &s.Complete, &s.Hidden, (*number)(&s.Submitter.ID), &s.Submitter.Name,
			(*number)(&c.ID), (*number)(&c.Project), (*text)(&c.MsgID), (*text)(&c.Name), (*seconds)(&c.Date), &coverHidden)
		if s.Submitter.Email = s.SeriesBrief.Submitter; coverHidden && !scope.Whole {
			s.Cover = track.MailBrief{}
		}
		out = append(out, s)
		return err
	}); err != nil {
		return nil, err
	}
	inOrderOf(out, ids, func(s *track.SeriesRow) int64 { return s.ID })
	patches, err := q.patchesOf(ids, scope)
	for i := range out {
		out[i].Patches = patches[out[i].ID]
	}
	return out, err
}

const patchesOfSeries = `
	SELECT p.series, coalesce(p.number, 0), p.mail, ` + patchBrief + ` FROM ` + given +
	`patch p INDEXED BY patch_series CROSS JOIN mail m
	WHERE p.series = j.value AND m.id = p.mail AND (+? OR NOT p.hidden)`

// patchesOf gives the patches of each series by their numbers in it.
func (q *queries) patchesOf(series []int64, scope track.Scope) (map[int64][]track.MailBrief, error) {
	type place struct {
		number int
		mail   int64
		patch  track.MailBrief
	}
	places := make(map[int64][]place, len(series))
	var id int64
	var p place
	dest := append([]any{&id, &p.number, &p.mail}, mailBriefInto(&p.patch)...)
	if err := q.Each(patchesOfSeries, []any{list(series), scope.Whole}, func(scan func(...any) error) error {
		err := scan(dest...)
		places[id] = append(places[id], p)
		return err
	}); err != nil {
		return nil, err
	}
	out := make(map[int64][]track.MailBrief, len(series))
	for id, all := range places {
		order.By(all, func(a, b place) int { return cmp.Or(a.number-b.number, cmp.Compare(a.mail, b.mail)) })
		for _, p := range all {
			out[id] = append(out[id], p.patch)
		}
	}
	return out, nil
}
