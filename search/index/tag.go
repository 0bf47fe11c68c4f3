//go:build !sqlite_fts5 && !fts5

package index

// Without this tag the driver has no FTS5, and nothing could be searched. This line fails the build and says so.
var _ = search_needs_FTS5__build_with_the_tag_sqlite_fts5_as_the_Makefile_does
