-- Three kinds of rows. Facts: every mail ever delivered; rows are added, never changed but for what a reparse or a
-- re-routing reads anew. Decisions: what people set. Derived: written from track.Assemble's result, and from nothing
-- else; "rebuild" drops and remakes them.

-- Decisions --------------------------------------------------------------------------------------------------------

CREATE TABLE project (
	id            INTEGER PRIMARY KEY,
	link_name     TEXT NOT NULL UNIQUE,
	list_id       TEXT NOT NULL,            -- lower case
	list_email    TEXT NOT NULL DEFAULT '', -- lower case
	name          TEXT NOT NULL DEFAULT '',
	subject_match TEXT NOT NULL DEFAULT '',
	on_sight      INTEGER NOT NULL DEFAULT 0, -- made because its mail came, not by a person
	mail_states   INTEGER NOT NULL DEFAULT 0, -- 1: X-Patchwork-State sets a patch's first state
	mail_delegates INTEGER NOT NULL DEFAULT 0, -- 1: X-Patchwork-Delegate sets its first delegate
	removed       INTEGER NOT NULL DEFAULT 0  -- kept for its decisions, should it be added again
);

-- Keyed by Message-ID, never by a derived row: a rebuild, a late mail or a re-parenting can't lose them.
CREATE TABLE decision (
	project  INTEGER NOT NULL REFERENCES project(id),
	msgid    TEXT NOT NULL,
	state    TEXT,
	delegate TEXT,
	archived INTEGER,
	PRIMARY KEY (project, msgid)
) WITHOUT ROWID;

-- Who looks after a patch that touches certain files, until somebody decides otherwise.
CREATE TABLE rule (
	project  INTEGER NOT NULL REFERENCES project(id),
	pattern  TEXT NOT NULL,    -- as fnmatch(3) has it; * crosses /
	delegate TEXT NOT NULL,    -- an address, lower case
	priority INTEGER NOT NULL, -- the highest first, then by pattern
	PRIMARY KEY (project, pattern)
) WITHOUT ROWID;

-- Facts ------------------------------------------------------------------------------------------------------------

-- A row for every mail with other bytes. Of those with one Message-ID in one project, one is chosen: it is the mail,
-- the others are its variants.
CREATE TABLE mail (
	id          INTEGER PRIMARY KEY,
	sha256      BLOB NOT NULL UNIQUE,
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
	more        TEXT              -- JSON of what lists don't need: trailers, dependencies, files, author, notes
);
CREATE INDEX mail_msgid  ON mail(msgid, project);
-- For the name of a person: that of the newest mail which has one.
CREATE INDEX mail_sender ON mail(sender, (sender_name <> ''), date) WHERE chosen AND project IS NOT NULL AND kind <> 3;
CREATE INDEX mail_marker ON mail(project, sender, version, total, date, number) WHERE chosen AND kind IN (1, 2) AND marked;
CREATE INDEX mail_variant ON mail(project, msgid) WHERE NOT chosen;
CREATE INDEX mail_unrouted ON mail(id) WHERE project IS NULL;

-- The bytes as they were delivered, compressed; a table of its own, so that a scan of mail does not read them.
CREATE TABLE raw (
	mail  INTEGER PRIMARY KEY REFERENCES mail(id),
	size  INTEGER NOT NULL, -- before compression
	bytes BLOB NOT NULL     -- a zstd frame
);

-- Who refers to a Message-ID, stored or not: by a hash of project and id, since the ids themselves would be as large
-- as the mails of long threads. Two ids with one hash cost a look too many and change nothing. Chosen mails only.
CREATE TABLE ref (
	hash   INTEGER NOT NULL,
	member INTEGER NOT NULL, -- 1: the referring mail takes part in the search for series
	mail   INTEGER NOT NULL REFERENCES mail(id),
	PRIMARY KEY (hash, member, mail)
) WITHOUT ROWID;

-- Derived ----------------------------------------------------------------------------------------------------------

CREATE TABLE series (
	id        INTEGER PRIMARY KEY, -- the smallest mail.id of its members, so that a rebuild gives the same numbers
	project   INTEGER NOT NULL,
	key       TEXT NOT NULL,
	name      TEXT,
	version   INTEGER NOT NULL,
	total     INTEGER NOT NULL,
	received  INTEGER NOT NULL, -- patches there, of whatever number
	complete  INTEGER NOT NULL,
	date      INTEGER NOT NULL,
	submitter TEXT NOT NULL,
	cover     INTEGER           -- mail.id
);
CREATE INDEX series_newest    ON series(date);
CREATE INDEX series_date      ON series(project, date);
CREATE INDEX series_submitter ON series(submitter, date);

CREATE TABLE patch (
	mail      INTEGER PRIMARY KEY,
	project   INTEGER NOT NULL,
	series    INTEGER,
	number    INTEGER,
	date      INTEGER NOT NULL,
	submitter TEXT NOT NULL,
	state     TEXT NOT NULL, -- decided, else asked for by the mail, else new
	delegate  TEXT,
	archived  INTEGER NOT NULL
);
CREATE INDEX patch_newest    ON patch(date);
CREATE INDEX patch_date      ON patch(project, date);
CREATE INDEX patch_state     ON patch(project, state, date);
CREATE INDEX patch_submitter ON patch(submitter, date);
CREATE INDEX patch_delegate  ON patch(delegate, date) WHERE delegate IS NOT NULL;
CREATE INDEX patch_series    ON patch(series, number);

CREATE TABLE cover (
	mail    INTEGER PRIMARY KEY,
	project INTEGER NOT NULL,
	series  INTEGER
);

-- A reply or other talk: a comment where it leads to a patch or cover, else pending. Ignored mails too.
CREATE TABLE reply (
	mail    INTEGER PRIMARY KEY,
	project INTEGER NOT NULL,
	parent  INTEGER, -- mail.id of the patch or cover
	date    INTEGER NOT NULL,
	ignored INTEGER NOT NULL -- asks not to be tracked: it only leads others to their parent
);
CREATE INDEX reply_parent ON reply(parent, date);

CREATE TABLE person (
	email TEXT PRIMARY KEY,
	name  TEXT NOT NULL
) WITHOUT ROWID;

-- The watchers' own notes, for status. ------------------------------------------------------------------------------

CREATE TABLE maildir (
	path       TEXT PRIMARY KEY,
	last_mail  INTEGER, -- when a mail was last settled, in seconds since 1970; NULL: none yet
	last_event INTEGER, -- when the kernel last told of something
	last_scan  INTEGER, -- when new was last listed
	paused     TEXT     -- why no mail is taken; NULL: it is
) WITHOUT ROWID;
