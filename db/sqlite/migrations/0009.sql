-- What people and their programs do over the network: accounts, checks, bundles, states of one's own, and numbers by which
-- others may refer to things for ever.

-- Facts --------------------------------------------------------------------------------------------------------------

-- The copy of a mail's name that was stored first: by its number the mail is called, whichever copy stands for the name.
ALTER TABLE mail ADD COLUMN first INTEGER; -- mail.id; NULL: itself. Of chosen mails only
UPDATE mail SET first = (SELECT nullif(min(o.id), mail.id) FROM mail o WHERE o.msgid = mail.msgid AND o.project IS mail.project)
	WHERE id IN (SELECT c.id FROM mail v JOIN mail c ON c.msgid = v.msgid AND c.project IS v.project WHERE NOT v.chosen AND c.chosen);

-- Everybody who was ever named has a number that is never given to anybody else.
CREATE TABLE address (
	id    INTEGER PRIMARY KEY,
	email TEXT NOT NULL UNIQUE -- lower case
);
INSERT INTO address (email) SELECT email FROM person ORDER BY mail, email;

-- Decisions ------------------------------------------------------------------------------------------------------------

ALTER TABLE project ADD COLUMN web_url TEXT NOT NULL DEFAULT '';
ALTER TABLE project ADD COLUMN scm_url TEXT NOT NULL DEFAULT '';
ALTER TABLE project ADD COLUMN webscm_url TEXT NOT NULL DEFAULT '';
ALTER TABLE project ADD COLUMN list_archive_url TEXT NOT NULL DEFAULT '';
ALTER TABLE project ADD COLUMN list_archive_url_format TEXT NOT NULL DEFAULT ''; -- with {}, for a Message-ID without <>
ALTER TABLE project ADD COLUMN commit_url_format TEXT NOT NULL DEFAULT '';       -- with {}, for a commit
ALTER TABLE project ADD COLUMN private INTEGER NOT NULL DEFAULT 0; -- 1: only its maintainers and administrators see it
ALTER TABLE project ADD COLUMN show_dependencies INTEGER NOT NULL DEFAULT 0;

ALTER TABLE decision ADD COLUMN commit_ref TEXT;
ALTER TABLE decision ADD COLUMN pull_url TEXT;
ALTER TABLE decision ADD COLUMN hidden INTEGER;
ALTER TABLE decision ADD COLUMN addressed INTEGER; -- of a comment
ALTER TABLE decision ADD COLUMN relation INTEGER;  -- patches with the same number are related
CREATE INDEX decision_relation ON decision(relation) WHERE relation IS NOT NULL;

-- Beside the states that Patchwork has.
CREATE TABLE own_state (
	slug   TEXT PRIMARY KEY,
	number INTEGER NOT NULL UNIQUE, -- by which the API calls it
	open   INTEGER NOT NULL         -- 1: something is still to be done about the patch
) WITHOUT ROWID;

CREATE TABLE account (
	id             INTEGER PRIMARY KEY AUTOINCREMENT,
	name           TEXT NOT NULL UNIQUE COLLATE NOCASE,
	first_name     TEXT NOT NULL,
	last_name      TEXT NOT NULL,
	password       TEXT,             -- argon2id, in PHC's form; NULL: none is set
	admin          INTEGER NOT NULL,
	disabled       INTEGER NOT NULL,
	made           INTEGER NOT NULL, -- seconds since 1970
	send_email     INTEGER NOT NULL,
	items_per_page INTEGER NOT NULL,
	show_ids       INTEGER NOT NULL
);
-- Confirmed: what was sent from here is theirs.
CREATE TABLE account_address (
	email   TEXT PRIMARY KEY, -- lower case
	account INTEGER NOT NULL REFERENCES account(id),
	place   INTEGER NOT NULL  -- the first one is shown
) WITHOUT ROWID;
CREATE TABLE maintainer (
	account INTEGER NOT NULL REFERENCES account(id),
	project INTEGER NOT NULL REFERENCES project(id),
	PRIMARY KEY (account, project)
) WITHOUT ROWID;

