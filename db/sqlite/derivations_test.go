package sqlite

import (
	"cmp"
	"slices"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
	"patchwatch/track"
)

// numbers are those of rows, in order.
func numbers(rows []*engine.Row, err error) (any, error) {
	var ids []int64
	for _, r := range rows {
		ids = append(ids, r.Mail)
	}
	slices.Sort(ids)
	return ids, err
}

// refersTo is who refers to whom.
type refersTo struct {
	mail int64
	to   string
}

func referring(q engine.Referring) func(v engine.View) (any, error) {
	return func(v engine.View) (any, error) {
		found, err := v.Referrers(q)
		var out []refersTo
		for _, r := range found {
			out = append(out, refersTo{r.Mail, r.To})
		}
		slices.SortFunc(out, func(a, b refersTo) int { return cmp.Or(cmp.Compare(a.mail, b.mail), cmp.Compare(a.to, b.to)) })
		return out, err
	}
}

func itemOf(m *engine.Mail) track.Item {
	return track.Item{
		ID: m.MsgID, Refs: m.Refs, Kind: m.Kind, Sender: m.Sender, Name: m.Name, Date: m.Date, Delivered: m.Delivered,
		Marked: m.Marked, Number: m.Number, Total: m.Total, Version: m.Version,
	}
}

func TestRows(t *testing.T) {
	e, _, mails := openFilled(t)
	answers(t, e, []asked{
		{"a patch", func(v engine.View) (any, error) { return v.Rows([]int64{3}) },
			[]*engine.Row{{Item: itemOf(mails[2]), Mail: 3, Derived: true, Hidden: true, Series: 1, Slot: 2}}},
		{"a reply", func(v engine.View) (any, error) { return v.Rows([]int64{4, 4}) },
			[]*engine.Row{{Item: itemOf(mails[3]), Mail: 4, Derived: true, Parent: 2, ParentID: "<p1@x>", Clean: true}}},
		{"an unrouted one", func(v engine.View) (any, error) { return v.Rows([]int64{7}) },
			[]*engine.Row{{Item: itemOf(mails[6]), Mail: 7}}},
		{"chosen ones", func(v engine.View) (any, error) { return numbers(v.Rows([]int64{6, 99, 1, 8})) }, []int64{1, 8}},
		{"by name", func(v engine.View) (any, error) {
			return numbers(v.RowsNamed(1, []string{"<p1@x>", "<c@x>", "<u@x>", "<c@x>"}))
		},
			[]int64{1, 2}},
	})
}

func TestReferrers(t *testing.T) {
	e, _, _ := openFilled(t)
	if err := e.Write(t.Context(), func(tx engine.Tx) error { // of a variant, which is not to be found
		return tx.PutRefs([]engine.RefKey{{Hash: engine.RefHash(1, "<c@x>"), Member: true, Mail: 6}})
	}); err != nil {
		t.Fatal(err)
	}
	to := []string{"<p1@x>", "<r1@x>", "<c@x>", "<c@x>", "<gone@x>"}
	all := []refersTo{{2, "<c@x>"}, {3, "<c@x>"}, {4, "<p1@x>"}, {5, "<p1@x>"}, {5, "<r1@x>"},
		{8, "<c@x>"}, {10, "<gone@x>"}}
	answers(t, e, []asked{
		{"all", referring(engine.Referring{Project: 1, To: to}), all},
		{"of another project", referring(engine.Referring{Project: 2, To: to}), []refersTo(nil)},
		{"members", referring(engine.Referring{Project: 1, To: to, Who: engine.Members}), []refersTo{all[0], all[1], all[5]}},
		{"others", referring(engine.Referring{Project: 1, To: to, Who: engine.NonMembers}),
			[]refersTo{all[2], all[3], all[4], all[6]}},
		{"early", referring(engine.Referring{Project: 1, To: to, Who: engine.NonMembers, Until: at(103)}),
			[]refersTo{all[2]}},
		{"of one", referring(engine.Referring{Project: 1, To: to, Senders: []string{"bob@x.org"}}), []refersTo{all[2]}},
		{"of two", referring(engine.Referring{
			Project: 1, To: to, Until: at(999), Senders: []string{"bob@x.org", "ann@x.org"},
		}),
			[]refersTo{all[0], all[1], all[2]}},
		{"of nobody", referring(engine.Referring{Project: 1, To: to, Senders: []string{}}), []refersTo(nil)},
	})
}

func TestMarked(t *testing.T) {
	e, _, _ := openFilled(t)
	answers(t, e, []asked{{"Marked", func(v engine.View) (any, error) {
		m := engine.Marking{Sender: "ann@x.org", Version: 1, Total: 2, From: 100, To: 102, Number: 2}
		same, early, other := m, m, m
		same.Same, early.To, other.Sender = true, 101, "bob@x.org"
		late := m
		late.From, late.To = 500, 2000 // only the pull request, which is no member
		found, err := v.Marked(1, []engine.Marking{m, same, early, other, late})
		var ids []any
		for _, rows := range found {
			n, _ := numbers(rows, nil)
			ids = append(ids, n)
		}
		return ids, err
	}, []any{[]int64{1, 2}, []int64{3}, []int64{1, 2}, []int64(nil), []int64(nil)}}})
}

