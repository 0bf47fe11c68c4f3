-- The whole schema, as it was when there was a first database of this kind. It means what the schema of db/sqlite means.
--
-- Text is compared by its bytes (COLLATE "C"), whatever the database's own order is. It holds bytes that PostgreSQL's text can't
-- hold in a form of their own (text.go). Times are whole numbers, as in db/sqlite.

CREATE TABLE project (
	id bigint PRIMARY KEY,
	link_name text COLLATE "C" NOT NULL UNIQUE,
	list_id text COLLATE "C" NOT NULL,              -- lower case
	list_email text COLLATE "C" NOT NULL DEFAULT '', -- lower case
	name text COLLATE "C" NOT NULL DEFAULT '',
	subject_match text COLLATE "C" NOT NULL DEFAULT '',
	on_sight boolean NOT NULL DEFAULT false,        -- made because its mail came, not by a person
	mail_states boolean NOT NULL DEFAULT false,     -- true: X-Patchwork-State sets a patch's first state
	mail_delegates boolean NOT NULL DEFAULT false,  -- true: X-Patchwork-Delegate sets its first delegate
	removed boolean NOT NULL DEFAULT false,         -- kept for its decisions, should it be added again
	web_url text COLLATE "C" NOT NULL DEFAULT '',
	scm_url text COLLATE "C" NOT NULL DEFAULT '',
	webscm_url text COLLATE "C" NOT NULL DEFAULT '',
	list_archive_url text COLLATE "C" NOT NULL DEFAULT '',
	list_archive_url_format text COLLATE "C" NOT NULL DEFAULT '',
	commit_url_format text COLLATE "C" NOT NULL DEFAULT '',
	private boolean NOT NULL DEFAULT false,
	show_dependencies boolean NOT NULL DEFAULT false,
	supersede boolean NOT NULL DEFAULT false
);

CREATE TABLE decision (
	project bigint NOT NULL REFERENCES project(id),
	msgid text COLLATE "C" NOT NULL,
	state text COLLATE "C",
	delegate text COLLATE "C",
	archived boolean,
	series_name text COLLATE "C",
	commit_ref text COLLATE "C",
	pull_url text COLLATE "C",
	hidden boolean,
	addressed boolean,
	relation bigint,
	put_with text COLLATE "C",
	state_at bigint,
	PRIMARY KEY (project, msgid)
);
CREATE INDEX decision_series_name ON decision(project) WHERE series_name IS NOT NULL;
CREATE INDEX decision_relation ON decision(relation) WHERE relation IS NOT NULL;
CREATE INDEX decision_put_with ON decision(project, put_with) WHERE put_with IS NOT NULL;

CREATE TABLE rule (
	project bigint NOT NULL REFERENCES project(id),
	pattern text COLLATE "C" NOT NULL,              -- as fnmatch(3) has it; * crosses /
	delegate text COLLATE "C" NOT NULL,             -- an address, lower case
	priority bigint NOT NULL,                       -- the highest first, then by pattern
	PRIMARY KEY (project, pattern)
);

CREATE TABLE pair (
	project bigint NOT NULL REFERENCES project(id),
	msgid text COLLATE "C" NOT NULL,
	other text COLLATE "C" NOT NULL,                -- after msgid, in the order of bytes
	linked boolean NOT NULL,                        -- false: they are not
	PRIMARY KEY (project, msgid, other)
);
CREATE INDEX pair_other ON pair(other, project);

