package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"patchwatch/ingest"
)

// TestImportPassesOverATooLargeMail: one mail of an mbox that nobody can want is no reason to leave out the others.
func TestImportPassesOverATooLargeMail(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	f, err := os.Create(w.path("list.mbox"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fmt.Fprint(f, "From a@example.org Mon Nov 23 10:00:00 2026\n"+patchMail("first@example.org")+"\n"+
		"From a@example.org Mon Nov 23 11:00:00 2026\nFrom: a@example.org\nMessage-ID: <large@example.org>\n\n")
	if _, err := f.Seek(ingest.MaxMail+1000, 1); err != nil { // a hole, which takes no room on the disk
		t.Fatal(err)
	}
	fmt.Fprint(f, "\n\nFrom a@example.org Mon Nov 23 12:00:00 2026\n"+patchMail("last@example.org"))
	if said := w.run("import", "list.mbox"); !strings.HasPrefix(said,
		"3 mails read: 2 stored, 0 known already, 1 could not be read") {
		t.Error(said)
	}
	if listed := w.run("list"); !strings.Contains(listed, "first@") || !strings.Contains(listed, "last@") {
		t.Errorf("listed:\n%s", listed)
	}
}