-- What opens the door: sessions of browsers, tokens of programs, links by which a password is set. Of each secret only the
-- SHA-256 is kept: the secrets are random, so nobody finds them by it.
CREATE TABLE credential (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	hash      BLOB NOT NULL UNIQUE,
	account   INTEGER NOT NULL REFERENCES account(id),
	kind      INTEGER NOT NULL, -- track.CredentialKind
	label     TEXT NOT NULL,    -- that a person gave it; of a session, the browser
	read_only INTEGER NOT NULL,
	made      INTEGER NOT NULL, -- seconds since 1970
	used      INTEGER,          -- seconds since 1970, some minutes late; NULL: never
	expires   INTEGER,          -- seconds since 1970; NULL: never
	network   TEXT NOT NULL     -- the address that a session began from
);
CREATE INDEX credential_account ON credential(account, kind);

-- What programs found out about patches. Keyed by Message-ID, as decisions are.
CREATE TABLE check_result (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	project     INTEGER NOT NULL REFERENCES project(id),
	msgid       TEXT NOT NULL,
	account     INTEGER NOT NULL REFERENCES account(id),
	date        INTEGER NOT NULL, -- microseconds since 1970
	state       INTEGER NOT NULL, -- track.CheckState
	context     TEXT NOT NULL,
	target_url  TEXT NOT NULL,
	description TEXT NOT NULL
);
CREATE INDEX check_result_of ON check_result(msgid, project, account, context);

CREATE TABLE bundle (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	account INTEGER NOT NULL REFERENCES account(id),
	project INTEGER NOT NULL REFERENCES project(id),
	name    TEXT NOT NULL,
	public  INTEGER NOT NULL,
	UNIQUE (account, name)
);
CREATE TABLE bundle_patch (
	bundle INTEGER NOT NULL REFERENCES bundle(id),
	place  INTEGER NOT NULL, -- from 1
	msgid  TEXT NOT NULL,    -- in the bundle's project
	PRIMARY KEY (bundle, place)
) WITHOUT ROWID;

-- Derived ------------------------------------------------------------------------------------------------------------

-- The number by which others call it (mail.first), and what lists need to leave it out or to sort it.
ALTER TABLE patch ADD COLUMN id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE patch ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
ALTER TABLE patch ADD COLUMN checked INTEGER NOT NULL DEFAULT 0; -- track.CheckState of all its checks together
UPDATE patch SET id = (SELECT coalesce(first, id) FROM mail WHERE mail.id = patch.mail);
ALTER TABLE cover ADD COLUMN id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cover ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cover ADD COLUMN date INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cover ADD COLUMN submitter TEXT NOT NULL DEFAULT '';
UPDATE cover SET (id, date, submitter) = (SELECT coalesce(first, id), date, sender FROM mail WHERE mail.id = cover.mail);
ALTER TABLE reply ADD COLUMN id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reply ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
UPDATE reply SET id = (SELECT coalesce(first, id) FROM mail WHERE mail.id = reply.mail);
ALTER TABLE series ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0; -- 1: all of its mails are

-- A series is called by the smallest of these numbers, and so keeps its own when another copy of a mail takes the first one's
-- place.
CREATE TABLE moved AS
	SELECT series AS was, min(id) AS now FROM (SELECT series, id FROM patch UNION ALL SELECT series, id FROM cover)
	WHERE series IS NOT NULL GROUP BY series HAVING min(id) <> series;
UPDATE patch SET series = (SELECT now FROM moved WHERE was = series) WHERE series IN (SELECT was FROM moved);
UPDATE cover SET series = (SELECT now FROM moved WHERE was = series) WHERE series IN (SELECT was FROM moved);
UPDATE event SET series = (SELECT now FROM moved WHERE was = series) WHERE series IN (SELECT was FROM moved);
UPDATE series SET id = (SELECT now FROM moved WHERE was = id) WHERE id IN (SELECT was FROM moved);
DROP TABLE moved;

