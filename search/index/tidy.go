package index

import (
	"context"
	"database/sql"
)

// FTS5 writes what is new as a segment of its own, and merges segments of one size as it goes, sixteen at a time. What
// is left to be merged costs a tenth of the space, and time for each query.

// mergedAtOnce is how many pages are written before others can write. FTS5 counts only roughly; from a thousand pages
// at once the log beside the index grows larger than the index.
const mergedAtOnce = 64

// Tidy merges some of what is left. It is done if nothing is, or if there is no index.
func (w *Writer) Tidy(ctx context.Context) (done bool, err error) {
	if w.db == nil {
		return true, nil
	}
	defer func() {
		if isDamage(err) || w.isLost(err) { // the next Step sees to it
			done, err = true, nil
		}
	}()
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	before, err := changes(ctx, conn)
	if err != nil {
		return false, err
	}
	if _, err := conn.ExecContext(context.WithoutCancel(ctx), `INSERT INTO words(words, rank) VALUES ('merge', ?)`,
		mergedAtOnce); err != nil {
		return false, err
	}
	after, err := changes(ctx, conn)
	if err != nil || after-before >= 2 { // otherwise nothing was merged
		return false, err
	}
	// It gives a row for each page that it frees. What is left is used again, or freed the next time.
	return true, each(context.WithoutCancel(ctx), conn, `PRAGMA incremental_vacuum(1000)`, nil,
		func(*sql.Rows) error { return nil })
}

func changes(ctx context.Context, conn *sql.Conn) (n int64, err error) {
	err = conn.QueryRowContext(ctx, `SELECT total_changes()`).Scan(&n)
	return n, err
}
