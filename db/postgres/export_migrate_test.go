package postgres

import "context"

// Newest is the number of the newest migration.
func Newest() int { return schemaVersion() }

// Make makes the tables of an older version in an empty database.
func Make(ctx context.Context, name string, version int) error {
	return withConn(ctx, name, func(c *conn) error { return c.migrate(ctx, version) })
}

// Schema says all columns, indexes and constraints of a database, a line each.
func Schema(ctx context.Context, name string) (lines []string, err error) {
	return lines, withConn(ctx, name, func(c *conn) error {
		c.ctx = ctx
		return c.Each(`
			SELECT concat_ws(' ', table_name, column_name, data_type, collation_name, is_nullable, column_default)
			FROM information_schema.columns WHERE table_schema = current_schema()
			UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
			UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
				WHERE connamespace = current_schema()::regnamespace
			UNION ALL SELECT 'version ' || version FROM patchwatch
			ORDER BY 1`, nil, func(scan func(...any) error) error {
			var line string
			err := scan(&line)
			lines = append(lines, line)
			return err
		})
	})
}

func withConn(ctx context.Context, name string, f func(c *conn) error) error {
	e, err := newDatabase(name, true)
	if err != nil {
		return err
	}
	defer e.Close()
	c, err := e.readers.take(ctx)
	if err != nil {
		return err
	}
	defer e.readers.give(c)
	return f(c)
}
