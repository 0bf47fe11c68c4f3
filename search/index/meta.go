package index

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"strconv"
)

// asker is what a question can be put to: a database or a transaction.
type asker interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// each calls f for every row of a query.
func each(ctx context.Context, a asker, query string, args []any, f func(rows *sql.Rows) error) error {
	rows, err := a.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func readMeta(ctx context.Context, a asker) (map[string]string, error) {
	meta := map[string]string{}
	return meta, each(ctx, a, `SELECT key, value FROM meta`, nil, func(rows *sql.Rows) error {
		var key, value string
		err := rows.Scan(&key, &value)
		meta[key] = value
		return err
	})
}

// numberIn is a number of meta. What is no number is damage.
func numberIn(meta map[string]string, key string) (int64, error) {
	n, err := strconv.ParseInt(meta[key], 10, 64)
	if err != nil {
		return 0, ErrDamaged
	}
	return n, nil
}

// State says how far the index is.
type State struct {
	Watermark int64  // the number of the last mail that is indexed; 0: none is
	Bytes     int64  // that it takes on disk
	Version   string // another one whenever other mails can be found
}

// State is that of the index as it is now. Without one, nothing is indexed.
func (x *Index) State(ctx context.Context) (State, error) {
	var s State
	err := x.reading(ctx, func(tx *sql.Tx) error {
		meta, err := readMeta(ctx, tx)
		if err == nil && meta[metaForm] == x.form {
			s.Watermark, err = numberIn(meta, metaWatermark)
			s.Version = meta[metaIdentity] + " " + meta[metaWatermark] + " " + meta[metaNote]
		}
		return err
	})
	if errors.Is(err, errNone) || errors.Is(err, ErrDamaged) {
		return s, nil
	}
	s.Bytes = x.size()
	return s, err
}

// size is how many bytes the index takes on disk, with its log.
func (x *Index) size() (bytes int64) {
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(x.path + suffix); err == nil {
			bytes += info.Size()
		}
	}
	return bytes
}
