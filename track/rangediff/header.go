package rangediff

import (
	"cmp"
	"fmt"
	"strings"
)

// Header returns the lines before the hunks of a file, as git diff writes them.
func (f *FileDiff) Header() []string {
	old, new := "a/"+cmp.Or(f.Old, f.New), "b/"+cmp.Or(f.New, f.Old)
	lines := []string{"diff --git " + quote(old) + " " + quote(new)}
	switch {
	case f.Old == "":
		old, lines = "/dev/null", append(lines, "new file mode "+cmp.Or(f.NewMode, usualMode))
	case f.New == "":
		new, lines = "/dev/null", append(lines, "deleted file mode "+cmp.Or(f.OldMode, usualMode))
	case f.OldMode != f.NewMode:
		lines = append(lines, "old mode "+f.OldMode, "new mode "+f.NewMode)
	}
	if f.Old != "" && f.New != "" && f.Old != f.New {
		lines = append(lines, "rename from "+quote(f.Old), "rename to "+quote(f.New))
	}
	if len(f.Hunks) > 0 {
		lines = append(lines, "--- "+quote(old), "+++ "+quote(new))
	}
	return lines
}

const usualMode = "100644" // of a file that is no program

// Header returns the line before the lines of a hunk.
func (h *FileHunk) Header() string {
	return fmt.Sprintf("@@ -%d,%d +%d,%d @@", h.OldStart, h.OldCount, h.NewStart, h.NewCount)
}

// quote quotes a name as git does (core.quotePath in git-config(1)) if it is not plain ASCII.
func quote(name string) string {
	plain := func(c byte) bool { return ' ' <= c && c < 0x7f && c != '"' && c != '\\' }
	var b strings.Builder
	for i := range len(name) {
		switch c := name[i]; {
		case plain(c):
			b.WriteByte(c)
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\%03o`, c)
		}
	}
	if b.Len() == len(name) {
		return name
	}
	return `"` + b.String() + `"`
}
