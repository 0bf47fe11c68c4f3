package dbtest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
)

var errPart = errors.New("a fault of ours")

// noted is what the tests of parts write, and read again.
func noted(t *testing.T, v engine.View) (msgids []string, events []engine.Event, reading int) {
	t.Helper()
	log, err := v.Log(engine.LogQuery{})
	events, err2 := v.Events(engine.EventQuery{})
	reading, err3 := v.Reading()
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	for _, e := range slices.Backward(log) {
		msgids = append(msgids, e.MsgID)
	}
	return msgids, events, reading
}

// noteIn writes rows of three kinds in a transaction.
func noteIn(tx engine.Tx, id string, n int) error {
	return errors.Join(tx.AddLog([]engine.LogEntry{{Time: epoch, MsgID: id}}),
		tx.AddEvents([]engine.Event{{Date: epoch, Category: track.PatchCreated, After: id}}), tx.PutReading(n))
}

// What a part of a transaction wrote that fails or panics is gone, what was written before and after it stays, and no
// number is given to two rows.
func (u suite) TestPartsThatFail(t *testing.T) {
	ctx := context.Background()
	e := u.database(t).engine(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(e.Write(ctx, func(tx engine.Tx) error {
		must(noteIn(tx, "before", 1))
		must(tx.Part(func() error {
			must(noteIn(tx, "kept", 2))
			if ids, _, reading := noted(t, tx); !slices.Equal(ids, []string{"before", "kept"}) || reading != 2 {
				t.Errorf("inside a part: %v, reading %d", ids, reading)
			}
			return nil
		}))
		if err := tx.Part(func() error {
			must(noteIn(tx, "failed", 3))
			return errPart
		}); err != errPart {
			t.Errorf("the error of a part is %v", err)
		}
		if ids, _, reading := noted(t, tx); !slices.Equal(ids, []string{"before", "kept"}) || reading != 2 {
			t.Errorf("after a part that failed: %v, reading %d", ids, reading)
		}
		func() {
			defer func() {
				if p := recover(); p != errPart {
					t.Errorf("a panic became %v", p)
				}
			}()
			_ = tx.Part(func() error {
				must(noteIn(tx, "panicked", 4))
				panic(errPart)
			})
		}()
		if err := tx.Part(func() error {
			must(noteIn(tx, "outer", 5))
			must(tx.Part(func() error { return noteIn(tx, "inner", 6) }))
			return errPart
		}); err != errPart {
			t.Errorf("the error of a part with a part is %v", err)
		}
		must(tx.Part(func() error {
			must(noteIn(tx, "outer kept", 7))
			if err := tx.Part(func() error {
				must(noteIn(tx, "inner failed", 8))
				return errPart
			}); err != errPart {
				t.Errorf("the error of an inner part is %v", err)
			}
			return nil
		}))
		return noteIn(tx, "after", 9)
	}))
	must(e.View(ctx, func(v engine.View) error {
		want := []string{"before", "kept", "outer kept", "after"}
		ids, events, reading := noted(t, v)
		if !slices.Equal(ids, want) || reading != 9 {
			t.Errorf("committed: %v, reading %d", ids, reading)
		}
		if len(events) != len(want) {
			t.Fatalf("%d events", len(events))
		}
		for i, e := range events {
			if e.After != want[i] || i > 0 && e.ID <= events[i-1].ID {
				t.Errorf("event %d: %+v", i, e)
			}
		}
		return nil
	}))
}

// The mail of a part that failed is gone with its frame, and the next one is stored whole.
func (u suite) TestPartWithMail(t *testing.T) {
	e := u.database(t).engine(t)
	insert := func(tx engine.Tx, id, frame string) (int64, error) {
		m := engine.Mail{MsgID: id, ContentSHA: []byte("sum"), Date: epoch, Delivered: epoch}
		err := tx.Insert([]*engine.Mail{&m}, [][]byte{[]byte(frame)})
		return m.ID, err
	}
	if err := e.Write(context.Background(), func(tx engine.Tx) error {
		if err := tx.Part(func() error {
			_, err := insert(tx, "<gone>", "a frame")
			return errors.Join(err, errPart)
		}); !errors.Is(err, errPart) {
			t.Error(err)
		}
		id, err := insert(tx, "<kept>", "another")
		if err != nil {
			return err
		}
		keys, err := tx.After(0, 9)
		if err != nil || len(keys) != 1 || keys[0].MsgID != "<kept>" {
			t.Errorf("%+v, %v", keys, err)
		}
		return tx.Frames([]int64{id}, func(_ int64, frame []byte) error {
			if string(frame) != "another" {
				t.Errorf("its frame is %q", frame)
			}
			return nil
		})
	}); err != nil {
		t.Error(err)
	}
}

// A transaction that fails takes its parts with it.
func (u suite) TestPartsOfATransactionThatFails(t *testing.T) {
	e := u.database(t).engine(t)
	if err := e.Write(context.Background(), func(tx engine.Tx) error {
		return errors.Join(tx.Part(func() error { return noteIn(tx, "a part", 1) }), errPart)
	}); !errors.Is(err, errPart) {
		t.Error(err)
	}
	if err := e.View(context.Background(), func(v engine.View) error {
		if ids, _, reading := noted(t, v); len(ids) > 0 || reading != 0 {
			t.Errorf("%v, reading %d", ids, reading)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}
