// Package search is the language in which people ask for mails: Parse turns a text into a tree, and Match says whether
// a mail is one of those that the tree means. It is pure: it knows no file, no database and no clock.
//
// The language is that of public-inbox (lore.kernel.org), with what only a tracker knows beside it: states, series,
// checks, trailers. Whatever public-inbox finds by a query, this package finds by the same query; docs/search.md says
// where it finds more, or reads a query in another way. Help is the page for people.
//
// The order of work, one file each:
//
//   - what there is to search: fields and parts (field.go), a mail as it is searched (document.go, body.go, diff.go, path.go,
//     patchid.go)
//   - words: the one way to make them, of mails and of queries (words.go, cjk.go), and their stems (stem.go)
//   - the tree (tree.go, build.go), how it is written (string.go)
//   - reading a query (parse.go, scan.go, phrase.go, term.go, date.go, approxidate.go) and its mistakes (mistake.go)
//   - looking at a mail (match.go, partwords.go)
package search
