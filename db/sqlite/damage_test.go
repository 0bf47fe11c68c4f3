package sqlite

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// A database is damaged in one place: what does not lie there can be read, and more be stored.

func damagedMail(i int) db.Delivery {
	raw := fmt.Appendf(nil, "Message-ID: <%d@x>\n\n%s", i, strings.Repeat("as all mails of the list say ", 40))
	m := &track.Mail{
		MsgID: fmt.Sprintf("<%d@x>", i), Date: time.Unix(int64(i), 0).UTC(), Delivered: time.Unix(int64(i), 0).UTC(),
		From: track.Person{Email: "ann@x.org", Name: "Ann"}, ListIDs: []string{"a.b"}, Diff: "x", SHA256: sha256.Sum256(raw),
		Subject: track.Subject{Full: "[PATCH v2] x", Version: 2},
	}
	return db.Delivery{Mail: m, Raw: raw}
}

// storeAndEngine opens a database with the mails from one number up to another.
func storeAndEngine(t *testing.T, from, to int) (*db.Store, *database) {
	t.Helper()
	e := newEngine(t)
	s, err := db.New(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	addDamaged(t, s, from, to)
	return s, e
}

func addDamaged(t *testing.T, s *db.Store, from, to int) {
	t.Helper()
	var batch []db.Delivery
	for i := from; i < to; i++ {
		batch = append(batch, damagedMail(i))
	}
	if _, err := s.Add(ctx, batch); err != nil {
		t.Fatal(err)
	}
}

func TestDamagedDictionary(t *testing.T) {
	s, e := storeAndEngine(t, 1, 301)
	if err := e.writer.exec(`UPDATE dictionary SET bytes = randomblob(1000)`); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s, err := Open(ctx, e.path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Raw(ctx, 1); err != nil {
		t.Error("a mail that needs no dictionary:", err)
	}
	if _, err := s.Raw(ctx, 250); err == nil || !strings.Contains(err.Error(), "dictionary") {
		t.Error("a mail that needs it:", err)
	}
	addDamaged(t, s, 301, 310)
	if _, err := s.Raw(ctx, 305); err != nil {
		t.Error("a mail that came later:", err)
	}
	c, err := s.Check(ctx, nil)
	if err != nil || len(c.Faults) != 1+100 || !strings.Contains(c.Faults[0].What, "is damaged") {
		t.Errorf("check: %v, %d faults", err, len(c.Faults))
	}
	changed, unread, err := s.Reread(ctx, func(raw []byte) (*track.Mail, error) {
		var i int
		_, err := fmt.Sscanf(string(raw), "Message-ID: <%d@x>", &i)
		return damagedMail(i).Mail, err
	}, nil)
	if err != nil || changed != 0 || unread != 100 {
		t.Errorf("read anew: %d changed, %d unread, %v", changed, unread, err)
	}
}

// Mails are looked for part by part of their numbers, and one bit makes a number huge.
func TestHugeNumbers(t *testing.T) {
	s, e := storeAndEngine(t, 1, 4)
	for _, number := range []int64{-5, 1 << 40, 1<<63 - 1} {
		if err := e.writer.script(fmt.Sprintf(`PRAGMA foreign_keys = OFF; UPDATE mail SET id = %d
			WHERE msgid = '<3@x>'`, number)); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			_, err := s.SeriesList(ctx, track.Filter{})
			done <- errors.Join(err, e.View(ctx, func(v engine.View) error {
				_, err := v.Namings([]string{"ann@x.org"})
				return err
			}))
		}()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("with a mail of number %d it goes on and on", number)
		}
	}
}

// What is wrong with a mail's bytes is said of that mail, and of no other.
func TestCheckFindsTheMail(t *testing.T) {
	for _, c := range []struct{ name, damage, want string }{
		{"no bytes", `DELETE FROM piece WHERE id >> 16 = 7`, "mail 7 <7@x> has no bytes stored"},
		{"other bytes", `UPDATE piece SET bytes = (SELECT bytes FROM piece WHERE id = 8 << 16) WHERE id = 7 << 16`,
			"mail 7 <7@x> is not what was delivered: its SHA-256 is another"},
		{"no frame", `UPDATE piece SET bytes = x'28b52ffd20ff' WHERE id = 7 << 16`, "mail 7 <7@x> can't be decompressed"},
		{"the first", `DELETE FROM piece WHERE id >> 16 = 1`, "mail 1 <1@x> has no bytes stored"},
		{"the last", `DELETE FROM piece WHERE id >> 16 = 600`, "mail 600 <600@x> has no bytes stored"},
		{"a number below all", `UPDATE mail SET id = -5 WHERE id = 7`, "mail -5 <7@x> has no bytes stored"},
		{"the largest number", `UPDATE mail SET id = 9223372036854775807 WHERE id = 7`,
			"mail 9223372036854775807 <7@x> has no bytes stored"},
		{"the least number", `UPDATE mail SET id = 1 << 63 WHERE id = 7`,
			"mail -9223372036854775808 <7@x> has no bytes stored"},
		{"a number between", `UPDATE mail SET id = 1 << 40 WHERE id = 7`,
			fmt.Sprintf("mail %d <7@x> has no bytes stored", 1<<40)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, e := storeAndEngine(t, 1, 601)
			if err := e.writer.script("PRAGMA foreign_keys = OFF; " + c.damage); err != nil {
				t.Fatal(err)
			}
			checked, err := s.Check(ctx, nil)
			if err != nil || checked.Mails != 600 {
				t.Fatalf("%v, %d mails", err, checked.Mails)
			}
			said := 0
			for _, f := range checked.Faults {
				if !strings.HasPrefix(f.What, "mail ") {
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