CREATE TABLE mail (
	id bigint PRIMARY KEY,
	sha256 bytea NOT NULL,
	project bigint REFERENCES project(id), -- NULL: unrouted
	msgid text COLLATE "C" NOT NULL,
	chosen boolean NOT NULL,
	by_list boolean NOT NULL,              -- true: the List-Id names the project; false: its address in To or Cc does
	delivered bigint NOT NULL,             -- microseconds since 1970, the earliest of all deliveries of these bytes
	dated boolean NOT NULL,                -- false: no readable Date, so that date is the delivery's
	date bigint NOT NULL,                  -- seconds since 1970
	kind bigint NOT NULL,                  -- track.Kind, of the mail by itself
	sender text COLLATE "C" NOT NULL,      -- lower case; the person behind a From that the list rewrote
	sender_name text COLLATE "C" NOT NULL,
	name text COLLATE "C" NOT NULL,        -- the subject as shown in its project
	marked boolean NOT NULL,
	number bigint NOT NULL,
	total bigint NOT NULL,
	version bigint NOT NULL,
	refs text COLLATE "C" NOT NULL,        -- nearest first, a line each
	content_sha bytea NOT NULL,
	diff_sha bytea,
	hash bytea,
	pull_url text COLLATE "C",
	state text COLLATE "C",                -- that the mail itself asks for
	more text COLLATE "C",                 -- JSON of what lists don't need: trailers, dependencies, files, author, notes
	title bigint,                          -- a hash, by which later versions of a patch or cover are found
	sent bigint,                           -- seconds since 1970 as the Date header has it; NULL: absent or unreadable
	imported_as text COLLATE "C",          -- the list that an archive was imported as, whose mails don't name it
	first bigint,                          -- of a chosen mail: the copy of its name that was stored first; NULL: itself
	change bigint,                         -- a hash of the change-id of a patch or cover; NULL: it has none
	earlier text COLLATE "C"               -- the Message-ID that the text names as the version before; NULL: none
);
CREATE UNIQUE INDEX mail_bytes ON mail(msgid, substr(sha256, 1, 16));
CREATE INDEX mail_marker ON mail(project, sender, version, total, date, number) WHERE chosen AND kind IN (1, 2) AND marked;
CREATE INDEX mail_variant ON mail(project, msgid) WHERE NOT chosen;
CREATE INDEX mail_unrouted ON mail(id) WHERE project IS NULL;
CREATE INDEX mail_depends ON mail(project, id) WHERE strpos(more, '"Depends":') > 0;
CREATE INDEX mail_title ON mail(title, version, date) WHERE title IS NOT NULL;
-- For the name of a person: that of the newest mail which has one.
CREATE INDEX mail_sender ON mail(sender, (sender_name <> ''), date) WHERE chosen AND project IS NOT NULL AND kind <> 3;
CREATE INDEX mail_no_subject ON mail(id) WHERE name = '';
CREATE INDEX mail_hash ON mail(hash, version, date) WHERE hash IS NOT NULL;
CREATE INDEX mail_change ON mail(change, version, date) WHERE change IS NOT NULL;
-- Of a text of any length: an entry of an index must fit onto a third of a page.
CREATE INDEX mail_earlier ON mail(left(earlier, 200), version, date) WHERE earlier IS NOT NULL;
-- The newest mails of a list, whatever they are, for its archive. It is of an expression, so that no other question
-- takes it: all mails of a project would be read where a few are looked for.
CREATE INDEX mail_recent ON mail((project + 0), date, id) WHERE chosen AND project IS NOT NULL;

-- The bytes as they were delivered; a table of its own, so that a scan of mail does not read them.
CREATE TABLE raw (
	mail bigint PRIMARY KEY REFERENCES mail(id),
	bytes bytea NOT NULL                         -- a zstd frame
);
ALTER TABLE raw ALTER COLUMN bytes SET STORAGE EXTERNAL; -- it is compressed already

CREATE TABLE ref (
	hash bigint NOT NULL,
	member boolean NOT NULL,                  -- true: the referring mail takes part in the search for series
	mail bigint NOT NULL REFERENCES mail(id),
	PRIMARY KEY (hash, member, mail)
);

CREATE TABLE series (
	id bigint PRIMARY KEY,                 -- the smallest mail.id of its members, so that a rebuild gives the same numbers
	project bigint NOT NULL,
	key text COLLATE "C" NOT NULL,
	name text COLLATE "C",
	version bigint NOT NULL,
	total bigint NOT NULL,
	received bigint NOT NULL,              -- patches there, of whatever number
	complete boolean NOT NULL,
	date bigint NOT NULL,
	submitter text COLLATE "C" NOT NULL,
	cover bigint,                          -- mail.id
	given text COLLATE "C",
	hidden boolean NOT NULL DEFAULT false,
	revises bigint
);
CREATE INDEX series_newest ON series(date, id, project, hidden);
CREATE INDEX series_date ON series(project, date, id, hidden);
CREATE INDEX series_submitter ON series(submitter, date);
CREATE INDEX series_id ON series(id, date, project, hidden);
CREATE INDEX series_project_id ON series(project, id, date, hidden);
CREATE INDEX series_hidden ON series(id) WHERE hidden;
CREATE INDEX series_revises ON series(revises, version, date) WHERE revises IS NOT NULL;
CREATE INDEX series_incomplete ON series(project, date, id, hidden) WHERE NOT complete;

