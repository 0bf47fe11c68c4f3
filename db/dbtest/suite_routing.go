package dbtest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// onLists are n patches, the i-th on the list of that number modulo lists.
func onLists(n, lists int) []*track.Mail {
	var out []*track.Mail
	for i := range n {
		m := made(fmt.Sprintf("%d@x", i), i, fmt.Sprintf("patch %d", i))
		m.ListIDs = []string{fmt.Sprintf("l%d.example.org", i%lists)}
		out = append(out, m)
	}
	return out
}

func projectsOf(t *testing.T, s *db.Store) []track.Project {
	t.Helper()
	all, err := s.Projects(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Anybody can write a List-Id of their own into each mail. That must cost about what a mail of a known list costs.
func (u suite) TestManyListsCostNoMore(t *testing.T) {
	const mails = 2500
	took := func(lists int) time.Duration {
		s := u.open(t)
		all := onLists(mails, lists)
		return threadTime(t, func() {
			for i := 0; i < mails; i += 50 {
				add(t, s, all[i:i+50]...)
			}
		})
	}
	one, each := took(1), took(mails)
	t.Logf("on one list %v, on a list each %v", one, each)
	if each > 4*one {
		t.Errorf("%d mails on one list took %v, on a list each %v", mails, one, each)
	}
}

func (u suite) TestProjectsOnSightAreBounded(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	const more = 20
	add(t, s, onLists(track.MaxOnSight+more, track.MaxOnSight+more)...)
	late := onLists(track.MaxOnSight+more, track.MaxOnSight+more)[track.MaxOnSight/2:]
	for _, m := range late { // those that are tracked stay so
		m.MsgID = "<late" + m.MsgID[1:]
	}
	add(t, s, late...)
	if got := len(projectsOf(t, s)); got != track.MaxOnSight {
		t.Errorf("%d projects were made on sight", got)
	}
	unrouted := 0
	for id, m := range records(t, s, "mail") {
		var i int
		fmt.Sscanf(strings.TrimPrefix(id, "late"), "%d@x", &i)
		if m.Kind == "unrouted" {
			unrouted++
		}
		if want := i >= track.MaxOnSight; (m.Kind == "unrouted") != want {
			t.Errorf("%s is %s", id, m.Kind)
		}
	}
	if unrouted != 2*more {
		t.Errorf("%d mails are unrouted, want %d", unrouted, 2*more)
	}
	if newest, err := s.Unrouted(ctx, 3); err != nil || len(newest) != 3 || newest[0].ID < newest[1].ID ||
		newest[1].ID < newest[2].ID {
		t.Errorf("the newest of them are %v, %v", newest, err)
	}
	if all, err := s.Unrouted(ctx, 1000); err != nil || len(all) != unrouted {
		t.Errorf("%d are listed, %v", len(all), err)
	}
	st, err := s.Status(ctx)
	if err != nil || st.OnSight != track.MaxOnSight {
		t.Errorf("status: %d on sight, %v", st.OnSight, err)
	}
	before := dump(t, s)
	if _, _, err := s.Reread(ctx, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	if a, b := difference(before, dump(t, s)); a+b != "" {
		t.Errorf("after a rebuild:\n%s\nwas\n%s", b, a)
	}
	p := track.Project{LinkName: "wanted", ListID: fmt.Sprintf("l%d.example.org", track.MaxOnSight)}
	if moved, err := s.AddProject(ctx, by, p, readJSON, nil); err != nil || moved != 2 {
		t.Errorf("a project that a person adds took %d mails in, %v", moved, err)
	}
}

func (u suite) TestListIDOnSightIsBounded(t *testing.T) {
	s := u.open(t)
	id := func(length int) string { return strings.Repeat("a", length-len(".org")) + ".org" }
	good, long := made("good@x", 0, "good"), made("long@x", 1, "long")
	good.ListIDs, long.ListIDs = []string{id(255)}, []string{id(256)}
	add(t, s, good, long)
	got := records(t, s, "mail")
	if got["good@x"].Project != id(255) || got["long@x"].Kind != "unrouted" {
		t.Errorf("of 255 bytes: in %q; of 256: %s", got["good@x"].Project, got["long@x"].Kind)
	}
}

// What is known of projects is kept between transactions; a change by anybody must be seen by the next mail.
func (u suite) TestProjectsThatChangeBetweenMails(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	stores := [2]*db.Store{place.store(t), place.store(t)}
	n := 0
	next := func(listID string) track.Project { // where the next mail of that list goes
		t.Helper()
		n++
		m := made(fmt.Sprintf("%d@x", n), n, "patch")
		m.ListIDs, m.Files = []string{listID}, []string{"a.c"}
		add(t, stores[0], m)
		r := records(t, stores[0], "patch")[fmt.Sprintf("%d@x", n)]
		delegate := ""
		if r.Delegate != nil {
			delegate = *r.Delegate
		}
		return track.Project{LinkName: r.Project, Name: delegate}
	}
	want := func(what string, got track.Project, project, delegate string) {
		t.Helper()
		if got.LinkName != project || got.Name != delegate {
			t.Errorf("%s: in %q, delegated to %q; want %q, %q", what, got.LinkName, got.Name, project, delegate)
		}
	}
	must := func(_ int, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	want("on sight", next("a.x"), "a.x", "")
	want("again", next("a.x"), "a.x", "")
	for i, s := range stores { // the same store as the mail's, then another
		name := fmt.Sprintf("p%d", i)
		must(s.AddProject(ctx, by, track.Project{LinkName: name, ListID: name + ".x"}, readJSON, nil))
		want("a project added", next(name+".x"), name, "")
		must(0, s.AddRule(ctx, by, name, track.Rule{Pattern: "*.c", Delegate: "c@x"}, readJSON, nil))
		want("a rule added", next(name+".x"), name, "c@x")
		want("and again", next(name+".x"), name, "c@x")
		must(0, s.RemoveRule(ctx, by, name, "*.c", readJSON, nil))
		want("a rule removed", next(name+".x"), name, "")
		must(s.SetProject(ctx, by, track.Project{LinkName: name, ListID: "moved." + name}, readJSON, nil))
		want("set", next("moved."+name), name, "")
		must(s.RemoveProject(ctx, by, name, readJSON, nil))
		want("removed", next("moved."+name), "", "")
	}
	check(t, stores[0])
}

// A transaction that is rolled back takes the projects with it that it made.
func (u suite) TestProjectOfABatchThatIsRolledBack(t *testing.T) {
	s := u.open(t)
	add(t, s, made("0@x", 0, "first"))
	batch := []db.Delivery{asJSON(onLists(1, 1)[0]), asJSON(made("bad@x", 1, "bad"))}
	batch[1].Mail.Hash = "not in hex"
	added, err := s.Add(context.Background(), batch)
	if err != nil || added[0].Err != nil || added[1].Err == nil {
		t.Fatalf("%+v, %v", added, err)
	}
	if added[0].Project != "l0.example.org" || len(projectsOf(t, s)) != 2 {
		t.Errorf("the good mail is in %q, and there are %d projects", added[0].Project, len(projectsOf(t, s)))
	}
	check(t, s)
}

// An archive that is imported as one list and then as another makes a project of each, whichever came first.
func (u suite) TestImportedAsTwoLists(t *testing.T) {
	const a, b = "a.example.org", "b.example.org"
	for _, order := range [][]string{{a, b}, {b, a}} {
		s := u.open(t)
		for _, list := range order {
			m := made("1@x", 1, "a patch")
			m.ListIDs, m.ImportedAs = nil, list
			add(t, s, m)
		}
		if all := projectsOf(t, s); len(all) != 2 {
			t.Errorf("imported as %v: %d projects", order, len(all))
		}
	}
}
