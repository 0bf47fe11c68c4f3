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

-- The newest mails of a list, whatever they are, for its archive.
CREATE INDEX mail_recent ON mail(project, date) WHERE chosen AND project IS NOT NULL;