-- Lists page by page, in order of numbers and of dates. Each of these indexes has all columns by which the list may be narrowed
-- further, so that whoever turns to a late page counts entries of an index and reads no rows. New mail is added at the ends of
-- them, all but those by person: that is cheap. A person has few patches, which are sorted when they are asked for. Every index
-- more makes each new patch cost more: so patches in a state by number are looked for among all, or are sorted where they are few.
DROP INDEX patch_newest;
CREATE INDEX patch_newest ON patch(date, id, project, state, archived, hidden);
DROP INDEX patch_date;
CREATE INDEX patch_date ON patch(project, date, id, state, archived, hidden);
DROP INDEX patch_state;
CREATE INDEX patch_state ON patch(project, state, date, id, archived, hidden);
CREATE INDEX patch_id ON patch(id, date, project, state, archived, hidden);
CREATE INDEX patch_project_id ON patch(project, id, date, state, archived, hidden);
DROP INDEX patch_delegate;
CREATE INDEX patch_delegate ON patch(delegate, date, id, project, state, archived, hidden) WHERE delegate IS NOT NULL;
CREATE INDEX patch_delegate_id ON patch(delegate, id, date, project, state, archived, hidden) WHERE delegate IS NOT NULL;
DROP INDEX patch_submitter;
CREATE INDEX patch_submitter ON patch(submitter, date, id, project, archived, hidden);
CREATE INDEX patch_archived ON patch(archived, date, id, project, hidden) WHERE archived;
CREATE INDEX patch_archived_id ON patch(archived, id, date, project, hidden) WHERE archived;
DROP INDEX series_newest;
CREATE INDEX series_newest ON series(date, id, project, hidden);
DROP INDEX series_date;
CREATE INDEX series_date ON series(project, date, id, hidden);
CREATE INDEX series_id ON series(id, date, project, hidden);
CREATE INDEX series_project_id ON series(project, id, date, hidden);
CREATE INDEX cover_newest ON cover(date, id, project, hidden);
CREATE INDEX cover_date ON cover(project, date, id, hidden);
CREATE INDEX cover_id ON cover(id, date, project, hidden);
CREATE INDEX cover_project_id ON cover(project, id, date, hidden);
CREATE INDEX cover_series ON cover(series);
CREATE INDEX cover_submitter ON cover(submitter, date);

-- The subjects of patches and covers, in which words are looked for one by one.
CREATE INDEX mail_name ON mail(id, name, kind, chosen) WHERE chosen AND kind IN (1, 2);
-- Patches by a quarter of Patchwork's hash, in parts as mail_sender.
CREATE INDEX mail_hash ON mail((id >> 13), substr(hash, 1, 5)) WHERE hash IS NOT NULL;

-- What is hidden is rare.
CREATE INDEX patch_hidden ON patch(mail) WHERE hidden;
CREATE INDEX cover_hidden ON cover(mail) WHERE hidden;
CREATE INDEX reply_hidden ON reply(mail) WHERE hidden;
CREATE INDEX series_hidden ON series(id) WHERE hidden;

-- History ------------------------------------------------------------------------------------------------------------

ALTER TABLE event ADD COLUMN check_result INTEGER; -- check_result.id
CREATE INDEX event_kind   ON event(project, category);
CREATE INDEX event_mail   ON event(mail) WHERE mail IS NOT NULL;
CREATE INDEX event_series ON event(series) WHERE series IS NOT NULL;
CREATE INDEX event_actor  ON event(actor) WHERE actor IS NOT NULL;

-- How many rows there are of each kind that whole lists are made of: to count them takes longer than to find a page (totals.go).
-- Triggers would keep these numbers as well, but with them SQLite notes every page that a statement changes, in case it has to undo
-- it.
CREATE TABLE total (
	list     INTEGER NOT NULL, -- 1: patches, 2: series, 3: covers, 4: events
	project  INTEGER NOT NULL,
	kind     TEXT NOT NULL,    -- the state of patches, the category of events
	archived INTEGER NOT NULL,
	hidden   INTEGER NOT NULL,
	period   INTEGER NOT NULL, -- of 24 days, date >> 21; of events 0
	amount   INTEGER NOT NULL,
	PRIMARY KEY (list, project, kind, archived, hidden, period)
) WITHOUT ROWID;
INSERT INTO total SELECT 1, project, state, archived, hidden, date >> 21, count(*) FROM patch GROUP BY 2, 3, 4, 5, 6;
INSERT INTO total SELECT 2, project, '', 0, hidden, date >> 21, count(*) FROM series GROUP BY 2, 5, 6;
INSERT INTO total SELECT 3, project, '', 0, hidden, date >> 21, count(*) FROM cover GROUP BY 2, 5, 6;
INSERT INTO total SELECT 4, project, category, 0, 0, 0, count(*) FROM event GROUP BY 2, 3;

-- Another one begins when a backup is made, in the copy: where that takes the original's place, numbers of events that were
-- seen may be given to others, and whoever remembers one of them sees that it means nothing any more.
CREATE TABLE epoch (
	name TEXT NOT NULL
);
INSERT INTO epoch (name) VALUES (lower(hex(randomblob(8))));

-- Grows with every commit that changes what is shown of a project; that of 0 with what is shown of all. So a reader who has
-- kept an answer sees at little cost whether it still is the answer.
CREATE TABLE change (
	project INTEGER PRIMARY KEY,
	number  INTEGER NOT NULL
);
