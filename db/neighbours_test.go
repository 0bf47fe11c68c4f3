package db

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"patchwatch/track"
)

// A mail of a deep thread that arrives in disorder touches those it refers to and those that refer to it, not the
// thread: else a thread of thousands would cost millions of looks.
func TestNeighbourhoodOfADeepThread(t *testing.T) {
	const depth, refs = 400, 10
	ctx := context.Background()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	mails := make([]*track.Mail, depth)
	for i := range mails {
		m := &track.Mail{
			MsgID: fmt.Sprintf("<%d@x>", i), Date: time.Unix(int64(i)*60, 0).UTC(), Delivered: time.Unix(int64(i)*60, 0).UTC(),
			From: track.Person{Email: "ann@x.org"}, ListIDs: []string{"a.b"}, Reply: i > 0, Subject: track.Subject{Version: 1},
			SHA256: sha256.Sum256(fmt.Append(nil, i)),
		}
		if i == 0 {
			m.Diff = "diff"
		}
		for j := i - 1; j >= max(0, i-refs); j-- {
			m.Refs = append(m.Refs, fmt.Sprintf("<%d@x>", j))
		}
		mails[i] = m
	}
	looked := 0
	for n, i := range rand.New(rand.NewPCG(1, 1)).Perm(depth) {
		touched := touchedBy(t, s, mails[i])
		if n > depth/2 { // before that, what arrives ties fragments together, each once
			looked += touched
		}
	}
	if each := float64(looked) / (depth / 2); each > 6*refs {
		t.Errorf("a mail looks at %.0f others", each)
	}
}

// touchedBy stores a mail and gives how many others were looked up for it.
func touchedBy(t *testing.T, s *Store, m *track.Mail) (touched int) {
	t.Helper()
	err := s.write(context.Background(), func(w *writer) error {
		a, err := newAdder(w, w.takeRouting)
		if err != nil {
			return err
		}
		var out Added
		if err := a.add(&Delivery{Mail: m, Frame: Compress(nil)}, &out); err != nil {
			return err
		}
		for project, c := range a.changes {
			n := newNeighbourhood(w, project)
			if err := n.gather(c); err != nil {
				return err
			}
			touched += len(n.byMail)
		}
		return a.derive()
	})
	if err != nil {
		t.Fatal(err)
	}
	return touched
}
