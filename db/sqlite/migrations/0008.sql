-- What was decided, by whom and when. Lines are added, and never changed or taken out.
CREATE TABLE log (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	time    INTEGER NOT NULL, -- microseconds since 1970
	actor   TEXT NOT NULL,    -- who decided
	what    TEXT NOT NULL,    -- state, delegate, archived, series-name, project, rule, …
	project TEXT NOT NULL,    -- its link name then: the project may get another, or go
	msgid   TEXT,             -- of the patch, or of the mail that a series' name hangs on; NULL: it is about the project
	before  TEXT NOT NULL,
	after   TEXT NOT NULL
);
CREATE INDEX log_msgid ON log(msgid, project) WHERE msgid IS NOT NULL;

-- What happened, in the order in which it was committed. Numbers are never given twice, so that whoever remembers the last
-- one that they saw misses nothing. An event stays whatever becomes of its mails and its series: nothing refers to them here.
CREATE TABLE event (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	date     INTEGER NOT NULL, -- microseconds since 1970
	category TEXT NOT NULL,    -- in Patchwork's words: patch-created, …
	project  INTEGER NOT NULL, -- project.id
	mail     INTEGER,          -- the patch or cover
	comment  INTEGER,          -- mail.id of the reply
	series   INTEGER,
	actor    TEXT,             -- NULL: mail did it
	before   TEXT,             -- of a change of state or delegate
	after    TEXT
);

-- What was decided before there was a log stands in it as decided now. Nobody knows by whom, and what was there before.
INSERT INTO log (time, actor, what, project, msgid, before, after)
	SELECT CAST(1000000 * unixepoch('subsec') AS INTEGER), 'unknown', what, project, msgid, '', after
	FROM (
		SELECT 1 AS place, 'project' AS what, link_name AS project, NULL AS msgid, concat_ws(' ',
				'list-email=' || nullif(list_email, ''), 'list-id=' || list_id, iif(mail_delegates, 'mail-delegates=yes', NULL),
				iif(mail_states, 'mail-states=yes', NULL), 'name=' || nullif(name, ''), 'subject-match=' || nullif(subject_match, ''))
				AS after
			FROM project WHERE NOT on_sight AND NOT removed
		UNION ALL SELECT 2, 'rule', p.link_name, NULL,
				r.pattern || ' -> ' || r.delegate || iif(r.priority, ' (priority ' || r.priority || ')', '')
			FROM rule r JOIN project p ON p.id = r.project WHERE NOT p.removed
		UNION ALL SELECT 3, 'state', p.link_name, d.msgid, d.state
			FROM decision d JOIN project p ON p.id = d.project WHERE d.state IS NOT NULL
		UNION ALL SELECT 4, 'delegate', p.link_name, d.msgid, d.delegate
			FROM decision d JOIN project p ON p.id = d.project WHERE d.delegate IS NOT NULL
		UNION ALL SELECT 5, 'archived', p.link_name, d.msgid, CASE WHEN d.archived THEN 'yes' ELSE 'no' END
			FROM decision d JOIN project p ON p.id = d.project WHERE d.archived IS NOT NULL
		UNION ALL SELECT 6, 'series-name', p.link_name, d.msgid, d.series_name
			FROM decision d JOIN project p ON p.id = d.project WHERE d.series_name IS NOT NULL)
	ORDER BY place, project, msgid, after;
