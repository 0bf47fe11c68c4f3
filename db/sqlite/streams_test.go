package sqlite

import (
	"reflect"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func TestStreams(t *testing.T) {
	e, _, mails := openFilled(t)
	d := testDerived()
	answers(t, e, []asked{
		{"EachItem", func(v engine.View) (any, error) {
			var got []int64
			return gather(&got, v.EachItem(func(project, mail int64, it *track.Item) error {
				m := mails[mail-1]
				if project != 1 || !reflect.DeepEqual(*it, itemOf(m)) {
					t.Errorf("project %d, %+v", project, it)
				}
				got = append(got, mail)
				return nil
			}))
		}, []int64{1, 2, 3, 4, 5, 8, 9, 10}},
		{"EachSeries", func(v engine.View) (any, error) {
			var got [][]int64
			return gather(&got, v.EachSeries(func(s *engine.SeriesRow, members []engine.Member) error {
				if *s != d.Series[len(got)] {
					t.Errorf("%+v", s)
				}
				ids := []int64{}
				for _, m := range members {
					ids = append(ids, m.Mail)
				}
				got = append(got, ids)
				_, err := v.Members([]int64{s.ID}) // others may be asked for meanwhile
				return err
			}))
		}, [][]int64{{1, 2, 3}, {8}}},
		{"EachPerson", func(v engine.View) (any, error) {
			got := map[string]string{}
			return gather(&got, v.EachPerson(func(p engine.PersonRow) error { got[p.Email] = p.Name + p.MsgID; return nil }))
		}, map[string]string{"ann@x.org": "Ann<pull@x>", "bob@x.org": "Bob 100%<r1@x>"}},
		{"EachNaming", func(v engine.View) (any, error) {
			var got []string
			return gather(&got, v.EachNaming(func(n engine.Naming) error {
				if len(got) == 0 || got[len(got)-1] != n.Email {
					got = append(got, n.Email)
				}
				return nil
			}))
		}, []string{"ann@x.org", "bob@x.org"}},
		{"EachRef", func(v engine.View) (any, error) {
			n := 0
			before := engine.RefKey{Hash: -1 << 63}
			return gather(&n, v.EachRef(func(k engine.RefKey) error {
				if before.Compare(k) >= 0 {
					t.Errorf("%v after %v", k, before)
				}
				before = k
				n++
				return nil
			}))
		}, 7},
		{"EachMisplaced", func(v engine.View) (any, error) {
			n := 0
			return gather(&n, v.EachMisplaced(func(engine.Misplaced) error { n++; return nil }))
		}, 0},
	})
}

func TestEachMail(t *testing.T) {
	e, _, mails := openFilled(t)
	d := testDerived()
	want := map[int64]engine.DerivedMail{}
	for _, m := range mails {
		if m.Chosen {
			want[m.ID] = engine.DerivedMail{Mail: *m}
		}
	}
	change := func(mail int64, f func(m *engine.DerivedMail)) {
		m := want[mail]
		f(&m)
		want[mail] = m
	}
	for i, key := range []string{"<c@x>", "<c@x>", "<q1@x>", ""} {
		p := d.Patches[i]
		change(p.Mail, func(m *engine.DerivedMail) { m.Patch, m.SeriesKey = &p, key })
	}
	change(1, func(m *engine.DerivedMail) { m.Cover = &d.Covers[0] })
	for i, parent := range []string{"<p1@x>", "<p1@x>", ""} {
		r := d.Replies[i]
		change(r.Mail, func(m *engine.DerivedMail) { m.Reply, m.ParentID = &r, parent })
	}
	change(2, func(m *engine.DerivedMail) { m.Variants = 1 })
	answers(t, e, []asked{{"EachMail", func(v engine.View) (any, error) {
		got := map[int64]engine.DerivedMail{}
		return gather(&got, v.EachMail(func(m *engine.DerivedMail) error { got[m.ID] = *m; return nil }))
	}, want}})
}

// What hangs on a mail that is not chosen, or unrouted, is misplaced.
func TestEachMisplaced(t *testing.T) {
	e, _, _ := openFilled(t)
	for _, change := range []string{
		`UPDATE reply SET parent = 6 WHERE mail = 4`, `UPDATE cover SET mail = 7`, `UPDATE series SET cover = 7 WHERE id = 1`,
		`UPDATE patch SET mail = 6 WHERE mail = 2`, `UPDATE mail SET chosen = 0 WHERE id = 5`,
	} {
		if err := e.writer.exec(change); err != nil {
			t.Fatal(err)
		}
	}
	answers(t, e, []asked{{"EachMisplaced", func(v engine.View) (any, error) {
		got := map[engine.Misplaced]bool{}
		return gather(&got, v.EachMisplaced(func(m engine.Misplaced) error { got[m] = true; return nil }))
	}, map[engine.Misplaced]bool{
		{What: "patch", Mail: 6, MsgID: "<p1@x>"}: true, {What: "cover", Mail: 7, MsgID: "<u@x>"}: true,
		{What: "reply", Mail: 5, MsgID: "<r2@x>"}: true, {What: "parent of a reply", Mail: 6, MsgID: "<p1@x>"}: true,
		{What: "cover of a series", Mail: 7, MsgID: "<u@x>"}: true,
	}}})
}

// gather is what a stream put together.
func gather[T any](got *T, err error) (any, error) { return *got, err }

func TestManySeries(t *testing.T) {
	e, _, _ := openFilled(t)
	if err := e.Write(t.Context(), func(tx engine.Tx) error {
		d := &engine.Derived{}
		for id := range int64(1000) {
			d.Series = append(d.Series, engine.SeriesRow{ID: 100 + id, Project: 1, Date: at(1)})
		}
		return tx.Put(d)
	}); err != nil {
		t.Fatal(err)
	}
	answers(t, e, []asked{{"EachSeries", func(v engine.View) (any, error) {
		n, last := 0, int64(0)
		return gather(&n, v.EachSeries(func(s *engine.SeriesRow, _ []engine.Member) error {
			if n++; s.ID <= last {
				t.Errorf("%d after %d", s.ID, last)
			}
			last = s.ID
			return nil
		}))
	}, 1002}})
}
