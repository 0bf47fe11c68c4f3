-- Fewer index pages for each mail. What is indexed by a hash or by a person lies anywhere, so with a million mails stored
-- each new one would change a page of its own in each such index, and pages are what a commit writes.

-- The mails anew, since a table can't lose a constraint: sha256 had an index of its own. The Message-ID is read from
-- the bytes, so that one index does for both. Of the sum half is enough: nobody can make two mails that share it.
CREATE TABLE mail_anew (
	id          INTEGER PRIMARY KEY,
	sha256      BLOB NOT NULL,
	project     INTEGER REFERENCES project(id), -- NULL: unrouted
	msgid       TEXT NOT NULL,
	chosen      INTEGER NOT NULL,
	by_list     INTEGER NOT NULL, -- 1: the List-Id names the project; 0: its address in To or Cc does
	delivered   INTEGER NOT NULL, -- microseconds since 1970, the earliest of all deliveries of these bytes
	dated       INTEGER NOT NULL, -- 0: no readable Date, so that date is the delivery's
	date        INTEGER NOT NULL, -- seconds since 1970
	kind        INTEGER NOT NULL, -- track.Kind, of the mail by itself
	sender      TEXT NOT NULL,    -- lower case; the person behind a From that the list rewrote
	sender_name TEXT NOT NULL,
	name        TEXT NOT NULL,    -- the subject as shown in its project
	marked      INTEGER NOT NULL,
	number      INTEGER NOT NULL,
	total       INTEGER NOT NULL,
	version     INTEGER NOT NULL,
	refs        TEXT NOT NULL,    -- nearest first, a line each
	content_sha BLOB NOT NULL,
	diff_sha    BLOB,
	hash        BLOB,
	pull_url    TEXT,
	state       TEXT,             -- that the mail itself asks for
	more        TEXT,             -- JSON of what lists don't need: trailers, dependencies, files, author, notes
	title       INTEGER           -- a hash, by which later versions of a patch or cover are found
);
INSERT INTO mail_anew SELECT id, sha256, project, msgid, chosen, by_list, delivered, dated, date, kind, sender, sender_name, name,
	marked, number, total, version, refs, content_sha, diff_sha, hash, pull_url, state, more, title FROM mail;
DROP TABLE mail;
ALTER TABLE mail_anew RENAME TO mail;

CREATE UNIQUE INDEX mail_bytes ON mail(msgid, substr(sha256, 1, 16));
CREATE INDEX mail_marker ON mail(project, sender, version, total, date, number) WHERE chosen AND kind IN (1, 2) AND marked;
CREATE INDEX mail_variant ON mail(project, msgid) WHERE NOT chosen;
CREATE INDEX mail_unrouted ON mail(id) WHERE project IS NULL;
CREATE INDEX mail_depends ON mail(project, id) WHERE instr(more, '"Depends":') > 0;

-- These two are in parts, each of the mails that were stored one after the other, and are searched part by part: seldom,
-- while every mail writes to them.
CREATE INDEX mail_title ON mail((id >> 16), title, version, date) WHERE title IS NOT NULL;
CREATE INDEX mail_sender ON mail((id >> 13), sender, (sender_name <> ''), date) WHERE chosen AND project IS NOT NULL AND kind <> 3;

-- The mail that names a person, so that a new one is compared with it alone.
ALTER TABLE person ADD COLUMN date INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN mail INTEGER NOT NULL DEFAULT 0;
