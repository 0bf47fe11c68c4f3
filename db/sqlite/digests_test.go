package sqlite

import (
	"context"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Digests only say where nothing has to be looked for: with them the same is found as in the index itself, whatever was
// added and changed before.
func TestAlikeIsTheSameByDigests(t *testing.T) {
	kept := 0
	rapid.Check(t, func(r *rapid.T) {
		e := openRapid(r, t)
		defer e.Close()
		for step := range rapid.IntRange(2, 7).Draw(r, "steps") {
			if err := e.Write(context.Background(), func(tx engine.Tx) error { return anyMails(r, tx, step) }); err != nil {
				r.Fatal(err)
			}
			asked := anyLikenesses(r)
			want, err := queriesOf(e.writer).Alike(asked)
			if err != nil {
				r.Fatal(err)
			}
			if err := e.View(context.Background(), func(v engine.View) error {
				got, err := v.Alike(asked)
				if !reflect.DeepEqual(got, want) {
					r.Errorf("%v\nnot\n%v\nof %+v", got, want, asked)
				}
				kept += len(v.(*queries).digests.kept[engine.ByDiff].all)
				return err
			}); err != nil {
				r.Fatal(err)
			}
		}
	})
	if kept == 0 {
		t.Error("no digests were kept")
	}
}

func openRapid(r *rapid.T, t *testing.T) *database {
	e := &database{path: filepath.Join(t.TempDir(), "x.db"), turn: newTurn(), writable: true}
	if err := e.openPatiently(context.Background()); err != nil {
		r.Fatal(err)
	}
	e.readers.Load().digests.patience = 0
	if err := e.Write(context.Background(), func(tx engine.Tx) error {
		return tx.PutProject(&engine.Project{Project: track.Project{LinkName: "net", ListID: "net.x"}})
	}); err != nil {
		r.Fatal(err)
	}
	return e
}

// anyMails adds some, perhaps in the next part of the indexes, or changes one that is there. After two steps there are
// two parts.
func anyMails(r *rapid.T, tx engine.Tx, step int) error {
	last, err := tx.LastMail()
	if err != nil {
		return err
	}
	if step > 1 && rapid.Bool().Draw(r, "change") {
		mails, err := tx.After(rapid.Int64Range(0, last-1).Draw(r, "which"), 1)
		if err != nil {
			return err
		}
		found, err := tx.Mails([]int64{mails[0].ID})
		if err != nil {
			return err
		}
		m := found[mails[0].ID]
		anyValues(r, m)
		return tx.Update([]*engine.Mail{m})
	}
	if bits := rapid.SampledFrom([]int{0, senderPartBits, titlePartBits}).Draw(r, "jump"); bits > 0 || step == 1 {
		bits = max(bits, senderPartBits)
		if err := tx.Reserve(last + 1<<bits); err != nil {
			return err
		}
	}
	var mails []*engine.Mail
	for i := range rapid.IntRange(1, 4).Draw(r, "mails") {
		m := testMail("<"+strings.Repeat("a", i+1)+string(rune('0'+last%10))+"@x>", last, func(m *engine.Mail) { anyValues(r, m) })
		m.SHA256[0], m.SHA256[1], m.SHA256[2], m.SHA256[3] = byte(last), byte(last>>8), byte(last>>16), byte(i)
		mails = append(mails, m)
	}
	return tx.Insert(mails, slices.Repeat([][]byte{{1}}, len(mails)))
}

func anyValues(r *rapid.T, m *engine.Mail) {
	m.Kind, m.Marked = track.Patch, true
	m.Title, m.Change = rapid.Int64Range(0, 3).Draw(r, "title"), rapid.Int64Range(0, 3).Draw(r, "change")
	m.Hash = nil
	if n := rapid.IntRange(0, 4).Draw(r, "hash"); n > 0 {
		m.Hash = []byte{0xab, 0, 1, 2, 3, byte(n), 7}[:n+2]
	}
	m.Version = rapid.IntRange(1, 2).Draw(r, "version")
}

func anyLikenesses(r *rapid.T) (all []engine.Likeness) {
	for n := range rapid.IntRange(1, 8).Draw(r, "questions") {
		by := engine.ByDiff
		if n > 0 {
			by = engine.Feature(rapid.IntRange(0, 3).Draw(r, "by"))
		}
		l := engine.Likeness{
			Project: 1, Version: 1, Most: 50, By: by,
			Which: engine.Which(rapid.IntRange(0, 3).Draw(r, "which")), Value: rapid.Int64Range(1, 3).Draw(r, "value"),
		}
		if l.By == engine.ByDiff {
			l.Text = string([]byte{0xab, 0, 1, 2, 3, 4, 7}[:rapid.IntRange(3, 6).Draw(r, "text")])
		}
		all = append(all, l)
	}
	return all
}

// To read the mails for the sake of their digests would take a hundred times as long.
func TestDigestsAreReadFromTheIndex(t *testing.T) {
	e, _, _ := openFilled(t)
	for _, by := range []engine.Feature{engine.ByTitle, engine.ByChange, engine.ByDiff} {
		d, _ := digestedBy(by)
		steps := strings.Join(plan(t, e, d.query(), []any{0}), "\n")
		if !strings.Contains(steps, "SEARCH mail USING COVERING INDEX "+d.index) {
			t.Errorf("by %d:\n%s", by, steps)
		}
	}
}
