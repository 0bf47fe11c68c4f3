package sqlite

import (
	"slices"

	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) PatchRows(ids []int64, s track.Scope) (map[int64]track.PatchRow, error) {
	return rowsCalled(q, ids, s, func(mails []int64) ([]track.PatchRow, error) { return q.patchRows(mails, s) },
		func(r *track.PatchRow) called { return called{r.Mail, r.Project, r.Hidden} })
}

func (q *queries) CoverRows(ids []int64, s track.Scope) (map[int64]track.CoverRow, error) {
	return rowsCalled(q, ids, s, func(mails []int64) ([]track.CoverRow, error) { return q.coverRows(mails, s) },
		func(r *track.CoverRow) called { return called{r.Mail, r.Project, r.Hidden} })
}

func (q *queries) CommentRows(ids []int64, s track.Scope) (map[int64]track.CommentRow, error) {
	return rowsCalled(q, ids, s, func(mails []int64) ([]track.CommentRow, error) { return q.commentRows(mails, s) },
		func(r *track.CommentRow) called { return called{r.Mail, r.Project, r.Hidden} })
}

// called is what decides whether a row is the one that was called, and may be seen.
type called struct {
	mail, project int64
	hidden        bool
}

// rowsCalled finds rows by the numbers of any copies.
func rowsCalled[R any](
	q *queries, ids []int64, s track.Scope, rows func(mails []int64) ([]R, error), of func(*R) called,
) (map[int64]R, error) {
	stand, err := q.Stands(ids)
	if err != nil {
		return nil, err
	}
	mails := make([]int64, 0, len(stand))
	for _, mail := range stand {
		mails = append(mails, mail)
	}
	found, err := rows(both.Once(mails))
	byMail := make(map[int64]R, len(found))
	for _, r := range found {
		if c := of(&r); (s.Whole || !c.hidden) && !slices.Contains(s.Without, c.project) {
			byMail[c.mail] = r
		}
	}
	out := make(map[int64]R, len(ids))
	for id, mail := range stand {
		if r, there := byMail[mail]; there {
			out[id] = r
		}
	}
	return out, err
}

func (q *queries) SeriesWith(ids []int64) (map[int64]int64, error) {
	return q.pairs(`
		SELECT o.id, coalesce(p.series, c.series) FROM `+given+`mail o CROSS JOIN mail n
			LEFT JOIN patch p ON p.mail = n.id LEFT JOIN cover c ON c.mail = n.id
		WHERE o.id = j.value AND n.msgid = o.msgid AND n.project IS o.project AND n.chosen
			AND coalesce(p.series, c.series) IS NOT NULL`, ids)
}

// pairs are the rows of a query that has a list of numbers as its only argument.
func (q *queries) pairs(query string, ids []int64) (map[int64]int64, error) {
	out := make(map[int64]int64, len(ids))
	return out, q.Each(query, []any{list(ids)}, func(scan func(...any) error) error {
		var from, to int64
		err := scan(&from, &to)
		out[from] = to
		return err
	})
}
