package web_test

import (
	"fmt"
	"testing"

	"patchwatch/track"
	"patchwatch/web/internal/webtest/town"
)

// TestUndoStaysInItsProject: a mail that two projects have is taken back in the one whose page was used alone, whatever
// else the form names.
func TestUndoStaysInItsProject(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	s.Project(track.Project{LinkName: "other", ListID: "other.lists.example.org", Name: "Other"})
	for _, list := range []string{"demo", "other"} {
		s.Deliver(town.Mail{ID: "both", From: "Bob <bob@example.org>", List: list, Subject: "[PATCH] both", Text: town.Diff,
			Day: 9})
	}
	here, there := s.Mail("demo", "both"), s.Mail("other", "both")
	if err := s.SetState(t.Context(), "root", []int64{there}, track.StateAccepted); err != nil {
		t.Fatal(err)
	}
	maint := s.Users["maint"]
	if err := s.SetState(t.Context(), maint.Actor(), []int64{here}, track.StateRejected); err != nil {
		t.Fatal(err)
	}
	s.form("maint", "/project/demo/undo/?next=/", "did", fmt.Sprintf("state:%d.%d", here, there))
	rows, err := s.PatchRows(t.Context(), []int64{here, there}, track.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	if rows[here].State != track.StateNew || rows[there].State != track.StateAccepted {
		t.Errorf("here it is %s, there %s", rows[here].State, rows[there].State)
	}
}
