package rangediff

import (
	"strings"

	"patchwatch/track/difftext"
)

// Changes are what differs between the two patches of a pair.
type Changes struct {
	Message []Hunk // author, title and message
	Diff    []Hunk // a diff between the diffs: its lines begin with the marks that they have there
}

// A Hunk is a few changed lines with up to three equal ones around them.
type Hunk struct {
	Section string // where in the diff it is: a file, or a file and what git says stands there; may be empty
	Lines   []Line
}

// A Line of a hunk has ' ' as Op if both have it, '-' if only the old text has it, '+' if only the new one.
type Line struct {
	Op   byte
	Text string // without its end; it may hold any bytes
}

// Compare says what differs between two patches. It holds both texts.
func Compare(old, new Patch) Changes {
	var c Changes
	c.Message = Texts(old.messageLines(), new.messageLines())
	oldFiles, newFiles := difftext.Read(old.Diff), difftext.Read(new.Diff)
	if len(oldFiles) == 0 && len(newFiles) == 0 {
		return c
	}
	var a, b []string
	old.diffLines(oldFiles, func(line string) { a = append(a, line) })
	new.diffLines(newFiles, func(line string) { b = append(b, line) })
	c.Diff = compareTexts(a, b, sectionOf)
	return c
}

// Texts says what differs between two texts, given by their lines.
func Texts(old, new []string) []Hunk {
	return compareTexts(old, new, func(string) string { return "" })
}

// sectionOf is the section that a line of a diff begins, or nothing.
func sectionOf(line string) string {
	if name, ok := strings.CutPrefix(line, " ## "); ok {
		if name, ok = strings.CutSuffix(name, " ##"); ok {
			return name
		}
	}
	if place, ok := strings.CutPrefix(line, "@@ "); ok {
		return place
	}
	return ""
}

// compareTexts makes hunks of two texts. section tells the name of the section that a line begins; a hunk is in that of
// the lines before it.
func compareTexts(a, b []string, section func(string) string) []Hunk {
	d, old, new := number(a, b)
	d.compare(old, new)
	var out []Hunk
	changes := d.changes(nil)
	name, seen := "", 0
	for len(changes) > 0 {
		n := extent(changes)
		from, h := hunkOf(changes[:n], a, b)
		for ; seen < from; seen++ {
			if s := section(a[seen]); s != "" {
				name = s
			}
		}
		h.Section = name
		out = append(out, h)
		changes = changes[n:]
	}
	return out
}

// number gives equal lines equal numbers.
func number(a, b []string) (d *lineDiff, old, new []int32) {
	ids := map[string]int32{}
	of := func(lines []string) []int32 {
		out := make([]int32, len(lines))
		for i, l := range lines {
			id, ok := ids[l]
			if !ok {
				id = int32(len(ids))
				ids[l] = id
			}
			out[i] = id
		}
		return out
	}
	old, new = of(a), of(b)
	return newLineDiff(len(ids)), old, new
}

// hunkOf makes one hunk of changes. from is the index of its first line in a.
func hunkOf(changes []change, a, b []string) (from int, h Hunk) {
	add := func(op byte, lines []string) {
		for _, l := range lines {
			h.Lines = append(h.Lines, Line{op, l})
		}
	}
	first, last := changes[0], changes[len(changes)-1]
	from = first.oldFrom - min(context, first.oldFrom, first.newFrom)
	at := from
	for _, c := range changes {
		add(' ', a[at:c.oldFrom])
		add('-', a[c.oldFrom:c.oldTo])
		add('+', b[c.newFrom:c.newTo])
		at = c.oldTo
	}
	add(' ', a[at:at+min(context, len(a)-last.oldTo, len(b)-last.newTo)])
	return from, h
}
