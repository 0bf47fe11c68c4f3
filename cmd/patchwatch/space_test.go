package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The database, raw mail included, takes at most 60 % of the mails' bytes, on every list by itself.
func TestDatabaseIsSmall(t *testing.T) {
	if raceEnabled {
		t.Skip("the same as without the race detector, ten times slower")
	}
	for _, l := range publicLists {
		t.Run(l.link, func(t *testing.T) {
			needsCorpus(t, corpus)
			dir := filepath.Join(t.TempDir(), l.link)
			unpack(t, filepath.Join(corpus, l.link+".tar.gz"), dir)
			wantSmall(t, mailsOf(t, dir), 60)
		})
	}
	// Mail that is made here has few words to choose from, and short texts: it can't show what the mail of people takes,
	// but it shows in every clone when something is stored twice, or uncompressed.
	t.Run("ours", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "ours")
		generateList(t, dir, 2, 200, 8)
		wantSmall(t, mailsOf(t, dir), 66)
	})
}

func wantSmall(t *testing.T, mails []sampleMail, most float64) {
	t.Helper()
	w := newWorkplace(t)
	size := int64(0)
	for _, m := range mails {
		size += int64(len(m.raw))
	}
	w.deliver("md", mails)
	w.watchOnce("md", 1)
	info, err := os.Stat(w.path("patchwatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	share := 100 * float64(info.Size()) / float64(size)
	t.Logf("%d mails, %.1f %%", len(mails), share)
	if share > most {
		t.Errorf("the database takes %.1f %% of the mails' bytes", share)
	}
}
