package sqlite

import (
	"crypto/sha256"
	"errors"
	"math"
	"slices"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func TestFacts(t *testing.T) {
	e, _, mails := openFilled(t)
	p1, forged, unrouted := mails[1], mails[5], mails[6]
	none := sha256.Sum256([]byte("none"))
	bytesOf := func(m *engine.Mail) engine.Bytes { return engine.Bytes{MsgID: m.MsgID, SHA256: m.SHA256} }
	copyOf := func(m *engine.Mail) engine.Copy {
		return engine.Copy{ID: m.ID, SHA256: m.SHA256, Chosen: m.Chosen, ByList: m.ByList, Delivered: m.Delivered}
	}
	keyOf := func(m *engine.Mail) engine.MailKey {
		return engine.MailKey{
			ID: m.ID, MsgID: m.MsgID, SHA256: m.SHA256, Delivered: m.Delivered, ImportedAs: m.ImportedAs,
		}
	}
	answers(t, e, []asked{
		{"Known", func(v engine.View) (any, error) {
			return v.Known([]engine.Bytes{bytesOf(p1), bytesOf(unrouted), bytesOf(p1), {MsgID: "<p1@x>", SHA256: none}})
		}, map[engine.Bytes]engine.Known{
			bytesOf(p1):       {ID: 2, Delivered: p1.Delivered},
			bytesOf(unrouted): {ID: 7, Delivered: unrouted.Delivered, ImportedAs: "old.list"},
		}},
		{"Copies", func(v engine.View) (any, error) {
			names := []engine.Name{{Project: 1, MsgID: "<p1@x>"}, {MsgID: "<u@x>"}, {Project: 1, MsgID: "<u@x>"},
				{Project: 1, MsgID: "<p1@x>"}}
			found, err := v.Copies(names)
			for _, copies := range found {
				slices.SortFunc(copies, func(a, b engine.Copy) int { return int(a.ID - b.ID) })
			}
			return found, err
		}, map[engine.Name][]engine.Copy{
			{Project: 1, MsgID: "<p1@x>"}: {copyOf(p1), copyOf(forged)},
			{MsgID: "<u@x>"}:              {copyOf(unrouted)},
		}},
		{"Mails", func(v engine.View) (any, error) { return v.Mails([]int64{2, 7, 9, 2, 99}) },
			map[int64]*engine.Mail{2: p1, 7: unrouted, 9: mails[8]}},
		{"Namings", func(v engine.View) (any, error) {
			return v.Namings([]string{"ann@x.org", "eve@x.org", "bob@x.org", "ann@x.org"})
		},
			map[string]engine.Naming{
				"ann@x.org": {Mail: 9, MsgID: "<pull@x>", Date: at(1001), Email: "ann@x.org", Name: "Ann"},
				"bob@x.org": {Mail: 4, MsgID: "<r1@x>", Date: at(103), Email: "bob@x.org", Name: "Bob 100%"},
			}},
		{"Holds", func(v engine.View) (any, error) { return v.Holds([]engine.Sum{none, forged.SHA256, p1.SHA256, none}) },
			[]bool{false, true, true, false}},
		{"LastMail", func(v engine.View) (any, error) { return v.LastMail() }, int64(10)},
		{"After", func(v engine.View) (any, error) { return v.After(5, 2) },
			[]engine.MailKey{keyOf(forged), keyOf(unrouted)}},
		{"After all", func(v engine.View) (any, error) { return v.After(10, 2) }, []engine.MailKey(nil)},
		{"After none", func(v engine.View) (any, error) { return v.After(math.MinInt64, 1) },
			[]engine.MailKey{keyOf(mails[0])}},
	})
}

func TestFrames(t *testing.T) {
	e, _, mails := openFilled(t)
	enough := errors.New("enough")
	type frame struct {
		id    int64
		bytes string
	}
	answers(t, e, []asked{
		{"Frames in order", func(v engine.View) (any, error) {
			var got []frame
			err := v.Frames([]int64{3, 99, 1}, func(id int64, bytes []byte) error {
				got = append(got, frame{id, string(bytes)})
				return v.Frames([]int64{2}, func(int64, []byte) error { return nil }) // another may be asked for meanwhile
			})
			return got, err
		}, []frame{{3, string(testFrame(mails[2]))}, {99, ""}, {1, string(testFrame(mails[0]))}}},
		{"Frames until an error", func(v engine.View) (any, error) {
			n := 0
			if err := v.Frames([]int64{1, 2}, func(int64, []byte) error { n++; return enough }); err != enough {
				return nil, errors.Join(errors.New("another error"), err)
			}
			return n, nil
		}, 1},
	})
}

// What a list in JSON can't carry is found all the same, beside what it can.
func TestOddNames(t *testing.T) {
	e := newEngine(t)
	odd := []string{"<nul\x00b@x>", "<bytes\xff@x>", "<quote\"\\@x>", "<even@x>"}
	mails, frames := make([]*engine.Mail, len(odd)), make([][]byte, len(odd))
	for i, id := range odd {
		mails[i], frames[i] = testMail(id, 100, func(*engine.Mail) {}), []byte("frame")
	}
	state := "accepted"
	if err := e.Write(t.Context(), func(tx engine.Tx) error {
		decided := engine.Decision{Name: engine.NameOf(mails[0]), State: &state}
		return errors.Join(tx.PutProject(&engine.Project{Project: track.Project{LinkName: "p"}}), tx.Insert(mails, frames),
			tx.PutDecisions([]engine.Decision{decided}))
	}); err != nil {
		t.Fatal(err)
	}
	var keys []engine.Bytes
	var names []engine.Name
	for _, m := range mails {
		keys = append(keys, engine.Bytes{MsgID: m.MsgID, SHA256: m.SHA256})
		names = append(names, engine.NameOf(m))
	}
	answers(t, e, []asked{
		{"Known", func(v engine.View) (any, error) { found, err := v.Known(keys); return len(found), err }, 4},
		{"Copies", func(v engine.View) (any, error) { found, err := v.Copies(names); return len(found), err }, 4},
		{"RowsNamed", func(v engine.View) (any, error) { found, err := v.RowsNamed(1, odd); return len(found), err }, 4},
		{"Decisions", func(v engine.View) (any, error) { found, err := v.Decisions(names); return len(found), err }, 1},
	})
}
