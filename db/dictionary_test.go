package db_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"patchwatch/db"
)

// listMail is a mail with a header such as a list's mails share.
func listMail(i int) []byte {
	r := rand.New(rand.NewPCG(9, uint64(i)))
	return fmt.Appendf(nil, "Received: from mx%d.example.org (mx%d.example.org [192.0.2.%d]) by list.example.org (Postfix) with ESMTPS id %x\n"+
		"List-Id: A list for testing <test.lists.example.org>\nList-Archive: <https://lists.example.org/archives/list/test>\n"+
		"List-Unsubscribe: <mailto:test-leave@lists.example.org>\nPrecedence: list\nX-Mailman-Version: 3.3.8\n\n%s", r.IntN(9), r.IntN(9), r.IntN(255), r.Uint64(), text(r, 400))
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

// The headers of a list's mails are much the same; compressed against some of them, the others take half. All can be read
// again, by this process, by one that was there before the dictionary was made, and from a copy.
func TestDictionary(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "x.db")
	s, err := db.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	before, err := db.OpenReadOnly(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	plain := len(s.Compress(listMail(5000)))
	for _, to := range []int{150, 300, 2500} {
		if err := storeRaw(t, s, max(to-150, 0), to); err != nil {
			t.Fatal(err)
		}
	}
	if small := len(s.Compress(listMail(5000))); small*10 > plain*7 {
		t.Errorf("a mail takes %d bytes with a dictionary, %d without", small, plain)
	}
	if err := s.Backup(ctx, path+".copy"); err != nil {
		t.Fatal(err)
	}
	copied, err := db.OpenReadOnly(ctx, path+".copy")
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	for _, store := range []*db.Store{s, before, copied} {
		for _, i := range []int{0, 149, 299, 2499} {
			raw, err := store.Raw(ctx, number(t, store, fmt.Sprintf("%d@x", i)))
			if err != nil || !bytes.Equal(raw, listMail(i)) {
				t.Fatalf("mail %d: %v", i, err)
			}
		}
		check(t, store)
	}
}

// A mail is compressed with a dictionary of a database that is replaced before it is stored: in the new one it could never
// be read again.
func TestFrameOfAnotherDatabase(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	path := filepath.Join(dir, "x.db")
	for _, name := range []string{path, filepath.Join(dir, "other.db")} { // each learns its own dictionary
		s, err := db.Open(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := storeRaw(t, s, 0, 300); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := db.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	raw := listMail(1000)
	m := made("1000@x", 0, "talk")
	m.SHA256 = sha256.Sum256(raw)
	batch := []db.Delivery{{Mail: m, Frame: s.Compress(raw), Raw: raw}}
	rename(t, filepath.Join(dir, "other.db"), path)
	if _, err := s.Add(ctx, batch); !errors.Is(err, db.ErrReplaced) {
		t.Fatal(err)
	}
	if added, err := s.Add(ctx, batch); err == nil {
		t.Fatalf("a frame that nobody can read is stored: %+v", added)
	}
	batch[0].Frame = s.Compress(raw)
	if added, err := s.Add(ctx, batch); err != nil || added[0].Err != nil {
		t.Fatal(err, added)
	}
	check(t, s)
}
