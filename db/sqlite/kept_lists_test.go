package sqlite

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// What is put together in memory is the list that SQLite finds and sorts, whatever has come and changed since names
// were read, and whether they have ranks or not.
func TestKeptListsAreTheSame(t *testing.T) {
	kept := 0
	rapid.Check(t, func(r *rapid.T) {
		e := openRapid(r, t)
		defer e.Close()
		names := &e.readers.Load().names
		names.patience = 0
		for step := range rapid.IntRange(2, 7).Draw(r, "steps") {
			if err := e.Write(context.Background(), func(tx engine.Tx) error { return anyPatches(r, tx, step) }); err != nil {
				r.Fatal(err)
			}
			if rapid.Bool().Draw(r, "rank") {
				names.rank()
			}
			for range 4 {
				f := anyOrder(r)
				want, err := queriesOf(e.writer).PatchPage(f, -1)
				if err != nil {
					r.Fatal(err)
				}
				if err := e.View(context.Background(), func(v engine.View) error {
					got, err := v.PatchPage(f, -1)
					if !reflect.DeepEqual(got, want) {
						r.Errorf("%v\nnot\n%v\nof %+v", got, want, f)
					}
					if l, err := v.(*queries).kept(f); l != nil && err == nil {
						kept += len(l.found)
					}
					return err
				}); err != nil {
					r.Fatal(err)
				}
			}
		}
	})
	if kept == 0 {
		t.Error("no list was put together in memory")
	}
}

var (
	anyName   = rapid.SampledFrom([]string{"a", "A", "b fix", "B", "[v2] fix", "Fix", "ä", ""})
	anySender = rapid.SampledFrom([]string{"ann@x", "bob@x", "carl@x"})
)

// anyPatches adds some, or changes who sent one, or what somebody is called.
func anyPatches(r *rapid.T, tx engine.Tx, step int) error {
	last, err := tx.LastMail()
	if err != nil {
		return err
	}
	var d engine.Derived
	call := func(email string, mail int64) {
		d.People = append(d.People, engine.PersonRow{Email: email, Name: anyName.Draw(r, "called"), Date: time.Unix(1, 0), Mail: mail})
	}
	if step > 0 {
		switch rapid.IntRange(0, 3).Draw(r, "change") {
		case 0:
			found, err := tx.Mails([]int64{rapid.Int64Range(1, last).Draw(r, "which")})
			if err != nil {
				return err
			}
			for id, m := range found {
				m.Sender, m.Name = anySender.Draw(r, "sender"), anyName.Draw(r, "name")
				d.Patches = append(d.Patches, anyPatch(r, id, m))
				if err := tx.Update([]*engine.Mail{m}); err != nil {
					return err
				}
			}
			return tx.Put(&d)
		case 1:
			call(anySender.Draw(r, "who"), rapid.Int64Range(1, last).Draw(r, "named by"))
			return tx.Put(&d)
		case 2:
			return tx.DropPeople([]string{anySender.Draw(r, "nobody")})
		}
	}
	for i := range rapid.IntRange(1, 5).Draw(r, "patches") {
		m := testMail(fmt.Sprintf("<%d.%d@x>", last, i), last, func(m *engine.Mail) {
			m.Kind, m.Name, m.Sender = track.Patch, anyName.Draw(r, "name"), anySender.Draw(r, "sender")
			m.Date = time.Unix(rapid.Int64Range(0, 3).Draw(r, "date"), 0)
			m.SHA256[0], m.SHA256[1] = byte(last), byte(i)
		})
		if err := tx.Insert([]*engine.Mail{m}, [][]byte{{1}}); err != nil {
			return err
		}
		d.Patches = append(d.Patches, anyPatch(r, m.ID, m))
		call(m.Sender, m.ID)
	}
	return tx.Put(&d)
}

func anyPatch(r *rapid.T, id int64, m *engine.Mail) engine.PatchRow {
	return engine.PatchRow{
		Mail: id, ID: id, Project: m.Project, Date: m.Date, Submitter: m.Sender, Archived: rapid.Bool().Draw(r, "archived"),
		State: rapid.SampledFrom([]track.State{"new", "accepted"}).Draw(r, "state"),
	}
}

func anyOrder(r *rapid.T) track.PatchQuery {
	f := track.PatchQuery{Paging: track.Paging{Limit: 3, Offset: rapid.IntRange(0, 5).Draw(r, "offset")}}
	for range rapid.IntRange(0, 2).Draw(r, "columns") {
		by := rapid.SampledFrom([]string{"name", "submitter", "date", "id"}).Draw(r, "by")
		f.Order = append(f.Order, track.Order{By: by, Desc: rapid.Bool().Draw(r, "desc")})
	}
	if rapid.Bool().Draw(r, "new") {
		f.States = track.In[track.State]{"new"}
	}
	if rapid.Bool().Draw(r, "one project") {
		f.Projects = track.In[int64]{1}
	}
	if rapid.Bool().Draw(r, "by a word") {
		f.Words = []string{"f"}
	}
	return f
}

// While somebody reads all names, others ask SQLite, and do not wait.
func TestNamesAreReadBesideOthers(t *testing.T) {
	e, _, _ := openFilled(t)
	names := &e.readers.Load().names
	f := track.PatchQuery{Paging: track.Paging{Limit: 5, Order: []track.Order{{By: "name"}}}}
	kept := func() (l *keptList) {
		if err := e.View(context.Background(), func(v engine.View) (err error) {
			l, err = v.(*queries).kept(f)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return l
	}
	names.mu.Lock()
	_ = names.unlocked(func() error {
		if kept() != nil {
			t.Error("names are there that are being read")
		}
		return nil
	})
	names.mu.Unlock()
	if kept() == nil {
		t.Error("names are not there after they were read")
	}
}
