package dbtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/track"
)

// versioned is a mail of a version of something, as made has it.
func versioned(id string, minute, version int, subject string, refs ...string) *track.Mail {
	m := made(id, minute, subject, refs...)
	m.Subject.Version = version
	if _, rest, ok := strings.Cut(subject, "] "); ok {
		m.Subject.Rest = rest
	}
	return m
}

// ofChange has a mail be of a change-id, naming name a version before, patching be a patch of this diff.
func ofChange(id string, m *track.Mail) *track.Mail {
	m.ChangeID = id
	return m
}

func naming(earlier string, m *track.Mail) *track.Mail {
	m.Earlier = "<" + earlier + ">"
	return m
}

func patching(diff string, m *track.Mail) *track.Mail {
	m.Hash = fmt.Sprintf("%x", sha256.Sum256([]byte(diff)))[:40]
	return m
}

// revisionsOf lists the revision records of the dump, "new<old", by key.
func revisionsOf(t *testing.T, s *db.Store) []string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Dump(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(b.String()) {
		var r struct{ Type, Series, Revises string }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r.Type == "revision" {
			out = append(out, strings.Trim(r.Series, "<>")+"<"+strings.Trim(r.Revises, "<>"))
		}
	}
	return out
}

const day = 24 * 60 // in minutes

