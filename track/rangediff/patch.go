package rangediff

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"patchwatch/track/difftext"
)

// A Patch is one patch of a version, as its mail has it.
type Patch struct {
	Author  string // name and address, on one line
	Title   string // the subject without its prefixes
	Message string // what follows the title in the commit message, trailers included
	Diff    string // text outside headers and hunks does not count
}

// messageLines is what is compared of a message. An empty line follows the author and the title.
func (p *Patch) messageLines() []string {
	lines := []string{"Author: " + p.Author, "", p.Title}
	if p.Message == "" {
		return lines
	}
	return append(append(lines, ""), strings.Split(p.Message, "\n")...)
}

// diffLines hands the lines of a diff as it is compared to f. A patch without a diff, such as a pull request, is
// compared by its message. size is how many lines git counts.
func (p *Patch) diffLines(files []difftext.File, f func(line string)) (size int) {
	if len(files) == 0 {
		for _, l := range p.messageLines() {
			f(l)
			size++
		}
		return size
	}
	for i := range files {
		if i > 0 {
			f("") // git puts it between files; it does not count
		}
		size += eachLine(&files[i], f)
	}
	return size
}

// longestName is how much of a file's name each of its hunks repeats. A name of a MiB could have a hundred thousand
// hunks.
const longestName = 255

// eachLine hands the lines of a file to f as git range-diff shows them, and returns how many there are.
func eachLine(f *difftext.File, each func(line string)) (n int) {
	put := func(line string) {
		each(line)
		n++
	}
	put(heading(f))
	if f.Binary != "" {
		sum := sha256.Sum256([]byte(f.Binary))
		put(" Binary contents " + hex.EncodeToString(sum[:8]))
	}
	name := f.Name()
	name = name[:min(len(name), longestName)]
	for i := range f.Hunks {
		h := &f.Hunks[i]
		begin := "@@"
		if h.Section != "" {
			begin += " " + name + ":" + h.Section
		}
		put(begin)
		for _, l := range h.Lines {
			if l[0] == '\\' {
				l = " " + l
			}
			put(l)
		}
	}
	return n
}

// heading names a file and says what else becomes of it.
func heading(f *difftext.File) string {
	name := f.Name()
	switch {
	case f.IsNew:
		name += " (new)"
	case f.IsDeleted:
		name += " (deleted)"
	case f.IsRename:
		name = f.Old + " => " + f.New
	}
	if f.OldMode != "" && f.NewMode != "" && f.OldMode != f.NewMode {
		name += " (mode change " + f.OldMode + " => " + f.NewMode + ")"
	}
	return " ## " + name + " ##"
}
