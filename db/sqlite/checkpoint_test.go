package sqlite

import (
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"patchwatch/db/engine"
)

// TestLogStaysSmallBesidePageReaders: sixteen read page after page while mail comes in. With PATCHWATCH_LONG=1 in the
// environment there is more mail, and the log is as large as it is in use.
func TestLogStaysSmallBesidePageReaders(t *testing.T) {
	mails, page, size := 3000, 20, int64(2<<20)
	most := 12 * size // others have the processors too, a page takes its time, and a batch changes some MiB of indexes
	if os.Getenv("PATCHWATCH_LONG") != "" {
		mails, page, size, most = 25_000, 100, 64<<20, 100<<20
	}
	e := newEngine(t)
	e.writer.wal = newWALKeeper(size)
	stop := make(chan struct{})
	var readers sync.WaitGroup
	defer readers.Wait()
	defer close(stop)
	var pages atomic.Int64
	for range 16 {
		r := readOnly(t, e.path)
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := r.View(ctx, func(v engine.View) error {
					_, err := v.After(0, page)
					return err
				}); err != nil {
					t.Error(err)
				}
				pages.Add(1)
			}
		})
	}
	began := time.Now()
	log, longest := storeMuch(t, e, mails)
	t.Logf("%d mails in %v, a batch in %v at most, beside %d pages; the log had %d KiB at most", mails, time.Since(began),
		longest, pages.Load(), log>>10)
	if log > most {
		t.Errorf("the log grew to %d KiB", log>>10)
	}
}

// A long reader is not waited out: it holds up no mail for long, and when it has ended the log is small again.
func TestLogBesideALongReader(t *testing.T) {
	const size = 1 << 20
	e := newEngine(t)
	e.writer.wal = newWALKeeper(size)
	storeMuch(t, e, 100)
	other := openSQLite(t, e.path)
	if _, err := other.Exec(`BEGIN; SELECT count(*) FROM mail`); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	log, _ := storeMuch(t, e, 2000)
	if log < 2*size {
		t.Fatalf("the log has %d bytes: nobody was in the way", log)
	}
	t.Logf("2000 mails in %v beside a log of %d KiB", time.Since(began), log>>10)
	if _, err := other.Exec(`ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	log, _ = storeMuch(t, e, 300)
	if after, _ := storeMuch(t, e, 1000); after > log {
		t.Errorf("it is over, and the log still grows: from %d KiB to %d", log>>10, after>>10)
	}
}

// storeMuch stores mails that can't be compressed, and gives how large the log was at most, and how long a batch took.
func storeMuch(t *testing.T, e engine.Engine, mails int) (log int64, longest time.Duration) {
	t.Helper()
	about, err := e.About(ctx)
	if err != nil {
		t.Fatal(err)
	}
	first, err := counted(e)
	if err != nil {
		t.Fatal(err)
	}
	const batch = 50
	for n := first + 1; n < first+mails; n += batch {
		frame := make([]byte, 3000)
		rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)}).Read(frame)
		began := time.Now()
		if err := store(e, n, n+batch, frame); err != nil {
			t.Fatal(err)
		}
		longest = max(longest, time.Since(began))
		log = max(log, sizeOf(about.Location+"-wal"))
	}
	return log, longest
}
