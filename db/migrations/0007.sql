-- The one date of a mail depends on when it was delivered, so the date that its header names is kept beside it.
ALTER TABLE mail ADD COLUMN sent INTEGER; -- seconds since 1970 as the Date header has it; NULL: absent or unreadable

-- The list that an archive was imported as, whose mails don't name it: lower case, as in project.list_id.
ALTER TABLE mail ADD COLUMN imported_as TEXT;

-- What stored the facts: a number that grows whenever Parse reads something more or otherwise (ingest.Reading).
CREATE TABLE reading (
	version INTEGER NOT NULL -- the oldest that facts of stored mails come from
);
