package db

import (
	"database/sql"
	"path/filepath"
	"testing"
)

// What SQLite gives must come back as what was stored, and what does not fit must be an error: the driver's own values
// would otherwise be dropped in silence.
func TestScan(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "p.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w := s.writer
	var number int64
	var small int
	var truth bool
	var text string
	var data, none []byte
	var maybe, null sql.NullInt64
	var maybeText sql.NullString
	there, err := w.row(`SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?`,
		[]any{int64(-1), 2, true, "äb\x00c", []byte{0, 255}, nil, sql.NullInt64{Int64: 7, Valid: true}, sql.NullInt64{}, "t"},
		&number, &small, &truth, &text, &data, &none, &maybe, &null, &maybeText)
	if err != nil || !there {
		t.Fatal(there, err)
	}
	if number != -1 || small != 2 || !truth || text != "äb\x00c" || string(data) != "\x00\xff" || none != nil ||
		maybe.Int64 != 7 || !maybe.Valid || null.Valid || maybeText.String != "t" {
		t.Error(number, small, truth, text, data, none, maybe, null, maybeText)
	}
	for _, query := range []string{`SELECT NULL`, `SELECT 'x'`, `SELECT x'00'`, `SELECT 1.5`, `SELECT 1, 2`} {
		if _, err := w.row(query, nil, &number); err == nil {
			t.Errorf("%s into an int64: no error", query)
		}
		if err := w.each(query, nil, func(scan func(...any) error) error { return scan(&number) }); err == nil {
			t.Errorf("each %s into an int64: no error", query)
		}
	}
	if err := w.exec(`SELECT ?`, struct{}{}); err == nil {
		t.Error("a struct was taken for an argument")
	}
}
