package postgres

import (
	"maps"
	"slices"

	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) PatchRows(ids []int64, s track.Scope) (map[int64]track.PatchRow, error) {
	return rowsCalled(q, ids, s, func(mails []int64) ([]track.PatchRow, error) { return q.patchRows(numbers(mails), s) },
		func(r *track.PatchRow) called { return called{r.Mail, r.Project, r.Hidden} })
}

func (q *queries) CoverRows(ids []int64, s track.Scope) (map[int64]track.CoverRow, error) {
	return rowsCalled(q, ids, s, func(mails []int64) ([]track.CoverRow, error) { return q.coverRows(numbers(mails), s) },
		func(r *track.CoverRow) called { return called{r.Mail, r.Project, r.Hidden} })
}

func (q *queries) CommentRows(ids []int64, s track.Scope) (map[int64]track.CommentRow, error) {
	return rowsCalled(q, ids, s, func(mails []int64) ([]track.CommentRow, error) { return q.commentRows(numbers(mails), s) },
		func(r *track.CommentRow) called { return called{r.Mail, r.Project, r.Hidden} })
}

// called is what decides whether a row is the one that was called, and may be seen.
type called struct {
	mail, project int64
	hidden        bool
}

// rowsCalled finds rows by the numbers of any copies. Most are called by the number of the mail itself, which stands
// for its name if there is a row of it.
func rowsCalled[R any](
	q *queries, ids []int64, s track.Scope, rows func(mails []int64) ([]R, error), of func(*R) called,
) (map[int64]R, error) {
	out := make(map[int64]R, len(ids))
	known := make(map[int64]bool, len(ids))
	found, err := rows(both.Once(ids))
	for _, r := range found {
		c := of(&r)
		if known[c.mail] = true; shows(s, c) {
			out[c.mail] = r
		}
	}
	others := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return known[id] })
	if err != nil || len(others) == 0 {
		return out, err
	}
	stand, err := q.Stands(others)
	if err != nil || len(stand) == 0 {
		return out, err
	}
	found, err = rows(both.Once(slices.Collect(maps.Values(stand))))
	byMail := make(map[int64]R, len(found))
	for _, r := range found {
		if c := of(&r); shows(s, c) {
			byMail[c.mail] = r
		}
	}
	for id, mail := range stand {
		if r, there := byMail[mail]; there {
			out[id] = r
		}
	}
	return out, err
}

func shows(s track.Scope, c called) bool {
	return (s.Whole || !c.hidden) && !slices.Contains(s.Without, c.project)
}

func (q *queries) SeriesWith(ids []int64) (map[int64]int64, error) {
	return q.pairs(`
		SELECT o.id, coalesce(p.series, c.series) FROM `+given+`mail o ON o.id = j.value
			JOIN mail n ON n.msgid = o.msgid AND n.project IS NOT DISTINCT FROM o.project AND n.chosen
			LEFT JOIN patch p ON p.mail = n.id LEFT JOIN cover c ON c.mail = n.id
		WHERE coalesce(p.series, c.series) IS NOT NULL`, ids)
}

// pairs are the rows of a query that has a list of numbers as its only argument.
func (q *queries) pairs(query string, ids []int64) (map[int64]int64, error) {
	out := make(map[int64]int64, len(ids))
	return out, q.Each(query, []any{ids}, func(scan func(...any) error) error {
		var from, to int64
		err := scan(&from, &to)
		out[from] = to
		return err
	})
}
