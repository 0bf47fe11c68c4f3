package lookup_test

import (
	"fmt"
	"testing"

	"patchwatch/cmd/patchwatch/internal/lookup"
	"patchwatch/track"
)

// A series is named by the number of any mail in it.
func TestSeriesByAnyNumber(t *testing.T) {
	s := openStore(t)
	if _, err := s.AddProject(t.Context(), "admin", track.Project{LinkName: "frob", ListID: "frob.example.org"}, nil,
		nil); err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		add(t, s, fmt.Appendf(nil, "From: Ann <ann@example.org>\nDate: Sat, 31 Jan 2026 10:00:0%d +0000\n"+
			"Message-ID: <%d@x>\nIn-Reply-To: <0@x>\nList-Id: <frob.example.org>\nSubject: [PATCH %[2]d/2] frob\n\nwhy\n---\n"+
			"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n", n, n+1))
	}
	x := lookup.Open(s)
	defer x.Close()
	if _, err := lookup.Update(t.Context(), s, x, 0, nil); err != nil {
		t.Fatal(err)
	}
	server, finder := &lookup.Server{Store: s, Index: x}, &lookup.Finder{Store: s, Index: x}
	for query, want := range map[string]int{
		"series:1": 2, "series:2": 2, "series:3": 0, "frob NOT series:2": 0, "series:2 OR s:nothing": 2, "frob series:s2": 2,
	} {
		q := question(t, query)
		if found, err := server.Find(t.Context(), q); err != nil || len(found.Mails) != want {
			t.Errorf("%s: %v %v, want %d", query, found.Mails, err, want)
		}
		if n, _, _, err := finder.Count(t.Context(), q.Tree); err != nil || n != want {
			t.Errorf("%s: counted %d, want %d, %v", query, n, want, err)
		}
	}
}
