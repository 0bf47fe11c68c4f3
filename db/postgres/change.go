package postgres

import (
	"context"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

func (q *queries) Changes(projects []int64) (map[int64]int64, error) {
	out := unchanged(projects)
	return out, q.Each(`SELECT project, number FROM change WHERE `+in(`project`), []any{projects},
		func(scan func(...any) error) error {
			var project, number int64
			err := scan(&project, &number)
			out[project] = number
			return err
		})
}

func unchanged(projects []int64) map[int64]int64 {
	out := make(map[int64]int64, len(projects))
	for _, p := range projects {
		out[p] = 0
	}
	return out
}

const momentQuery = `SELECT e.name, coalesce(c.project, 0), coalesce(c.number, 0)
	FROM epoch e LEFT JOIN change c ON c.project = ANY (?)`

// Moment reads both at once.
func (e *database) Moment(ctx context.Context, projects []int64) (epoch string, changes map[int64]int64, err error) {
	changes = unchanged(projects)
	return epoch, changes, e.asking(ctx, func(c *conn) error {
		return c.Each(momentQuery, []any{projects}, momentInto(&epoch, changes))
	})
}

func momentInto(epoch *string, changes map[int64]int64) func(scan func(...any) error) error {
	return func(scan func(...any) error) error {
		var project, number int64
		err := scan(epoch, &project, &number)
		changes[project] = number
		return err
	}
}

// ahead runs f, with whose first question goes the one for the moment that the context has, if there is one.
func (c *conn) ahead(ctx context.Context, f func(c *conn) error) error {
	a := engine.TakeAhead(ctx)
	if a == nil {
		return f(c)
	}
	defer a.GiveBack()
	var epoch string
	changes := unchanged(a.Projects)
	if err := c.also(momentQuery, []any{a.Projects}, momentInto(&epoch, changes)); err != nil {
		return err
	}
	c.queue[len(c.queue)-1].then = func() error { return a.Tell(epoch, changes) }
	return f(c)
}

func (t *tx) PutChanges(projects []int64) error {
	return t.w.exec(`INSERT INTO change AS c (project, number) SELECT j.project, count(*)
		FROM unnest(?::bigint[]) j(project) GROUP BY j.project ORDER BY j.project
		ON CONFLICT (project) DO UPDATE SET number = c.number + excluded.number`, projects)
}

func (q *queries) Stands(ids []int64) (map[int64]int64, error) {
	return q.pairs(`
		SELECT m.id, c.id FROM `+given+`mail m ON m.id = j.value
		JOIN mail c ON c.msgid = m.msgid AND c.project IS NOT DISTINCT FROM m.project AND c.chosen`, both.Once(ids))
}
