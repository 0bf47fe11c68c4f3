// Package difftext reads diffs as they stand in mail: which files, which hunks, and on which lines of the text they
// are. It is as lenient as git apply: what stands between the files is passed over.
package difftext
