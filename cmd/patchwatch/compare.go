package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
)

func (a *app) compareCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "compare A B",
		Short: "Compare two databases or dumps",
		Long: `Compares two databases, or dumps of them (also compressed with gzip, and in whatever order), and prints each
difference: "-" before what only A has, "+" before what only B has. Exit 1 if there is any.`,
		Example: "  patchwatch compare patches.db imported.db\n  patchwatch compare yesterday.jsonl patches.db",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			defer onlyReading(cmd.Context(), soon)()
			x, err := linesOf(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			defer x.Close()
			y, err := linesOf(cmd.Context(), args[1])
			if err != nil {
				return err
			}
			defer y.Close()
			return a.printDifferences(x, y)
		},
	}
}

func (a *app) printDifferences(x, y *db.Lines) error {
	out := bufio.NewWriter(a.out)
	n := 0
	print := func(sign string) func(line []byte) error {
		return func(line []byte) error {
			n++
			_, err := fmt.Fprintf(out, "%s %s\n", sign, term.Printable(string(bytes.TrimSpace(line))))
			return err
		}
	}
	both, err := db.DiffLines(x, y, print("-"), print("+"))
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if n > 0 {
		fmt.Fprintf(a.err, "%s\n", term.Count(n, "difference"))
		return exitCode(exitFailed)
	}
	fmt.Fprintf(a.out, "no difference in %s\n", term.Count(both, "record"))
	return nil
}

// linesOf reads a dump, or makes it from a database.
func linesOf(ctx context.Context, path string) (*db.Lines, error) {
	if !engines.IsFile(path) {
		return linesOfDatabase(ctx, path)
	}
	f, _, err := intake.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	magic, _ := in.Peek(16)
	if string(magic) == "SQLite format 3\x00" {
		return linesOfDatabase(ctx, path)
	}
	lines, err := linesOfDump(in, bytes.HasPrefix(magic, []byte{0x1f, 0x8b}))
	if errors.Is(err, errNoDump) {
		return nil, fmt.Errorf("%s is %w", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return lines, nil
}

var errNoDump = errors.New("neither a patchwatch database nor a dump of one")

func linesOfDump(in *bufio.Reader, compressed bool) (*db.Lines, error) {
	if compressed {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = bufio.NewReader(unpacked)
	}
	switch first, err := in.Peek(1); {
	case err != nil && err != io.EOF:
		return nil, err
	case err == nil && first[0] != '{':
		return nil, errNoDump
	}
	return db.SortLines(in)
}

func linesOfDatabase(ctx context.Context, path string) (*db.Lines, error) {
	s, err := engines.OpenReadOnly(ctx, path)
	if err != nil {
		return nil, err
	}
	useEnvironment(s)
	lines, err := s.DumpLines(ctx, term.CleanJSON)
	return lines, errors.Join(err, s.Close())
}
