package postgres

import (
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

// revisingQuery asks for each series by itself, so that of very many that revise it only the newest are read.
const revisingQuery = `SELECT ` + both.SeriesColumns + ` FROM unnest(?::bigint[]) j(value) CROSS JOIN LATERAL (
		SELECT * FROM series WHERE revises = j.value ORDER BY version DESC, date DESC, key, id LIMIT ?) s
	ORDER BY s.revises, s.version DESC, s.date DESC, s.key, s.id`

func (q *queries) Revising(series []int64, most int) (map[int64][]engine.SeriesRow, error) {
	out := map[int64][]engine.SeriesRow{}
	return out, q.Each(revisingQuery, []any{both.Once(series), most}, func(scan func(...any) error) error {
		var s engine.SeriesRow
		err := scan(q.SeriesInto(&s)...)
		out[s.Revises] = append(out[s.Revises], s)
		return err
	})
}

func (q *queries) PatchesOf(series []int64) (out []engine.PatchRow, err error) {
	return out, q.Each(`SELECT `+both.PatchColumns+` FROM patch p WHERE `+in(`p.series`), []any{both.Once(series)},
		func(scan func(...any) error) error {
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
		SELECT s.id, max(m.delivered) FROM `+given+`series s ON s.id = j.value
			JOIN patch p ON p.series = s.id AND p.number BETWEEN 1 AND s.total JOIN mail m ON m.id = p.mail
		GROUP BY s.id`, []any{both.Once(series)}, func(scan func(...any) error) error {
		var id int64
		var at time.Time
		err := scan(&id, (*micros)(&at))
		out[id] = at
		return err
	})
}