func (u suite) TestRevisions(t *testing.T) {
	bob := func(m *track.Mail) *track.Mail {
		m.From = track.Person{Name: "Bob", Email: "bob@example.org"}
		return m
	}
	for _, tt := range []struct {
		name  string
		mails []*track.Mail
		want  []string
	}{
		{"single patches of one title", []*track.Mail{
			versioned("1", 0, 1, "[x] one"), versioned("2", day, 2, "[v2] One"), versioned("3", 2*day, 3, "[v3]  one"),
		}, []string{"2<1", "3<2"}},
		{"another's patch of that title", []*track.Mail{
			bob(versioned("1", 0, 1, "[x] one")), versioned("2", day, 2, "[v2] one"),
		}, nil},
		{"another's version in reply", []*track.Mail{
			bob(versioned("1", 0, 1, "[x] one")), versioned("2", day, 2, "[v2] one", "1"),
		}, []string{"2<1"}},
		{"a new title in reply", []*track.Mail{
			versioned("1", 0, 1, "[x] one"), versioned("2", day, 2, "[v2] uno", "1"),
		}, []string{"2<1"}},
		{"a new title in reply to a comment", []*track.Mail{
			versioned("1", 0, 1, "[x] one"), made("r", 5, "Re: one", "1"), versioned("2", day, 2, "[v2] uno", "r"),
		}, []string{"2<1"}},
		{"series in reply to the cover before", []*track.Mail{
			versioned("1c", 0, 1, "[0/2] c"), versioned("1a", 0, 1, "[1/2] a", "1c"),
			versioned("1b", 0, 1, "[2/2] b", "1c"),
			versioned("2c", day, 2, "[0/2] d", "1c"), versioned("2a", day, 2, "[1/2] e", "2c", "1c"),
			versioned("2b", day, 2, "[2/2] f", "2c", "1c"),
		}, []string{"2a<1a"}},
		{"a cover where there was none", []*track.Mail{
			versioned("1a", 0, 1, "[1/2] a"), versioned("1b", 0, 1, "[2/2] b", "1a"),
			versioned("2c", day, 2, "[0/2] what it is about"), versioned("2a", day, 2, "[1/2] a", "2c"),
			versioned("2b", day, 2, "[2/2] b", "2c"),
		}, []string{"2a<1a"}},
		{"both in reply to a mail that never came", []*track.Mail{
			versioned("2a", day, 2, "[1/2] a", "lost"), versioned("2b", day, 2, "[2/2] b", "lost"),
			versioned("3a", 2*day, 3, "[1/2] c", "lost"), versioned("3b", 2*day, 3, "[2/2] d", "lost"),
		}, []string{"3a<2a"}},
		{"a version is missing", []*track.Mail{
			versioned("1", 0, 1, "[x] one"), versioned("4", day, 4, "[v4] one"),
		}, []string{"4<1"}},
		{"two of them revise one", []*track.Mail{
			versioned("1", 0, 1, "[x] one"), versioned("2", day, 2, "[v2] one"),
			versioned("2again", 2*day, 2, "[v2] one"), versioned("3", 3*day, 3, "[v3] one"),
		}, []string{"2<1", "2again<1", "3<2again"}},
		{"one change-id", []*track.Mail{
			bob(ofChange("a", versioned("1", 0, 1, "[x] one"))), ofChange("a", versioned("2", day, 2, "[v2] uno")),
		}, []string{"2<1"}},
		{"one change-id of covers", []*track.Mail{
			ofChange("a", versioned("1c", 0, 1, "[0/1] c")), versioned("1a", 0, 1, "[1/1] a", "1c"),
			ofChange("a", versioned("2c", day, 2, "[0/1] d")), versioned("2a", day, 2, "[1/1] e", "2c"),
			ofChange("b", versioned("3c", day, 3, "[0/1] d")), ofChange("a", versioned("3a", day, 3, "[1/1] e", "3c")),
		}, []string{"2a<1a"}},
		{"two change-ids", []*track.Mail{
			ofChange("a", versioned("1", 0, 1, "[x] one")), ofChange("b", versioned("2", day, 2, "[v2] one", "1")),
		}, nil},
		{"one change-id, sent again", []*track.Mail{
			ofChange("a", versioned("1", 0, 1, "[x] one")), ofChange("a", versioned("1again", day, 1, "[x] uno")),
			ofChange("a", versioned("2", 2*day, 2, "[v2] uno")),
		}, []string{"1again<1", "2<1again"}},
		{"sent again and again", []*track.Mail{
			patching("1", versioned("1", 0, 1, "[x] one")), patching("1", versioned("1again", day, 1, "[RESEND] one")),
			patching("1", versioned("1anew", 2*day, 1, "[x] one")), patching("2", versioned("other", 3*day, 1, "[x] one")),
			patching("3", versioned("2", 4*day, 2, "[v2] one")), patching("3", versioned("2again", 5*day, 2, "[v2] one")),
		}, []string{"1again<1", "1anew<1again", "2<other", "2again<2"}},
		{"named in the text", []*track.Mail{
			versioned("1c", 0, 1, "[0/1] c"), versioned("1a", 0, 1, "[1/1] a", "1c"),
			naming("1c", bob(versioned("2", day, 2, "[v2] uno"))), naming("1a", versioned("3", 2*day, 3, "[v3] eins")),
			versioned("r", 3*day, 1, "[x] a"), naming("lost", versioned("4", 3*day, 4, "[v4] four")),
			naming("4", versioned("5", 4*day, 4, "[v4] five")), naming("6", versioned("6", 5*day, 6, "[v6] six")),
		}, []string{"2<1a", "3<1a", "5<4"}},
		{"one patch under other titles", []*track.Mail{
			patching("1", versioned("1", 0, 1, "[x] one")), patching("1", versioned("2", day, 2, "[v2] uno")),
			bob(patching("1", versioned("3", 2*day, 3, "[v3] eins"))),
		}, []string{"2<1"}},
		{"most patches under other titles", []*track.Mail{
			patching("1", versioned("1a", 0, 1, "[1/3] a")), patching("2", versioned("1b", 0, 1, "[2/3] b", "1a")),
			patching("3", versioned("1c", 0, 1, "[3/3] c", "1a")),
			patching("1", versioned("2a", day, 2, "[1/3] d")), patching("2", versioned("2b", day, 2, "[2/3] e", "2a")),
			patching("9", versioned("2c", day, 2, "[3/3] f", "2a")),
			patching("1", versioned("3a", day, 3, "[1/3] g")), patching("8", versioned("3b", day, 3, "[2/3] h", "3a")),
			patching("9", versioned("3c", day, 3, "[3/3] i", "3a")), patching("7", versioned("4", day, 4, "[v4] j")),
		}, []string{"2a<1a", "3a<2a"}},
		{"no title", []*track.Mail{versioned("1", 0, 1, "[x] "), versioned("2", day, 2, "[v2] ")}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for range 2 {
				s := u.open(t)
				for _, m := range tt.mails {
					add(t, s, m)
				}
				if got := revisionsOf(t, s); !slices.Equal(got, tt.want) {
					t.Errorf("%v, want %v", got, tt.want)
				}
				check(t, s)
				slices.Reverse(tt.mails)
			}
		})
	}
}

