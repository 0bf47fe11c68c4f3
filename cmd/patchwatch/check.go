package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"patchwatch/db"
	"patchwatch/watcher"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [MAILDIR...]",
		Short: "Prove that nothing is lost",
		Long: `Looks at every file in cur: is it stored, byte for byte? At every mail in failed: is there a reason? At every stored
mail: is it what was delivered? And whether the derived rows are what a rebuild makes, and the database file is sound.
It changes nothing, and may run beside a watcher. Without a MAILDIR it means those that were last watched into the
database. Exit 1 if anything is wrong.`,
		Example: "  patchwatch check\n  patchwatch check ~/Maildir",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error { return check(cmd.Context(), s, args) })
		},
	}
}

func check(ctx context.Context, s *db.Store, dirs []string) error {
	watched, err := watchedDirs(ctx, s, dirs)
	if err != nil {
		return err
	}
	var faults []db.Fault
	for _, m := range watched {
		found, err := checkMaildir(ctx, s, m.Path)
		if err != nil {
			return err
		}
		faults = append(faults, found...)
	}
	p := newProgress("check", "mails")
	checked, err := s.Check(ctx, p.tell)
	p.clear()
	if err != nil {
		return err
	}
	fmt.Printf("%s: %s against their SHA-256, derived rows against a rebuild, the file by SQLite\n", s.Path(), count(checked.Mails, "stored mail"))
	return report(append(faults, checked.Faults...))
}

func report(faults []db.Fault) error {
	if len(faults) == 0 {
		fmt.Println("nothing is lost, nothing is wrong")
		return nil
	}
	for _, f := range faults {
		fmt.Printf("WRONG: %s\n       what to do: %s\n", printable(f.What), printable(f.Do))
	}
	fmt.Fprintf(os.Stderr, "%s\n", count(len(faults), "fault"))
	return exitCode(exitFailed)
}

func checkMaildir(ctx context.Context, s *db.Store, dir string) ([]db.Fault, error) {
	stored, faults, err := checkCur(ctx, s, dir)
	if err != nil {
		return nil, err
	}
	failed, err := watcher.Failed(dir)
	if err != nil {
		return nil, err
	}
	for _, m := range failed {
		if m.Reason == "" {
			faults = append(faults, db.Fault{
				What: fmt.Sprintf("%s is in failed without a reason", filepath.Join(dir, "failed", m.Name)),
				Do:   "move it to new, to have it tried again",
			})
		}
	}
	queue, err := watcher.Waiting(dir)
	if err != nil {
		return nil, err
	}
	dropped, err := watcher.CountDropped(dir)
	if err != nil {
		return nil, err
	}
	said := ""
	if dropped > 0 {
		said = fmt.Sprintf(", %d dropped", dropped)
	}
	fmt.Printf("%s: %s in cur, %d failed, %d waiting in new%s\n", printable(dir), count(stored, "mail"), len(failed), queue.Mails, said)
	return faults, nil
}

// checkCur asks for every file in cur whether the database has its bytes. In pieces, so that memory stays small, and in large
// ones, since the database looks through all its mails for each.
func checkCur(ctx context.Context, s *db.Store, dir string) (seen int, faults []db.Fault, err error) {
	cur := filepath.Join(dir, "cur")
	entries, err := os.ReadDir(cur)
	if err != nil {
		return 0, nil, err
	}
	p := newProgress("check "+dir, "files")
	defer p.clear()
	const piece = 50_000
	for len(entries) > 0 {
		n := min(piece, len(entries))
		found, err := checkFiles(ctx, s, cur, entries[:n])
		if err != nil {
			return seen, nil, err
		}
		faults = append(faults, found...)
		entries = entries[n:]
		seen += n
		p.tell(seen, seen+len(entries))
	}
	return seen, faults, nil
}

func checkFiles(ctx context.Context, s *db.Store, dir string, entries []fs.DirEntry) (faults []db.Fault, err error) {
	var names []string
	var sums [][sha256.Size]byte
	for _, e := range entries {
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // somebody has moved it meanwhile
		}
		if err != nil {
			return nil, err
		}
		names = append(names, e.Name())
		sums = append(sums, sha256.Sum256(raw))
	}
	held, err := s.Holds(ctx, sums)
	for i := range held {
		if !held[i] {
			faults = append(faults, db.Fault{
				What: fmt.Sprintf("%s is not stored", filepath.Join(dir, names[i])),
				Do:   "move it to new, where a watcher stores it",
			})
		}
	}
	return faults, err
}
