-- A person may give a series a name. It hangs on a mail of the series, since a series has no name of its own that late
-- mails could not change.
ALTER TABLE decision ADD COLUMN series_name TEXT;
CREATE INDEX decision_series_name ON decision(project) WHERE series_name IS NOT NULL;

-- What is shown: given by a person, else name.
ALTER TABLE series ADD COLUMN given TEXT;

-- A hash of a patch's or cover's sender and title, by which later versions of it are found. NULL: of other mail.
ALTER TABLE mail ADD COLUMN title INTEGER;
CREATE INDEX mail_title ON mail(title, version, date) WHERE title IS NOT NULL;

-- 1: no reply above this one, itself included, refers to a mail later than itself in canonical order. Then no loop of
-- references leads through it, and a change above it matters only where it changes an answer (talk.go). 0 is always safe.
ALTER TABLE reply ADD COLUMN clean INTEGER NOT NULL DEFAULT 0;

-- The few mails that name others in Depends-on lines.
CREATE INDEX mail_depends ON mail(project, id) WHERE instr(more, '"Depends":') > 0;
