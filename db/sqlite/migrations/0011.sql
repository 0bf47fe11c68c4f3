-- What happens is told to other programs.

-- Where to. The events themselves are the queue: a hook remembers up to which one it has sent.
CREATE TABLE hook (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	url           TEXT NOT NULL,
	project       INTEGER REFERENCES project(id), -- NULL: all that are not private
	categories    TEXT NOT NULL,    -- with commas between them; '': all
	secret        TEXT NOT NULL,    -- by which requests are signed; '': they are not
	allow_private INTEGER NOT NULL, -- 1: addresses of private networks may be called
	made          INTEGER NOT NULL, -- seconds since 1970
	sent          INTEGER NOT NULL, -- event.id: this one and all before it are done with
	failures      INTEGER NOT NULL, -- attempts for the next event that have failed
	failing_since INTEGER,          -- microseconds since 1970: the first of them; NULL: there is none
	next_try      INTEGER,          -- microseconds since 1970; NULL: at once
	fault         TEXT NOT NULL,    -- why the last attempt failed; '': it did not
	given_up      INTEGER           -- seconds since 1970; NULL: it has not been
);

-- Who does what only one process may do at a time.
CREATE TABLE lease (
	name   TEXT PRIMARY KEY,
	holder TEXT NOT NULL,
	until  INTEGER NOT NULL -- microseconds since 1970
) WITHOUT ROWID;

-- Git repositories that import has read mail of: it goes on from there.
CREATE TABLE repository (
	path    TEXT NOT NULL,
	list_id TEXT NOT NULL, -- that the mail was imported as (mail.imported_as); '': none
	read_to TEXT NOT NULL, -- a commit in hex: the mail of it and of all before it is stored
	PRIMARY KEY (path, list_id)
) WITHOUT ROWID;

-- The newest mails of a list, whatever they are, for its archive. It is of an expression, so that no other question
-- takes it: SQLite would read all mails of a project where it looks for a few.
CREATE INDEX mail_recent ON mail((project + 0), date) WHERE chosen AND project IS NOT NULL;

-- What was taken over from Patchwork servers.

-- From which: by the URL that people know it by.
CREATE TABLE source (
	id       INTEGER PRIMARY KEY,
	url      TEXT NOT NULL UNIQUE,
	progress TEXT NOT NULL -- JSON: how far the last run was
);

-- What has a number there, and what it is here. The mail may be here or not yet.
CREATE TABLE adopted (
	source  INTEGER NOT NULL REFERENCES source(id),
	kind    INTEGER NOT NULL, -- track.AliasKind
	number  INTEGER NOT NULL, -- there
	project INTEGER NOT NULL, -- 0: it is of none
	msgid   TEXT NOT NULL,    -- of the mail; of a series, of one of its mails; '': it is no mail
	here    INTEGER NOT NULL, -- its number here, of what is no mail; 0: it is one
	seen    TEXT NOT NULL,    -- JSON: what was decided about it there when it was read last
	PRIMARY KEY (source, kind, number)
) WITHOUT ROWID;

-- Numbers of mails are above this one, so that adopted ones mean what they meant.
CREATE TABLE reserved (
	mail INTEGER NOT NULL
);

-- Words are looked for in names that are kept in memory (names.go). New mail is read from where they end; this counts
-- what else changes of mails.
CREATE TABLE naming (version INTEGER NOT NULL);
INSERT INTO naming VALUES (0);
CREATE TRIGGER mail_renamed AFTER UPDATE OF name, kind, date, project ON mail
	WHEN new.name <> old.name OR new.kind <> old.kind OR new.date <> old.date OR new.project IS NOT old.project
	BEGIN UPDATE naming SET version = version + 1; END;
CREATE TRIGGER mail_removed AFTER DELETE ON mail BEGIN UPDATE naming SET version = version + 1; END;

-- The newest changes of what series are called, and of where they are in lists.
CREATE TABLE renamed (n INTEGER PRIMARY KEY AUTOINCREMENT, series INTEGER NOT NULL);
CREATE TRIGGER series_named AFTER INSERT ON series BEGIN
	INSERT INTO renamed (series) VALUES (new.id);
	DELETE FROM renamed WHERE n = last_insert_rowid() - 50000;
END;
CREATE TRIGGER series_renamed AFTER UPDATE ON series
	WHEN new.name IS NULL OR new.name IS NOT old.name OR new.given IS NOT old.given OR new.date <> old.date
		OR new.hidden <> old.hidden OR new.project <> old.project OR new.cover IS NOT old.cover
	BEGIN
		INSERT INTO renamed (series) VALUES (new.id);
		DELETE FROM renamed WHERE n = last_insert_rowid() - 50000;
	END;
CREATE TRIGGER series_removed AFTER DELETE ON series BEGIN
	INSERT INTO renamed (series) VALUES (old.id);
	DELETE FROM renamed WHERE n = last_insert_rowid() - 50000;
END;

-- The series of which patches are missing are few, and a list of them is asked for.
CREATE INDEX series_incomplete ON series(project, date, id, hidden) WHERE NOT complete;

-- What one person decided, newest first.
CREATE INDEX log_actor ON log(actor);

-- How far people have looked: they have seen all mails of a series up to a number.
CREATE TABLE mark (
	account INTEGER NOT NULL REFERENCES account(id),
	series  INTEGER NOT NULL, -- the number that it had then
	upto    INTEGER NOT NULL, -- mail.id
	PRIMARY KEY (account, series)
) WITHOUT ROWID;
CREATE INDEX mark_recent ON mark(account, upto, series);
