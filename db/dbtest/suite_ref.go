package dbtest

import (
	"context"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
)

// What refers to a mail that has not come yet is in no dump. Where that is damaged, check says so and a rebuild mends
// it.
func (u suite) TestReferencesAreCheckedAndRebuilt(t *testing.T) {
	ctx := context.Background()
	patch, reply := made("p@x", 0, "one"), made("reply@x", 1, "Re: one", "p@x")
	sound := u.open(t)
	add(t, sound, patch, reply)
	want := dump(t, sound)
	if !strings.Contains(want, `"comment"`) {
		t.Fatal("the reply is no comment, this test shows nothing")
	}
	for name, harm := range map[string]func(tx engine.Tx, k engine.RefKey) error{
		"emptied": func(tx engine.Tx, k engine.RefKey) error { return tx.DropRefs([]engine.RefKey{k}) },
		"added": func(tx engine.Tx, k engine.RefKey) error {
			return tx.PutRefs([]engine.RefKey{{Hash: k.Hash + 1, Member: !k.Member, Mail: k.Mail}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			place := u.database(t)
			s := place.store(t)
			add(t, s, reply)
			wantFaults(t, s, 0)
			place.write(t, func(tx engine.Tx) error {
				var all []engine.RefKey
				err := tx.EachRef(func(k engine.RefKey) error {
					all = append(all, k)
					return nil
				})
				if err != nil || len(all) != 1 {
					t.Fatalf("%d references, %v", len(all), err)
				}
				return harm(tx, all[0])
			})
			wantFaults(t, s, 1)
			if err := s.Rebuild(ctx, nil); err != nil {
				t.Fatal(err)
			}
			wantFaults(t, s, 0)
			add(t, s, patch)
			wantSame(t, s, name, want)
		})
	}
}

func wantFaults(t *testing.T, s *db.Store, want int) {
	t.Helper()
	c, err := s.Check(context.Background(), nil)
	if err != nil || len(c.Faults) != want {
		t.Fatalf("check: %v, %v, want %d faults", err, c.Faults, want)
	}
}
