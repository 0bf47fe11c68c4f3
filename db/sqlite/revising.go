package sqlite

import (
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

// revisingQuery asks for one series at a time, so that of very many that revise it only the newest are read.
var revisingQuery = `SELECT ` + both.SeriesColumns + ` FROM series s WHERE ` + is("s.revises") + `
	ORDER BY s.version DESC, s.date DESC, s.key, s.id LIMIT +?`

func (q *queries) Revising(series []int64, most int) (map[int64][]engine.SeriesRow, error) {
	out := map[int64][]engine.SeriesRow{}
	for _, id := range both.Once(series) {
		if err := q.Each(revisingQuery, []any{id, most}, func(scan func(...any) error) error {
			var s engine.SeriesRow
			err := scan(q.SeriesInto(&s)...)
			out[id] = append(out[id], s)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (q *queries) PatchesOf(series []int64) (out []engine.PatchRow, err error) {
	return out, q.Each(`SELECT `+both.PatchColumns+` FROM `+given+`patch p WHERE p.series = j.value`,
		[]any{list(both.Once(series))}, func(scan func(...any) error) error {
			var there bool
			var p engine.PatchRow
			err := scan(q.PatchInto([]any{&there}, &p)...)
			out = append(out, p)
			return err
		})
}

func (q *queries) Completed(series []int64) (map[int64]time.Time, error) {
	out := map[int64]time.Time{}
	return out, q.Each(`
		SELECT s.id, max(m.delivered) FROM `+given+`series s CROSS JOIN patch p CROSS JOIN mail m
		WHERE s.id = j.value AND p.series = s.id AND p.number BETWEEN 1 AND s.total AND m.id = p.mail
		GROUP BY s.id`, []any{list(both.Once(series))}, func(scan func(...any) error) error {
		var id int64
		var at time.Time
		err := scan(&id, (*micros)(&at))
		out[id] = at
		return err
	})
}
