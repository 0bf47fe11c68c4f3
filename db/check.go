package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
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
//
// It reads on a connection of its own, since it reads for long: the few that all others share stay free.
func (s *Store) Check(ctx context.Context, progress Progress) (c Checked, err error) {
	own, err := sql.Open("sqlite3", dsn(s.path, readOptions))
	if err != nil {
		return c, explain(err)
	}
	defer own.Close()
	own.SetMaxOpenConns(1)
	k := &checker{Store: s, own: own, found: &c}
	if err := k.checkIntegrity(ctx); err != nil {
		return c, explain(err)
	}
	if err := k.checkMails(ctx, progress); err != nil {
		return c, explain(err)
	}
	if err := k.checkNumbers(ctx); err != nil {
		return c, explain(err)
	}
	return c, s.checkDerived(ctx, &c)
}

// checker is a check under way.
type checker struct {
	*Store
	own   *sql.DB // of one connection: a query while another's rows are read would wait for ever
	found *Checked
}

func (k *checker) checkIntegrity(ctx context.Context) error {
	rows, err := k.own.QueryContext(ctx, `PRAGMA integrity_check(20)`)
	if err != nil {
		return err
	}
	return eachRow(rows, func(scan func(...any) error) error {
		var line string
		err := scan(&line)
		if err == nil && line != "ok" {
			k.found.fault(restore, "SQLite finds the file damaged: %s", line)
		}
		return err
	})
}

func (c *Checked) fault(do, format string, args ...any) {
	c.Faults = append(c.Faults, Fault{What: fmt.Sprintf(format, args...), Do: do})
}

// What to do about it.
const (
	restore  = "restore a backup, or import the mails from cur into a new database"
	reimport = "import the mail again from cur, or restore a backup"
)

// checkNumbers looks for derived rows that hang on a mail which stands for nothing: the dump names mails by Message-ID,
// and so can't tell a mail from its variant.
func (k *checker) checkNumbers(ctx context.Context) error {
	rows, err := k.own.QueryContext(ctx, `
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
		k.found.fault("run patchwatch rebuild", "mail %d %s is the %s, but another copy stands for that Message-ID", id, msgid, what)
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
