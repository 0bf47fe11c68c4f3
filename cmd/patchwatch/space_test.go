package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The database, raw mail included, takes at most 60 % of the mails' bytes, on every list by itself.
func TestDatabaseIsSmall(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("the mail corpus isn't beside this checkout: %v", err)
	}
	if raceEnabled {
		t.Skip("the same as without the race detector, ten times slower")
	}
	for _, l := range publicLists {
		t.Run(l.link, func(t *testing.T) {
			w := newWorkplace(t)
			w.deliver("md", nil)
			size, mails := int64(0), 0
			for name, raw := range archived(t, filepath.Join(corpus, l.link+".tar.gz")) {
				w.write(filepath.Join("md", "new", name), string(raw))
				size += int64(len(raw))
				mails++
			}
			w.watchOnce("md", 1)
			info, err := os.Stat(w.path("patchwatch.db"))
			if err != nil {
				t.Fatal(err)
			}
			share := 100 * float64(info.Size()) / float64(size)
			t.Logf("%d mails, %.1f %%", mails, share)
			if share > 60 {
				t.Errorf("the database takes %.1f %% of the mails' bytes", share)
			}
		})
	}
}
