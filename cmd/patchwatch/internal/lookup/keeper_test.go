package lookup_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/cmd/patchwatch/internal/lookup"
	"patchwatch/db"
	"patchwatch/db/postgres/pgtest"
	"patchwatch/ingest"
)

func openStore(t *testing.T) *db.Store {
	t.Helper()
	s, err := engines.Open(context.Background(), pgtest.Database(t, filepath.Join(t.TempDir(), "patches.db")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func mail(n int, more string) []byte {
	return fmt.Appendf(nil, "From: Ann <ann@example.org>\nDate: Sat, 31 Jan 2026 10:%02d:%02d +0000\nMessage-ID: <%d@x>\n"+
		"List-Id: <frob.example.org>\nSubject: [PATCH] frob: mail %d\n%s\nword%d\n---\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n",
		n/60%60, n%60, n, n, more, n)
}

func add(t *testing.T, s *db.Store, mails ...[]byte) {
	t.Helper()
	var batch []db.Delivery
	for _, raw := range mails {
		m, err := ingest.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		m.Delivered = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
		batch = append(batch, s.Prepare(m, raw))
	}
	if _, err := s.Add(context.Background(), batch); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, f *lookup.Finder, query string) int {
	t.Helper()
	n, _, err := f.Parse(context.Background(), query, "")
	if err != nil {
		t.Fatal(err)
	}
	found, err := f.Find(context.Background(), n, 0)
	if err != nil {
		t.Fatal(err)
	}
	return len(found.Mails)
}

// keep keeps an index until the test ends.
func keep(t *testing.T, k *lookup.Keeper) {
	k.Index, k.Log = lookup.Open(k.Store), slog.New(slog.DiscardHandler)
	stop := k.Keep(context.Background())
	t.Cleanup(func() {
		stop()
		k.Index.Close()
	})
}

// lone adds a mail, and tells how long it takes until it is found.
func lone(t *testing.T, f *lookup.Finder, n int) time.Duration {
	t.Helper()
	add(t, f.Store, mail(n, ""))
	began := time.Now()
	for count(t, f, fmt.Sprintf("word%d", n)) == 0 {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("mail %d is not found", n)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(began)
}

// TestKeeperFindsLoneMails: a mail that comes alone is found within a second, most of which the machine may need when
// it has much else to do; also while the index is checked, which takes minutes for a large one.
func TestKeeperFindsLoneMails(t *testing.T) {
	s := openStore(t)
	x := lookup.Open(s)
	defer x.Close()
	f := &lookup.Finder{Store: s, Index: x}
	k := &lookup.Keeper{Store: s}
	checking := make(chan bool)
	lookup.CheckWith(k, func(ctx context.Context) error {
		close(checking) // once
		<-ctx.Done()
		return ctx.Err()
	})
	keep(t, k)
	lone(t, f, 0)
	<-checking
	var took []time.Duration
	for n := range 7 {
		took = append(took, lone(t, f, n+1))
	}
	slices.Sort(took)
	t.Logf("they took %s", took)
	if took[3] > time.Second {
		t.Errorf("half of the mails were found after %s or more", took[3])
	}
}

// A mail is found after the index was removed, too, and so are those before it.
func TestKeeperMakesAnew(t *testing.T) {
	s := openStore(t)
	x := lookup.Open(s)
	defer x.Close()
	f := &lookup.Finder{Store: s, Index: x}
	keep(t, &lookup.Keeper{Store: s})
	for n := range 6 {
		lone(t, f, n)
		if n%2 == 1 {
			if err := os.Remove(x.Path()); err != nil {
				t.Error(err)
			}
		}
	}
	lone(t, f, 6)
	if all := count(t, f, "frob"); all != 7 {
		t.Errorf("%d mails are found", all)
	}
}

// TestKeeperGivesWay: while much mail comes nothing is indexed, from the first look on, and all of it as soon as no more
// comes.
func TestKeeperGivesWay(t *testing.T) {
	s := openStore(t)
	k := &lookup.Keeper{Store: s, Index: lookup.Open(s), Log: slog.New(slog.DiscardHandler)}
	defer k.Index.Close()
	lookup.CheckWith(k, func(context.Context) error { return nil })
	n := 0
	turn := func(mails int, want int64) {
		t.Helper()
		var all [][]byte
		for range mails {
			all = append(all, mail(n, ""))
			n++
		}
		if mails > 0 {
			add(t, s, all...)
		}
		if err := lookup.Turn(t.Context(), k); err != nil {
			t.Fatal(err)
		}
		if st, err := k.Index.State(t.Context()); err != nil || st.Watermark != want {
			t.Errorf("after %d mails it is at %d, should be at %d: %v", n, st.Watermark, want, err)
		}
	}
	turn(3, 3)
	turn(100, 3)
	turn(100, 3)
	turn(0, 203)
	turn(100, 203)
	turn(2, 305)
}

// Between two batches of a drain nothing comes for some milliseconds. That is no end of the drain.
func TestMassesComeByTheBatch(t *testing.T) {
	k, began := &lookup.Keeper{}, time.Now()
	for _, look := range []struct {
		after time.Duration
		last  int64
		want  bool
	}{
		{0, 512, true},
		{5 * time.Millisecond, 512, true}, // the step that it took was short
		{60 * time.Millisecond, 1024, true},
		{65 * time.Millisecond, 1024, true},
		{250 * time.Millisecond, 2048, true},
		{260 * time.Millisecond, 2050, true},
		{460 * time.Millisecond, 2051, false}, // 3 since the look before
		{461 * time.Millisecond, 4000, false},
		{700 * time.Millisecond, 4100, true},
	} {
		if got := lookup.ComesInMasses(k, look.last, began.Add(look.after)); got != look.want {
			t.Errorf("after %s, with mail %d: %t", look.after, look.last, got)
		}
	}
}

// An index that somebody writes over is made anew by who keeps it, and who asks meanwhile waits for that.
func TestDamagedWhileKept(t *testing.T) {
	s := openStore(t)
	x := lookup.Open(s)
	defer x.Close()
	f := &lookup.Finder{Store: s, Index: x}
	add(t, s, mail(1, ""), mail(2, ""))
	keep(t, &lookup.Keeper{Store: s})
	for count(t, f, "frob") < 2 {
		time.Sleep(10 * time.Millisecond)
	}
	if err := os.WriteFile(x.Path(), []byte("garbage"), 0o644); err != nil {
		t.Fatal(err)
	}
	f.Index = lookup.Open(s) // one that has nothing of it in memory
	defer f.Index.Close()
	for began := time.Now(); count(t, f, "frob") < 2; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatal("it is not made anew")
		}
	}
}

// What is decided and delivered again, and which copy stands, is followed.
func TestFoundIsWhatStands(t *testing.T) {
	ctx := context.Background()
	s := openStore(t)
	x := lookup.Open(s)
	defer x.Close()
	f := &lookup.Finder{Store: s, Index: x}
	update := func() {
		t.Helper()
		if _, err := lookup.Update(ctx, s, x, 0, nil); err != nil {
			t.Fatal(err)
		}
	}
	add(t, s, mail(1, ""), mail(2, ""), mail(2, "X-Other: copy\n\nforged"))
	update()
	for query, want := range map[string]int{"frob": 2, "forged": 0, "word2": 1, "is:patch": 2, "state:accepted": 0,
		"mid:2@x": 1, "d:20260131": 2, "f:ann s:frob": 2, "b:word1 dfn:f": 1, "series:1": 1, "trailer:acked-by": 0} {
		if got := count(t, f, query); got != want {
			t.Errorf("%s finds %d mails, should find %d", query, got, want)
		}
	}
	if err := s.SetState(ctx, "ann", []int64{1}, "accepted"); err != nil {
		t.Fatal(err)
	}
	undated, err := ingest.Parse([]byte("From: Ann <ann@example.org>\nMessage-ID: <u@x>\nSubject: undated\n\ntext\n"))
	if err != nil {
		t.Fatal(err)
	}
	raw := []byte("From: Ann <ann@example.org>\nMessage-ID: <u@x>\nSubject: undated\n\ntext\n")
	for _, day := range []int{20, 10} { // the earlier delivery counts
		m := *undated
		m.Delivered = time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC)
		if _, err := s.Add(ctx, []db.Delivery{s.Prepare(&m, raw)}); err != nil {
			t.Fatal(err)
		}
		update()
		query := fmt.Sprintf("s:undated d:202603%d..202603%d", day, day)
		if got := count(t, f, query); got != 1 {
			t.Errorf("%s finds %d mails", query, got)
		}
	}
	for query, want := range map[string]int{"state:accepted": 1, "s:undated d:20260320": 0, "state:accepted word2": 0,
		"NOT state:accepted": 2} {
		if got := count(t, f, query); got != want {
			t.Errorf("%s finds %d mails, should find %d", query, got, want)
		}
	}
}

func TestThreads(t *testing.T) {
	s := openStore(t)
	x := lookup.Open(s)
	defer x.Close()
	f := &lookup.Finder{Store: s, Index: x}
	add(t, s, mail(1, ""), mail(2, ""),
		mail(3, "In-Reply-To: <1@x>\n"), mail(4, "In-Reply-To: <3@x>\n"), mail(5, "In-Reply-To: <nowhere@x>\n"), mail(6,
			"In-Reply-To: <nowhere@x>\n"))
	if _, err := lookup.Update(context.Background(), s, x, 0, nil); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]int{"mid:4@x": 3, "mid:1@x": 3, "mid:2@x": 1, "mid:5@x": 2} {
		n, _, err := f.Parse(context.Background(), query, "")
		if err != nil {
			t.Fatal(err)
		}
		found, err := f.Find(context.Background(), n, 10)
		if err == nil {
			err = f.Threads(context.Background(), &found)
		}
		if err != nil || len(found.Mails) != want {
			t.Errorf("the thread of %s has %d mails, not %d: %v", query, len(found.Mails), want, err)
		}
	}
}
