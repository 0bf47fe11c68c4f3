package dbtest

import (
	"context"
	"testing"

	"patchwatch/track"
)

// mailThatAsks is a patch whose mail asks for a state and a delegate, and touches a file.
func mailThatAsks() *track.Mail {
	m := made("1@x", 0, "one")
	m.State, m.Delegate, m.Files = "Under Review", "Header@Example.org", []string{"net/core.c"}
	return m
}

func wantFirst(t *testing.T, what string, got record, state, delegate string) {
	t.Helper()
	have := ""
	if got.Delegate != nil {
		have = *got.Delegate
	}
	if got.State != state || have != delegate {
		t.Errorf("%s: %s, delegate %q; want %s, %q", what, got.State, have, state, delegate)
	}
}

// Whoever can write to the list can write these headers, so they count only where a person said so; before or after
// the mail came.
func (u suite) TestWhatMailAsksForCountsWhereItMay(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	p := track.Project{LinkName: "frob", ListID: listID}
	if _, err := s.AddProject(ctx, by, p, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	add(t, s, mailThatAsks())
	wantFirst(t, "by default", records(t, s, "patch")["1@x"], "new", "")
	p.MailStates, p.MailDelegates = true, true
	if _, err := s.SetProject(ctx, by, p, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	wantFirst(t, "allowed afterwards", records(t, s, "patch")["1@x"], "under-review", "header@example.org")
	decide(t, s, "1@x", decided{"accepted", "maint@example.org", false})
	p.MailStates, p.MailDelegates = false, false
	if _, err := s.SetProject(ctx, by, p, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	wantFirst(t, "decided", records(t, s, "patch")["1@x"], "accepted", "maint@example.org")
}

func (u suite) TestRulesDelegate(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	if _, err := s.AddProject(ctx, by, track.Project{LinkName: "frob", ListID: listID}, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	net := track.Rule{Pattern: "net/*", Delegate: "net@example.org"}
	if err := s.AddRule(ctx, by, "frob", net, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	add(t, s, mailThatAsks())
	wantFirst(t, "a rule before the mail", records(t, s, "patch")["1@x"], "new", "net@example.org")
	core := track.Rule{Pattern: "net/c*", Delegate: "core@example.org", Priority: 1}
	if err := s.AddRule(ctx, by, "frob", core, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	wantFirst(t, "a rule after it", records(t, s, "patch")["1@x"], "new", "core@example.org")
	if err := s.RemoveRule(ctx, by, "frob", "net/c*", readJSON, nil); err != nil {
		t.Fatal(err)
	}
	wantFirst(t, "taken away", records(t, s, "patch")["1@x"], "new", "net@example.org")
	if err := s.RemoveRule(ctx, by, "frob", "net/c*", readJSON, nil); err == nil {
		t.Error("a rule that is not there was removed")
	}
	check(t, s)
}
