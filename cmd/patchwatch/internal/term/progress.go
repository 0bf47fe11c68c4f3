package term

import (
	"fmt"
	"io"
	"time"
)

// Progress shows how far a long job is, usually on standard error. On a terminal it is one line that is written over;
// elsewhere it is a line every few seconds, so that a log is not filled.
type Progress struct {
	what     string
	unit     string
	to       io.Writer
	terminal bool
	started  time.Time
	last     time.Time
	shown    bool
}

// NewProgress starts the clock. Nothing is shown yet.
func NewProgress(to io.Writer, what, unit string) *Progress {
	return &Progress{what: what, unit: unit, to: to, terminal: IsTerminal(to), started: time.Now(), last: time.Now()}
}

// Tell says how many are done, of how many (0: not known).
func (p *Progress) Tell(done, total int) {
	share := 0.0
	if total > 0 {
		share = float64(done) / float64(total)
	}
	p.TellShare(done, share)
}

// TellShare says how many are done, and which share of the whole that is (0: not known).
func (p *Progress) TellShare(done int, share float64) {
	every := 5 * time.Second
	if p.terminal {
		every = 100 * time.Millisecond
	}
	now := time.Now()
	if now.Sub(p.last) < every {
		return
	}
	p.last, p.shown = now, true
	p.write(p.line(done, share, now.Sub(p.started)))
}

func (p *Progress) line(done int, share float64, took time.Duration) string {
	line := fmt.Sprintf("%s: %d %s", p.what, done, p.unit)
	if share > 0 {
		line += fmt.Sprintf(", %.0f %%", 100*share)
	}
	if s := took.Seconds(); s > 0 {
		line += fmt.Sprintf(", %.0f a second", float64(done)/s)
	}
	if share > 0 && share < 1 {
		left := time.Duration(float64(took) * (1 - share) / share)
		line += fmt.Sprintf(", %s left", left.Round(time.Second))
	}
	return line
}

func (p *Progress) write(line string) {
	if p.terminal {
		fmt.Fprintf(p.to, "\r\x1b[K%s", line) // ours, not a mail's: back to the line's beginning, erase it
	} else {
		fmt.Fprintln(p.to, line)
	}
}

// Clear removes the line from the terminal, so that other output begins on an empty line.
func (p *Progress) Clear() {
	if p.terminal && p.shown {
		fmt.Fprint(p.to, "\r\x1b[K")
		p.shown = false
	}
}

// OnTerminal reports whether the line is written over.
func (p *Progress) OnTerminal() bool { return p.terminal }
