package main

import (
	"bufio"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [MAILDIR...]",
		Short: "Prove that nothing is lost",
		Long: `Looks at every file in cur: is it stored, byte for byte? At every mail in failed: is there a reason? At every
stored mail: is it what was delivered? And whether the derived rows are what a rebuild makes, and the database file is
sound. It changes nothing, and may run beside a watcher; for the rebuild it makes a copy without the mails' bytes in the
database's folder, and asks first whether there is room. Without a MAILDIR it means those that were last watched into
the database. Exit 1 if anything is wrong.`,
		Example: "  patchwatch check\n  patchwatch check ~/Maildir",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.readingWith(cmd.Context(), tidiedUp, func(s *db.Store) error { return a.check(cmd.Context(), s, args) })
		},
	}
}

func (a *app) check(ctx context.Context, s *db.Store, dirs []string) error {
	watched, err := ops.WatchedDirs(ctx, s, a.hostName(), dirs)
	if err != nil {
		return err
	}
	found := &db.Checked{}
	for _, m := range watched {
		p := a.newProgress("check "+m.Path, "files")
		line, err := ops.CheckMaildir(ctx, s, m.Path, found, p.Tell)
		p.Clear()
		if err != nil {
			return err
		}
		fmt.Fprintln(a.out, line)
	}
	p := a.newProgress("check", "mails")
	checked, err := s.Check(ctx, p.Tell)
	p.Clear()
	if err != nil {
		return err
	}
	by := "the file by SQLite"
	if !engines.IsFile(a.db) {
		by = "that each mail has its bytes by the server"
	}
	fmt.Fprintf(a.out, "%s: %s against their SHA-256, derived rows against a rebuild, %s\n", s.Path(),
		term.Count(checked.Mails, "stored mail"), by)
	return a.report(append(found.Faults, checked.Faults...), found.More+checked.More)
}

// report prints the faults, and how many more there are.
func (a *app) report(faults []db.Fault, more int) error {
	if len(faults) == 0 {
		fmt.Fprintln(a.out, "nothing is lost, nothing is wrong")
		return nil
	}
	out := bufio.NewWriter(a.out)
	for _, f := range faults {
		fmt.Fprintf(out, "WRONG: %s\n       what to do: %s\n", term.Printable(f.What), term.Printable(f.Do))
	}
	if more > 0 {
		fmt.Fprintf(out, "WRONG: %d more like these\n", more)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.err, "%s\n", term.Count(len(faults)+more, "fault"))
	return exitCode(exitFailed)
}
