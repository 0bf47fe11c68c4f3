package dbtest

import (
	"context"
	"errors"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// A panic inside a transaction leaves nothing of it, and the next one goes on.
func (u suite) TestPanicInATransaction(t *testing.T) {
	e := u.database(t).engine(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is lost")
			}
		}()
		_ = e.Write(context.Background(), func(tx engine.Tx) error {
			if err := tx.PutReading(7); err != nil {
				t.Error(err)
			}
			panic("a fault of ours")
		})
	}()
	if err := e.Write(context.Background(), func(tx engine.Tx) error {
		if n, err := tx.Reading(); err != nil || n != 0 {
			t.Errorf("the reading is %d, %v", n, err)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// Who reads sees the database of one moment, whoever writes meanwhile.
func (u suite) TestViewIsOfOneMoment(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	e, other := place.engine(t), place.engine(t)
	put := func(n int) error {
		return other.Write(ctx, func(tx engine.Tx) error { return tx.PutReading(n) })
	}
	type asking func(context.Context, func(engine.View) error) error
	for name, view := range map[string]asking{"View": e.View, "Look": e.Look} {
		if err := put(1); err != nil {
			t.Fatal(err)
		}
		if err := view(ctx, func(v engine.View) error {
			for range 2 {
				if n, err := v.Reading(); err != nil || n != 1 {
					t.Errorf("%s: the reading is %d, %v", name, n, err)
				}
				if err := put(2); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Error(name, err)
		}
	}
}

// Stamp tells when others have written, and not when this engine has.
func (u suite) TestStamp(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	e, other := place.engine(t), place.engine(t)
	stamp := func() (s engine.Stamp) {
		if err := e.Write(ctx, func(tx engine.Tx) (err error) {
			s, err = tx.Stamp()
			return errors.Join(err, tx.PutReading(1))
		}); err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := stamp()
	if again := stamp(); again != first {
		t.Errorf("nobody else wrote: %+v, %+v", first, again)
	}
	if err := other.Write(ctx, func(tx engine.Tx) error { return tx.PutReading(2) }); err != nil {
		t.Fatal(err)
	}
	if now := stamp(); now == first {
		t.Errorf("somebody else wrote: %+v, %+v", first, now)
	}
}

// Of mails of one title, version and date those are given whose Message-IDs come first, not those that were stored
// first.
func (u suite) TestAlikeOfOneDate(t *testing.T) {
	u.database(t).write(t, func(tx engine.Tx) error {
		p := engine.Project{Project: frob}
		if err := tx.PutProject(&p); err != nil {
			return err
		}
		for _, id := range []string{"<d>", "<a>", "<c>", "<b>"} {
			m := engine.Mail{
				MsgID: id, Project: p.ID, Chosen: true, Kind: track.Patch, Version: 2, Title: 7, ContentSHA: []byte("sum"),
				Date: epoch, Delivered: epoch,
			}
			if err := tx.Insert([]*engine.Mail{&m}, [][]byte{[]byte("frame")}); err != nil {
				return err
			}
		}
		found, err := tx.Alike([]engine.Likeness{
			{Project: p.ID, Value: 7, Version: 3, Most: 2}, {Project: p.ID, Value: 7, Version: 1, Which: engine.Higher, Most: 2},
			{Project: p.ID, Value: 7, Version: 2, Which: engine.SameEarlier, At: epoch, Most: 2},
			{Project: p.ID, Value: 7, Version: 2, Which: engine.SameLater, At: epoch, Most: 2},
		})
		for i, names := range found {
			if len(names) != 2 || names[0].MsgID != "<a>" || names[1].MsgID != "<b>" {
				t.Errorf("question %d: %+v", i, names)
			}
		}
		return err
	})
}
