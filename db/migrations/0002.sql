-- A person may give a series a name. It hangs on a mail of the series, since a series has no name of its own that late
-- mails could not change.
ALTER TABLE decision ADD COLUMN series_name TEXT;
CREATE INDEX decision_series_name ON decision(project) WHERE series_name IS NOT NULL;

-- What is shown: given by a person, else name.
ALTER TABLE series ADD COLUMN given TEXT;
