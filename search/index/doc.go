// Package index finds mails by a query of package search, among all that a database has, without reading them. It
// keeps a file of its own beside the database, an SQLite database with FTS5, whatever engine the database itself has.
//
// The file is derived: it can be deleted at any moment and is made anew. What it has of a mail follows from the mail
// alone: its words, its identifiers, its date and size. What the tracker knows (which copy stands for a Message-ID,
// the project, the state, who may see it) changes all the time, so it is not in there: candidates come from the
// index, newest first, and the database is asked about them, many at once. So a mail that is routed anew, or a
// decision, changes nothing here.
//
// The index follows the database by a watermark, the number of the last mail that is in it, which is committed
// together with the mails. One process at a time writes, the one that holds a lock file; any number read.
//
// The order of work, one file each:
//
//   - what is kept: schema.go, docid.go (the number of a document), document.go (the words of one), stems.go
//   - the file: file.go, lock.go, damage.go, foreign.go, meta.go
//   - following the database: source.go, writer.go, feed.go, put.go, tidy.go
//   - answering: compile.go (tree to MATCH), lexicon.go, check.go (what MATCH cannot decide), few.go, query.go
package index
