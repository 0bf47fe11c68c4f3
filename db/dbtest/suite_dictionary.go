package dbtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"patchwatch/db"
)

// listMail is a mail with a header such as a list's mails share.
func listMail(i int) []byte {
	r := rand.New(rand.NewPCG(9, uint64(i)))
	return fmt.Appendf(nil, "Received: from mx%d.example.org (mx%d.example.org [192.0.2.%d]) by list.example.org "+
		"(Postfix) with ESMTPS id %x\n"+
		"List-Id: A list for testing <test.lists.example.org>\n"+
		"List-Archive: <https://lists.example.org/archives/list/test>\n"+
		"List-Unsubscribe: <mailto:test-leave@lists.example.org>\nPrecedence: list\nX-Mailman-Version: 3.3.8\n\n%s",
		r.IntN(9), r.IntN(9), r.IntN(255), r.Uint64(), text(r, 400))
}

// storeRaw stores mails of these bytes.
func storeRaw(t *testing.T, s *db.Store, from, to int) error {
	t.Helper()
	var batch []db.Delivery
	for i := from; i < to; i++ {
		raw := listMail(i)
		m := made(fmt.Sprintf("%d@x", i), i, "talk")
		m.SHA256 = sha256.Sum256(raw)
		batch = append(batch, db.Delivery{Mail: m, Frame: s.Compress(raw), Raw: raw})
	}
	_, err := s.Add(context.Background(), batch)
	return err
}

// The headers of a list's mails are much the same; compressed against some of them, the others take half. All can be
// read again, by this process, by one that was there before the dictionary was made, and by one that comes later.
func (u suite) TestDictionary(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s, before := place.store(t), place.store(t)
	plain := len(s.Compress(listMail(5000)))
	for _, to := range []int{150, 300, 2500} {
		if err := storeRaw(t, s, max(to-150, 0), to); err != nil {
			t.Fatal(err)
		}
	}
	if small := len(s.Compress(listMail(5000))); small*10 > plain*7 {
		t.Errorf("a mail takes %d bytes with a dictionary, %d without", small, plain)
	}
	for _, store := range []*db.Store{s, before, place.store(t)} {
		for _, i := range []int{0, 149, 299, 2499} {
			raw, err := store.Raw(ctx, number(t, store, fmt.Sprintf("%d@x", i)))
			if err != nil || !bytes.Equal(raw, listMail(i)) {
				t.Fatalf("mail %d: %v", i, err)
			}
		}
		check(t, store)
	}
}

// Many read mails of another process at once that are compressed with a dictionary which this one has not heard of yet.
// Each has a connection of the database, and there may be no other to ask for the dictionary on.
func (u suite) TestDictionaryOfAnother(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s, before := place.store(t), place.store(t)
	for _, to := range []int{150, 300, 310} {
		if err := storeRaw(t, s, max(to-150, 0), to); err != nil {
			t.Fatal(err)
		}
	}
	first, last := number(t, before, "0@x"), number(t, before, "309@x")
	apart, err := before.MailsNumbered(ctx, []int64{last})
	if err != nil || len(apart) != 1 {
		t.Fatal(apart, err)
	}
	const many = 4 // as many as an engine has connections for those who read
	var all sync.WaitGroup
	inside, goOn := make(chan bool, many), make(chan struct{})
	for range many {
		all.Go(func() {
			if err := before.Raws(ctx, []int64{first, last}, func(mail int64, raw []byte) error {
				if mail == last && !bytes.Equal(raw, listMail(309)) {
					t.Error("it is another mail")
				}
				if mail == first {
					inside <- true
					<-goOn
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	for range many {
		select {
		case <-inside:
		case <-time.After(time.Second): // it has fewer
		}
	}
	all.Go(func() { // it was read before, and waits for a connection
		if raw, err := apart[0].Raw(); err != nil || !bytes.Equal(raw, listMail(309)) {
			t.Error("a mail that was read before: ", err)
		}
	})
	time.Sleep(20 * time.Millisecond)
	close(goOn)
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Fatal("they wait for each other")
	}
}
