package ops

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/watcher"
)

// CheckMaildir finds what is lost or wrong in a Maildir: every file in cur must be stored, and every mail in failed
// must have a reason. It returns a line about what is there. It calls tell with the number of files of cur that it
// has looked at.
func CheckMaildir(ctx context.Context, s *db.Store, dir string, found *db.Checked, tell db.Progress) (string, error) {
	stored, err := checkCur(ctx, s, dir, found, tell)
	if err != nil {
		return "", err
	}
	failed, err := watcher.Failed(dir)
	if err != nil {
		return "", err
	}
	for _, m := range failed {
		if m.Reason == "" {
			found.Fault("move it to new, to have it tried again", "%s is in failed without a reason",
				filepath.Join(dir, "failed", m.Name))
		}
	}
	queue, err := watcher.Waiting(dir)
	if err != nil {
		return "", err
	}
	dropped, err := watcher.CountDropped(dir)
	if err != nil {
		return "", err
	}
	said := ""
	if dropped > 0 {
		said = fmt.Sprintf(", %d dropped", dropped)
	}
	return fmt.Sprintf("%s: %s in cur, %d failed, %d waiting in new%s", term.Printable(dir), term.Count(stored, "mail"),
		len(failed), queue.Mails, said), nil
}

// checkCur asks the database for every file in cur whether it has its bytes. It asks for many at once, so that memory
// stays small, but not for few, since the database looks through all its mails for each question.
func checkCur(ctx context.Context, s *db.Store, dir string, found *db.Checked, tell db.Progress) (seen int, err error) {
	cur, err := watcher.OpenListing(filepath.Join(dir, "cur"))
	if err != nil {
		return 0, err
	}
	defer cur.Close()
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
		tell(seen, 0)
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

// sumOfFile reads a file in pieces: in cur it can be of any size.
func sumOfFile(path string, buffer []byte) (sum [sha256.Size]byte, err error) {
	f, _, err := watcher.OpenFile(path)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.CopyBuffer(h, struct{ io.Reader }{f}, buffer) // the struct hides WriteTo, which would make its own buffer
	return [sha256.Size]byte(h.Sum(nil)), err
}
