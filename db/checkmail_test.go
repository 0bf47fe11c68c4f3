package db

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"patchwatch/track"
)

// Checks read for long. Any number of them at once must end, and let others read meanwhile.
func TestManyChecksAtOnce(t *testing.T) {
	s := storeAt(t)
	addDamaged(t, s, 1, 2*checkPage)
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	var checks, others sync.WaitGroup
	for range 8 {
		checks.Go(func() {
			c, err := s.Check(ctx, nil)
			if err != nil || c.Mails != 2*checkPage-1 || len(c.Faults) > 0 {
				t.Errorf("check: %v, %d mails, %d faults", err, c.Mails, len(c.Faults))
			}
		})
	}
	ended := make(chan struct{})
	read := make([]int, 4)
	for i := range read {
		others.Go(func() {
			for ctx.Err() == nil {
				if _, err := s.Patches(ctx, track.Filter{Limit: 10}); err != nil {
					t.Error("beside them:", err)
					return
				}
				read[i]++
				select {
				case <-ended:
					return
				case <-time.After(time.Millisecond):
				}
			}
		})
	}
	checks.Wait()
	close(ended)
	others.Wait()
	t.Logf("read beside them: %d times", read)
	for _, n := range read {
		if n < 3 {
			t.Errorf("somebody could read %d times", n)
		}
	}
}

// What is wrong with a mail's bytes is said of that mail, and of no other.
func TestCheckFindsTheMail(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct{ name, damage, want string }{
		{"no bytes", `DELETE FROM piece WHERE id >> 16 = 7`, "mail 7 <7@x> has no bytes stored"},
		{"other bytes", `UPDATE piece SET bytes = (SELECT bytes FROM piece WHERE id = 8 << 16) WHERE id = 7 << 16`,
			"mail 7 <7@x> is not what was delivered: its SHA-256 is another"},
		{"no frame", `UPDATE piece SET bytes = x'28b52ffd20ff' WHERE id = 7 << 16`, "mail 7 <7@x> can't be decompressed"},
		{"the first", `DELETE FROM piece WHERE id >> 16 = 1`, "mail 1 <1@x> has no bytes stored"},
		{"the last", `DELETE FROM piece WHERE id >> 16 = 600`, "mail 600 <600@x> has no bytes stored"},
		{"a number below all", `UPDATE mail SET id = -5 WHERE id = 7`, "mail -5 <7@x> has no bytes stored"},
		{"the largest number", `UPDATE mail SET id = 9223372036854775807 WHERE id = 7`, "mail 9223372036854775807 <7@x> has no bytes stored"},
		{"the least number", `UPDATE mail SET id = 1 << 63 WHERE id = 7`, "mail -9223372036854775808 <7@x> has no bytes stored"},
		{"a number between", `UPDATE mail SET id = 1 << 40 WHERE id = 7`, fmt.Sprintf("mail %d <7@x> has no bytes stored", 1<<40)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := storeAt(t)
			addDamaged(t, s, 1, 601)
			if err := s.writer.script("PRAGMA foreign_keys = OFF; " + c.damage); err != nil {
				t.Fatal(err)
			}
			checked, err := s.Check(ctx, nil)
			if err != nil || checked.Mails != 600 {
				t.Fatalf("%v, %d mails", err, checked.Mails)
			}
			said := 0
			for _, f := range checked.Faults {
				if f.Do != reimport {
					continue
				}
				said++
				if len(f.What) < len(c.want) || f.What[:len(c.want)] != c.want {
					t.Errorf("it says %q, want %q", f.What, c.want)
				}
			}
			if said != 1 {
				t.Errorf("%d mails are at fault, want one", said)
			}
		})
	}
}
