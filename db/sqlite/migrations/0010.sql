-- Versions of series: which belong together.

-- A hash of the change-id of a patch or cover, by which its other versions are found (fill_0010.go). NULL: it has none.
ALTER TABLE mail ADD COLUMN change INTEGER;
CREATE INDEX mail_change ON mail((id >> 16), change, version, date) WHERE change IS NOT NULL;

-- The Message-ID that the text of a patch or cover names as the version before, which rebuild --reparse reads. NULL: none. Few
-- mails have it, and Message-IDs that name a version mostly begin with a date: so this index is in one part.
ALTER TABLE mail ADD COLUMN earlier TEXT;
CREATE INDEX mail_earlier ON mail(earlier, version, date) WHERE earlier IS NOT NULL;

-- By version and date too, so that of very many mails of one diff only the nearest are read.
DROP INDEX mail_hash;
CREATE INDEX mail_hash ON mail((id >> 13), substr(hash, 1, 5), version, date) WHERE hash IS NOT NULL;

-- The mail whose series a person put this one into, or itself: that begins a series.
ALTER TABLE decision ADD COLUMN put_with TEXT; -- msgid, in the same project; NULL: the rules decide
CREATE INDEX decision_put_with ON decision(project, put_with) WHERE put_with IS NOT NULL;

-- Of two series a person said that they are versions of each other, or are not. Each is named by one of its mails.
CREATE TABLE pair (
	project INTEGER NOT NULL REFERENCES project(id),
	msgid   TEXT NOT NULL,
	other   TEXT NOT NULL,    -- after msgid, in the order of bytes
	linked  INTEGER NOT NULL, -- 0: they are not
	PRIMARY KEY (project, msgid, other)
) WITHOUT ROWID;
CREATE INDEX pair_other ON pair(other, project);

-- Patches of older versions show as superseded where a project wants it.
ALTER TABLE project ADD COLUMN supersede INTEGER NOT NULL DEFAULT 0;
ALTER TABLE series ADD COLUMN revises INTEGER; -- series.id, kept where the project wants it; NULL: none
CREATE INDEX series_revises ON series(revises, version, date) WHERE revises IS NOT NULL;
ALTER TABLE patch ADD COLUMN superseded INTEGER; -- series.id of the newer version; NULL: the rule does not say so

-- When the state was decided, in microseconds since 1970. NULL: none was, or nobody knows: decisions from before the log are in it
-- with the time of an upgrade.
ALTER TABLE decision ADD COLUMN state_at INTEGER;
UPDATE decision SET state_at = (
		SELECT l.time FROM log l JOIN project p ON p.link_name = l.project
		WHERE l.msgid = decision.msgid AND l.what = 'state' AND l.actor <> 'unknown' AND p.id = decision.project
		ORDER BY l.id DESC LIMIT 1)
	WHERE state IS NOT NULL;

-- Search.

-- Mails whose date or lists are others than when they were stored, or that are gone: who keeps an index of mails indexes
-- them anew.
CREATE TABLE restated (
	mail INTEGER PRIMARY KEY,
	note INTEGER NOT NULL UNIQUE -- the highest is the newest
);

-- Queries that people use by name.
CREATE TABLE saved_query (
	owner TEXT NOT NULL, -- a user of the system, or an account
	name  TEXT NOT NULL,
	query TEXT NOT NULL,
	PRIMARY KEY (owner, name)
) WITHOUT ROWID;
