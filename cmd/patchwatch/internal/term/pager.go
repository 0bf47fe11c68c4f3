package term

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// Paged shows a person at a terminal in a pager what f writes: in $PAGER, or in less if that is not set. If it is
// empty or cat there is no pager. Without a terminal or a pager f writes to out.
func Paged(s Screen, out, errs io.Writer, f func(out io.Writer) error) error {
	pager, said := os.LookupEnv("PAGER")
	if !said {
		pager = "less"
		if _, err := exec.LookPath(pager); err != nil {
			pager = ""
		}
	}
	if !s.There || pager == "" || pager == "cat" {
		return f(out)
	}
	return through(pager, out, errs, f)
}

func through(pager string, out, errs io.Writer, f func(out io.Writer) error) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	c := exec.Command("sh", "-c", pager)
	c.Stdin, c.Stdout, c.Stderr = r, out, errs
	c.Env = os.Environ()
	if os.Getenv("LESS") == "" {
		c.Env = append(c.Env, "LESS=FRX") // as git has it: no pager for what fits the screen, and colours
	}
	if err := c.Start(); err != nil {
		return err
	}
	r.Close()
	// Ctrl-C is a key of the pager now. If it ended this process, the pager would lose the terminal.
	signal.Ignore(os.Interrupt)
	err = f(w)
	w.Close()
	ended := c.Wait()
	switch {
	case err != nil && !errors.Is(err, syscall.EPIPE): // the pager was left before the end
		return err
	case ended != nil:
		return fmt.Errorf("the pager, %s: %w", pager, ended)
	}
	return nil
}
