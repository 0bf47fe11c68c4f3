package sqlite

import (
	"strings"
	"testing"

	"patchwatch/db/engine"
)

// Where SQLite rolls back the whole transaction, nothing more is written, since that would be outside of any, and Write
// fails.
func TestPartThatTakesTheTransactionWithIt(t *testing.T) {
	e := newEngine(t)
	behind(t, e.path, `CREATE TRIGGER refuse BEFORE INSERT ON log BEGIN SELECT raise(ROLLBACK, 'no room'); END`)
	err := e.Write(ctx, func(tx engine.Tx) error {
		if err := tx.Part(func() error { return tx.PutReading(1) }); err != nil {
			t.Error(err)
		}
		for range 2 {
			if err := tx.Part(func() error { return tx.AddLog([]engine.LogEntry{{}}) }); err == nil ||
				!strings.Contains(err.Error(), "no room") {
				t.Errorf("the error of the part is %v", err)
			}
		}
		if err := tx.Part(func() error { t.Error("another part runs"); return tx.PutReading(2) }); err == nil {
			t.Error("another part seems to be kept")
		}
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("the error of the transaction is %v", err)
	}
	wantReading(t, e, 0)
	write(t, e, func(tx engine.Tx) error { return tx.PutReading(3) })
	wantReading(t, e, 3)
}

func wantReading(t *testing.T, e engine.Engine, want int) {
	t.Helper()
	if err := e.View(ctx, func(v engine.View) error {
		if n, err := v.Reading(); err != nil || n != want {
			t.Errorf("the reading is %d, %v, want %d", n, err, want)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// A copy that can't undo anything does not go on after a part that failed, whoever overlooks it.
func TestPartOfAScratch(t *testing.T) {
	e, err := newEngine(t).Scratch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	write(t, e, func(tx engine.Tx) error { return tx.Part(func() error { return tx.PutReading(1) }) })
	wantReading(t, e, 1)
	if err := e.Write(ctx, func(tx engine.Tx) error {
		if err := tx.Part(func() error { return engine.ErrConflict }); err != engine.ErrConflict {
			t.Errorf("the error of the part is %v", err)
		}
		return nil
	}); err != engine.ErrConflict {
		t.Errorf("the error of the transaction is %v", err)
	}
}

// Why a part fails is said in a sentence, and once: whoever decides gets its error, and not that of the transaction.
func TestPartSaysWhyInASentence(t *testing.T) {
	const sentence = "the disk that holds the database is full"
	e := newEngine(t)
	var inner, outer error
	err := e.Write(ctx, func(tx engine.Tx) error {
		if err := e.writer.script(`PRAGMA max_page_count = 1`); err != nil { // those that there are
			return err
		}
		outer = tx.Part(func() error {
			inner = tx.Part(func() error {
				return tx.AddLog([]engine.LogEntry{{What: strings.Repeat("a long word", 1<<20)}})
			})
			return inner
		})
		return outer
	})
	for who, err := range map[string]error{"a part": inner, "the part around it": outer, "the transaction": err} {
		if err == nil || strings.Count(err.Error(), sentence) != 1 {
			t.Errorf("the error of %s is %v", who, err)
		}
	}
}
