package dbtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// TestCopyThereAndBack copies mail and what was decided about it to another engine and back.
func (u suite) TestCopyThereAndBack(t *testing.T) {
	ctx := context.Background()
	s := u.openConfigured(t, true)
	fillForCopy(t, s)
	other := NewMemory()
	first, err := s.CopyTo(ctx, other, untold)
	if err != nil {
		t.Fatal(err)
	}
	if n := first.Rows; n["mails"] != 3 || n["decisions"] == 0 || n["events"] == 0 || first.Resumed || first.Behind {
		t.Errorf("the first copy says %+v", first)
	}
	middle, err := db.New(ctx, other.Again())
	if err != nil {
		t.Fatal(err)
	}
	defer middle.Close()
	last := u.target(t)
	if _, err := middle.CopyTo(ctx, last.engine(t), untold); err != nil {
		t.Fatal(err)
	}
	back := last.store(t)
	sameDump(t, "there and back", dump(t, back), dump(t, s))
	for _, project := range []int64{0, 1, 2, -1} {
		is, err := s.Changes(ctx, project)
		if there, err2 := back.Changes(ctx, project); err != nil || err2 != nil || !maps.Equal(is, there) {
			t.Errorf("changes of %d are %v, and %v in the copy (%v, %v)", project, is, there, err, err2)
		}
	}
	add(t, s, made("next", 9, "[1/1] next"))
	add(t, back, made("next", 9, "[1/1] next"))
	is, err := s.LastMail(ctx)
	if there, err2 := back.LastMail(ctx); err != nil || err2 != nil || is != there {
		t.Errorf("the next mail is %d, and %d in the copy (%v, %v)", is, there, err, err2)
	}
}

// target makes a database to copy to. It gets an epoch of its own, which those that are copies of a template lack.
func (u suite) target(t *testing.T) Opener {
	o := u.database(t)
	o.write(t, func(tx engine.Tx) error { return tx.PutEpoch("that of " + t.Name()) })
	return o
}

func untold(string, int, int) {}

