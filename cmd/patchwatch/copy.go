package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
)

func (a *app) copyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "copy FROM TO",
		Short: "Copy all of a database into another, whatever engine either has",
		Long: `Copies mails with their bytes, decisions, accounts, the log, events and all else, each with its number, into a
database that is new or empty. Then both are compared row by row, and by their dumps. FROM is only read.

A copy that was broken off goes on when it is begun again. If FROM is written meanwhile, TO has what FROM had when the
copy began: stop what writes to FROM and copy once more, which takes along only what came since. Until a copy is whole
and proved the same, nothing but copy opens TO.`,
		Example: `  patchwatch copy patches.db postgres://patchwatch@db.example.org/patches
  patchwatch copy postgres://patchwatch@db.example.org/patches laptop.db`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.copyDatabase(cmd.Context(), args[0], args[1])
		},
	}
}

func (a *app) copyDatabase(ctx context.Context, from, to string) error {
	s, err := engines.OpenReadOnly(ctx, from)
	if errors.Is(err, db.ErrNotExist) {
		return fmt.Errorf("there is no database %s", engines.Shown(from))
	}
	if err != nil {
		return err
	}
	defer s.Close()
	useEnvironment(s)
	target, err := engines.OpenEngine(ctx, to)
	if err != nil {
		return err
	}
	defer target.Close()
	from, to = engines.Shown(from), engines.Shown(to)
	p := &copyProgress{app: a}
	out, err := s.CopyTo(ctx, target, p.tell)
	p.clear()
	if err != nil {
		return fmt.Errorf("copy %s to %s: %w", from, to, err)
	}
	if out.Behind {
		return fmt.Errorf("%s was written meanwhile, so %s is not whole yet: stop what writes to it and copy once more; "+
			"only what has come since is left to do", from, to)
	}
	fmt.Fprintf(a.out, "%s has all of %s: %s, and all the rest; every row, every number and the %s of the dump "+
		"are the same\n", term.Printable(to), term.Printable(from), rowsInWords(out.Rows), term.Count(out.Records, "record"))
	return nil
}

// rowsInWords names the kinds of rows that people know.
func rowsInWords(rows map[string]int) string {
	var words []string
	for _, kind := range [][2]string{{"mail", "mails"}, {"series", "series"}, {"decision", "decisions"},
		{"account", "accounts"}, {"log entry", "log entries"}, {"event", "events"}} {
		switch n := rows[kind[1]]; n {
		case 0:
		case 1:
			words = append(words, "1 "+kind[0])
		default:
			words = append(words, fmt.Sprintf("%d %s", n, kind[1]))
		}
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}

// copyProgress shows first how far the copy is, then how far it is compared.
type copyProgress struct {
	app   *app
	what  string
	shown *term.Progress
}

func (p *copyProgress) tell(what string, done, total int) {
	if p.what != what {
		p.clear()
		p.what, p.shown = what, p.app.newProgress(what, "mails")
	}
	p.shown.Tell(done, total)
}

func (p *copyProgress) clear() {
	if p.shown != nil {
		p.shown.Clear()
	}
}
