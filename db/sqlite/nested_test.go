package sqlite

import (
	"context"
	"io"
	"path/filepath"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// Nothing asks for a second connection while it holds one: with as many readers at work as there are connections, each
// would wait for the others. With one connection, one is enough.
func TestNoQueryInsideAQuery(t *testing.T) {
	s, e := storeAndEngine(t, 1, 2*db.FirstDictionary) // one title again and again, so that there are versions too
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	e = engineAt(t, e.path)
	leaveOneReader(t, e)
	s, err := db.New(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	patches, err := s.Patches(ctx, track.Filter{Limit: 1})
	if err != nil || len(patches) != 1 {
		t.Fatal(err, patches)
	}
	p := patches[0]
	for what, ask := range map[string]func() error{
		"Patches": func() error { _, err := s.Patches(ctx, track.Filter{}); return err },
		"SeriesList": func() error {
			_, err := s.SeriesList(ctx, track.Filter{States: []track.State{"new", "accepted"}})
			return err
		},
		"Find":         func() error { _, err := s.Find(ctx, "", p.MsgID[:3]); return err },
		"Members":      func() error { _, err := s.Members(ctx, p.Series); return err },
		"Comments":     func() error { _, err := s.Comments(ctx, p.ID); return err },
		"Copies":       func() error { _, err := s.Copies(ctx, p.ID); return err },
		"Raw":          func() error { _, err := s.Raw(ctx, p.ID); return err },
		"Why":          func() error { _, err := s.Why(ctx, p.ID); return err },
		"Versions":     func() error { _, err := s.Versions(ctx, p.Series); return err },
		"Dependencies": func() error { _, err := s.Dependencies(ctx, []int64{p.Series}, track.Scope{}); return err },
		"Standing":     func() error { _, err := s.Standing(ctx, []int64{p.Series}); return err },
		"MembersNow":   func() error { _, err := s.MembersNow(ctx, p.Series); return err },
		"SeriesRowNow": func() error { _, err := s.SeriesRowNow(ctx, p.Series, track.Scope{Whole: true}); return err },
		"Status":       func() error { _, err := s.Status(ctx); return err },
		"Maildirs":     func() error { _, err := s.Maildirs(ctx); return err },
		"Projects":     func() error { _, err := s.Projects(ctx); return err },
		"Repositories": func() error { _, err := s.Repositories(ctx); return err },
		"Known":        func() error { _, err := s.Known(ctx, make([]engine.Bytes, 3)); return err },
		"Holds":        func() error { _, err := s.Holds(ctx, make([]db.Sum, 3)); return err },
		"Log":          func() error { _, err := s.Log(ctx, db.LogQuery{}); return err },
		"Events":       func() error { _, err := s.Events(ctx, 0, 0); return err },
		"Dump":         func() error { return s.Dump(ctx, io.Discard) },
		"Check":        func() error { _, err := s.Check(ctx, nil); return err },
		"Backup":       func() error { return s.Backup(ctx, filepath.Join(t.TempDir(), "copy")) },
		"Rebuild":      func() error { return s.Rebuild(ctx, nil) },
	} {
		if err := ask(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// leaveOneReader uses all connections but one until the test ends.
func leaveOneReader(t *testing.T, e *database) {
	t.Helper()
	r := e.readers.Load()
	for range readerConns - 1 {
		c, err := r.take(ctx)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.idle.put(c) })
	}
}
