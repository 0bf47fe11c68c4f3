package sqlite

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"patchwatch/db"
)

// What the database refuses of rows that are derived is no fault of the mail that happens to come then: it is tried
// again, and stored when the database is in order.
func TestRefusedWhenDeriving(t *testing.T) {
	for _, table := range []string{"patch", "series", "cover", "reply", "person", "project", "ref", "piece", "event"} {
		t.Run(table, func(t *testing.T) {
			e := newEngine(t)
			s, err := db.New(ctx, e)
			if err != nil {
				t.Fatal(err)
			}
			behind(t, e.path, `CREATE TRIGGER refuse BEFORE INSERT ON `+table+` BEGIN SELECT raise(ABORT, 'no'); END`)
			added, err := s.Add(ctx, derivedMails())
			if err == nil || !strings.Contains(err.Error(), "no") {
				t.Errorf("the mail was blamed: %+v, %v", added, err)
			}
			if st, err := s.Status(ctx); err != nil || st.Mails > 0 {
				t.Errorf("%d mails are stored, %v", st.Mails, err)
			}
			behind(t, e.path, `DROP TRIGGER refuse`)
			added, err = s.Add(ctx, derivedMails())
			if err != nil || len(added) != 3 || errors.Join(added[0].Err, added[1].Err, added[2].Err) != nil {
				t.Errorf("%+v, %v", added, err)
			}
			check(t, s)
		})
	}
}

// derivedMails are a cover, a patch and a reply to it, so that rows of every kind are derived of them.
func derivedMails() (batch []db.Delivery) {
	for i := range 3 {
		d := damagedMail(i + 1)
		m := d.Mail
		m.Subject.Marked, m.Subject.Number, m.Subject.Total = true, i, 1
		if i > 0 {
			m.Refs = []string{fmt.Sprintf("<%d@x>", i)}
		}
		if i != 1 {
			m.Diff, m.Reply = "", i == 2
		}
		batch = append(batch, d)
	}
	return batch
}

// What it refuses of a mail itself is that mail's fault, and its neighbours are stored.
func TestRefusedMail(t *testing.T) {
	e := newEngine(t)
	s, err := db.New(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	behind(t, e.path, `CREATE TRIGGER refuse BEFORE INSERT ON mail WHEN NEW.msgid = '<2@x>'
		BEGIN SELECT raise(ABORT, 'a constraint of the test'); END`)
	added, err := s.Add(ctx, derivedMails())
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range added {
		if bad := a.Err != nil; bad != (i == 1) || bad && !strings.Contains(a.Err.Error(), "constraint") {
			t.Errorf("mail %d: %v", i+1, a.Err)
		}
	}
	wantSound(t, e, 2)
	check(t, s)
}