func TestDerived(t *testing.T) {
	e, _, mails := openFilled(t)
	d := testDerived()
	member := func(m *engine.Mail, number int) engine.Member {
		cover := m.Kind == track.Cover
		return engine.Member{Mail: m.ID, Number: number, Cover: cover, MsgID: m.MsgID, Sender: m.Sender,
			Refs: m.Refs, Name: m.Name, Title: m.Title, Change: m.Change, Hash: m.Hash, Earlier: m.Earlier,
			Hidden: m.ID == 3}
	}
	ann := d.People[0]
	ann.MsgID, ann.ID = "<pull@x>", 1
	answers(t, e, []asked{
		{"Derived", func(v engine.View) (any, error) { return v.Derived([]int64{1, 2, 3, 8, 9, 10, 1, 99, 4, 5, 7}) },
			engine.Derived{Patches: d.Patches, Covers: d.Covers, Replies: d.Replies}},
		{"Series", func(v engine.View) (any, error) { return v.Series([]int64{8, 1, 8, 99}) }, d.Series},
		{"Members", func(v engine.View) (any, error) { return v.Members([]int64{8, 1, 8, 99}) },
			map[int64][]engine.Member{1: {member(mails[0], 0), member(mails[1], 1), member(mails[2], 2)},
				8: {member(mails[7], 1)}}},
		{"People", func(v engine.View) (any, error) { return v.People([]string{"ann@x.org", "eve@x.org"}) },
			map[string]engine.PersonRow{"ann@x.org": ann}},
		{"Depending", func(v engine.View) (any, error) { return v.Depending([]int64{1, 8, 1}) }, map[int64]int64{8: 1}},
		{"Depending beside none", func(v engine.View) (any, error) { return v.Depending([]int64{99}) }, map[int64]int64{}},
		{"SeriesOf", func(v engine.View) (any, error) {
			return v.SeriesOf([]engine.Name{
				{Project: 1, MsgID: "<p1@x>"}, {Project: 1, MsgID: "<p1@x>"}, {Project: 2, MsgID: "<c@x>"}, {MsgID: "<u@x>"},
			})
		}, map[engine.Name]int64{{Project: 1, MsgID: "<p1@x>"}: 1}},
	})
}

func TestAlike(t *testing.T) {
	e, _, mails := openFilled(t)
	alike := func(m *engine.Mail, series int64) engine.Alike {
		return engine.Alike{Version: m.Version, Date: m.Date, MsgID: m.MsgID, Series: series, Name: m.Name,
			Hash: string(m.Hash)}
	}
	p1, p2, q1 := alike(mails[1], 1), alike(mails[2], 1), alike(mails[7], 8)
	ask := func(project int64, title int64, which engine.Which, version int, date int64, most int) engine.Likeness {
		q := engine.Likeness{Project: project, Value: title, Which: which, Version: version, Most: most}
		if date != 0 {
			q.At = at(date)
		}
		return q
	}
	lower, higher := engine.Lower, engine.Higher
	answers(t, e, []asked{{"Alike", func(v engine.View) (any, error) {
		return v.Alike([]engine.Likeness{
			ask(1, titlePatch, lower, 3, 0, 10), ask(1, titlePatch, lower, 2, 0, 1), ask(1, titlePatch, lower, 3, 101, 10),
			ask(1, titlePatch, higher, 0, 0, 10), ask(1, titlePatch, higher, 1, 0, 10),
			ask(2, titlePatch, higher, 0, 0, 10), ask(1, 5, higher, 0, 0, 10),
			ask(1, titlePatch, engine.SameEarlier, 1, 102, 10), ask(1, titlePatch, engine.SameEarlier, 1, 101, 10),
			ask(1, titlePatch, engine.SameLater, 1, 102, 10), ask(1, titlePatch, engine.SameLater, 1, 0, 10),
		})
	}, [][]engine.Alike{{q1, p2, p1}, {p2}, {p1}, {p1, p2, q1}, {q1}, nil, nil, {p2, p1}, {p1}, {p2}, {p1, p2}}}})
}

// The index by title is in parts, and mails of one title are in many.
func TestAlikeInParts(t *testing.T) {
	e, _, mails := openFilled(t)
	for i, id := range []int64{1 << 16, 5 << 16, 5<<16 + 1, 1 << 40} {
		m := *mails[1]
		m.SHA256[0], m.MsgID, m.Version = byte(i), string(rune('a'+i)), 3+i
		m.Date = at(int64(2000 - i))
		args := append([]any{id}, mailValues(nil, &m)...)
		insert := `INSERT INTO mail (id, ` + columnNames("") + `) VALUES (` + both.Placeholders(len(args)) + `)`
		if err := e.writer.exec(insert, args...); err != nil {
			t.Fatal(err)
		}
	}
	answers(t, e, []asked{
		{"Alike", func(v engine.View) (any, error) {
			found, err := v.Alike([]engine.Likeness{
				{Project: 1, Value: titlePatch, Version: 9, Most: 5},
				{Project: 1, Value: titlePatch, Which: engine.Higher, Most: 4},
			})
			var versions [][]int
			for _, all := range found {
				var of []int
				for _, n := range all {
					of = append(of, n.Version)
				}
				versions = append(versions, of)
			}
			return versions, err
		}, [][]int{{6, 5, 4, 3, 2}, {1, 1, 2, 3}}},
		{"Namings", func(v engine.View) (any, error) { return v.Namings([]string{"ann@x.org"}) },
			map[string]engine.Naming{"ann@x.org": {Mail: 1 << 16, MsgID: "a", Date: at(2000), Email: "ann@x.org", Name: "Ann"}}},
	})
}
