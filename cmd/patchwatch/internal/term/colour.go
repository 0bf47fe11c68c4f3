package term

import "strings"

// Colour is a parameter of the terminal's SGR (ECMA-48, 8.3.117).
type Colour string

const (
	Bold   Colour = "1"
	Dim    Colour = "2"
	Red    Colour = "31"
	Green  Colour = "32"
	Yellow Colour = "33"
	Cyan   Colour = "36"
)

// Paint colours text that has been made harmless already.
func (s Screen) Paint(colour Colour, text string) string {
	if !s.Colour || colour == "" || text == "" {
		return text
	}
	return "\x1b[" + string(colour) + "m" + text + "\x1b[m"
}

// PaintDiff colours the lines of a diff as git does.
func (s Screen) PaintDiff(diff string) string {
	if !s.Colour {
		return diff
	}
	var b strings.Builder
	for line := range strings.Lines(diff) {
		text := strings.TrimSuffix(line, "\n")
		b.WriteString(s.Paint(diffColour(text), text) + line[len(text):])
	}
	return b.String()
}

func diffColour(line string) Colour {
	for _, c := range []struct {
		begins string
		colour Colour
	}{
		{"diff ", Bold}, {"index ", Bold}, {"--- ", Bold}, {"+++ ", Bold}, {"@@", Cyan}, {"+", Green}, {"-", Red},
	} {
		if strings.HasPrefix(line, c.begins) {
			return c.colour
		}
	}
	return ""
}
