-- Pages that take no longer where a million mails are stored.

-- What is kept in memory of the indexes that are in parts (digests.go) has to be read anew when one of these changes, as
-- names have to be.
DROP TRIGGER mail_renamed;
CREATE TRIGGER mail_renamed AFTER UPDATE OF name, kind, date, project, title, change, hash ON mail
	WHEN new.name <> old.name OR new.kind <> old.kind OR new.date <> old.date OR new.project IS NOT old.project
		OR new.title IS NOT old.title OR new.change IS NOT old.change OR new.hash IS NOT old.hash
	BEGIN UPDATE naming SET version = version + 1; END;

-- Its condition is about what it has, so that what it has can be read without the mails.
DROP INDEX mail_hash;
CREATE INDEX mail_hash ON mail((id >> 13), substr(hash, 1, 5), version, date) WHERE substr(hash, 1, 5) IS NOT NULL;

-- The patches with checks that failed or warned are few, and lists of them are asked for.
CREATE INDEX patch_checked ON patch(project, checked, date, id, state, archived, hidden) WHERE checked > 1;

-- Each machine has Maildirs of its own, which others can't look at: it notes how they are. '' is a machine without a name.
CREATE TABLE maildir_anew (
	host       TEXT NOT NULL,
	path       TEXT NOT NULL,
	last_mail  INTEGER,          -- when a mail was last settled, in seconds since 1970; NULL: none yet
	last_event INTEGER,          -- when the kernel last told of something
	last_scan  INTEGER,          -- when new was last listed
	paused     TEXT,             -- why no mail is taken; NULL: it is
	seen       INTEGER,          -- when the watcher noted anything last
	waiting    INTEGER NOT NULL, -- mails in new
	oldest     INTEGER,          -- of them; NULL: none waits
	failed     INTEGER NOT NULL, -- mails
	PRIMARY KEY (host, path)
) WITHOUT ROWID;
INSERT INTO maildir_anew SELECT '', path, last_mail, last_event, last_scan, paused, NULL, 0, NULL, 0 FROM maildir;
DROP TABLE maildir;
ALTER TABLE maildir_anew RENAME TO maildir;
