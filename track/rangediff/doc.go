// Package rangediff says what changed between two versions of a series: which patch of one is which of the other, and
// what differs between the two. It knows only the texts of patches, and returns structures that a terminal, a program
// or a page can show. It needs no repository.
//
// Patches are paired as git-range-diff(1) pairs commits, by what they change and not by number or title:
//
//   - Patches whose diffs are equal, line numbers apart, are a pair.
//   - For the others, the cost of a pair is the length of a diff between the two diffs, and the cost of a patch that is
//     dropped or new is 60 % of the length of its own diff. The pairs are those that cost least in all.
//
// A diff is compared as git shows it there: a heading for each file, hunks without line numbers, no "index" lines.
package rangediff
