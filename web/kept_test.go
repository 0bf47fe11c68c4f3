package web_test

import (
	"fmt"
	"strings"
	"testing"

	"patchwatch/track"
	"patchwatch/web/internal/webtest/town"
)

// townOfTwo has a second public list, other, with a patch of its own and an answer to one of demo's.
func townOfTwo(t *testing.T) (s *whole, other track.Project) {
	t.Helper()
	s = newWhole(t)
	other = s.Project(track.Project{LinkName: "other", ListID: "other.lists.example.org", Name: "Other"})
	s.Deliver(
		town.Mail{ID: "elsewhere", From: "Bob <bob@example.org>", List: "other", Subject: "[PATCH] elsewhere",
			Text: town.Diff, Day: 9},
		town.Mail{ID: "crossed", From: "Bob <bob@example.org>", List: "other", Subject: "Re: [PATCH v2 1/2] add it",
			Refs: "first", Text: "Crossed.\n", Day: 9})
	return s, other
}

// TestKeptOfOtherProjects: an answer about one project that shows something of another does not outlive what is decided
// there.
func TestKeptOfOtherProjects(t *testing.T) {
	t.Parallel()
	s, _ := townOfTwo(t)
	elsewhere := s.Mail("other", "elsewhere")
	if err := s.Relate(t.Context(), "admin", s.Mail("demo", "first"), []int64{elsewhere}, track.Decided{}); err != nil {
		t.Fatal(err)
	}
	lists := []string{"/api/patches/?project=demo", s.in("/api/patches/{first}/"), "/api/1.2/patches/?project=demo"}
	for _, hidden := range []bool{false, true, false} {
		if err := s.Hide(t.Context(), "admin", []int64{elsewhere}, hidden); err != nil {
			t.Fatal(err)
		}
		for _, at := range lists {
			if w := s.get("", at); w.Code != 200 || strings.Contains(w.Body.String(), "elsewhere") == hidden {
				t.Errorf("%s, hidden %v: %d %s", at, hidden, w.Code, w.Body)
			}
		}
	}
}

// TestKeptBundleMoves: a bundle that is filled with patches of another project, and made private, is gone at once.
func TestKeptBundleMoves(t *testing.T) {
	t.Parallel()
	s, _ := townOfTwo(t)
	places := []string{"/api/bundles/1/", "/api/bundles/?project=demo", "/bundle/maint/mine%20&%20yours/"}
	for _, at := range places {
		s.get("", at)
	}
	w := s.do("maint", "PATCH", "/api/bundles/1/", fmt.Sprintf("patches=%d&public=false", s.Mail("other", "elsewhere")))
	if w.Code != 200 {
		t.Fatal(w.Code, w.Body)
	}
	for _, at := range places {
		if w := s.get("", at); strings.Contains(w.Body.String(), "mine") {
			t.Errorf("%s: %d %s", at, w.Code, w.Body)
		}
	}
}

// TestKeptThreadsOfASearch: a file of whole threads has mails of other lists too.
func TestKeptThreadsOfASearch(t *testing.T) {
	t.Parallel()
	s, _ := townOfTwo(t)
	const at = "/demo/?q=s:add&x=m&t=1"
	if body := gunzip(t, s.do("", "POST", at, "")); !strings.Contains(body, "Crossed.") {
		t.Fatal(body)
	}
	if err := s.Hide(t.Context(), "admin", []int64{s.Mail("other", "crossed")}, true); err != nil {
		t.Fatal(err)
	}
	if body := gunzip(t, s.do("", "POST", at, "")); strings.Contains(body, "Crossed.") {
		t.Error(body)
	}
}
