package ingest

import (
	"bytes"
	"slices"
)

// maxFiles is how many file names of a patch are kept, and maxFileBytes how much of them. The largest patches on public
// lists name a few thousand.
const (
	maxFiles     = 20000
	maxFileBytes = 2 << 20
)

// fileNames are the files that a patch names in its "---" and "+++" lines, without their first directory, sorted. A
// removed line that begins with "-- " counts as well, as in Patchwork.
func fileNames(diff []byte, notes *notes) []string {
	seen, size := map[string]bool{}, 0
	for rest := patchLines(diff); len(rest) > 0; {
		var line []byte
		line, rest = nextLine(rest)
		_, name, ok := fileLine(chomp(line))
		if !ok || bytes.HasPrefix(name, []byte("/dev/null")) {
			continue
		}
		if name = withoutTop(name); seen[string(name)] {
			continue
		}
		if len(seen) == maxFiles || size+len(name) > maxFileBytes {
			notes.add("more than 20,000 file names, or 2 MiB of them: the rest was left out")
			break
		}
		seen[string(name)] = true
		size += len(name)
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
