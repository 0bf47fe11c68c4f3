package sqlite

import (
	"errors"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// A process that runs on while a newer program brings the database up to date notices it, and writes nothing more into
// what it does not know.
func TestNewerProgram(t *testing.T) {
	s, e := storeAndEngine(t, 1, 3)
	if err := s.Current(ctx); err != nil {
		t.Fatal(err)
	}
	newer, err := newWriter(dsn(e.path, writeOptions))
	if err != nil {
		t.Fatal(err)
	}
	if err := newer.script(`PRAGMA user_version = 1000; CREATE TABLE of_tomorrow (x)`); err != nil {
		t.Fatal(err)
	}
	newer.close()
	if err := s.Current(ctx); !errors.Is(err, db.ErrNewer) {
		t.Errorf("it is said to be current: %v", err)
	}
	for what, write := range map[string]func() error{
		"a decision": func() error { return s.SetState(ctx, "ann", []int64{1}, track.StateAccepted) },
		"a note":     func() error { return s.Sweep(ctx, time.Now()) },
	} {
		if err := write(); !errors.Is(err, db.ErrNewer) {
			t.Errorf("%s is written: %v", what, err)
		}
	}
}
