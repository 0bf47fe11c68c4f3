package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"

	"github.com/spf13/cobra"

	"patchwatch/db"
)

func (a *app) dumpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "dump",
		Short: "Write the canonical dump: the same for the same mails",
		Long: `Writes all that is known as JSON Lines, a record a line, sorted. It holds no row numbers and no time of the clock:
two databases that were given the same mails, in whatever order, dump the same bytes.`,
		Example: "  patchwatch dump > today.jsonl",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error { return spool(cmd.Context(), s, &jsonEscaper{to: os.Stdout}) })
		},
	}
}

// spool writes the dump to a file first: a dump is one view of the database, and as long as that is open the log beside the
// database can't be cut back. Whoever reads our output may take his time.
func spool(ctx context.Context, s *db.Store, out io.Writer) error {
	f, err := os.CreateTemp("", "patchwatch-dump-")
	if err != nil {
		return fmt.Errorf("make a file for the dump: %w", err)
	}
	defer f.Close()
	if err := os.Remove(f.Name()); err != nil { // so that it goes with us
		return err
	}
	if err := s.Dump(ctx, f); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = io.Copy(out, f)
	return err
}

func (a *app) compareCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "compare A B",
		Short: "Compare two databases or dumps",
		Long: `Compares two databases, or dumps of them (also compressed with gzip), and prints each difference: "-" before what
only A has, "+" before what only B has. Exit 1 if there is any.`,
		Example: "  patchwatch compare patches.db imported.db\n  patchwatch compare yesterday.jsonl patches.db",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			x, err := dumpOf(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			y, err := dumpOf(cmd.Context(), args[1])
			if err != nil {
				return err
			}
			return printDifferences(x, y)
		},
	}
}

func printDifferences(x, y []byte) error {
	onlyX, onlyY := db.DiffDumps(x, y)
	out := bufio.NewWriter(os.Stdout)
	for _, l := range onlyX {
		fmt.Fprintf(out, "- %s\n", printable(l))
	}
	for _, l := range onlyY {
		fmt.Fprintf(out, "+ %s\n", printable(l))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if n := len(onlyX) + len(onlyY); n > 0 {
		fmt.Fprintf(os.Stderr, "%s\n", count(n, "difference"))
		return exitCode(exitFailed)
	}
	fmt.Printf("no difference in %s\n", count(bytes.Count(x, []byte("\n")), "record"))
	return nil
}

// dumpOf reads a dump, or makes it from a database.
func dumpOf(ctx context.Context, path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	magic, _ := in.Peek(16)
	if string(magic) == "SQLite format 3\x00" {
		return dumpOfDatabase(ctx, path)
	}
	var r io.Reader = in
	if bytes.HasPrefix(magic, []byte{0x1f, 0x8b}) {
		if r, err = gzip.NewReader(in); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(text) > 0 && text[0] != '{' {
		return nil, fmt.Errorf("%s is neither a patchwatch database nor a dump of one", path)
	}
	return sortLines(text), nil
}

func dumpOfDatabase(ctx context.Context, path string) (text []byte, err error) {
	s, err := db.OpenReadOnly(ctx, path)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = s.Dump(ctx, &jsonEscaper{to: &out})
	return sortLines(out.Bytes()), errors.Join(err, s.Close())
}

// sortLines sorts a dump that somebody has edited or put together; one of ours is sorted already.
func sortLines(text []byte) []byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	if n := len(lines); n > 0 && len(lines[n-1]) == 0 {
		lines = lines[:n-1]
	} else if n > 0 {
		lines[n-1] = append(lines[n-1][:len(lines[n-1]):len(lines[n-1])], '\n')
	}
	sort.SliceStable(lines, func(i, j int) bool { return bytes.Compare(lines[i], lines[j]) < 0 })
	return bytes.Join(lines, nil)
}
