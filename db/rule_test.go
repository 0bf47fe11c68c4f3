package db_test

import (
	"context"
	"testing"

	"patchwatch/track"
)

// asking is a patch whose mail asks for a state and a delegate, and touches a file.
func asking() *track.Mail {
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
func TestWhatMailAsksForCountsWhereItMay(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	p := track.Project{LinkName: "frob", ListID: listID}
	if _, err := s.AddProject(ctx, p, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	add(t, s, asking())
	wantFirst(t, "by default", records(t, s, "patch")["1@x"], "new", "")
	p.MailStates, p.MailDelegates = true, true
	if _, err := s.SetProject(ctx, p, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	wantFirst(t, "allowed afterwards", records(t, s, "patch")["1@x"], "under-review", "header@example.org")
	decide(t, s, "1@x", decided{"accepted", "maint@example.org", false})
	p.MailStates, p.MailDelegates = false, false
	if _, err := s.SetProject(ctx, p, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	wantFirst(t, "decided", records(t, s, "patch")["1@x"], "accepted", "maint@example.org")
}

func TestRulesDelegate(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	if _, err := s.AddProject(ctx, track.Project{LinkName: "frob", ListID: listID}, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.AddRule(ctx, "frob", track.Rule{Pattern: "net/*", Delegate: "net@example.org"}, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	add(t, s, asking())
	wantFirst(t, "a rule before the mail", records(t, s, "patch")["1@x"], "new", "net@example.org")
	if err := s.AddRule(ctx, "frob", track.Rule{Pattern: "net/c*", Delegate: "core@example.org", Priority: 1}, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	wantFirst(t, "a rule after it", records(t, s, "patch")["1@x"], "new", "core@example.org")
	if err := s.RemoveRule(ctx, "frob", "net/c*", readJSON, nil); err != nil {
		t.Fatal(err)
	}
	wantFirst(t, "taken away", records(t, s, "patch")["1@x"], "new", "net@example.org")
	if err := s.RemoveRule(ctx, "frob", "net/c*", readJSON, nil); err == nil {
		t.Error("a rule that is not there was removed")
	}
	check(t, s)
}
