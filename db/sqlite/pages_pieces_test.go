package sqlite

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// A list in pieces is the one that is sorted as a whole, on every page, and nothing of it is sorted.
func TestListsInPieces(t *testing.T) {
	e := openPieces(t)
	no := false
	for name, f := range map[string]track.PatchQuery{
		"all": {}, "of a project": {Projects: track.In[int64]{1}}, "of both": {Projects: track.In[int64]{2, 1}},
		"in states":    {Projects: track.In[int64]{1}, States: track.In[track.State]{"my-own", "rfc", "new"}},
		"not archived": {Projects: track.In[int64]{1}, Archived: &no}, "nobody's": {Nobodys: true},
	} {
		for _, by := range []string{"state", "delegate"} {
			for _, desc := range []bool{false, true} {
				f.Order = []track.Order{{By: by, Desc: desc}, {By: "date", Desc: desc}}
				t.Run(fmt.Sprint(name, f.Order), func(t *testing.T) { wantPieces(t, e, f, by == "state" || !f.Nobodys) })
			}
		}
	}
}

func wantPieces(t *testing.T, e *database, f track.PatchQuery, wanted bool) {
	q := asking(e.writer)
	whole, err := q.countedPatches(f)
	if err != nil {
		t.Fatal(err)
	}
	all, total, err := q.idsOf(whole, track.Paging{Limit: 1000}, -1)
	if err != nil || total < 5 {
		t.Fatal(total, err)
	}
	if pieces, err := q.inPieces(whole, f); err != nil || (len(pieces) > 0) != wanted {
		t.Fatalf("%d pieces, %v", len(pieces), err)
	}
	for f.Offset = range total {
		for f.Limit = range 8 {
			page, err := q.PatchPage(f, -1)
			if err != nil {
				t.Fatal(err)
			}
			var ids []int64
			for _, r := range page.Rows {
				ids = append(ids, r.Mail)
			}
			want := all[f.Offset:min(f.Offset+f.Limit, total)]
			if len(ids)+len(want) > 0 && !reflect.DeepEqual(ids, want) {
				t.Fatalf("from %d, %d: %v, not %v of %v", f.Offset, f.Limit, ids, want, all)
			}
		}
	}
	f.Offset, f.Limit = total/2, 2
	for query, args := range recorded(t, e, func(v engine.View) error { _, err := v.PatchPage(f, -1); return err }) {
		if steps := strings.Join(plan(t, e, query, args), "\n"); wanted && strings.Contains(query, "OFFSET") &&
			strings.Contains(steps, "TEMP B-TREE") {
			t.Errorf("rows are sorted:\n%s\n%s", steps, query)
		}
	}
}

// openPieces has patches of two projects in several states, and with several delegates, of few dates.
func openPieces(t *testing.T) *database {
	t.Helper()
	e := openForTest(t)
	if err := e.Write(context.Background(), func(tx engine.Tx) error {
		var d engine.Derived
		var mails []*engine.Mail
		for i := range int64(60) {
			mails = append(mails, testMail(fmt.Sprintf("<%d@x>", i), i, func(m *engine.Mail) { m.Kind = track.Patch }))
			d.Patches = append(d.Patches, engine.PatchRow{
				Mail: i + 1, ID: i + 1, Project: 1 + i%2, Number: 1, Date: at(i * 7 % 5), Submitter: "ann@x.org",
				State:    []track.State{"new", "rfc", "my-own", "accepted", "another"}[i*3%5],
				Delegate: []string{"", "", "bob@x.org", "ann@x.org"}[i*5%4], Archived: i%9 == 0, Hidden: i%11 == 0,
			})
		}
		for _, name := range []string{"net", "usb"} {
			p := engine.Project{Project: track.Project{LinkName: name, ListID: name + ".x"}}
			if err := tx.PutProject(&p); err != nil {
				return err
			}
		}
		frames := make([][]byte, len(mails))
		for i := range frames {
			frames[i] = []byte{1}
		}
		if err := tx.Insert(mails, frames); err != nil {
			return err
		}
		return tx.Put(&d)
	}); err != nil {
		t.Fatal(err)
	}
	return e
}
