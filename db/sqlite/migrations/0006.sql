-- The bytes of a mail in pieces that fill pages to their ends (pieces.go). A frame that did not fit onto what the last page
-- had left began a new one, and a sixth of the database was empty.
CREATE TABLE piece (
	id    INTEGER PRIMARY KEY, -- mail.id * 65536 + its place in the frame, from 0
	bytes BLOB NOT NULL
);
INSERT INTO piece SELECT mail * 65536, bytes FROM raw ORDER BY mail;
DROP TABLE raw;
