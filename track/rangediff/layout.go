package rangediff

import (
	"slices"
	"sort"
	"strings"
)

// A stretch is some known lines, and behind them unknown lines of the base. Two versions of a file that are laid out
// over the same base have stretches that correspond one by one.
type stretch struct {
	lines []string
	gap   int
}

// laidOut is a file with the lines filled in that the other version shows. Ranges that neither shows are cut where
// those of the other are.
func (o *overlay) laidOut(base []baseLine, other *overlay) []stretch {
	cuts := append(o.cuts(nil), other.cuts(nil)...)
	for _, l := range base {
		cuts = append(cuts, l.at, l.at+1)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []stretch
	var at stretch
	for _, p := range o.pieces {
		if p.text != nil {
			at.lines = append(at.lines, p.text...)
			continue
		}
		for p.lines > 0 {
			i := sort.Search(len(base), func(i int) bool { return base[i].at >= p.base })
			if i < len(base) && base[i].at == p.base {
				at.lines = append(at.lines, base[i].text)
				_, p = p.cut(1)
				continue
			}
			next := sort.SearchInts(cuts, p.base+1)
			n := p.lines
			if next < len(cuts) {
				n = min(n, cuts[next]-p.base)
			}
			at.gap = n
			out, at = append(out, at), stretch{}
			_, p = p.cut(n)
		}
	}
	return append(out, at)
}

// cuts appends where ranges of unknown lines begin and end.
func (o *overlay) cuts(out []int) []int {
	for _, p := range o.pieces {
		if p.text == nil {
			out = append(out, p.base, p.base+p.lines)
		}
	}
	return out
}

// fileHunks compares two versions stretch by stretch.
func fileHunks(a, b []stretch) (out []FileHunk) {
	oldLine, newLine := 1, 1
	for i := range min(len(a), len(b)) {
		out = appendHunks(out, a[i].lines, b[i].lines, oldLine, newLine)
		oldLine += len(a[i].lines) + a[i].gap
		newLine += len(b[i].lines) + b[i].gap
	}
	return out
}

func appendHunks(out []FileHunk, a, b []string, oldLine, newLine int) []FileHunk {
	if slices.Equal(a, b) {
		return out
	}
	d, old, new := number(a, b)
	d.compare(old, new)
	for changes := d.changes(nil); len(changes) > 0; {
		n := extent(changes)
		from, h := hunkOf(changes[:n], a, b)
		f := FileHunk{OldStart: oldLine + from, NewStart: newLine + from + changes[0].newFrom - changes[0].oldFrom}
		for _, l := range h.Lines {
			if l.Op != '+' {
				f.OldCount++
			}
			if l.Op != '-' {
				f.NewCount++
			}
			text, end, noEnd := strings.Cut(l.Text, "\n")
			f.Lines = append(f.Lines, Line{l.Op, text})
			if noEnd {
				f.Lines = append(f.Lines, Line{'\\', strings.TrimPrefix(end, `\`)})
			}
		}
		if f.OldCount == 0 { // the line before is named, as in any diff
			f.OldStart--
		}
		if f.NewCount == 0 {
			f.NewStart--
		}
		out = append(out, f)
		changes = changes[n:]
	}
	return out
}
