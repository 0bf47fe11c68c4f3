package sqlite

import (
	"slices"
	"testing"
	"time"

	"patchwatch/db/engine"
)

// What SQLite gives must come back as what was stored, and what does not fit must be an error: the driver's own values
// would otherwise be dropped in silence.
func TestScan(t *testing.T) {
	w := newEngine(t).writer
	var number64, zero int64 = 0, 7
	var small int
	var truth bool
	var plain, empty string
	var data, none []byte
	var maybe, null *string
	var yes *bool
	var at, never, exact time.Time
	var refs []string
	var hash engine.Sum
	there, err := w.row(`SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?`,
		[]any{int64(-1), nil, 2, true, "äb\x00c", nil, []byte{0, 255}, nil, "t", nil, true, 60, nil, 60_000_001,
			"a\nb", make([]byte, 32)},
		&number64, (*number)(&zero), &small, &truth, &plain, (*text)(&empty), &data, &none, &maybe, &null, &yes,
		(*seconds)(&at), (*seconds)(&never), (*micros)(&exact), (*lines)(&refs), (*sum)(&hash))
	if err != nil || !there {
		t.Fatal(there, err)
	}
	if number64 != -1 || zero != 0 || small != 2 || !truth || plain != "äb\x00c" || empty != "" ||
		string(data) != "\x00\xff" ||
		none != nil || *maybe != "t" || null != nil || !*yes {
		t.Error(number64, zero, small, truth, plain, empty, data, none, maybe, null, yes)
	}
	if !at.Equal(time.Unix(60, 0)) || !never.IsZero() || !exact.Equal(time.Unix(60, 1000)) ||
		!slices.Equal(refs, []string{"a", "b"}) {
		t.Error(at, never, exact, refs)
	}
	for _, query := range []string{`SELECT NULL`, `SELECT 'x'`, `SELECT x'00'`, `SELECT 1.5`, `SELECT 1, 2`} {
		if _, err := w.row(query, nil, &number64); err == nil {
			t.Errorf("%s into an int64: no error", query)
		}
		if err := w.Each(query, nil, func(scan func(...any) error) error { return scan(&number64) }); err == nil {
			t.Errorf("each %s into an int64: no error", query)
		}
	}
	for query, into := range map[string]any{
		`SELECT x'00'`: (*sum)(&hash), `SELECT NULL`: (*micros)(&exact), `SELECT '1'`: (*seconds)(&at),
		`SELECT 1`: (*lines)(&refs),
		`SELECT 2`: (*text)(&empty), `SELECT '2'`: (*number)(&zero),
	} {
		if _, err := w.row(query, nil, into); err == nil {
			t.Errorf("%s into a %T: no error", query, into)
		}
	}
	if err := w.exec(`SELECT ?`, struct{}{}); err == nil {
		t.Error("a struct was taken for an argument")
	}
}
