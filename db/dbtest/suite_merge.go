package dbtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// A parser that reads another Message-ID than the one before it must not leave a mail twice, nor fail.
func (u suite) TestRereadMergesWhatWasReadDifferently(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name   string
		first  int // when those stored first are delivered, in hours; the others after 3
		misled int // of the two, which had the other Message-ID
	}{
		{"the first was misread", 1, 0},
		{"the first was misread, and delivered last", 5, 0},
		{"the second was misread", 1, 1},
		{"the second was misread, and delivered first", 5, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			place := u.database(t)
			s, want := place.store(t), u.open(t)
			mails := map[string]*track.Mail{}
			add := func(s *db.Store, i, hours int) *track.Mail {
				m := threadMail(i, hours)
				m.SHA256 = threadMail(i, 0).SHA256 // the same bytes each time
				raw := []byte(m.MsgID)
				mails[string(raw)] = m
				if _, err := s.Add(ctx, []db.Delivery{{Mail: m, Raw: raw}}); err != nil {
					t.Fatal(err)
				}
				return m
			}
			for i := range 4 {
				add(s, i, c.first)
				add(want, i, min(c.first, 3))
			}
			misread := func(to, from string) {
				place.write(t, func(tx engine.Tx) error {
					found, err := tx.Find(engine.Finding{MsgIDs: []string{from}})
					if err != nil {
						return err
					}
					mails, err := tx.Mails(found)
					for _, m := range mails {
						m.MsgID = to
						err = errors.Join(err, tx.Update([]*engine.Mail{m}))
					}
					return err
				})
			}
			misread("<as read before@x>", "<2@x>")
			for i := range 4 {
				add(s, i, 3)
			}
			if c.misled == 1 {
				misread("<for a moment@x>", "<2@x>")
				misread("<2@x>", "<as read before@x>")
				misread("<as read before@x>", "<for a moment@x>")
			}
			_, _, err := s.Reread(ctx, func(raw []byte) (*track.Mail, error) {
				again := *mails[string(raw)]
				return &again, nil
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := dump(t, s), dump(t, want); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// threadMail is a cover, a patch or a reply of one thread. Those of three hours have bytes of their own.
func threadMail(i, hours int) *track.Mail {
	m := &track.Mail{
		MsgID: fmt.Sprintf("<%d@x>", i), Date: time.Unix(int64(i)*60, 0).UTC(),
		Delivered: time.Unix(int64(hours)*3600, 0).UTC(),
		From:      track.Person{Email: "ann@x.org"}, ListIDs: []string{"a.b"}, Reply: i%3 == 2,
		Subject: track.Subject{Marked: true, Number: i % 3, Total: 2, Version: 1 + i/15,
			Rest: fmt.Sprintf("part %d", i%3)},
		SHA256: sha256.Sum256(fmt.Appendf(nil, "%d %v", i, hours == 3)),
	}
	if i%3 == 1 {
		m.Diff = "diff"
	}
	if i > 0 {
		m.Refs = []string{fmt.Sprintf("<%d@x>", i-1)}
	}
	return m
}
