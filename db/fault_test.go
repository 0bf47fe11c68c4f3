package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/track"
)

// One mail at fault falls out of its batch alone.
func TestOneBadMailInABatch(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(d *db.Delivery)
		want  string
	}{
		{"a row that the schema refuses", func(d *db.Delivery) { d.Mail.PullURL = "refused" }, "constraint"},
		{"a patch hash that is none", func(d *db.Delivery) { d.Mail.Hash = "xyz" }, "patch hash"},
		{"a panic", func(d *db.Delivery) { d.Mail = nil }, "inside patchwatch"},
	} {
		for at := range 4 {
			t.Run(fmt.Sprintf("%s, mail %d", tt.name, at), func(t *testing.T) {
				s := open(t)
				refuse(t, s, "pull_url", "refused")
				mails := []*track.Mail{made("c@x", 0, "[0/2] cover"), made("1@x", 1, "[1/2] one", "c@x"),
					made("2@x", 2, "[2/2] two", "c@x"), made("r@x", 3, "Re: two", "2@x")}
				var batch []db.Delivery
				for _, m := range mails {
					batch = append(batch, asJSON(m))
				}
				tt.spoil(&batch[at])
				added, err := s.Add(context.Background(), batch)
				if err != nil {
					t.Fatal(err)
				}
				for i, a := range added {
					if bad := a.Err != nil; bad != (i == at) {
						t.Errorf("mail %d: %v", i, a.Err)
					}
				}
				if err := added[at].Err; err != nil && !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%v: no word of %q", err, tt.want)
				}
				if got := len(records(t, s, "mail")); got != 3 {
					t.Errorf("%d mails stored", got)
				}
				check(t, s)
			})
		}
	}
}

// refuse makes the schema refuse a mail with a value.
func refuse(t *testing.T, s *db.Store, column, value string) {
	t.Helper()
	d, err := sql.Open("sqlite3", (&url.URL{Scheme: "file", Path: s.Path()}).String())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	_, err = d.Exec(fmt.Sprintf(`CREATE TRIGGER refuse BEFORE INSERT ON mail WHEN NEW.%s = '%s'
		BEGIN SELECT raise(ABORT, 'a constraint of the test'); END`, column, value))
	if err != nil {
		t.Fatal(err)
	}
}

// What is the environment's fault is no mail's fault: nothing is stored, and it can be tried again.
func TestAddWithACancelledContext(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	added, err := s.Add(ctx, []db.Delivery{asJSON(made("1@x", 0, "one"))})
	if err == nil || added != nil {
		t.Errorf("%v, %v", added, err)
	}
	add(t, s, made("1@x", 0, "one"))
}

// A panic while a batch is stored or assembled is the fault of the one mail that brings it about each time: the others are
// stored, and its reason says where.
func TestPanicInABatch(t *testing.T) {
	for _, step := range db.Steps()[:2] { // after the commit there is nothing that could
		s := open(t)
		times := 0
		s.OnStep(func(at string) {
			if at != step {
				return
			}
			if times++; times == 1 || times == 3 || times == 4 { // the batch, the half with the second mail, and that alone
				panic("a fault of ours")
			}
		})
		batch := []db.Delivery{asJSON(made("1@x", 0, "one")), asJSON(made("2@x", 0, "two")), asJSON(made("3@x", 0, "three"))}
		added, err := s.Add(context.Background(), batch)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range added {
			if (a.Err != nil) != (i == 1) {
				t.Errorf("%s: mail %d: %v", step, i+1, a.Err)
			}
		}
		if err := added[1].Err; err == nil || !strings.Contains(err.Error(), "a fault of ours") || !strings.Contains(err.Error(), "fault_test.go") {
			t.Errorf("%s: the reason does not say where: %v", step, err)
		}
		if got := len(records(t, s, "mail")); got != 2 {
			t.Errorf("%s: %d mails are stored", step, got)
		}
		check(t, s)
	}
}

// What the database refuses of rows that are derived is no fault of the mail that happens to come then: it is tried again,
// and stored when the database is in order.
func TestRefusedWhenDeriving(t *testing.T) {
	for _, table := range []string{"patch", "series", "cover", "reply", "person", "project"} {
		t.Run(table, func(t *testing.T) {
			s := open(t)
			d := openSQLite(t, s.Path())
			if _, err := d.Exec(`CREATE TRIGGER refuse BEFORE INSERT ON ` + table + ` BEGIN SELECT raise(ABORT, 'no'); END`); err != nil {
				t.Fatal(err)
			}
			var batch []db.Delivery
			for _, m := range thread() {
				batch = append(batch, asJSON(m))
			}
			added, err := s.Add(context.Background(), batch)
			if err == nil || !strings.Contains(err.Error(), "no") {
				t.Errorf("the mail was blamed: %+v, %v", added, err)
			}
			if st, err := s.Status(context.Background()); err != nil || st.Mails > 0 {
				t.Errorf("%d mails are stored, %v", st.Mails, err)
			}
			if _, err := d.Exec(`DROP TRIGGER refuse`); err != nil {
				t.Fatal(err)
			}
			add(t, s, thread()...)
			check(t, s)
		})
	}
}
