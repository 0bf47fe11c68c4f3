package main

import (
	"bytes"
	"strings"
	"testing"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/db/sqlite"
	"patchwatch/track"
)

// Mail of a list beyond the bound is kept, as unrouted, and status says why, and what to do.
func TestStatusSaysThatNoMoreListsAreTracked(t *testing.T) {
	for projects, want := range map[int]bool{track.MaxOnSight - 1: false, track.MaxOnSight: true} {
		s, err := sqlite.Open(t.Context(), t.TempDir()+"/x.db")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var mails []intake.Bytes
		for i := range projects {
			name := strings.Repeat("x", i%20) + string(rune('a'+i/20%26)) + string(rune('a'+i/520))
			list := strings.ReplaceAll(listOfNumber, "N", name)
			mails = append(mails, intake.Bytes{Raw: []byte(list)})
		}
		if _, err := (&intake.Intake{Store: s}).Take(t.Context(), mails); err != nil {
			t.Fatal(err)
		}
		r, err := ops.ReportOf(t.Context(), s, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := r.Print(&out); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "no others will be: patchwatch project add tracks one"); got != want ||
			r.Database.Full != want {
			t.Errorf("with %d lists: %v\n%s", r.Database.Projects, r.Database.Full, out.String())
		}
	}
}

const listOfNumber = "From: a@x.org\nSubject: N\nMessage-ID: <N@x.org>\nList-Id: <N.example.org>\n\ntext\n"
