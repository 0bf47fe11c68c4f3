package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/watcher"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [MAILDIR...]",
		Short: "Prove that nothing is lost",
		Long: `Looks at every file in cur: is it stored, byte for byte? At every mail in failed: is there a reason? At every stored
mail: is it what was delivered? And whether the derived rows are what a rebuild makes, and the database file is sound.
It changes nothing, and may run beside a watcher; for the rebuild it makes a copy without the mails' bytes in the
database's folder, and asks first whether there is room. Without a MAILDIR it means those that were last watched into
the database. Exit 1 if anything is wrong.`,
		Example: "  patchwatch check\n  patchwatch check ~/Maildir",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.readingWith(cmd.Context(), tidiedUp, func(s *db.Store) error { return a.check(cmd.Context(), s, args) })
		},
	}
}

func (a *app) check(ctx context.Context, s *db.Store, dirs []string) error {
	watched, err := watchedDirs(ctx, s, dirs)
	if err != nil {
		return err
	}
	found := &db.Checked{}
	for _, m := range watched {
		if err := a.checkMaildir(ctx, s, m.Path, found); err != nil {
			return err
		}
	}
	p := a.newProgress("check", "mails")
	checked, err := s.Check(ctx, p.Tell)
	p.Clear()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: %s against their SHA-256, derived rows against a rebuild, the file by SQLite\n", s.Path(), term.Count(checked.Mails, "stored mail"))
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

func (a *app) checkMaildir(ctx context.Context, s *db.Store, dir string, found *db.Checked) error {
	stored, err := a.checkCur(ctx, s, dir, found)
	if err != nil {
		return err
	}
	failed, err := watcher.Failed(dir)
	if err != nil {
		return err
	}
	for _, m := range failed {
		if m.Reason == "" {
			found.Fault("move it to new, to have it tried again", "%s is in failed without a reason", filepath.Join(dir, "failed", m.Name))
		}
	}
	queue, err := watcher.Waiting(dir)
	if err != nil {
		return err
	}
	dropped, err := watcher.CountDropped(dir)
	if err != nil {
		return err
	}
	said := ""
	if dropped > 0 {
		said = fmt.Sprintf(", %d dropped", dropped)
	}
	fmt.Fprintf(a.out, "%s: %s in cur, %d failed, %d waiting in new%s\n", term.Printable(dir), term.Count(stored, "mail"), len(failed), queue.Mails, said)
	return nil
}

// checkCur asks for every file in cur whether the database has its bytes. It does so in pieces, so that memory stays
// small, and the pieces are large, since the database looks through all its mails for each.
func (a *app) checkCur(ctx context.Context, s *db.Store, dir string, found *db.Checked) (seen int, err error) {
	cur, err := watcher.OpenListing(filepath.Join(dir, "cur"))
	if err != nil {
		return 0, err
	}
	defer cur.Close()
	p := a.newProgress("check "+dir, "files")
	defer p.Clear()
	const piece = 50_000
	for {
		entries, err := cur.ReadDir(piece)
		if err == io.EOF {
			return seen, nil
		}
		if err != nil {
			return seen, err
		}
		if err := checkFiles(ctx, s, cur.Name(), entries, found); err != nil {
			return seen, err
		}
		seen += len(entries)
		p.Tell(seen, 0)
	}
}

func checkFiles(ctx context.Context, s *db.Store, dir string, entries []fs.DirEntry, found *db.Checked) error {
	var names []string
	var sums [][sha256.Size]byte
	buffer := make([]byte, 64<<10)
	for _, e := range entries {
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		sum, err := sumOfFile(filepath.Join(dir, e.Name()), buffer)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, watcher.ErrNoFile) {
			continue // somebody has moved it meanwhile
		}
		if err != nil {
			return err
		}
		names = append(names, e.Name())
		sums = append(sums, sum)
	}
	held, err := s.Holds(ctx, sums)
	for i := range held {
		if !held[i] {
			found.Fault("move it to new, where a watcher stores it", "%s is not stored", filepath.Join(dir, names[i]))
		}
	}
	return err
}

// sumOfFile reads a file piece by piece: in cur it can be of any size.
func sumOfFile(path string, buffer []byte) (sum [sha256.Size]byte, err error) {
	f, _, err := watcher.OpenFile(path)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.CopyBuffer(h, struct{ io.Reader }{f}, buffer) // without the struct it would make a buffer of its own
	return [sha256.Size]byte(h.Sum(nil)), err
}
