package pages

import (
	"fmt"
	"time"
)

// Pictures are bars that the server draws as SVG: what they show stands in words beside them.

// bar is one of a picture.
type bar struct {
	Label      string // what it stands for
	Count      int
	X, Y, W, H int
	TextX      int
	CountY     int  // where its number is
	Numbered   bool // its number stands above it
}

// picture is a row of bars.
type picture struct {
	Title string
	Words string // what it says, for those who see no pictures
	Bars  []bar
	W, H  int
	Base  int // the line on which the bars stand
	Under int // where their labels are
}

// The measures of pictures, in units of SVG: all fit on a phone as they are, so that their words can be read there.
const (
	allWidth  = 320
	barHeight = 80
	barRoom   = 18 // above a bar, for its number, and below it
	numberMin = 22 // a bar that takes less has no number, unless it is the highest: it would cover the next
)

// newPicture makes bars of counts.
func newPicture(title, words string, labels []string, counts []int) picture {
	most := 1
	for _, n := range counts {
		most = max(most, n)
	}
	p := picture{Title: title, Words: words, W: allWidth, H: barHeight + 2*barRoom,
		Base: barRoom + barHeight, Under: barRoom + barHeight + 13}
	step, marked := allWidth/max(len(counts), 1), false
	for i, n := range counts {
		height := n * barHeight / most
		if n > 0 {
			height = max(height, 2)
		}
		b := bar{
			Label: labels[i], Count: n, X: i*step + step/8, Y: barRoom + barHeight - height, H: height, W: step - step/4,
			TextX: i*step + step/2, Numbered: n > 0 && (step >= numberMin || n == most && !marked),
		}
		b.CountY = b.Y - 4
		marked = marked || b.Numbered
		p.Bars = append(p.Bars, b)
	}
	return p
}

const (
	day   = 24 * time.Hour
	month = 30 * day
	year  = 365 * day
)

// inHours says how long something took.
func inHours(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	case d < 2*day:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d/day))
}
