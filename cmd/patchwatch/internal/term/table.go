package term

import (
	"bufio"
	"io"
	"strings"
)

// Table is rows of cells under headings, in aligned columns. One column takes the room that is left; its cells are
// shortened to fit the screen.
type Table struct {
	Headings []string
	rows     [][]string
	below    map[int]string // lines below rows, by the number of the row
	Flexible int            // index of that column
	Whole    int            // index of the column that people type into other commands; it is never shortened

	Colour func(column int, cell string) Colour // of a cell below the headings; nil: none
}

// Row adds a row, and makes its cells harmless.
func (t *Table) Row(cells ...string) {
	for i := range cells {
		cells[i] = Printable(cells[i])
	}
	t.rows = append(t.rows, cells)
}

// Below adds a line below the last row, unless it is empty. On a screen it is dim, and cut where the screen ends.
func (t *Table) Below(line string) {
	if line = Printable(line); line == "" {
		return
	}
	if t.below == nil {
		t.below = map[int]string{}
	}
	t.below[len(t.rows)] = line
}

const gap = "  "

// Print writes the table so that it fits a screen.
func (t *Table) Print(w io.Writer, s Screen) error {
	widths := t.widths()
	t.fit(widths, s.Width)
	out := bufio.NewWriter(w)
	for n, r := range append([][]string{t.Headings}, t.rows...) {
		var line strings.Builder
		for i, cell := range r {
			cell = Shorten(cell, widths[i])
			line.WriteString(s.Paint(t.colourOf(n, i, r[i]), cell))
			line.WriteString(strings.Repeat(" ", widths[i]-Columns(cell)) + gap)
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		if below, is := t.below[n]; is {
			out.WriteString(indent + s.Paint(Dim, cut(below, s.Width-len(indent))) + "\n")
		}
	}
	return out.Flush()
}

// indent stands before a line below a row.
const indent = "    "

// cut shortens a line to the width of a screen; none has no width, or hardly any.
func cut(line string, width int) string {
	if width <= 0 {
		return line
	}
	return Shorten(line, width)
}

func (t *Table) colourOf(row, column int, cell string) Colour {
	switch {
	case row == 0:
		return Bold
	case t.Colour != nil:
		return t.Colour(column, cell)
	}
	return ""
}

func (t *Table) widths() []int {
	widths := make([]int, len(t.Headings))
	for _, r := range append([][]string{t.Headings}, t.rows...) {
		for i, cell := range r {
			widths[i] = max(widths[i], Columns(cell))
		}
	}
	return widths
}

// fit narrows columns so that lines fit a screen: first the flexible one down to 20 cells, then whichever is the
// widest, except the one that stays whole. None becomes narrower than 10 cells, which is a date: below that nothing
// could be read.
func (t *Table) fit(widths []int, screen int) {
	if screen == 0 {
		return
	}
	total := len(gap) * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	if over := total - screen; over > 0 {
		narrow := max(min(20, widths[t.Flexible]), widths[t.Flexible]-over)
		total -= widths[t.Flexible] - narrow
		widths[t.Flexible] = narrow
	}
	for ; total > screen; total-- {
		widest := t.Flexible
		for i := range widths {
			if widths[i] > widths[widest] && i != t.Whole {
				widest = i
			}
		}
		if widths[widest] <= 10 {
			return
		}
		widths[widest]--
	}
}
