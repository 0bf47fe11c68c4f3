package postgres_test

import (
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/db/postgres"
	"patchwatch/track"
)

// What goes through all rows of a table has them bit by bit: a million mails at once would take five gigabytes.
func TestRowsOfAnyNumberAreStreamed(t *testing.T) {
	want := func(name string, read func(asks *postgres.Counting) error) {
		t.Helper()
		asks := &postgres.Counting{}
		if err := read(asks); err != nil {
			t.Fatal(err)
		}
		if asks.Whole != 0 || asks.Streams != 1 {
			t.Errorf("%s: %d questions are answered at once, %d in a stream", name, asks.Whole, asks.Streams)
		}
	}
	for name, read := range map[string]func(v engine.View) error{
		"items":     func(v engine.View) error { return v.EachItem(func(int64, int64, *track.Item) error { return nil }) },
		"mails":     func(v engine.View) error { return v.EachMail(func(*engine.DerivedMail) error { return nil }) },
		"puts":      func(v engine.View) error { return v.EachPut(func(engine.Put) error { return nil }) },
		"people":    func(v engine.View) error { return v.EachPerson(func(engine.PersonRow) error { return nil }) },
		"namings":   func(v engine.View) error { return v.EachNaming(func(engine.Naming) error { return nil }) },
		"refs":      func(v engine.View) error { return v.EachRef(func(engine.RefKey) error { return nil }) },
		"misplaced": func(v engine.View) error { return v.EachMisplaced(func(engine.Misplaced) error { return nil }) },
	} {
		want(name, func(asks *postgres.Counting) error { return read(postgres.ViewOf(asks)) })
	}
	want("names", postgres.ReadNames)
}

// A stream goes on behind its first rows, and other questions may be asked meanwhile.
func TestStreamsOfManyRows(t *testing.T) {
	s, e := storeOnServer(t)
	const mails = 2300 // more than come at once, twice
	batch := make([]db.Delivery, mails)
	for i := range batch {
		m := planMail(i, 5)
		m.Subject, m.Reply = track.Subject{Rest: "talk"}, true // series of thousands would take long
		batch[i] = db.Delivery{Mail: m, Frame: db.Compress([]byte(m.MsgID))}
	}
	if _, err := s.Add(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if err := e.View(t.Context(), func(v engine.View) error {
		seen, last := 0, int64(0)
		err := v.EachItem(func(_, mail int64, _ *track.Item) error {
			if seen++; mail <= last {
				t.Fatalf("%d comes after %d", mail, last)
			}
			last = mail
			if seen%700 != 0 {
				return nil
			}
			inner := 0
			err := v.EachMail(func(*engine.DerivedMail) error { inner++; return nil })
			if inner != mails {
				t.Errorf("%d mails while items are read", inner)
			}
			return err
		})
		if seen != mails {
			t.Errorf("%d items", seen)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}
