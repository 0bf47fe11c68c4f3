package dbtest

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/track"
)

// difference is the lines of two texts that are in one only.
func difference(a, b string) (onlyA, onlyB string) {
	la, lb := strings.SplitAfter(a, "\n"), strings.SplitAfter(b, "\n")
	return strings.Join(without(la, lb), ""), strings.Join(without(lb, la), "")
}

func without(lines, others []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return slices.Contains(others, l) })
}

func add(t tester, s *db.Store, mails ...*track.Mail) []db.Added {
	t.Helper()
	var batch []db.Delivery
	for _, m := range mails {
		batch = append(batch, asJSON(m))
	}
	added, err := s.Add(context.Background(), batch)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range added {
		if a.Err != nil {
			t.Fatalf("%s: %v", mails[i].MsgID, a.Err)
		}
	}
	return added
}

func dump(t tester, s *db.Store) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Dump(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func thread() []*track.Mail {
	return []*track.Mail{
		made("c@x", 0, "[0/2] cover"), made("1@x", 1, "[1/2] one", "c@x"), made("2@x", 2, "[2/2] two", "c@x"),
		made("r1@x", 3, "Re: one", "1@x"), made("r2@x", 4, "Re: Re: one", "r1@x"), made("s@x", 5, "single"),
		made("t@x", 6, "talk"), made("rt@x", 7, "Re: talk", "t@x"), made("rs@x", 8, "Re: single", "s@x", "t@x"),
	}
}

func check(t *testing.T, s *db.Store) {
	t.Helper()
	c, err := s.Check(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.Faults {
		t.Errorf("check: %s; %s", f.What, f.Do)
	}
}

// record is the dump's line of that type and Message-ID, in short: the fields that matter here.
type record struct {
	Type, Project, MsgID, Kind, Parent, State, Series, Submitter string
	Delegate                                                     *string
	Variants                                                     int
}

func records(t *testing.T, s *db.Store, kind string) map[string]record {
	t.Helper()
	out := map[string]record{}
	for _, line := range strings.Split(strings.TrimSpace(dump(t, s)), "\n") {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r.Type == kind {
			out[strings.Trim(r.MsgID, "<>")] = r
		}
	}
	return out
}

func (u suite) TestAddInAnyOrderEqualsRebuild(t *testing.T) {
	want := ""
	for rotate := range thread() {
		s := u.open(t)
		mails := thread()
		for i := range mails {
			add(t, s, mails[(i*5+rotate)%len(mails)])
		}
		got := dump(t, s)
		if want == "" {
			want = got
			t.Log("\n" + got)
		}
		if got != want {
			t.Fatalf("rotated by %d:\n%s\nwant\n%s", rotate, got, want)
		}
		if err := s.Rebuild(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		if got := dump(t, s); got != want {
			t.Fatalf("rebuilt:\n%s\nwant\n%s", got, want)
		}
	}
}

func (u suite) TestCheckFindsNothingInASoundDatabase(t *testing.T) {
	s := u.open(t)
	add(t, s, thread()...)
	check(t, s)
}
