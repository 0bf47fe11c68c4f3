package index

import (
	"fmt"
	"strings"

	"patchwatch/search"
)

// format is the form of the file. It grows whenever the schema changes, or what the words, the parts or the
// identifiers of a mail are: a file of another form is thrown away and made anew.
const format = 2

// parts are the parts of a mail in the order of their columns. The text comes first since it has the most words: FTS5
// notes the column of each word of each mail, in two bytes, but for the first.
var parts = []search.Part{
	search.PartText, search.PartSubject, search.PartFrom, search.PartTo, search.PartCc, search.PartMsgID, search.PartList,
	search.PartQuoted, search.PartFile, search.PartPath, search.PartRemoved, search.PartAdded, search.PartHunk,
	search.PartContext,
}

// columnOf is the name of the column of a part.
func columnOf(p search.Part) string { return fmt.Sprintf("part%d", p) }

// columns are those of the table of words: one for each part, and one for what is no word.
func columns() (names []string) {
	for _, p := range parts {
		names = append(names, columnOf(p))
	}
	return append(names, identifiers)
}

// identifiers is the column of what is found whole, not by its words: see identifierOf.
const identifiers = "identifier"

// The words come folded and separated by spaces, from search.AppendWords. The tokenizer splits at the spaces and
// nowhere else: to it every byte that a word can have belongs to a word.
//
// The table keeps no text, only where each word is (it is contentless). Rows are removed by number
// (contentless_delete).
var schema = `
	CREATE TABLE meta (
		key   TEXT PRIMARY KEY, -- see the constants
		value
	) WITHOUT ROWID;
	CREATE VIRTUAL TABLE words USING fts5(` + strings.Join(columns(), ", ") + `,
		content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_''&.,;+#'");
	INSERT INTO words(words, rank) VALUES ('hashsize', ` + hashSize + `);
	INSERT INTO words(words, rank) VALUES ('automerge', 16); -- fewer merges of more segments take less time in all
	INSERT INTO words(words, rank) VALUES ('usermerge', 2);  -- see Tidy
	CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);
	CREATE TABLE document (
		id       INTEGER PRIMARY KEY,     -- the row of words; see docid.go
		mail     INTEGER NOT NULL UNIQUE, -- its number in the database
		received INTEGER NOT NULL,        -- seconds since 1970
		size     INTEGER NOT NULL,        -- bytes
		date     INTEGER NOT NULL         -- seconds since 1970
	);
	-- The words whose stem is not the word itself.
	CREATE TABLE stem (
		stem TEXT NOT NULL,
		word TEXT NOT NULL,
		PRIMARY KEY (stem, word)
	) WITHOUT ROWID;`

// hashSize is how many bytes of new words are gathered before they are written as one segment of the index. With
// SQLite's own megabyte a large import makes so many segments that most of its time goes into merging them.
const hashSize = "8388608"

// The keys of meta.
const (
	metaForm      = "form"      // formOf, as text
	metaIdentity  = "identity"  // Source.Identity
	metaWatermark = "watermark" // the number of the last mail that is indexed
	metaSum       = "sum"       // its SHA-256
	metaNote      = "note"      // the last Restated.Note that was followed
	metaDisplaced = "displaced" // the most units (see docid.go) that the id of a document is after its date
)

// between stands between two texts of a column, so that no phrase reaches over. No query can have it as a word.
const between = "."

// insertWords takes the number of a document and its columns.
var insertWords = `INSERT INTO words (rowid, ` + strings.Join(columns(), ", ") + `) VALUES (?` +
	strings.Repeat(", ?", len(parts)+1) + `)`