func fillForCopy(t *testing.T, s *db.Store) {
	t.Helper()
	ctx := context.Background()
	add(t, s, made("a", 0, "[1/2] a"), made("b", 1, "[2/2] b", "a"), made("r", 2, "Re: [1/2] a", "a"))
	if err := s.SetState(ctx, by, []int64{1}, "accepted"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddUser(ctx, by, track.User{Name: "ann"}); err != nil {
		t.Fatal(err)
	}
}

// TestCopyGoesOn breaks a copy off at its first call, a later one and so on; what goes on is whole.
func (u suite) TestCopyGoesOn(t *testing.T) {
	ctx := context.Background()
	s := u.openConfigured(t, true)
	fillForCopy(t, s)
	to := u.target(t)
	faulty, fault := Faulty(to.engine(t))
	broken := 0
	for n := 1; ; n += 1 + n/8 {
		fault.Next(n, errors.New("broken off"))
		out, err := s.CopyTo(ctx, faulty, untold)
		if fault.Failed() == "" {
			if err != nil || out.Rows["mails"] != 3 {
				t.Fatalf("the last one says %+v, %v", out, err)
			}
			break
		}
		if err == nil {
			t.Fatalf("%s failed unseen", fault.Failed())
		}
		broken++
	}
	if broken < 20 {
		t.Errorf("broken off %d times", broken)
	}
	sameDump(t, "after all", dump(t, to.store(t)), dump(t, s))
}

// TestHalfACopyIsNoDatabase keeps all others out of a copy that is not whole, also those who had it open before.
func (u suite) TestHalfACopyIsNoDatabase(t *testing.T) {
	ctx := context.Background()
	s := u.openConfigured(t, true)
	fillForCopy(t, s)
	to := u.target(t)
	early := to.store(t)
	out, err := s.CopyTo(ctx, to.engine(t), func(what string, _, _ int) {
		if what == "comparing" {
			add(t, s, made("late", 5, "[1/1] late"))
		}
	})
	if err != nil || !out.Behind {
		t.Fatalf("a copy of what was written meanwhile says %+v, %v", out, err)
	}
	e, err := to(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if late, err := db.New(ctx, e); !errors.Is(err, db.ErrHalf) {
		t.Errorf("half a copy is opened: %v, %v", late, err)
	}
	if _, err := early.Add(ctx, deliveries([]*track.Mail{made("z", 7, "[1/1] z")})); !errors.Is(err, db.ErrHalf) {
		t.Errorf("half a copy takes mail: %v", err)
	}
	if err := early.SetState(ctx, by, []int64{1}, "accepted"); !errors.Is(err, db.ErrHalf) {
		t.Errorf("half a copy takes decisions: %v", err)
	}
	out, err = s.CopyTo(ctx, to.engine(t), untold)
	if err != nil || !out.Resumed || out.Behind || out.Rows["mails"] != 4 {
		t.Fatalf("copied once more it says %+v, %v", out, err)
	}
	sameDump(t, "with what came meanwhile", dump(t, to.store(t)), dump(t, s))
}

// TestCopyIntoOthers leaves databases alone that have anything in them.
func (u suite) TestCopyIntoOthers(t *testing.T) {
	ctx := context.Background()
	s := u.openConfigured(t, true)
	fillForCopy(t, s)
	refused := func(what string, to engine.Engine, says string) {
		t.Helper()
		if out, err := s.CopyTo(ctx, to, untold); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("into %s: %+v, %v", what, out, err)
		}
	}
	used := u.target(t)
	add(t, used.store(t), made("z", 0, "[1/1] z"))
	before := dump(t, used.store(t))
	refused("a database in use", used.engine(t), "not empty")
	sameDump(t, "refused", dump(t, used.store(t)), before)

	begun := u.database(t)
	begun.write(t, func(tx engine.Tx) error { return tx.PutEpoch("half a copy of another") })
	refused("the copy of another", begun.engine(t), "another database")

	to := u.target(t)
	if _, err := s.CopyTo(ctx, to.engine(t), untold); err != nil {
		t.Fatal(err)
	}
	if out, err := s.CopyTo(ctx, to.engine(t), untold); err != nil || out.Rows["mails"] != 3 {
		t.Errorf("into a copy that is whole: %+v, %v", out, err)
	}
	add(t, to.store(t), made("z", 0, "[1/1] z"))
	refused("a copy that has been used", to.engine(t), "not the same")
}

// TestCopyTakesChangesAlong writes to the original between two attempts whatever can be changed or taken out.
func (u suite) TestCopyTakesChangesAlong(t *testing.T) {
	ctx := context.Background()
	s := u.openConfigured(t, true)
	fillForCopy(t, s)
	to := u.target(t)
	meanwhile := func(n int) {
		another := made("b", 1, "[2/2] b", "a") // that stands for the name from now on
		another.Content, another.Delivered = fmt.Sprint("other ", n), another.Delivered.AddDate(0, 0, -n-1)
		add(t, s, made(fmt.Sprint("late", n), 5, "[1/1] late"), another)
		if err := s.SetState(ctx, by, []int64{1}, []track.State{"rejected", "new"}[n%2]); err != nil {
			t.Fatal(err)
		}
		put := s.SplitSeries
		if n%2 == 1 {
			put = s.ResetSeries // the series of its own goes
		}
		if err := put(ctx, by, []int64{2}); err != nil {
			t.Fatal(err)
		}
		if err := s.Rebuild(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 3 {
		if out, err := s.CopyTo(ctx, to.engine(t), func(what string, done, total int) {
			if what == "comparing" && done == total {
				meanwhile(n)
			}
		}); err != nil || !out.Behind {
			t.Fatalf("%+v, %v", out, err)
		}
	}
	if out, err := s.CopyTo(ctx, to.engine(t), untold); err != nil || out.Behind {
		t.Fatalf("%+v, %v", out, err)
	}
	sameDump(t, "at last", dump(t, to.store(t)), dump(t, s))
}

// TestCopyTakesNamesAlong has mails of the same bytes take over each other's names between two attempts, some of which
// are far behind the others.
func (u suite) TestCopyTakesNamesAlong(t *testing.T) {
	e, to := u.database(t).engine(t), u.target(t).engine(t)
	mails, frames := make([]*engine.Mail, 600), make([][]byte, 600)
	name := func(i, round int) string { return fmt.Sprintf("<%d@x>", (i*7+round*301)%len(mails)) }
	for i := range mails {
		mails[i] = &engine.Mail{MsgID: name(i, 0), Delivered: epoch, Date: epoch, ContentSHA: []byte("x")}
		frames[i] = []byte{byte(i)}
	}
	for round := range 3 {
		if err := e.Write(context.Background(), func(tx engine.Tx) error {
			if round == 0 {
				return tx.Insert(mails, frames)
			}
			for pass := range 2 {
				for i, m := range mails {
					if m.MsgID = name(i, round); pass == 0 {
						m.MsgID = "passing " + m.MsgID
					}
				}
				if err := tx.Update(mails); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := copyTo(t, e, to); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if err := to.Write(context.Background(), func(tx engine.Tx) error { return half(tx, e) }); err != nil {
			t.Fatal(err)
		}
	}
}
