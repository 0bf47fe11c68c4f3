package diffview

import "strings"

// IgnoreSpace shows lines that differ in white space only as lines that did not change, as git diff -w does. A hunk of
// which nothing is left says so.
func (f *File) IgnoreSpace() {
	for i := range f.Hunks {
		h := &f.Hunks[i]
		had := h.changes()
		h.ignoreSpace()
		h.Spaces = had && !h.changes()
	}
	f.Added, f.Removed = 0, 0
	for i := range f.Hunks {
		for _, l := range f.Hunks[i].Lines {
			switch l.Op {
			case '+':
				f.Added++
			case '-':
				f.Removed++
			}
		}
	}
}

func (h *Hunk) changes() bool {
	for i := range h.Lines {
		if op := h.Lines[i].Op; op == '+' || op == '-' {
			return true
		}
	}
	return false
}

func (h *Hunk) ignoreSpace() {
	var out []Line
	var old, new []Line
	end := func() {
		out = append(out, withoutSpace(old, new)...)
		old, new = nil, nil
	}
	for _, l := range h.Lines {
		switch {
		case l.Op == '-' && len(new) == 0:
			old = append(old, l)
		case l.Op == '+':
			new = append(new, l)
		case l.Op == '-':
			end()
			old = append(old, l)
		default:
			end()
			out = append(out, l)
		}
	}
	end()
	h.Lines = out
}

// maxSpaceCells bounds the table of the lines that are removed and added in one place.
const maxSpaceCells = 250_000

// withoutSpace returns the lines of a run with those merged that are the same but for white space: the most that can be
// in order.
func withoutSpace(old, new []Line) []Line {
	n, m := len(old), len(new)
	a, b := squeezed(old), squeezed(new)
	out := make([]Line, 0, n+m)
	from := 0
	for from < n && from < m && a[from] == b[from] {
		out = append(out, merged(&old[from], &new[from]))
		from++
	}
	old, new, a, b = old[from:], new[from:], a[from:], b[from:]
	n, m = len(old), len(new)
	if n*m > maxSpaceCells {
		return append(append(out, old...), new...)
	}
	best := make([]int32, (n+1)*(m+1))
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			best[i*(m+1)+j] = max(best[(i+1)*(m+1)+j], best[i*(m+1)+j+1])
			if a[i] == b[j] {
				best[i*(m+1)+j] = max(best[i*(m+1)+j], 1+best[(i+1)*(m+1)+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < n && j < m {
		here := best[i*(m+1)+j]
		switch {
		case a[i] == b[j] && here == 1+best[(i+1)*(m+1)+j+1]:
			out = append(out, merged(&old[i], &new[j]))
			i, j = i+1, j+1
		case here == best[(i+1)*(m+1)+j]:
			out = append(out, old[i])
			i++
		default:
			out = append(out, new[j])
			j++
		}
	}
	return append(append(out, old[i:]...), new[j:]...)
}

func merged(old, new *Line) Line {
	return Line{At: new.At, Was: old.At, Op: ' ', Old: old.Old, New: new.New, Text: new.Text}
}

func squeezed(lines []Line) []string {
	out := make([]string, len(lines))
	for i := range lines {
		out[i] = strings.Join(strings.Fields(lines[i].Text), "")
	}
	return out
}
