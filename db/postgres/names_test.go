package postgres_test

import (
	"fmt"
	"testing"

	"patchwatch/db"
	"patchwatch/track"
)

// Names are found in memory as they are now, whichever process has changed them.
func TestNamesAreCurrent(t *testing.T) {
	open := onServer(t)(t.TempDir())
	var stores [2]*db.Store
	for i := range stores {
		e, err := open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if stores[i], err = db.New(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		defer stores[i].Close()
	}
	reads, writes := stores[0], stores[1]
	named := func(word string, projects track.In[int64]) string {
		t.Helper()
		p := track.Paging{Limit: 2, Order: []track.Order{{By: "date", Desc: true}}}
		patches, err := reads.PatchPage(t.Context(), track.PatchQuery{Words: []string{word}, Projects: projects, Paging: p})
		if err != nil {
			t.Fatal(err)
		}
		series, err := reads.SeriesPage(t.Context(), track.SeriesQuery{Words: []string{word}, Projects: projects, Paging: p})
		if err != nil {
			t.Fatal(err)
		}
		said := fmt.Sprintf("%d patches, %d series", patches.Total, series.Total)
		for _, p := range patches.Rows {
			said += ", " + p.MsgID
		}
		return said
	}
	add := func(i int) {
		t.Helper()
		delivery := db.Delivery{Mail: planMail(i, 5), Frame: db.Compress([]byte{byte(i)})}
		if _, err := writes.Add(t.Context(), []db.Delivery{delivery}); err != nil {
			t.Fatal(err)
		}
	}
	want := func(word string, projects track.In[int64], want string) {
		t.Helper()
		if said := named(word, projects); said != want {
			t.Errorf("%q: %s; wanted are %s", word, said, want)
		}
	}
	want("part", nil, "0 patches, 0 series")
	add(1)
	want("PART", nil, "1 patches, 1 series, <1@x>")
	add(16) // of another version
	want("part", nil, "2 patches, 2 series, <16@x>, <1@x>")
	want("part", track.In[int64]{99}, "0 patches, 0 series")
	want("other", nil, "0 patches, 0 series")
	id := patchNumber(t, reads, "<16@x>")
	if err := writes.Hide(t.Context(), "a test", []int64{id}, true); err != nil {
		t.Fatal(err)
	}
	want("part", nil, "1 patches, 1 series, <1@x>")

	// All that a project has leaves it, and only changes of all projects tell of that.
	if _, err := writes.AddProject(t.Context(), "a test", track.Project{LinkName: "new", ListID: "new.list"},
		readPlanMail, nil); err != nil {
		t.Fatal(err)
	}
	want("part", nil, "1 patches, 1 series, <1@x>")
	if changed, unread, err := writes.Reread(t.Context(), readElsewhere, nil); changed != 2 || unread != 0 || err != nil {
		t.Fatal(changed, unread, err)
	}
	want("part", nil, "2 patches, 2 series, <16@x>, <1@x>") // what was hidden was so in the other project
}

func readPlanMail(raw []byte) (*track.Mail, error) { return planMail(int(raw[0]), 5), nil }

// readElsewhere reads a planMail as one of another list.
func readElsewhere(raw []byte) (*track.Mail, error) {
	m := planMail(int(raw[0]), 5)
	m.ListIDs = []string{"new.list"}
	return m, nil
}

func patchNumber(t *testing.T, s *db.Store, msgid string) int64 {
	t.Helper()
	page, err := s.PatchPage(t.Context(), track.PatchQuery{MsgIDs: track.In[string]{msgid}, Paging: track.Paging{Limit: 1}})
	if err != nil || len(page.Rows) != 1 {
		t.Fatal(page, err)
	}
	return page.Rows[0].ID
}
