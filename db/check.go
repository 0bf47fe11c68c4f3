package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Fault is something that check found wrong, and what to do about it.
type Fault struct {
	What string
	Do   string
}

// Checked says what a check has looked at.
type Checked struct {
	Mails  int
	Faults []Fault
}

// Check proves the database sound: SQLite's own test of the file, every stored mail against its SHA-256, and the
// derived rows against a rebuild. It reads one view of the database beside a running watcher, and changes nothing;
// the rebuild is done in a copy that is thrown away, in the database's own folder.
func (s *Store) Check(ctx context.Context, progress Progress) (c Checked, err error) {
	if err := s.checkIntegrity(ctx, &c); err != nil {
		return c, explain(err)
	}
	if err := s.checkMails(ctx, &c, progress); err != nil {
		return c, explain(err)
	}
	if err := s.checkNumbers(ctx, &c); err != nil {
		return c, explain(err)
	}
	return c, s.checkDerived(ctx, &c)
}

func (s *Store) checkIntegrity(ctx context.Context, c *Checked) error {
	rows, err := s.readers.QueryContext(ctx, `PRAGMA integrity_check(20)`)
	if err != nil {
		return err
	}
	return eachRow(rows, func(scan func(...any) error) error {
		var line string
		err := scan(&line)
		if err == nil && line != "ok" {
			c.fault("restore a backup, or import the mails from cur into a new database", "SQLite finds the file damaged: %s", line)
		}
		return err
	})
}

func (c *Checked) fault(do, format string, args ...any) {
	c.Faults = append(c.Faults, Fault{What: fmt.Sprintf(format, args...), Do: do})
}

const reimport = "import the mail again from cur, or restore a backup"

// checkMails reads in pieces, so that no view of the database is held open for long: that would keep the log from
// being cut back while a watcher writes.
func (s *Store) checkMails(ctx context.Context, c *Checked, progress Progress) error {
	for _, fault := range s.frames.current.Load().damaged {
		c.fault("restore a backup, or import the mails from cur into a new database", "mails that are compressed against it can't be read: %v", fault)
	}
	var total int
	if err := s.readers.QueryRowContext(ctx, `SELECT count(*) FROM mail`).Scan(&total); err != nil {
		return err
	}
	for last := int64(0); ; {
		rows, err := s.readers.QueryContext(ctx, `
			SELECT id, msgid, sha256 FROM mail WHERE id > ? ORDER BY id LIMIT 500`, last)
		if err != nil {
			return err
		}
		found := 0
		err = eachRow(rows, func(scan func(...any) error) error {
			found++
			return s.checkMail(ctx, c, scan, &last)
		})
		if err != nil || found == 0 {
			return err
		}
		c.Mails += found
		progress.tell(c.Mails, total)
	}
}

func (s *Store) checkMail(ctx context.Context, c *Checked, scan func(...any) error, last *int64) error {
	var msgid string
	var want []byte
	if err := scan(last, &msgid, &want); err != nil {
		return err
	}
	frame, err := s.frameOf(ctx, *last)
	if err != nil {
		return err
	}
	if frame == nil {
		c.fault(reimport, "mail %d %s has no bytes stored", *last, msgid)
		return nil
	}
	raw, err := s.frames.decompress(frame)
	sum := sha256.Sum256(raw)
	switch {
	case err != nil:
		c.fault(reimport, "mail %d %s can't be decompressed: %v", *last, msgid, err)
	case !bytes.Equal(sum[:], want):
		c.fault(reimport, "mail %d %s is not what was delivered: its SHA-256 is another", *last, msgid)
	}
	return nil
}

// checkNumbers looks for derived rows that hang on a mail which stands for nothing: the dump names mails by Message-ID,
// and so can't tell a mail from its variant.
func (s *Store) checkNumbers(ctx context.Context, c *Checked) error {
	rows, err := s.readers.QueryContext(ctx, `
		SELECT d.what, m.id, m.msgid FROM (
			SELECT 'patch' AS what, mail FROM patch UNION ALL SELECT 'cover', mail FROM cover UNION ALL SELECT 'reply', mail FROM reply
			UNION ALL SELECT 'parent of a reply', parent FROM reply WHERE parent IS NOT NULL
			UNION ALL SELECT 'cover of a series', cover FROM series WHERE cover IS NOT NULL) d
		JOIN mail m ON m.id = d.mail WHERE NOT m.chosen OR m.project IS NULL`)
	if err != nil {
		return err
	}
	return eachRow(rows, func(scan func(...any) error) error {
		var what, msgid string
		var id int64
		err := scan(&what, &id, &msgid)
		c.fault("run patchwatch rebuild", "mail %d %s is the %s, but another copy stands for that Message-ID", id, msgid, what)
		return err
	})
}

