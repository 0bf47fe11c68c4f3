package db

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"patchwatch/track"
)

// A parser that reads another Message-ID than the one before it must not leave a mail twice, nor fail.
func TestRereadMergesWhatWasReadDifferently(t *testing.T) {
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
			s := storeAt(t)
			want := storeAt(t)
			mails := map[string]*track.Mail{}
			add := func(s *Store, i, hours int) *track.Mail {
				m := planMail(i, hours)
				m.SHA256 = planMail(i, 0).SHA256 // the same bytes each time
				raw := []byte(m.MsgID)
				mails[string(raw)] = m
				if _, err := s.Add(ctx, []Delivery{{Mail: m, Raw: raw}}); err != nil {
					t.Fatal(err)
				}
				return m
			}
			for i := range 4 {
				add(s, i, c.first)
				add(want, i, min(c.first, 3))
			}
			misread := func(to, from string) {
				if err := s.writer.exec(`UPDATE mail SET msgid = ? WHERE msgid = ?`, to, from); err != nil {
					t.Fatal(err)
				}
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
			if got, want := dumpText(t, s), dumpText(t, want); !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func storeAt(t *testing.T) *Store {
	t.Helper()
	s, err := Open(context.Background(), filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func dumpText(t *testing.T, s *Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Dump(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
