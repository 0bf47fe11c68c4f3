package sqlite

// Migrations 1 and 2 were added to for some hours after they had landed, so there are databases of versions 1 and 2
// that lack a part of them. They are completed before they are migrated, by SQL as it stood then. This file is never
// changed.

type addition struct {
	version int    // of databases that may lack it
	there   string // finds a row where it is not lacking
	sql     string
	fill    func(w *writer) error
}

var additions = []addition{
	{version: 1, there: `SELECT 1 FROM sqlite_schema WHERE name = 'rule'`, sql: `
		CREATE TEMP TABLE early AS SELECT * FROM project;
		DROP TABLE project;
		CREATE TABLE project (
			id            INTEGER PRIMARY KEY,
			link_name     TEXT NOT NULL UNIQUE,
			list_id       TEXT NOT NULL,
			list_email    TEXT NOT NULL DEFAULT '',
			name          TEXT NOT NULL DEFAULT '',
			subject_match TEXT NOT NULL DEFAULT '',
			on_sight      INTEGER NOT NULL DEFAULT 0,
			mail_states   INTEGER NOT NULL DEFAULT 0,
			mail_delegates INTEGER NOT NULL DEFAULT 0,
			removed       INTEGER NOT NULL DEFAULT 0
		);
		INSERT INTO project (id, link_name, list_id, list_email, name, subject_match, on_sight, removed)
			SELECT id, link_name, list_id, list_email, name, subject_match, on_sight, removed FROM early;
		DROP TABLE early;
		CREATE TABLE rule (
			project  INTEGER NOT NULL REFERENCES project(id),
			pattern  TEXT NOT NULL,
			delegate TEXT NOT NULL,
			priority INTEGER NOT NULL,
			PRIMARY KEY (project, pattern)
		) WITHOUT ROWID;`},
	{version: 1, there: `SELECT 1 FROM pragma_table_info('maildir') WHERE name = 'paused'`, sql: `
		CREATE TEMP TABLE early AS SELECT * FROM maildir;
		DROP TABLE maildir;
		CREATE TABLE maildir (
			path       TEXT PRIMARY KEY,
			last_mail  INTEGER,
			last_event INTEGER,
			last_scan  INTEGER,
			paused     TEXT
		) WITHOUT ROWID;
		INSERT INTO maildir (path, last_mail, last_scan) SELECT path, last_mail, last_scan FROM early;
		DROP TABLE early;`},
	{version: 2, there: `SELECT 1 FROM pragma_table_info('mail') WHERE name = 'title'`, sql: `
		ALTER TABLE mail ADD COLUMN title INTEGER;
		CREATE INDEX mail_title ON mail(title, version, date) WHERE title IS NOT NULL;`, fill: fill0002},
	{version: 2, there: `SELECT 1 FROM pragma_table_info('reply') WHERE name = 'clean'`, sql: `
		ALTER TABLE reply ADD COLUMN clean INTEGER NOT NULL DEFAULT 0;`},
	{version: 2, there: `SELECT 1 FROM sqlite_schema WHERE name = 'mail_depends'`, sql: `
		CREATE INDEX mail_depends ON mail(project, id) WHERE instr(more, '"Depends":') > 0;`},
}

// complete adds what a database of this version lacks.
func (w *writer) complete(version int) error {
	for _, a := range additions {
		if a.version != version {
			continue
		}
		there, err := w.row(a.there, nil, new(int))
		if err != nil {
			return err
		}
		if there {
			continue
		}
		if err := w.script(a.sql); err != nil {
			return err
		}
		if a.fill == nil {
			continue
		}
		if err := a.fill(w); err != nil {
			return err
		}
	}
	return nil
}