// checkDerived rebuilds a copy and compares the dumps.
func (s *Store) checkDerived(ctx context.Context, c *Checked) error {
	dir, err := os.MkdirTemp(filepath.Dir(s.path), ".patchwatch-check-")
	if err != nil {
		return fmt.Errorf("make a folder for a copy of the database: %w", err)
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "copy.db")
	if err := s.Backup(ctx, copied); err != nil {
		return err
	}
	before, after, refs, err := aroundRebuild(ctx, copied)
	if err != nil {
		return err
	}
	if !refs {
		c.fault("run patchwatch rebuild", "it is not noted right which mails refer to which, by which those that come later are joined to them")
	}
	lost, extra := DiffDumps(before, after)
	for _, l := range append(prefixed("not there: ", extra), prefixed("not right: ", lost)...) {
		c.fault("run patchwatch rebuild", "derived rows differ from a rebuild, %s", l)
	}
	return nil
}

func prefixed(with string, lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = with + l
	}
	return out
}

// aroundRebuild dumps a database before and after it is rebuilt, and tells whether it has the same references, which no dump
// has.
func aroundRebuild(ctx context.Context, path string) (before, after []byte, sameRefs bool, err error) {
	s, err := Open(ctx, path)
	if err != nil {
		return nil, nil, false, err
	}
	defer s.Close()
	var b, a bytes.Buffer
	if err := s.Dump(ctx, &b); err != nil {
		return nil, nil, false, err
	}
	refsBefore, err := s.sumOfRefs(ctx)
	if err != nil {
		return nil, nil, false, err
	}
	if err := s.Rebuild(ctx, nil); err != nil {
		return nil, nil, false, err
	}
	refsAfter, err := s.sumOfRefs(ctx)
	if err != nil {
		return nil, nil, false, err
	}
	err = s.Dump(ctx, &a)
	return b.Bytes(), a.Bytes(), refsBefore == refsAfter, err
}

func (s *Store) sumOfRefs(ctx context.Context) (sum [sha256.Size]byte, err error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT hash, member, mail FROM ref ORDER BY hash, member, mail`)
	if err != nil {
		return sum, explain(err)
	}
	h := sha256.New()
	err = eachRow(rows, func(scan func(...any) error) error {
		var hash, member, mail any
		err := scan(&hash, &member, &mail)
		fmt.Fprintln(h, hash, member, mail)
		return err
	})
	return [sha256.Size]byte(h.Sum(nil)), explain(err)
}

// DiffDumps compares two dumps: the lines that only a has, and those that only b has.
func DiffDumps(a, b []byte) (onlyA, onlyB []string) {
	for len(a) > 0 || len(b) > 0 {
		la, lb := firstLine(a), firstLine(b)
		switch order := compareLines(la, lb); {
		case order == 0:
			a, b = a[len(la):], b[len(lb):]
		case order < 0:
			onlyA = append(onlyA, string(bytes.TrimSpace(la)))
			a = a[len(la):]
		default:
			onlyB = append(onlyB, string(bytes.TrimSpace(lb)))
			b = b[len(lb):]
		}
	}
	return onlyA, onlyB
}

// compareLines orders two lines; the end of a text comes after every line.
func compareLines(a, b []byte) int {
	switch {
	case len(a) == 0 && len(b) > 0:
		return 1
	case len(b) == 0 && len(a) > 0:
		return -1
	}
	return bytes.Compare(a, b)
}

func firstLine(text []byte) []byte {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return text[:i+1]
	}
	return text
}

// Backup writes a consistent copy of the database to a new file, while others read and write it. When it returns nil the
// copy is on disk.
func (s *Store) Backup(ctx context.Context, file string) error {
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("%s is there already: %w", file, ErrConflict)
	}
	// A connection of its own: query_only, which the readers have, forbids even a VACUUM that writes elsewhere.
	source, err := sql.Open("sqlite3", dsn(s.path, "mode=ro&_busy_timeout=10000"))
	if err != nil {
		return err
	}
	defer source.Close()
	if _, err := source.ExecContext(ctx, `VACUUM INTO ?`, file); err != nil {
		_ = os.Remove(file)
		return fmt.Errorf("copy the database to %s: %w", file, explain(err))
	}
	return syncFile(file)
}

// syncFile puts a file and its name on disk: VACUUM INTO leaves that to the kernel.
func syncFile(path string) error {
	for _, name := range []string{path, filepath.Dir(path)} {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// Holds tells whether mails of these SHA-256 are stored, in the same order. It looks through all that are, so many are better
// asked for at once.
func (s *Store) Holds(ctx context.Context, sums [][sha256.Size]byte) ([]bool, error) {
	at := map[[sha256.Size]byte][]int{}
	for i, sum := range sums {
		at[sum] = append(at[sum], i)
	}
	held := make([]bool, len(sums))
	rows, err := s.readers.QueryContext(ctx, `SELECT sha256 FROM mail`)
	if err != nil {
		return nil, explain(err)
	}
	err = eachRow(rows, func(scan func(...any) error) error {
		var sum []byte
		if err := scan(&sum); err != nil || len(sum) != sha256.Size {
			return err
		}
		for _, i := range at[[sha256.Size]byte(sum)] {
			held[i] = true
		}
		return nil
	})
	return held, explain(err)
}
