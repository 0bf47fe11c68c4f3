-- The one date of a mail depends on when it was delivered, so the date that its header names is kept beside it.
ALTER TABLE mail ADD COLUMN sent INTEGER; -- seconds since 1970 as the Date header has it; NULL: absent or unreadable
UPDATE mail SET sent = date WHERE dated;
-- From now on dated means that date is the header's. It is the delivery's where the header's is before 1990, or more than a day
-- after the delivery, if that itself is not before 1990.
UPDATE mail SET dated = 0, date = delivered / 1000000
	WHERE dated AND (date < 631152000 OR delivered >= 631152000000000 AND date * 1000000 > delivered + 86400000000);

-- The list that an archive was imported as, whose mails don't name it: lower case, as in project.list_id.
ALTER TABLE mail ADD COLUMN imported_as TEXT;

-- What stored the facts: a number that grows whenever Parse reads something more or otherwise (ingest.Reading).
CREATE TABLE reading (
	version INTEGER NOT NULL -- the oldest that facts of stored mails come from
);

-- For a while the index of migration 4 had a quarter of each sum, and not half of it as it has now. Anybody can make two
-- mails that share a quarter, and the second of them could not be stored.
DROP INDEX mail_bytes;
CREATE UNIQUE INDEX mail_bytes ON mail(msgid, substr(sha256, 1, 16));

-- What a decision about projects or rules leaves to do, in parts, so that watchers go on meanwhile. If whoever does it is
-- killed, the rest stands here for the next (finish.go).
CREATE TABLE unfinished (
	id      INTEGER PRIMARY KEY, -- at random, so that no work is taken for an earlier one
	project INTEGER,             -- what its patches begin with is looked at; NULL: every mail is routed anew
	done    INTEGER NOT NULL,    -- the last mail.id that was looked at
	last    INTEGER NOT NULL     -- the last one that is to be: later mails were stored after the decision
);

-- Mails in which no subject was found, of which status tells: few, so that they are counted without looking at all others.
CREATE INDEX mail_no_subject ON mail(id) WHERE name = '';
