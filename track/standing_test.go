package track

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// partial is a series of three by Ann of these numbers, in reply to another.
func partial(key, into string, version, hour int, numbers ...int) *Sent {
	s := &Sent{Key: key, Version: version, Total: 3, Date: hours(hour), Submitter: "ann@x", Into: into,
		Complete: len(numbers) == 3}
	for _, n := range numbers {
		s.Patches = append(s.Patches, Slot{n, fmt.Sprint(key, n)})
	}
	return s
}

func TestStanding(t *testing.T) {
	with := func(s *Sent, change func(*Sent)) *Sent {
		change(s)
		return s
	}
	base := partial("a", "", 1, 1, 1, 2, 3)
	for _, tt := range []struct {
		name   string
		others []*Sent
		want   string
	}{
		{"nothing was sent again", nil, "a1 a2 a3"},
		{"one of a later version", []*Sent{partial("b", "a", 2, 2, 2)}, "a1 b2 a3"},
		{"one of the same version", []*Sent{partial("b", "a", 1, 2, 2)}, "a1 b2 a3"},
		{"two at once", []*Sent{partial("b", "a", 2, 2, 2, 3)}, "a1 b2 b3"},
		{"one after the other", []*Sent{partial("b", "a", 2, 2, 2), partial("c", "a", 3, 3, 1)}, "c1 b2 a3"},
		{"one twice", []*Sent{partial("b", "a", 2, 2, 2), partial("c", "a", 2, 3, 2)}, "a1 c2 a3"},
		{"the higher version, sent earlier", []*Sent{partial("b", "a", 3, 2, 2), partial("c", "a", 2, 3, 2)}, "a1 b2 a3"},
		{"in reply to a part", []*Sent{partial("b", "a", 2, 2, 2), partial("c", "b", 3, 3, 1)}, "c1 b2 a3"},
		{"in reply to what is no part", []*Sent{partial("b", "x", 2, 2, 2), partial("c", "b", 3, 3, 1)}, "a1 a2 a3"},
		{"a whole version", []*Sent{partial("b", "a", 2, 2, 1, 2, 3)}, "a1 a2 a3"},
		{"in reply to a whole version", []*Sent{partial("b", "a", 2, 2, 1, 2, 3), partial("c", "b", 3, 3, 1)}, "a1 a2 a3"},
		{"an earlier version", []*Sent{partial("b", "a", 0, 2, 2)}, "a1 a2 a3"},
		{"sent before", []*Sent{partial("b", "a", 2, 0, 2)}, "a1 a2 a3"},
		{"with a cover", []*Sent{with(partial("b", "a", 2, 2, 2), func(s *Sent) { s.Cover = true })}, "a1 a2 a3"},
		{"another's", []*Sent{with(partial("b", "a", 2, 2, 2), func(s *Sent) { s.Submitter = "eve@x" })}, "a1 a2 a3"},
		{"of another total", []*Sent{with(partial("b", "a", 2, 2, 2), func(s *Sent) { s.Total = 4 })}, "a1 a2 a3"},
		{"an extra", []*Sent{partial("b", "a", 2, 2, 4)}, "a1 a2 a3"},
		{"put where it is by a person", []*Sent{with(partial("b", "a", 2, 2, 2), func(s *Sent) { s.ByHand = []int{2} })},
			"a1 a2 a3"},
		{"each in reply to the other", []*Sent{partial("b", "c", 2, 2, 2), partial("c", "b", 2, 2, 1)}, "a1 a2 a3"},
	} {
		for range 3 {
			var got []string
			for _, s := range Standing(base, tt.others) {
				got = append(got, s.ID)
				if !strings.HasPrefix(s.ID, s.Series) {
					t.Errorf("%s: %s was sent in %s", tt.name, s.ID, s.Series)
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
			}
			rand.Shuffle(len(tt.others), func(i, j int) { tt.others[i], tt.others[j] = tt.others[j], tt.others[i] })
		}
	}
}

// What makes room for a patch that a person put into the series does not come back as a part; a later version does.
func TestStandingByHand(t *testing.T) {
	base := partial("a", "", 1, 1, 1, 2, 3)
	base.ByHand = []int{2}
	for version, want := range map[int]string{1: "a2", 2: "b2"} {
		if got := Standing(base, []*Sent{partial("b", "a", version, 2, 2)}); got[1].ID != want {
			t.Errorf("version %d: %v, want %s", version, got, want)
		}
	}
}

// What one of the parts lacks, another may have.
func TestStandingOfIncomplete(t *testing.T) {
	base := partial("a", "", 1, 1, 1, 3)
	got := Standing(base, []*Sent{partial("b", "a", 2, 2, 2)})
	want := []Stands{{Slot{1, "a1"}, "a"}, {Slot{2, "b2"}, "b"}, {Slot{3, "a3"}, "a"}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
