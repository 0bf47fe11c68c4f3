package dbtest

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/track"
)

// ofThree is a series of three with a review of its second patch.
func ofThree() []*track.Mail {
	return []*track.Mail{
		versioned("c", 0, 1, "[0/3] c"), versioned("p1", 1, 1, "[1/3] a", "c"), versioned("p2", 2, 1, "[2/3] b", "c"),
		versioned("p3", 3, 1, "[3/3] d", "c"), made("r", 60, "Re: b", "p2", "c"),
	}
}

// standingOf gives the names of the patches of a series as it now stands, its parts and what it is a part of.
func standingOf(t *testing.T, s *db.Store, id string) string {
	t.Helper()
	ctx, series := context.Background(), seriesOf(t, s, id).ID
	all, err := s.Standing(ctx, []int64{series, 999})
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	var out []string
	for i, p := range all[series].Patches {
		if n := p.Number; n != i+1 && len(all[series].Patches) == 3 {
			t.Errorf("%s is number %d", p.MsgID, n)
		}
		out = append(out, strings.Trim(p.MsgID, "<>p"))
	}
	for _, part := range all[series].Parts {
		out = append(out, "+"+keyOf(t, s, part))
	}
	if of := all[series].PartOf; of != 0 {
		out = append(out, "of "+keyOf(t, s, of))
	}
	if v := seriesOf(t, s, id); v.PartOf != all[series].PartOf {
		t.Errorf("%s is a part of %d, as listed of %d", id, all[series].PartOf, v.PartOf)
	}
	return strings.Join(out, " ")
}

func keyOf(t *testing.T, s *db.Store, series int64) string {
	t.Helper()
	found, err := s.SeriesList(context.Background(), track.Filter{Series: series})
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	return strings.Trim(found[0].Key, "<>")
}

// Patches that are sent again alone replace those of the series that they reply to, in whatever order they come.
func (u suite) TestStanding(t *testing.T) {
	bob := func(m *track.Mail) *track.Mail { return from(m, "Bob", "bob@example.org") }
	for _, tt := range []struct {
		name  string
		again []*track.Mail
		want  map[string]string // by a mail of the series
	}{
		{"nothing", nil, map[string]string{"p1": "1 2 3"}},
		{"of the next version, in reply to a review", []*track.Mail{versioned("x", 70, 2, "[2/3] b", "r", "p2", "c")},
			map[string]string{"p1": "1 x 3 +x", "x": "x of c"}},
		{"of the same version", []*track.Mail{versioned("x", 70, 1, "[2/3] b", "r", "p2", "c")},
			map[string]string{"p1": "1 x 3 +x", "x": "x of c"}},
		{"in reply to the cover", []*track.Mail{versioned("x", 70, 2, "[2/3] b", "c")}, map[string]string{"p1": "1 x 3 +x"}},
		{"one after the other", []*track.Mail{
			versioned("x", 70, 2, "[2/3] b", "p2", "c"), versioned("y", 170, 3, "[1/3] a", "p1", "c"),
		}, map[string]string{"p1": "y x 3 +x +y", "x": "x of c", "y": "y of c"}},
		{"in reply to a part", []*track.Mail{
			versioned("x", 70, 2, "[2/3] b", "p2", "c"), made("xr", 80, "Re: b", "x", "p2", "c"),
			versioned("y", 170, 3, "[2/3] b", "xr", "x", "p2", "c"),
		}, map[string]string{"p1": "1 y 3 +x +y", "x": "y +y of c", "y": "y of c"}},
		{"another's", []*track.Mail{bob(versioned("x", 70, 2, "[2/3] b", "p2", "c"))},
			map[string]string{"p1": "1 2 3", "x": "x"}},
		{"of another total", []*track.Mail{versioned("x", 70, 2, "[2/2] b", "p2", "c")},
			map[string]string{"p1": "1 2 3", "x": "x"}},
		{"a whole version in reply", []*track.Mail{
			versioned("x1", 70, 2, "[1/3] a", "c"), versioned("x2", 71, 2, "[2/3] b", "x1", "c"),
			versioned("x3", 72, 2, "[3/3] d", "x1", "c"), versioned("y", 170, 3, "[3/3] d", "x3", "x1", "c"),
		}, map[string]string{"p1": "1 2 3", "x1": "x1 x2 y +y", "y": "y of x1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mails := append(ofThree(), tt.again...)
			for range 2 {
				s := u.open(t)
				for _, m := range mails {
					add(t, s, m)
				}
				for id, want := range tt.want {
					if got := standingOf(t, s, id); got != want {
						t.Errorf("%s stands as %q, want %q", id, got, want)
					}
				}
				rand.Shuffle(len(mails), func(i, j int) { mails[i], mails[j] = mails[j], mails[i] })
			}
		})
	}
}

