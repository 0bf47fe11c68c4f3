package ops

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/db"
	"patchwatch/db/postgres/pgtest"
)

// What was seen while the database could not be written to is noted later, and does not hide what was seen since.
func TestNotesAreKept(t *testing.T) {
	ctx := context.Background()
	s, err := engines.Open(ctx, pgtest.Database(t, filepath.Join(t.TempDir(), "x.db")))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Watch(ctx, "", []string{"/a", "/b"}); err != nil {
		t.Fatal(err)
	}
	mail, scan := time.Unix(1_900_000_000, 0).UTC(), time.Unix(1_900_000_100, 0).UTC()
	seen := &Seen{Store: s, dirs: map[string]db.Maildir{
		"/a": {Path: "/a", LastMail: mail, LastScan: mail, Paused: "for a reason"},
		"/b": {Path: "/b", LastMail: mail, LastScan: mail},
	}}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	seen.Write(cancelled)
	before := seen.dirs
	seen.dirs = map[string]db.Maildir{"/a": {Path: "/a", LastScan: scan}} // while it was tried
	seen.putBack(before)
	seen.Write(ctx)
	all, err := s.Maildirs(ctx)
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	if a := all[0]; !a.LastMail.Equal(mail) || !a.LastScan.Equal(scan) || a.Paused != "" {
		t.Errorf("%+v", a)
	}
	if b := all[1]; !b.LastMail.Equal(mail) || !b.LastScan.Equal(mail) {
		t.Errorf("%+v", b)
	}
}
