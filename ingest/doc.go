// Package ingest reads mail. Parse takes one mail as it was delivered and says what it is: ids, subject, people, text,
// patch, trailers. It does no I/O and knows neither the other mails nor which lists are tracked.
//
// It reads as Patchwork reads, since Patchwork's answers are what the kernel's and other lists are used to: the same
// names, texts, diffs and hashes. Where Patchwork loses mail, or part of one, the mail is kept: a header that is
// broken, a charset that lies, an address with an apostrophe. docs/differences.md lists every such place.
//
// A mail on a public list is written by anybody, so everything here is bounded: time and memory grow no faster than the
// mail, however its parts are nested and whatever its header holds. Past a bound a mail is kept with what could be
// read, and a note says so.
//
// The order of work, one file each: newlines (newline.go), header and body (fields.go, damage.go), encoded words
// (encoded_words.go), subject (subject.go, reply.go), ids (ids.go), date (date.go), people (person.go, rewritten.go, relay.go,
// author.go), parts (parts.go, transfer.go, charset.go, charset_names.go), text and patch (content.go, patch.go,
// hunk.go, automatic.go), and what is read from those (pull.go, hash.go, files.go, trailers.go, depends.go,
// changeid.go).
//
// Commits is the way out, for git am: am.go sorts parts into commits, am_part.go and am_header.go read as git does,
// am_mbox.go writes.
//
// go-message's own entity reader isn't used: it refuses a header with one malformed line, it has no limit of depth,
// and it replaces what a charset can't decode. Its charset table is.
package ingest
