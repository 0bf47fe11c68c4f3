package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"
)

// screen is what standard output is for whoever looks at it, and stays that when a pager comes between.
type screen struct {
	there  bool // a person looks: what is written is made harmless
	width  int  // cells in a line; 0 where lines may be any length
	colour bool
}

func screenOf(out *os.File) screen {
	if !isTerminal(out) {
		return screen{}
	}
	s := screen{there: true, colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"} // https://no-color.org
	s.width, _, _ = term.GetSize(int(out.Fd()))
	return s
}

// isTerminal tells whether a person looks at what is written there.
func isTerminal(to io.Writer) bool {
	f, isFile := to.(*os.File)
	return isFile && term.IsTerminal(int(f.Fd()))
}

// Colours, as parameters of the terminal's SGR (ECMA-48, 8.3.117).
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

// paint colours text that has been made harmless already.
func (s screen) paint(colour, text string) string {
	if !s.colour || colour == "" || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[m"
}

var stateColours = map[string]string{
	"under-review": cyan, "accepted": green, "rejected": red, "changes-requested": yellow,
	"superseded": dim, "not-applicable": dim, "deferred": dim,
}

// paintDiff colours the lines of a diff as git does.
func (s screen) paintDiff(diff string) string {
	if !s.colour {
		return diff
	}
	var b strings.Builder
	for line := range strings.Lines(diff) {
		text := strings.TrimSuffix(line, "\n")
		b.WriteString(s.paint(diffColour(text), text) + line[len(text):])
	}
	return b.String()
}

func diffColour(line string) string {
	for _, c := range []struct{ begins, colour string }{
		{"diff ", bold}, {"index ", bold}, {"--- ", bold}, {"+++ ", bold}, {"@@", cyan}, {"+", green}, {"-", red},
	} {
		if strings.HasPrefix(line, c.begins) {
			return c.colour
		}
	}
	return ""
}

// paged lets a person at a terminal read what f writes in a pager: $PAGER, or less where that is not set. An empty one, and
// cat, are none. Others get it on standard output.
func (a *app) paged(f func(out io.Writer) error) error {
	pager, said := os.LookupEnv("PAGER")
	if !said {
		pager = "less"
		if _, err := exec.LookPath(pager); err != nil {
			pager = ""
		}
	}
	if !a.screen.there || pager == "" || pager == "cat" {
		return f(a.out)
	}
	return a.through(pager, f)
}

func (a *app) through(pager string, f func(out io.Writer) error) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	c := exec.Command("sh", "-c", pager)
	c.Stdin, c.Stdout, c.Stderr = r, a.out, a.err
	c.Env = os.Environ()
	if os.Getenv("LESS") == "" {
		c.Env = append(c.Env, "LESS=FRX") // as git has it: no pager for what fits the screen, and colours
	}
	if err := c.Start(); err != nil {
		return err
	}
	r.Close()
	signal.Ignore(os.Interrupt) // Ctrl-C is a key of the pager's now, which would lose the terminal if this process ended first
	err = f(w)
	w.Close()
	ended := c.Wait()
	switch {
	case err != nil && !errors.Is(err, syscall.EPIPE): // at which it was left before the end
		return err
	case ended != nil:
		return fmt.Errorf("the pager, %s: %w", pager, ended)
	}
	return nil
}