CREATE TABLE patch (
	mail bigint PRIMARY KEY,
	project bigint NOT NULL,
	series bigint,
	number bigint,
	date bigint NOT NULL,
	submitter text COLLATE "C" NOT NULL,
	state text COLLATE "C" NOT NULL,       -- decided, else asked for by the mail, else new
	delegate text COLLATE "C",
	archived boolean NOT NULL,
	id bigint NOT NULL DEFAULT 0,
	hidden boolean NOT NULL DEFAULT false,
	checked bigint NOT NULL DEFAULT 0,
	superseded bigint
);
CREATE INDEX patch_newest ON patch(date, id, project, state, archived, hidden);
CREATE INDEX patch_date ON patch(project, date, id, state, archived, hidden);
CREATE INDEX patch_state ON patch(project, state, date, id, archived, hidden);
CREATE INDEX patch_submitter ON patch(submitter, date, id, project, archived, hidden);
CREATE INDEX patch_delegate ON patch(delegate, date, id, project, state, archived, hidden) WHERE delegate IS NOT NULL;
CREATE INDEX patch_series ON patch(series, number);
CREATE INDEX patch_decided ON patch(state, date) WHERE state <> 'new';
CREATE INDEX patch_id ON patch(id, date, project, state, archived, hidden);
CREATE INDEX patch_project_id ON patch(project, id, date, state, archived, hidden);
CREATE INDEX patch_delegate_id ON patch(delegate, id, date, project, state, archived, hidden) WHERE delegate IS NOT NULL;
CREATE INDEX patch_archived ON patch(archived, date, id, project, hidden) WHERE archived;
CREATE INDEX patch_archived_id ON patch(archived, id, date, project, hidden) WHERE archived;
CREATE INDEX patch_hidden ON patch(mail) WHERE hidden;

