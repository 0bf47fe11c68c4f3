-- Mails that raw mails are compressed against: headers repeat from one mail of a list to the next, and that is half of
-- a small mail. A frame names its dictionary, which therefore is never changed or deleted.
CREATE TABLE dictionary (
	id    INTEGER PRIMARY KEY, -- at random, as no two databases may have one id for two dictionaries
	mails INTEGER NOT NULL, -- how many mails were stored when it was made
	bytes BLOB NOT NULL     -- a zstd frame
);
