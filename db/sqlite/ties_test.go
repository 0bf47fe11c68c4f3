package sqlite

import (
	"errors"
	"slices"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// openTied opens a database whose rows are equal in what is sorted by first, and lie in another order than the one that
// is asked for: series 1 and 2 of one date, two replies to mail 1 of one date and one delivery and an earlier one,
// series 1 with its patches in reverse and two of one number, and no cover.
func openTied(t *testing.T) *database {
	t.Helper()
	e := openForTest(t)
	patch := func(id string, number int) *engine.Mail {
		return testMail(id, 100, func(m *engine.Mail) {
			m.Kind, m.Marked, m.Number, m.Total = track.Patch, true, number, 3
			m.More = `{"Depends":["x"]}`
		})
	}
	reply := func(id string, delivered int64) *engine.Mail {
		return testMail(id, 200, func(m *engine.Mail) { m.Refs, m.Delivered = []string{"<p3@x>"}, at(delivered) })
	}
	mails := []*engine.Mail{
		patch("<other@x>", 1), patch("<p3@x>", 3), patch("<p2@x>", 2), patch("<p1b@x>", 1), patch("<p1@x>", 1),
		reply("<rb@x>", 300), reply("<ra@x>", 300), reply("<rc@x>", 250),
	}
	mails[2].Sender, mails[2].SenderName = "b_b@x.org", ""
	row := func(mail, series int64, number int) engine.PatchRow {
		return engine.PatchRow{
			Mail: mail, ID: mail, Project: 1, Series: series, Number: number, Date: at(100),
			Submitter: "ann@x.org", State: "rfc",
		}
	}
	set := func(id int64) engine.SeriesRow {
		return engine.SeriesRow{ID: id, Project: 1, Key: "k", Version: 1, Total: 3, Date: at(100), Submitter: "ann@x.org"}
	}
	d := &engine.Derived{
		Series:  []engine.SeriesRow{set(1), set(2)},
		Patches: []engine.PatchRow{row(1, 2, 1), row(2, 1, 3), row(3, 1, 2), row(4, 1, 1), row(5, 1, 1)},
		People:  []engine.PersonRow{{Email: "b_b@x.org", Name: "B", Date: at(100), Mail: 3}},
	}
	d.Patches[2].Submitter = "b_b@x.org"
	for mail := range int64(3) {
		d.Replies = append(d.Replies, engine.ReplyRow{Mail: 6 + mail, Project: 1, Parent: 2, Date: at(200)})
	}
	write(t, e, func(tx engine.Tx) error {
		p := engine.Project{Project: track.Project{LinkName: "net", ListID: "net.x", Rules: []track.Rule{
			{Pattern: "b", Delegate: "b@x"}, {Pattern: "c", Delegate: "c@x"}, {Pattern: "a", Delegate: "a@x"},
		}}}
		return errors.Join(tx.PutProject(&p), tx.Insert(mails, slices.Repeat([][]byte{{1}}, len(mails))), tx.Put(d),

			tx.PutDictionary(engine.Dictionary{ID: 9, Mails: 200, Frame: []byte{1}}),
			tx.PutDictionary(engine.Dictionary{ID: 8, Mails: 200, Frame: []byte{1}}))
	})
	return e
}

// What is equal in one thing is sorted by the next.
func TestTies(t *testing.T) {
	rfc := track.Filter{States: []track.State{"rfc"}}
	answers(t, openTied(t), []asked{
		{"Patches", patchNumbers(rfc), []int64{5, 4, 3, 2, 1}},
		{"SeriesList", seriesNumbers(rfc), []int64{2, 1}},
		{"SeriesList of all", seriesNumbers(track.Filter{}), []int64{2, 1}},
		{"a name by its first patch", func(v engine.View) (any, error) {
			found, err := v.SeriesList(track.Filter{Series: 1})
			return found[0].Name, err
		}, "name of <p1b@x>"},
		{"Replies", func(v engine.View) (any, error) { return v.Replies([]int64{2}, false, true) },
			map[int64][]int64{2: {8, 7, 6}}},
		{"Members", func(v engine.View) (any, error) {
			found, err := v.Members([]int64{1})
			var ids []int64
			for _, m := range found[1] {
				ids = append(ids, m.Mail)
			}
			return ids, err
		}, []int64{4, 5, 3, 2}},
		{"Dictionaries", func(v engine.View) (any, error) {
			found, err := v.Dictionaries()
			return []int64{found[0].ID, found[1].ID}, err
		}, []int64{8, 9}},
		{"rules", func(v engine.View) (any, error) {
			found, err := v.Projects()
			return found[0].Rules[0].Pattern + found[0].Rules[1].Pattern + found[0].Rules[2].Pattern, err
		}, "abc"},
		{"an address that is a pattern", patchNumbers(track.Filter{Submitter: "b_b"}), []int64{3}},
	})
}

// A row is written where any of it is another, alone too.
func TestPutOneThing(t *testing.T) {
	e := openTied(t)
	reply := engine.ReplyRow{Mail: 6, Project: 1, Parent: 2, Date: at(200)}
	for _, change := range []func(){
		func() { reply.Clean = true }, func() { reply.Ignored = true }, func() { reply.Date = at(201) },
		func() { reply.Parent = 0 },
	} {
		change()
		write(t, e, func(tx engine.Tx) error {
			err := tx.Put(&engine.Derived{Replies: []engine.ReplyRow{reply}})
			d, err2 := tx.Derived([]int64{6})
			if len(d.Replies) != 1 || d.Replies[0] != reply {
				t.Errorf("%+v, want %+v", d.Replies, reply)
			}
			return errors.Join(err, err2)
		})
	}
}

// A series stays for its patches or for its own cover, and a person for their mail. Nobody is named by an empty
// address.
func TestDropStrays(t *testing.T) {
	e := openTied(t)
	cover := testMail("<c@x>", 1, func(m *engine.Mail) { m.Kind, m.Marked = track.Cover, true })
	nobody := testMail("<n@x>", 1, func(m *engine.Mail) { m.Sender = "" })
	write(t, e, func(tx engine.Tx) error {
		err := tx.Insert([]*engine.Mail{cover, nobody}, slices.Repeat([][]byte{{1}}, 2))
		of := func(id int64) engine.SeriesRow {
			return engine.SeriesRow{ID: id, Project: 1, Key: "k", Version: 1, Date: at(1), Cover: cover.ID}
		}
		return errors.Join(err, tx.Put(&engine.Derived{
			Series: []engine.SeriesRow{of(50), of(51)},
			Covers: []engine.CoverRow{{Mail: cover.ID, Project: 1, Series: 50}},
			People: []engine.PersonRow{{Date: at(1), Mail: nobody.ID}},
		}), tx.DropStrays())
	})
	answers(t, e, []asked{
		{"series", seriesNumbers(track.Filter{}), []int64{2, 1, 50}},
		{"people", func(v engine.View) (any, error) {
			found, err := v.People([]string{"", "b_b@x.org"})
			return len(found), err
		}, 1},
	})
}

// A number of the log or of an event is never given twice, even when the newest are taken out.
func TestNumbersAreNotGivenTwice(t *testing.T) {
	e := openForTest(t)
	add := func() (log, event int64) {
		l, v := []engine.LogEntry{{What: "state"}}, []engine.Event{{Project: 1}}
		write(t, e, func(tx engine.Tx) error { return errors.Join(tx.AddLog(l), tx.AddEvents(v)) })
		return l[0].ID, v[0].ID
	}
	log, event := add()
	if err := e.writer.script(`DELETE FROM log; DELETE FROM event`); err != nil {
		t.Fatal(err)
	}
	if l, v := add(); l <= log || v <= event {
		t.Errorf("line %d after %d, event %d after %d", l, log, v, event)
	}
}