CREATE TABLE cover (
	mail bigint PRIMARY KEY,
	project bigint NOT NULL,
	series bigint,
	id bigint NOT NULL DEFAULT 0,
	hidden boolean NOT NULL DEFAULT false,
	date bigint NOT NULL DEFAULT 0,
	submitter text COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX cover_newest ON cover(date, id, project, hidden);
CREATE INDEX cover_date ON cover(project, date, id, hidden);
CREATE INDEX cover_id ON cover(id, date, project, hidden);
CREATE INDEX cover_project_id ON cover(project, id, date, hidden);
CREATE INDEX cover_series ON cover(series);
CREATE INDEX cover_submitter ON cover(submitter, date);
CREATE INDEX cover_hidden ON cover(mail) WHERE hidden;

CREATE TABLE reply (
	mail bigint PRIMARY KEY,
	project bigint NOT NULL,
	parent bigint,                         -- mail.id of the patch or cover
	date bigint NOT NULL,
	ignored boolean NOT NULL,              -- asks not to be tracked: it only leads others to their parent
	clean boolean NOT NULL DEFAULT false,
	id bigint NOT NULL DEFAULT 0,
	hidden boolean NOT NULL DEFAULT false
);
CREATE INDEX reply_parent ON reply(parent, date);
CREATE INDEX reply_hidden ON reply(mail) WHERE hidden;

CREATE TABLE person (
	email text COLLATE "C" PRIMARY KEY,
	name text COLLATE "C" NOT NULL,
	date bigint NOT NULL DEFAULT 0,
	mail bigint NOT NULL DEFAULT 0
);

CREATE TABLE address (
	id bigint PRIMARY KEY,
	email text COLLATE "C" NOT NULL UNIQUE  -- lower case
);

CREATE TABLE dictionary (
	id bigint PRIMARY KEY, -- at random, as no two databases may have one id for two dictionaries
	mails bigint NOT NULL, -- how many mails were stored when it was made
	bytes bytea NOT NULL   -- a zstd frame
);

CREATE TABLE reading (
	version bigint NOT NULL  -- the oldest that facts of stored mails come from
);

CREATE TABLE unfinished (
	id bigint PRIMARY KEY, -- at random, so that no work is taken for an earlier one
	project bigint,        -- what its patches begin with is looked at; NULL: every mail is routed anew
	done bigint NOT NULL,  -- the last mail.id that was looked at
	last bigint NOT NULL   -- the last one that is to be: later mails were stored after the decision
);

CREATE TABLE maildir (
	host text COLLATE "C" NOT NULL,    -- of the watcher; '': nobody gave it a name
	path text COLLATE "C" NOT NULL,
	last_mail bigint,                  -- when a mail was last settled, in seconds since 1970; NULL: none yet
	last_event bigint,                 -- when the kernel last told of something
	last_scan bigint,                  -- when new was last listed
	paused text COLLATE "C",           -- why no mail is taken; NULL: it is
	seen bigint,                       -- when the watcher noted anything last
	waiting bigint NOT NULL,           -- mails in new
	oldest bigint,                     -- of them; NULL: none waits
	failed bigint NOT NULL,            -- mails
	PRIMARY KEY (host, path)
);

CREATE TABLE repository (
	path text COLLATE "C" NOT NULL,
	list_id text COLLATE "C" NOT NULL, -- that the mail was imported as (mail.imported_as); '': none
	read_to text COLLATE "C" NOT NULL, -- a commit in hex: the mail of it and of all before it is stored
	PRIMARY KEY (path, list_id)
);

CREATE TABLE log (
	id bigint PRIMARY KEY,
	time bigint NOT NULL,              -- microseconds since 1970
	actor text COLLATE "C" NOT NULL,   -- who decided
	what text COLLATE "C" NOT NULL,    -- state, delegate, archived, series-name, project, rule, …
	project text COLLATE "C" NOT NULL, -- its link name then: the project may get another, or go
	msgid text COLLATE "C",            -- of the patch, or of the mail that a series' name hangs on; NULL: it is about the project
	before text COLLATE "C" NOT NULL,
	after text COLLATE "C" NOT NULL
);
CREATE INDEX log_msgid ON log(msgid, project) WHERE msgid IS NOT NULL;
CREATE INDEX log_actor ON log(actor);

CREATE TABLE event (
	id bigint PRIMARY KEY,
	date bigint NOT NULL,               -- microseconds since 1970
	category text COLLATE "C" NOT NULL, -- in Patchwork's words: patch-created, …
	project bigint NOT NULL,            -- project.id
	mail bigint,                        -- the patch or cover
	comment bigint,                     -- mail.id of the reply
	series bigint,
	actor text COLLATE "C",             -- NULL: mail did it
	before text COLLATE "C",            -- of a change of state or delegate
	after text COLLATE "C",
	check_result bigint
);
CREATE INDEX event_kind   ON event(project, category);
CREATE INDEX event_mail   ON event(mail) WHERE mail IS NOT NULL;
CREATE INDEX event_series ON event(series) WHERE series IS NOT NULL;
CREATE INDEX event_actor  ON event(actor) WHERE actor IS NOT NULL;

CREATE TABLE change (
	project bigint PRIMARY KEY,
	number bigint NOT NULL
);

CREATE TABLE epoch (
	name text COLLATE "C" NOT NULL
);

CREATE TABLE total (
	list bigint NOT NULL,                           -- 1: patches, 2: series, 3: covers, 4: events
	project bigint NOT NULL,
	kind text COLLATE "C" NOT NULL,                 -- the state of patches, the category of events
	archived boolean NOT NULL,
	hidden boolean NOT NULL,
	period bigint NOT NULL,                         -- of 24 days, date >> 21; of events 0
	amount bigint NOT NULL,
	PRIMARY KEY (list, project, kind, archived, hidden, period)
);

CREATE TABLE account (
	id bigint PRIMARY KEY,
	name text COLLATE "C" NOT NULL,
	first_name text COLLATE "C" NOT NULL,
	last_name text COLLATE "C" NOT NULL,
	password text COLLATE "C",             -- argon2id, in PHC's form; NULL: none is set
	admin boolean NOT NULL,
	disabled boolean NOT NULL,
	made bigint NOT NULL,                  -- seconds since 1970
	send_email boolean NOT NULL,
	items_per_page bigint NOT NULL,
	show_ids boolean NOT NULL
);
CREATE UNIQUE INDEX account_name ON account(lower(name)); -- of ASCII letters, as COLLATE "C" has it

CREATE TABLE account_address (
	email text COLLATE "C" PRIMARY KEY,             -- lower case
	account bigint NOT NULL REFERENCES account(id),
	place bigint NOT NULL                           -- the first one is shown
);

CREATE TABLE maintainer (
	account bigint NOT NULL REFERENCES account(id),
	project bigint NOT NULL REFERENCES project(id),
	PRIMARY KEY (account, project)
);

CREATE TABLE credential (
	id bigint PRIMARY KEY,
	hash bytea NOT NULL UNIQUE,
	account bigint NOT NULL REFERENCES account(id),
	kind bigint NOT NULL,                           -- track.CredentialKind
	label text COLLATE "C" NOT NULL,                -- that a person gave it; of a session, the browser
	read_only boolean NOT NULL,
	made bigint NOT NULL,                           -- seconds since 1970
	used bigint,                                    -- seconds since 1970, some minutes late; NULL: never
	expires bigint,                                 -- seconds since 1970; NULL: never
	network text COLLATE "C" NOT NULL               -- the address that a session began from
);
CREATE INDEX credential_account ON credential(account, kind);

CREATE TABLE check_result (
	id bigint PRIMARY KEY,
	project bigint NOT NULL REFERENCES project(id),
	msgid text COLLATE "C" NOT NULL,
	account bigint NOT NULL REFERENCES account(id),
	date bigint NOT NULL,                           -- microseconds since 1970
	state bigint NOT NULL,                          -- track.CheckState
	context text COLLATE "C" NOT NULL,
	target_url text COLLATE "C" NOT NULL,
	description text COLLATE "C" NOT NULL
);
CREATE INDEX check_result_of ON check_result(msgid, project, account, context);

CREATE TABLE bundle (
	id bigint PRIMARY KEY,
	account bigint NOT NULL REFERENCES account(id),
	project bigint NOT NULL REFERENCES project(id),
	name text COLLATE "C" NOT NULL,
	public boolean NOT NULL,
	UNIQUE (account, name)
);

CREATE TABLE bundle_patch (
	bundle bigint NOT NULL REFERENCES bundle(id),
	place bigint NOT NULL,                        -- from 1
	msgid text COLLATE "C" NOT NULL,              -- in the bundle's project
	PRIMARY KEY (bundle, place)
);

CREATE TABLE own_state (
	slug text COLLATE "C" PRIMARY KEY,
	number bigint NOT NULL UNIQUE,     -- by which the API calls it
	open boolean NOT NULL              -- true: something is still to be done about the patch
);

CREATE TABLE mark (
	account bigint NOT NULL REFERENCES account(id),
	series bigint NOT NULL,                         -- the number that it had then
	upto bigint NOT NULL,                           -- mail.id
	PRIMARY KEY (account, series)
);
CREATE INDEX mark_recent ON mark(account, upto, series);

CREATE TABLE hook (
	id bigint PRIMARY KEY,
	url text COLLATE "C" NOT NULL,
	project bigint REFERENCES project(id), -- NULL: all that are not private
	categories text COLLATE "C" NOT NULL,  -- with commas between them; '': all
	secret text COLLATE "C" NOT NULL,      -- by which requests are signed; '': they are not
	allow_private boolean NOT NULL,        -- true: addresses of private networks may be called
	made bigint NOT NULL,                  -- seconds since 1970
	sent bigint NOT NULL,                  -- event.id: this one and all before it are done with
	failures bigint NOT NULL,              -- attempts for the next event that have failed
	failing_since bigint,                  -- microseconds since 1970: the first of them; NULL: there is none
	next_try bigint,                       -- microseconds since 1970; NULL: at once
	fault text COLLATE "C" NOT NULL,       -- why the last attempt failed; '': it did not
	given_up bigint                        -- seconds since 1970; NULL: it has not been
);

CREATE TABLE lease (
	name text COLLATE "C" PRIMARY KEY,
	holder text COLLATE "C" NOT NULL,
	until bigint NOT NULL              -- microseconds since 1970
);

CREATE TABLE source (
	id bigint PRIMARY KEY,
	url text COLLATE "C" NOT NULL UNIQUE,
	progress text COLLATE "C" NOT NULL    -- JSON: how far the last run was
);

CREATE TABLE adopted (
	source bigint NOT NULL REFERENCES source(id),
	kind bigint NOT NULL,                         -- track.AliasKind
	number bigint NOT NULL,                       -- there
	project bigint NOT NULL,                      -- 0: it is of none
	msgid text COLLATE "C" NOT NULL,              -- of the mail; of a series, of one of its mails; '': it is no mail
	here bigint NOT NULL,                         -- its number here, of what is no mail; 0: it is one
	seen text COLLATE "C" NOT NULL,               -- JSON: what was decided about it there when it was read last
	PRIMARY KEY (source, kind, number)
);

CREATE TABLE restated (
	mail bigint PRIMARY KEY,
	note bigint NOT NULL UNIQUE  -- the highest is the newest
);

CREATE TABLE saved_query (
	owner text COLLATE "C" NOT NULL, -- a user of the system, or an account
	name text COLLATE "C" NOT NULL,
	query text COLLATE "C" NOT NULL,
	PRIMARY KEY (owner, name)
);

-- The last number of a mail that was taken (horizon.go). 0 is the number of none.
CREATE SEQUENCE mail_number MINVALUE 0 START 0;
SELECT nextval('mail_number');

-- The highest number that was ever given in a table whose numbers are never given twice (counter.go). A sequence would leave
-- gaps where a transaction is undone, and would not wait for one that is not committed yet.
CREATE TABLE counter (
	name text COLLATE "C" PRIMARY KEY,
	last bigint NOT NULL
);

-- Grows with every change of what a Store keeps from one transaction to the next.
CREATE TABLE stamp (
	number bigint NOT NULL
);
INSERT INTO stamp VALUES (0);

INSERT INTO epoch (name) VALUES (md5(random()::text || clock_timestamp()::text));
