package sqlite

import "patchwatch/db/internal/both"

func (q *queries) Changes(projects []int64) (map[int64]int64, error) {
	out := make(map[int64]int64, len(projects))
	for _, p := range projects {
		out[p] = 0
	}
	return out, q.Each(`SELECT project, number FROM change WHERE `+in(`project`), []any{list(projects)},
		func(scan func(...any) error) error {
			var project, number int64
			err := scan(&project, &number)
			out[project] = number
			return err
		})
}

func (t *tx) PutChanges(projects []int64) error {
	for _, p := range projects {
		if err := t.w.exec(`INSERT INTO change (project, number) VALUES (?, 1)
			ON CONFLICT (project) DO UPDATE SET number = number + 1`, p); err != nil {
			return err
		}
	}
	return nil
}

func (q *queries) Stands(ids []int64) (map[int64]int64, error) {
	out := make(map[int64]int64, len(ids))
	return out, q.Each(`
		SELECT m.id, c.id FROM `+given+`mail m CROSS JOIN mail c
		WHERE m.id = j.value AND c.msgid = m.msgid AND c.project IS m.project AND c.chosen`, []any{list(both.Once(ids))},
		func(scan func(...any) error) error {
			var id, stands int64
			err := scan(&id, &stands)
			out[id] = stands
			return err
		})
}
