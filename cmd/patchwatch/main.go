// Command patchwatch turns a mailing list's mail into a patch tracker. Each command has a file; what is not flags and
// wiring is in the rooms below internal. All other rooms meet here: watcher delivers bytes, ingest reads them, db
// stores them.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
)

func main() {
	runProcess(newApp(os.Stdin, os.Stdout, os.Stderr))
}

// runProcess executes the command line that this process was started with, and ends the process.
func runProcess(a *app) {
	os.Exit(a.run(interruptible(a.err), os.Args[1:]))
}

// Exit codes. 75 is EX_TEMPFAIL of sysexits.h, at which an MTA keeps the mail and tries again; 130 is what shells
// report for SIGINT, and means that a second signal ended the program. A command that only reads ends with 128 plus
// the number of the first signal.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitTempFail = 75
	exitAtOnce   = 130
)

// run executes one command line and gives its exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.command()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	var code exitCode
	if errors.As(err, &code) {
		return int(code)
	}
	if why, ok := wasReading(ctx); ok {
		fmt.Fprintln(a.err, "patchwatch: interrupted")
		return why.code()
	}
	if ctx.Err() != nil { // whatever error this led to
		err = errors.New("interrupted before all was done; what was done is kept, and the same command goes on from there")
	}
	fmt.Fprintf(a.err, "patchwatch: %s\n", errorInWords(err))
	if !a.started { // cobra refused the command line before any command ran
		return exitUsage
	}
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// errorInWords makes an error one line, unless it is a list. That something is a conflict is for programs: its sentence
// says what is in the way.
func errorInWords(err error) string {
	var many *view.AmbiguousError
	if errors.As(err, &many) {
		return term.PrintableText(many.Error())
	}
	return term.Printable(strings.TrimSuffix(err.Error(), ": "+db.ErrConflict.Error()))
}

// exitCode ends the program without another word: all has been said.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// usageError is a mistake in the command line that a command itself has found.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }
