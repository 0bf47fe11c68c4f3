package main

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
)

// printJSON writes a value for programs, indented, and safe to look at.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(&jsonEscaper{to: w})
	e.SetEscapeHTML(false) // Message-IDs keep their angle brackets
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// table is rows of cells under headings, in aligned columns. One column takes what room is left; its cells are
// shortened to fit the screen.
type table struct {
	headings []string
	rows     [][]string
	flexible int // index of that column
	whole    int // index of the column that is typed into other commands, which is never shortened

	colour func(column int, cell string) string // of a cell below the headings; nil: none has any
}

func (t *table) row(cells ...string) {
	for i := range cells {
		cells[i] = printable(cells[i])
	}
	t.rows = append(t.rows, cells)
}

const gap = "  "

func (t *table) print(w io.Writer, s screen) error {
	widths := t.widths()
	t.fit(widths, s.width)
	out := bufio.NewWriter(w)
	for n, r := range append([][]string{t.headings}, t.rows...) {
		var line strings.Builder
		for i, cell := range r {
			cell = shorten(cell, widths[i])
			line.WriteString(s.paint(t.colourOf(n, i, r[i]), cell))
			line.WriteString(strings.Repeat(" ", widths[i]-columns(cell)) + gap)
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return out.Flush()
}

func (t *table) colourOf(row, column int, cell string) string {
	switch {
	case row == 0:
		return bold
	case t.colour != nil:
		return t.colour(column, cell)
	}
	return ""
}

func (t *table) widths() []int {
	widths := make([]int, len(t.headings))
	for _, r := range append([][]string{t.headings}, t.rows...) {
		for i, cell := range r {
			widths[i] = max(widths[i], columns(cell))
		}
	}
	return widths
}

// fit narrows columns so that lines fit a screen: the flexible one down to 20 cells, then whichever is the widest but for
// that which stays whole; none below 10, which is a date, and where nothing could be read.
func (t *table) fit(widths []int, screen int) {
	if screen == 0 {
		return
	}
	total := len(gap) * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	if over := total - screen; over > 0 {
		narrow := max(min(20, widths[t.flexible]), widths[t.flexible]-over)
		total -= widths[t.flexible] - narrow
		widths[t.flexible] = narrow
	}
	for ; total > screen; total-- {
		widest := t.flexible
		for i := range widths {
			if widths[i] > widths[widest] && i != t.whole {
				widest = i
			}
		}
		if widths[widest] <= 10 {
			return
		}
		widths[widest]--
	}
}
