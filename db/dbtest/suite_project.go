package dbtest

import (
	"context"
	"errors"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

var frob = track.Project{LinkName: "frob", ListID: listID, ListEmail: "frob@lists.example.org", Name: "Frob"}

func addProject(t tester, s *db.Store, p track.Project) int {
	t.Helper()
	moved, err := s.AddProject(context.Background(), by, p, readJSON, nil)
	if err != nil {
		t.Fatal(err)
	}
	return moved
}

func setProject(t *testing.T, s *db.Store, p track.Project) {
	t.Helper()
	if _, err := s.SetProject(context.Background(), by, p, readJSON, nil); err != nil {
		t.Fatal(err)
	}
}

func removeProject(t *testing.T, s *db.Store, name string) {
	t.Helper()
	if _, err := s.RemoveProject(context.Background(), by, name, readJSON, nil); err != nil {
		t.Fatal(err)
	}
}

// munged has a From that the list has rewritten.
func munged() *track.Mail {
	m := made("m@x", 20, "[1/1] munged")
	m.From, m.RealSender = track.Person{Name: "Eve via frob", Email: "frob@lists.example.org"},
		&track.Person{Name: "Eve", Email: "eve@example.org"}
	return m
}

// byAddress has no List-Id.
func byAddress() *track.Mail {
	m := made("a@x", 21, "by address")
	m.ListIDs, m.To = nil, []string{"frob@lists.example.org"}
	return m
}

func (u suite) TestProjectBeforeOrAfterItsMail(t *testing.T) {
	mails := append(thread(), munged(), byAddress())
	before := u.open(t)
	addProject(t, before, frob)
	add(t, before, mails...)
	want := dump(t, before)
	for cut := range len(mails) + 1 {
		s := u.open(t)
		add(t, s, mails[:cut]...)
		addProject(t, s, frob)
		add(t, s, mails[cut:]...)
		if got := dump(t, s); got != want {
			only, missing := difference(got, want)
			t.Fatalf("after %d mails:\nonly so:\n%s\nnot so:\n%s", cut, only, missing)
		}
	}
}

func (u suite) TestAddProjectAdoptsTheOneMadeOnSight(t *testing.T) {
	s := u.open(t)
	add(t, s, thread()...)
	decide(t, s, "s@x", accepted)
	addProject(t, s, frob)
	wantDecided(t, s, "adopted", "s@x", accepted)
	if got := records(t, s, "patch")["s@x"].Project; got != "frob" {
		t.Errorf("in %s", got)
	}
	projects, err := s.Projects(context.Background())
	if err != nil || len(projects) != 1 || projects[0].OnSight {
		t.Errorf("%+v, %v", projects, err)
	}
	check(t, s)
}

// Others that were made on sight stay, since they are in use; but no more are made.
func (u suite) TestAddProjectFreezesTheOthers(t *testing.T) {
	s := u.open(t)
	other := func(id string) *track.Mail {
		m := made(id, 30, "other")
		m.ListIDs = []string{"other.lists.example.org"}
		return m
	}
	add(t, s, other("o@x"))
	addProject(t, s, frob)
	third := made("third@x", 31, "third")
	third.ListIDs = []string{"third.lists.example.org"}
	add(t, s, other("o2@x"), third)
	mails := records(t, s, "mail")
	if mails["o@x"].Project == "" || mails["o2@x"].Project == "" || mails["third@x"].Kind != "unrouted" {
		t.Errorf("%+v", mails)
	}
}

func (u suite) TestSetRemoveAndAddAgainKeepsDecisions(t *testing.T) {
	s := u.open(t)
	addProject(t, s, frob)
	add(t, s, thread()...)
	decide(t, s, "s@x", accepted)
	want := dump(t, s)

	moved := frob
	moved.ListID = "elsewhere.example.org"
	setProject(t, s, moved)
	if got := records(t, s, "mail")["s@x"].Kind; got != "unrouted" {
		t.Errorf("it is %s", got)
	}
	check(t, s)
	setProject(t, s, frob)
	wantSame(t, s, "set back", want)

	removeProject(t, s, "frob")
	if got := records(t, s, "patch"); len(got) != 0 {
		t.Errorf("patches of no project: %v", got)
	}
	check(t, s)
	addProject(t, s, frob)
	wantSame(t, s, "added again", want)
	wantDecided(t, s, "added again", "s@x", accepted)
}

func wantSame(t *testing.T, s *db.Store, when, want string) {
	t.Helper()
	if got := dump(t, s); got != want {
		only, missing := difference(got, want)
		t.Errorf("%s:\nonly so:\n%s\nnot so:\n%s", when, only, missing)
	}
	check(t, s)
}

func (u suite) TestProjectRefusals(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	addProject(t, s, frob)
	sameName := frob
	sameName.LinkName, sameName.ListID = "FROB", "another.example.org"
	sameList := frob
	sameList.LinkName = "frob2"
	badRule := frob
	badRule.LinkName, badRule.SubjectMatch = "frob3", "("
	for _, p := range []track.Project{sameName, sameList} {
		if _, err := s.AddProject(ctx, by, p, readJSON, nil); !errors.Is(err, engine.ErrConflict) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	if _, err := s.AddProject(ctx, by, badRule, readJSON, nil); err == nil {
		t.Error("a rule that is none was taken")
	}
	_, err := s.SetProject(ctx, by, track.Project{LinkName: "none"}, readJSON, nil)
	if !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("set: %v", err)
	}
	if _, err := s.RemoveProject(ctx, by, "none", readJSON, nil); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("remove: %v", err)
	}
	projects, err := s.Projects(ctx)
	if err != nil || len(projects) != 1 {
		t.Errorf("%+v, %v", projects, err)
	}
}