// What a person said is no version of a series replaces nothing in it.
func (u suite) TestUnlinkedIsNoPart(t *testing.T) {
	s := u.open(t)
	m := mender{t, s}
	add(t, s, append(ofThree(), versioned("x", 70, 2, "[2/3] b", "p2", "c"))...)
	m.unlink("x", "c")
	for id, want := range map[string]string{"p1": "1 2 3", "x": "x"} {
		if got := standingOf(t, s, id); got != want {
			t.Errorf("%s stands as %q, want %q", id, got, want)
		}
	}
}

// What a person took out of a series does not come back as a part of it.
func (u suite) TestSplitIsNoPart(t *testing.T) {
	s := u.open(t)
	add(t, s, append(ofThree(), versioned("x", 70, 2, "[2/3] b", "p2", "c"))...)
	all, err := s.Members(context.Background(), seriesOf(t, s, "p1").ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SplitSeries(context.Background(), "ann", []int64{all[3].ID}); err != nil {
		t.Fatal(err)
	}
	if got := standingOf(t, s, "p1"); got != "1 x +x" {
		t.Errorf("it stands as %q", got)
	}
}

// A series as it now stands has its cover, and is complete where a part makes it so.
func (u suite) TestMembersNow(t *testing.T) {
	ctx, s := context.Background(), u.open(t)
	mails := slices.DeleteFunc(ofThree(), func(m *track.Mail) bool { return m.MsgID == "<p2>" })
	mails[len(mails)-1].Refs = []string{"<c>"}
	add(t, s, append(mails, versioned("x", 70, 2, "[2/3] b", "r", "c"))...)
	v := seriesOf(t, s, "p1")
	members, err := s.MembersNow(ctx, v.ID)
	var names []string
	for _, m := range members {
		names = append(names, m.MsgID)
	}
	if want := []string{"<c>", "<p1>", "<x>", "<p3>"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("%v, %v", names, err)
	}
	row, err := s.SeriesRowNow(ctx, v.ID, track.Scope{})
	if err != nil || !row.Complete || row.Received != 3 || len(row.Patches) != 3 || row.Patches[1].MsgID != "<x>" {
		t.Errorf("%+v, %v", row, err)
	}
	if row, err = s.SeriesRow(ctx, v.ID, track.Scope{}); err != nil || row.Complete || len(row.Patches) != 2 {
		t.Errorf("as sent: %+v, %v", row, err)
	}
	if err := s.Hide(ctx, "ann", []int64{members[2].ID}, true); err != nil {
		t.Fatal(err)
	}
	if row, err = s.SeriesRowNow(ctx, v.ID, track.Scope{}); err != nil || row.Complete || len(row.Patches) != 2 {
		t.Errorf("with the part hidden: %+v, %v", row, err)
	}
	add(t, s, versioned("y", 71, 2, "[3/3] d", "r", "c"))
	if got := standingOf(t, s, "p1"); got != "1 y +x" {
		t.Errorf("with a part of which one is hidden it stands as %q", got)
	}
}
