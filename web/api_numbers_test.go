package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/track"
	"patchwatch/web/internal/webtest/town"
)

// A patch and a cover are called by the number of any of their copies, or by one that a Patchwork server gave them;
// what was said and found of them is the same.
func TestCalledByAnyNumber(t *testing.T) {
	s := newWhole(t)
	twice := town.Mail{ID: "twice", From: "Ann <ann@example.org>", List: "elsewhere", Subject: "[PATCH] twice",
		Text: "Once.\n" + town.Diff, Day: 7, Header: "Cc: demo@lists.example.org\n"}
	s.Deliver(twice)
	first := s.Mail("demo", "twice")
	twice.List, twice.Header = "demo", ""
	s.Deliver(twice, town.Mail{ID: "on-twice", From: "Bob <bob@example.org>", List: "demo", Subject: "Re: [PATCH] twice",
		Refs: "twice", Text: "Yes.\n", Day: 8})
	w := s.do("maint", "POST", fmt.Sprintf("/api/patches/%d/checks/", first), "state=success&context=build")
	if w.Code != http.StatusCreated {
		t.Fatal(w.Code, w.Body)
	}
	rows, err := s.PatchRows(t.Context(), []int64{first}, track.Scope{})
	if err != nil || rows[first].Mail == first {
		t.Fatalf("no other copy stands for the patch: %+v %v", rows, err)
	}
	cover := s.Mail("demo", "cover")
	s.adopt(track.AliasCover, 5077, "<cover>")
	s.adopt(track.AliasPatch, 5078, "<twice>")
	for what, numbers := range map[string][]int64{
		"patches/%d/checks/": {first, rows[first].Mail, 5078}, "patches/%d/comments/": {first, rows[first].Mail, 5078},
		"covers/%d/comments/": {cover, 5077},
	} {
		var bodies []string
		for _, n := range numbers {
			w := s.get("", "/api/"+fmt.Sprintf(what, n))
			if w.Code != http.StatusOK || strings.Count(w.Body.String(), `"date":`) != 1 {
				t.Errorf(what+": %d %s", n, w.Code, w.Body)
			}
			bodies = append(bodies, w.Body.String())
		}
		if len(slices.Compact(bodies)) != 1 {
			t.Errorf("%s is not the same for %d", what, numbers)
		}
	}
	for _, path := range []string{"patches/5079/checks/", "patches/5079/comments/", "covers/5078/comments/?page=0"} {
		if w := s.get("", "/api/"+path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// adopt gives a mail of the demo a number that a Patchwork server gave it.
func (s *whole) adopt(kind track.AliasKind, number int64, msgid string) {
	s.t.Helper()
	source, err := s.Source(s.t.Context(), "admin", "https://patchwork.example.org")
	if err != nil {
		s.t.Fatal(err)
	}
	from := db.AdoptFrom{Source: source.ID, Project: s.Demo.ID}
	if kind == track.AliasPatch {
		_, err = s.AdoptPatches(s.t.Context(), "admin", from, []track.AdoptedPatch{{Number: number, MsgID: msgid}})
	} else {
		_, err = s.AdoptNumbers(s.t.Context(), "admin", from, kind, []track.AdoptedNumber{{Number: number, MsgID: msgid}})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