func (u suite) TestAddProjectDoesNotTakeAnothersName(t *testing.T) {
	s := u.open(t)
	add(t, s, thread()...) // makes a project on sight, called by its list id
	other := track.Project{LinkName: listID, ListID: "other.example.org"}
	if _, err := s.AddProject(context.Background(), by, other, readJSON, nil); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("%v", err)
	}
	if got := records(t, s, "mail")["s@x"].Project; got != listID {
		t.Errorf("its mail is in %q", got)
	}
}

func (u suite) TestSubjectMatchAmongProjectsOnOneList(t *testing.T) {
	s := u.open(t)
	rest, net := frob, frob
	net.LinkName, net.SubjectMatch = "net", `\[.*\bnet\b.*\]`
	subject := func(id, text string) *track.Mail {
		m := made(id, 0, text)
		m.Subject.Full = text
		return m
	}
	addProject(t, s, net)
	add(t, s, subject("1@x", "[PATCH NET] one"), subject("2@x", "[PATCH] two"))
	if got := records(t, s, "mail"); got["1@x"].Project != "net" || got["2@x"].Kind != "unrouted" {
		t.Errorf("%+v", got)
	}
	if moved := addProject(t, s, rest); moved != 1 {
		t.Errorf("%d mails moved", moved)
	}
	add(t, s, subject("3@x", "[PATCH net] three"), subject("4@x", "[PATCH] planet"))
	for id, want := range map[string]string{"1@x": "net", "2@x": "frob", "3@x": "net", "4@x": "frob"} {
		if got := records(t, s, "mail")[id].Project; got != want {
			t.Errorf("%s is in %q, want %q", id, got, want)
		}
	}
	check(t, s)
}

// A mail that came through the list stands before a copy that came by address alone, whichever was delivered first.
func (u suite) TestListCopyBeforeAddressCopy(t *testing.T) {
	direct := made("1@x", 0, "one, to you too")
	direct.ListIDs, direct.To = nil, []string{frob.ListEmail}
	viaList := made("1@x", 0, "one")
	viaList.Delivered = direct.Delivered.Add(1e12)
	for _, mails := range [][]*track.Mail{{direct, viaList}, {viaList, direct}} {
		s := u.open(t)
		addProject(t, s, frob)
		add(t, s, mails[0])
		added := add(t, s, mails[1])
		if variant := mails[1] == direct; added[0].Variant != variant {
			t.Errorf("variant: %v, want %v", added[0].Variant, variant)
		}
		found, err := s.Find(context.Background(), "", "1@x")
		if err != nil || len(found) != 1 || found[0].ID != 1 || (found[0].Mail == 1) != (mails[0] == viaList) {
			t.Errorf("%+v, %v", found, err)
		}
	}
}

// What mail may set counts for the mail of a project that was made on sight too.
func (u suite) TestAddProjectThatLetsMailSetStates(t *testing.T) {
	s := u.open(t)
	m := made("s@x", 5, "single")
	m.State = "Accepted"
	add(t, s, m)
	wantDecided(t, s, "on sight", "s@x", decided{state: "new"})
	p := frob
	p.MailStates = true
	addProject(t, s, p)
	wantDecided(t, s, "added", "s@x", decided{state: "accepted"})
	check(t, s)
}
