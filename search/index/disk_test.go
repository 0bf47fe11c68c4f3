package index

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"patchwatch/internal/needs"
)

// smallDisk is a disk of so many bytes, as mount has them.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	needs.SmallDisk(t, dir, "size="+size)
	return dir
}

// On a full disk mail is not indexed, and that is said. What is indexed is found all the same, nothing is thrown away,
// and with room again it goes on.
func TestFullDisk(t *testing.T) {
	ctx := context.Background()
	dir := smallDisk(t, "1m")
	here := bigTown()
	x := New(filepath.Join(dir, "town.search.db"), 1)
	defer x.Close()
	w := writerOf(t, x, here)
	defer func() { w.Close() }()
	var failed error
	var p Progress
	for tries := 0; failed == nil && p.Watermark < city && tries < city; tries++ {
		var err error
		if p, err = w.Step(ctx, 50, 2); err != nil {
			failed = err
		}
	}
	if failed == nil {
		t.Fatal("all has room: the disk is too large for this test")
	}
	t.Logf("at mail %d: %v", p.Watermark, failed)
	state, err := x.State(ctx)
	if err != nil || state.Watermark == 0 {
		t.Fatalf("the index is at %d: %v", state.Watermark, err)
	}
	for range 3 { // it is tried again and again
		if _, err := w.Step(ctx, 50, 2); err == nil {
			t.Error("a full disk is not told")
		}
	}
	r, err := x.Search(ctx, here, Query{Tree: parse(t, "city")})
	if err != nil || int64(len(r.Hits)) != state.Watermark || r.Watermark != state.Watermark {
		t.Errorf("%d mails of %d are found, with %d indexed: %v", len(r.Hits), state.Watermark, r.Watermark, err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	if p, err := w.Step(ctx, 50, 2); err != nil || p.Watermark <= state.Watermark {
		t.Errorf("it does not go on from %d, but is at %d: %v", state.Watermark, p.Watermark, err)
	}
	catchUp(t, w)
	if err := x.Check(ctx); err != nil {
		t.Error(err)
	}
	n := parse(t, "city fixes3 NOT walks7")
	got := find(t, x, here, Query{Tree: n})
	slices.Sort(got)
	if want := here.scan(n, false); !slices.Equal(got, want) {
		t.Errorf("%d mails are found, should be %d", len(got), len(want))
	}
}

// Without room for even an empty index the error is told, and nothing is left.
func TestNoRoomOnDisk(t *testing.T) {
	dir := smallDisk(t, "16k")
	here := smallTown(10)
	x := New(filepath.Join(dir, "town.search.db"), 1)
	defer x.Close()
	w := writerOf(t, x, here)
	defer w.Close()
	if _, err := w.Step(context.Background(), 10, 1); err == nil {
		t.Error("a full disk is not told")
	}
	if r, err := x.Search(context.Background(), here, Query{Tree: parse(t, "common")}); err != nil || len(r.Hits) > 0 {
		t.Errorf("found are %v: %v", r.Hits, err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size=16m"); err != nil {
		t.Fatal(err)
	}
	catchUp(t, w)
	if got := find(t, x, here, Query{Tree: parse(t, "common")}); len(got) != 10 {
		t.Errorf("%d mails are found", len(got))
	}
}
