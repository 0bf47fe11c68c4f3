package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"patchwatch/track"
)

// What refers to a mail that has not come yet is in no dump. Where that is damaged, check says so and a rebuild mends it.
func TestReferencesAreCheckedAndRebuilt(t *testing.T) {
	ctx := context.Background()
	mail := func(id, subject, diff string, refs ...string) Delivery {
		at := time.Unix(int64(1_600_000_000+len(id)), 0).UTC()
		m := &track.Mail{MsgID: id, Refs: refs, Date: at, Delivered: at, From: track.Person{Email: "ann@x.org"}, ListIDs: []string{"a.b"},
			Subject: track.Subject{Full: subject}, Reply: len(refs) > 0, Diff: diff, SHA256: sha256.Sum256([]byte(id))}
		return Delivery{Mail: m, Raw: []byte(id)}
	}
	patch, reply := mail("<p@x>", "[PATCH] x", "diff"), mail("<reply@x>", "Re: [PATCH] x", "", "<p@x>")
	want := storeAt(t)
	add(t, want, patch, reply)
	if !strings.Contains(string(dumpText(t, want)), `"comment"`) {
		t.Fatal("the reply is no comment, this test shows nothing")
	}
	for name, harm := range map[string]string{
		"emptied": `DELETE FROM ref`,
		"changed": `UPDATE ref SET hash = hash + 1`,
		"added":   `INSERT INTO ref SELECT hash + 1, 1 - member, mail FROM ref`,
	} {
		t.Run(name, func(t *testing.T) {
			s := storeAt(t)
			add(t, s, reply)
			wantFaults(t, s, 0)
			if err := s.writer.exec(harm); err != nil {
				t.Fatal(err)
			}
			wantFaults(t, s, 1)
			if err := s.Rebuild(ctx, nil); err != nil {
				t.Fatal(err)
			}
			wantFaults(t, s, 0)
			add(t, s, patch)
			if got, want := dumpText(t, s), dumpText(t, want); !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func add(t *testing.T, s *Store, batch ...Delivery) {
	t.Helper()
	added, err := s.Add(context.Background(), batch)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range added {
		if a.Err != nil {
			t.Fatal(a.Err)
		}
	}
}

func wantFaults(t *testing.T, s *Store, want int) {
	t.Helper()
	c, err := s.Check(context.Background(), nil)
	if err != nil || len(c.Faults) != want {
		t.Fatalf("check: %v, %v, want %d faults", err, c.Faults, want)
	}
}
