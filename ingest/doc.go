// Package ingest reads mail. Parse takes one mail as it was delivered and says what it is: ids, subject, people, text,
// patch, trailers. It does no I/O, and knows neither the other mails nor which lists are tracked.
//
// It reads as Patchwork reads, since the kernel's and other lists are used to Patchwork's answers: the names, texts,
// diffs and hashes are the same. Where Patchwork loses mail, or part of one, the mail is kept: one with a broken
// header, a wrong charset, or an apostrophe in an address. docs/differences.md lists every such place.
//
// Anybody can write a mail to a public list, so everything here is bounded: time and memory grow no faster than the
// mail, however its parts are nested and whatever its header holds. A mail that exceeds a bound is kept with what could
// be read, and a note says so.
//
// The order of work, one file each:
//
//   - newlines (newline.go), header and body (fields.go, damage.go), encoded words (encoded_words.go)
//   - subject (subject.go, reply.go), ids (ids.go), lists (lists.go), date (date.go)
//   - people (person.go, rewritten.go, relay.go, author.go)
//   - parts (parts.go, params.go, transfer.go), charsets (charset.go, charset_names.go, utf7.go)
//   - text and patch (content.go, patch.go, patchset.go, hunk.go, html.go, automatic.go)
//   - what is read from those (pull.go, hash.go, files.go, trailers.go, depends.go, changeid.go)
//
// Commits is the way out, for git am: am.go sorts parts into commits, am_part.go and am_header.go read as git does,
// am_mbox.go writes.
//
// go-message's own reader of entities is not used: it refuses a header with one malformed line, it has no limit of
// depth, and it replaces what a charset cannot decode. Its table of charsets is used.
package ingest
