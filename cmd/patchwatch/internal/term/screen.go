package term

import (
	"io"
	"os"

	xterm "golang.org/x/term"
)

// Screen is where standard output is shown, if anywhere. It stays the same when a pager comes between.
type Screen struct {
	There  bool // a person looks at it
	Width  int  // cells in a line; 0 where lines may be any length
	Colour bool
}

// ScreenOf returns the screen of a file.
func ScreenOf(out *os.File) Screen {
	if !IsTerminal(out) {
		return Screen{}
	}
	s := Screen{There: true, Colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"} // https://no-color.org
	s.Width, _, _ = xterm.GetSize(int(out.Fd()))
	return s
}

// IsTerminal reports whether what is written is shown on a terminal.
func IsTerminal(to io.Writer) bool {
	f, isFile := to.(*os.File)
	return isFile && xterm.IsTerminal(int(f.Fd()))
}
