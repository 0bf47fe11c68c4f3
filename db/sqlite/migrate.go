package sqlite

import (
	"embed"
	"errors"
	"fmt"

	"patchwatch/db"
	"patchwatch/db/engine"
)

//go:embed migrations/*.sql
var migrations embed.FS

// applicationID marks the file as patchwatch's in its header ("PWch"), so that another program's database is not
// taken for an empty one.
const applicationID = 0x50576368

// schemaVersion is the number of the newest migration.
func schemaVersion() int {
	entries, err := migrations.ReadDir("migrations")
	if err != nil {
		panic(err) // they are compiled in
	}
	return len(entries)
}

// migrate brings the schema up to date, from whatever version PRAGMA user_version names. It runs inside a
// transaction: a process that is killed in it leaves the old schema, and two that start at once do it one after the
// other. Temporary files go to dir.
func migrate(w *writer, dir string) error {
	found, err := w.version()
	if err != nil {
		return err
	}
	if err := w.complete(found); err != nil {
		return fmt.Errorf("complete version %d: %w", found, err)
	}
	for v := found + 1; v <= schemaVersion(); v++ {
		if err := migrateTo(w, v, found > 0); err != nil {
			return fmt.Errorf("migration %d: %w", v, err)
		}
	}
	if found == schemaVersion() {
		return nil
	}
	if err := bringMailUpToDate(w, found, dir); err != nil {
		return err
	}
	return w.script(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, schemaVersion()))
}

// bringMailUpToDate does what only db can, and for today's schema only: so it comes after the last migration.
func bringMailUpToDate(w *writer, found int, dir string) error {
	tx := newTx(w, 0)
	if found > 0 && rederivesAfter(found) {
		if err := db.Rederive(w.ctx, tx, dir); err != nil {
			return fmt.Errorf("derive anew after the migrations: %w", err)
		}
	}
	if found == 0 || found >= firstEvents {
		return nil
	}
	if mails, err := w.row(`SELECT 1 FROM mail LIMIT 1`, nil, new(int)); err != nil || !mails {
		return err
	}
	if err := db.TellStored(tx, dir); err != nil {
		return fmt.Errorf("tell the events of stored mail: %w", err)
	}
	return nil
}

// firstEvents is the version since which events are noted.
const firstEvents = 8

func migrateTo(w *writer, version int, filled bool) error {
	text, err := migrations.ReadFile(fmt.Sprintf("migrations/%04d.sql", version))
	if err != nil {
		return err
	}
	if err := w.script(string(text)); err != nil {
		return err
	}
	if fill := fills[version]; fill != nil && filled {
		return fill(w)
	}
	return nil
}

// fills are what a migration does that SQL can't, by its number. Each has a file of its own that is never changed and
// calls nothing that today's schema or rules can change: it runs on the schema of its migration.
var fills = map[int]func(w *writer) error{2: fill0002, 7: fill0007, 10: fill0010}

// rederives are the migrations after which all derived rows are made anew from the facts. That happens once, after the
// last migration, because the code that derives knows today's schema only.
var rederives = map[int]bool{
	4: true, // each person remembers the mail that named them
	7: true, // dates are corrected, and everything is ordered by them
}

// rederivesAfter tells whether any migration after this version asks for it.
func rederivesAfter(version int) bool {
	for v := range rederives {
		if v > version {
			return true
		}
	}
	return false
}

// versionQuery is one statement, and so sees one state: others may be making the database at this moment.
const versionQuery = `
	SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
	FROM pragma_user_version, pragma_application_id`

func (w *writer) version() (int, error) {
	var user, application, tables int
	if _, err := w.row(versionQuery, nil, &user, &application, &tables); err != nil {
		return 0, err
	}
	return version(user, application, tables)
}

// version is the schema's, 0 for an empty database; an error if it is newer than this program, or not ours.
func version(user, application, tables int) (int, error) {
	switch {
	case tables == 0:
		return 0, nil
	case application != applicationID:
		return 0, errors.New("it is an SQLite database, but another program's; nothing was changed")
	case user > schemaVersion():
		return 0, fmt.Errorf("%w: it has version %d, this patchwatch knows versions up to %d; nothing was changed",
			engine.ErrNewer, user, schemaVersion())
	}
	return user, nil
}
