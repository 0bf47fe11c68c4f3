package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"patchwatch/db/engine"
)

//go:embed migrations/*.sql
var migrations embed.FS

// schemaVersion is the number of the newest migration.
func schemaVersion() int {
	entries, err := migrations.ReadDir("migrations")
	if err != nil {
		panic(err) // they are compiled in
	}
	return len(entries)
}

// versionTable marks a database as ours, and says which migrations it has.
const versionTable = `CREATE TABLE patchwatch (version bigint NOT NULL); INSERT INTO patchwatch VALUES (0)`

// migrate brings the schema up to a version. Those who make a database at the same time do it one after the other.
func (c *conn) migrate(ctx context.Context, to int) error {
	return c.tx(ctx, lockAll, func() error {
		found, err := c.version()
		if err != nil {
			return err
		}
		if found == 0 {
			if err := c.script(versionTable); err != nil {
				return err
			}
		}
		return c.runMigrations(found, to)
	})
}

// runMigrations runs those behind a version up to another.
func (c *conn) runMigrations(found, to int) error {
	for v := found + 1; v <= to; v++ {
		text, err := migrations.ReadFile(fmt.Sprintf("migrations/%04d.sql", v))
		if err != nil {
			return err
		}
		if err := c.script(string(text)); err != nil {
			return fmt.Errorf("migration %d: %w", v, err)
		}
	}
	return c.script(fmt.Sprintf(`UPDATE patchwatch SET version = %d WHERE version < %[1]d`, to))
}

// version is the schema's, 0 for an empty database; an error if it is newer than this program, or not ours.
func (c *conn) version() (version int, err error) {
	var ours, others bool
	if _, err := c.row(`SELECT to_regclass('patchwatch') IS NOT NULL,
		EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p'))`,
		nil, &ours, &others); err != nil {
		return 0, err
	}
	switch {
	case !ours && others:
		return 0, errors.New("it has tables of another program; nothing was changed")
	case !ours:
		return 0, nil
	}
	if _, err := c.row(`SELECT version FROM patchwatch`, nil, &version); err != nil {
		return 0, err
	}
	return version, known(version)
}

// known is an error if the schema is newer than this program.
func known(version int) error {
	if version <= schemaVersion() {
		return nil
	}
	return fmt.Errorf("%w: it has version %d, this patchwatch knows versions up to %d; nothing was changed",
		engine.ErrNewer, version, schemaVersion())
}
