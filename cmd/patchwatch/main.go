// Command patchwatch turns a mailing list's mail into a patch tracker. The rooms meet here: watcher gives bytes, ingest
// reads them, db stores them. A file per command.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
)

func main() {
	runProcess(newApp(os.Stdin, os.Stdout, os.Stderr))
}

// runProcess executes the command line that this process was started with, and ends the process.
func runProcess(a *app) {
	os.Exit(a.run(interruptible(a.err), os.Args[1:]))
}

// Exit codes: done, failed, wrong usage, sysexits' EX_TEMPFAIL, at which an MTA keeps the mail and tries again, and
// what shells say of SIGINT, after a second signal. A command that only reads ends with 128 and the number of the
// first one.
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
	if ctx.Err() != nil { // whatever the errors are that this led to
		err = errors.New("interrupted before all was done; what was done is kept, and the same command goes on from there")
	}
	fmt.Fprintf(a.err, "patchwatch: %s\n", errorInWords(err))
	if !a.started { // cobra found the words wrong, before any command ran
		return exitUsage
	}
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// errorInWords makes an error one line, but for those that are a list.
func errorInWords(err error) string {
	var many *view.ManyError
	if errors.As(err, &many) {
		return term.PrintableText(many.Error())
	}
	return term.Printable(err.Error())
}

// exitCode ends the program when all has been said already.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// usageError is a mistake in the command line that a command itself has found.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }
