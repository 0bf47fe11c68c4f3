package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// ErrDamaged is the error of a file that cannot be read as an index. It is made anew.
var ErrDamaged = errors.New("the search index is damaged, and is made anew")

// Check reads the whole file, and is ErrDamaged if it is; then the next one who writes makes it anew. FTS5 counts all
// its words for that, which takes minutes where there are a million mails. Others read and write meanwhile.
func (x *Index) Check(ctx context.Context) error {
	err := x.reading(ctx, func(tx *sql.Tx) error { return quickCheck(ctx, tx) })
	if errors.Is(err, errNone) {
		return nil
	}
	return err
}

// quickCheck has FTS5 forget first what it remembers of the index by its last question on this connection. A check does
// not, and what others have written since would be damage to it.
func quickCheck(ctx context.Context, a asker) error {
	if err := each(ctx, a, `SELECT 1 FROM words WHERE rowid = 0`, nil, func(*sql.Rows) error { return nil }); err != nil {
		return err
	}
	return each(ctx, a, "PRAGMA quick_check(1)", nil, func(rows *sql.Rows) error {
		var said string
		err := rows.Scan(&said)
		switch {
		case err != nil || said == "ok":
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case strings.HasPrefix(said, "unable to validate"): // as where it was interrupted, or the disk can't be read
			return fmt.Errorf("check the search index: %s", said)
		}
		return fmt.Errorf("%w: %s", ErrDamaged, said)
	})
}

// ErrReplaced is the error of an answer that could not be finished, since another file is under the name of the index
// by now.
var ErrReplaced = errors.New("the search index was made anew meanwhile: ask again")

// isDamage tells that an error means a damaged file, and not a full disk, a lock, or a fault of ours.
func isDamage(err error) bool {
	if errors.Is(err, ErrDamaged) {
		return true
	}
	var e sqlite3.Error
	if isForeign(err) || !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return true
	case sqlite3.ErrError:
		return strings.HasPrefix(e.Error(), "no such table") || strings.Contains(e.Error(), "vtable constructor failed")
	}
	return false
}

// asDamage is ErrDamaged with what was found.
func asDamage(err error) error {
	if errors.Is(err, ErrDamaged) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// isReadOnly tells that a file has to be mended first, by somebody who may write.
func isReadOnly(err error) bool {
	var e sqlite3.Error
	return !isForeign(err) && errors.As(err, &e) && e.Code == sqlite3.ErrReadonly
}

// isLost tells that an error may come from a file, or its log, that was removed while it was opened or read.
func isLost(err error) bool {
	if isForeign(err) {
		return false
	}
	if errors.Is(err, ErrReplaced) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, os.ErrNotExist) {
		return true
	}
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return err != nil && err.Error() == "sql: database is closed"
	}
	return e.Code == sqlite3.ErrIoErr || e.Code == sqlite3.ErrCantOpen || e.Code == sqlite3.ErrReadonly
}