// All versions are found from any of them.
func (u suite) TestVersions(t *testing.T) {
	s := u.open(t)
	add(t, s, versioned("3", 3*day, 3, "[v3] one"), versioned("1", 0, 1, "[x] one"),
		versioned("2b", 2*day, 2, "[v2] uno", "1"),
		versioned("2", day, 2, "[v2] one"), versioned("other", 0, 1, "[x] other"))
	want := "1@v1 2@v2 2b@v2 3@v3"
	for _, id := range []string{"1", "2", "2b", "3"} {
		all, err := s.Versions(context.Background(), seriesOf(t, s, id).ID)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, v := range all {
			got = append(got, fmt.Sprintf("%s@v%d", strings.Trim(v.Key, "<>"), v.Version))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("from %s: %v, want %s", id, got, want)
		}
	}
	if all, err := s.Versions(context.Background(), 99); err != nil || len(all) != 0 {
		t.Errorf("of a series that is not there: %v, %v", all, err)
	}
	all, err := s.Versions(context.Background(), seriesOf(t, s, "3").ID)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]int64{nil, {all[0].ID}, {all[0].ID}, {all[1].ID, all[0].ID}} {
		if got, err := s.Earlier(context.Background(), all[i].ID); err != nil || !slices.Equal(got, want) {
			t.Errorf("before %s: %v, %v; want %v", all[i].Key, got, err, want)
		}
	}
	if all, err := s.Earlier(context.Background(), 99); err != nil || len(all) != 0 {
		t.Errorf("before a series that is not there: %v, %v", all, err)
	}
}

// Without change-ids versions are found by what is left, and found again with them.
func (u suite) TestIgnoreChangeIDs(t *testing.T) {
	e := u.database(t).engine(t)
	s, err := db.New(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	add(t, s, ofChange("a", versioned("1", 0, 1, "[x] one")), ofChange("a", versioned("2", day, 2, "[v2] uno")),
		ofChange("b", versioned("3", 2*day, 3, "[v3] one")))
	if got := revisionsOf(t, s); !slices.Equal(got, []string{"2<1"}) {
		t.Error(got)
	}
	s.IgnoreChangeIDs()
	if got := revisionsOf(t, s); !slices.Equal(got, []string{"3<1"}) {
		t.Error("without change-ids:", got)
	}
}

// Ten thousand patches of one title must not make the search for the one before slow or wrong.
func (u suite) TestRevisionAmongMany(t *testing.T) {
	s := u.open(t)
	var mails []*track.Mail
	for i := range 500 {
		mails = append(mails, versioned(fmt.Sprint("n", i), i, 2, "[v2] fix the build"))
	}
	mails = append(mails, versioned("1", 250, 1, "[x] fix the build"), versioned("3", 499, 3, "[v3] fix the build"))
	add(t, s, mails...)
	got := revisionsOf(t, s)
	if !slices.Contains(got, "3<n499") {
		t.Errorf("v3 does not revise the newest v2")
	}
	if !slices.Contains(got, "n300<1") {
		t.Errorf("a v2 does not revise v1")
	}
}

// What revises a series is found from there too where its mails don't say which version they are, and where it is a
// patch without a number that was sent in the same thread.
func (u suite) TestRevisersOfOddVersions(t *testing.T) {
	s := u.open(t)
	add(t, s, versioned("a@x", 200, 1, "[1/1] one"), // by a clock that is wrong
		versioned("c@y", 100, 2, "[0/1] cover"), versioned("a@y", 101, 1, "[1/1] one", "c@y"),
		versioned("h@x", 500, 1, "[1/1] three", "hub@x"), versioned("h@y", 600, 2, "four", "hub@x"))
	for _, id := range []string{"a@x", "h@x"} {
		all, err := s.Versions(context.Background(), seriesOf(t, s, id).ID)
		if err != nil || len(all) != 2 {
			t.Errorf("%s has %d versions, %v", id, len(all), err)
		}
	}
}
