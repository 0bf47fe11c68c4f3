package db_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// TestLogStaysSmallBesidePageReaders: sixteen read page after page while mail comes in. With PATCHWATCH_LONG=1 in the
// environment there is more mail, and the log is as large as it is in use.
func TestLogStaysSmallBesidePageReaders(t *testing.T) {
	mails, page, size := 3000, 20, int64(2<<20)
	most := 6 * size // others have the processors too, and a page takes its time
	if os.Getenv("PATCHWATCH_LONG") != "" {
		mails, page, size, most = 25_000, 100, 64<<20, 100<<20
	}
	s := open(t)
	s.SetLogSize(size)
	stop := make(chan struct{})
	var readers sync.WaitGroup
	defer readers.Wait()
	defer close(stop)
	var pages atomic.Int64
	for range 16 {
		r, err := db.OpenReadOnly(context.Background(), s.Path())
		if err != nil {
			t.Fatal(err)
		}
		readers.Go(func() {
			defer r.Close()
			for ended(stop) == nil {
				if _, err := r.SeriesList(context.Background(), track.Filter{Limit: page}); err != nil {
					t.Error(err)
				}
				pages.Add(1)
			}
		})
	}
	began := time.Now()
	log, longest := addMuch(t, s, mails)
	t.Logf("%d mails in %v, a batch in %v at most, beside %d pages; the log had %d KiB at most", mails, time.Since(began), longest, pages.Load(), log>>10)
	if log > most {
		t.Errorf("the log grew to %d KiB", log>>10)
	}
}

// A long reader is not waited out: it holds up no mail for long, and when it has ended the log is small again.
func TestLogBesideALongReader(t *testing.T) {
	const size = 1 << 20
	s := open(t)
	s.SetLogSize(size)
	addMuch(t, s, 100)
	other := openSQLite(t, s.Path())
	if _, err := other.Exec(`BEGIN; SELECT count(*) FROM mail`); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	log, _ := addMuch(t, s, 2000)
	if log < 2*size {
		t.Fatalf("the log has %d bytes: nobody was in the way", log)
	}
	t.Logf("2000 mails in %v beside a log of %d KiB", time.Since(began), log>>10)
	if _, err := other.Exec(`ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	log, _ = addMuch(t, s, 300)
	if after, _ := addMuch(t, s, 1000); after > log {
		t.Errorf("it is over, and the log still grows: from %d KiB to %d", log>>10, after>>10)
	}
}

func ended(stop <-chan struct{}) error {
	select {
	case <-stop:
		return io.EOF
	default:
		return nil
	}
}

var muchMail atomic.Int64

// addMuch adds mails that can't be compressed, and gives how large the log was at most, and how long a batch took.
func addMuch(t *testing.T, s *db.Store, mails int) (log int64, longest time.Duration) {
	t.Helper()
	const batch = 50
	for range mails / batch {
		var deliveries []db.Delivery
		for range batch {
			n := muchMail.Add(1)
			d := asJSON(made(fmt.Sprintf("%d@much", n), int(n), fmt.Sprintf("change %d", n)))
			d.Raw = make([]byte, 3000)
			rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)}).Read(d.Raw)
			d.Frame = db.Compress(d.Raw)
			deliveries = append(deliveries, d)
		}
		began := time.Now()
		if _, err := s.Add(context.Background(), deliveries); err != nil {
			t.Fatal(err)
		}
		longest = max(longest, time.Since(began))
		if info, err := os.Stat(s.Path() + "-wal"); err == nil {
			log = max(log, info.Size())
		}
	}
	return log, longest
}
