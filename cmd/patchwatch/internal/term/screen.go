package term

import (
	"io"
	"os"

	xterm "golang.org/x/term"
)

// Screen is what standard output is for whoever looks at it, and stays that when a pager comes between.
type Screen struct {
	There  bool // a person looks: what is written is made harmless
	Width  int  // cells in a line; 0 where lines may be any length
	Colour bool
}

// ScreenOf looks at what a file is.
func ScreenOf(out *os.File) Screen {
	if !IsTerminal(out) {
		return Screen{}
	}
	s := Screen{There: true, Colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"} // https://no-color.org
	s.Width, _, _ = xterm.GetSize(int(out.Fd()))
	return s
}

// IsTerminal tells whether a person looks at what is written there.
func IsTerminal(to io.Writer) bool {
	f, isFile := to.(*os.File)
	return isFile && xterm.IsTerminal(int(f.Fd()))
}
