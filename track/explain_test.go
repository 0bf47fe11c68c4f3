package track

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// inWords is how the tests write reasons: "2 version c@c; 3 place(lost) 2", back reasons with a <.
func inWords(reasons []Reason) string {
	var out []string
	for _, r := range reasons {
		text := fmt.Sprintf("%s %s", r.ID, r.Ground)
		if r.Ref != "" {
			text += "(" + r.Ref + ")"
		}
		if r.With != "" {
			text += " " + r.With
		}
		if r.Back {
			text += "<"
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

func TestExplain(t *testing.T) {
	for _, tt := range []struct{ name, mails, of, want string }{
		{"a single patch", `
			1 +0 one`, "1", "1 start"},
		{"by the cover", `
			c +0 [0/2] cover
			1 +0 [1/2] one  < c
			2 +0 [2/2] two  < 1 c`, "2", "c start; 1 version(c) c; 2 version(1) 1"},
		{"no cover: the lowest number leads, wherever the references go", `
			2 +0 [2/2] two
			1 +0 [1/2] one  < 2`, "2", "1 start; 2 version(2) 1<"},
		{"a version forgotten", `
			c +0 [v3 0/1] cover
			1 +0 [1/1] one  < c`, "1", "c start; 1 near(c) c"},
		{"an extra", `
			c +0  [v2 0/1] cover
			1 +0  [v2 1/1] one  < c
			2 +90 [2/1] two     < c`, "2", "c start; 1 version(c) c; 2 extra(c) c"},
		{"a cover that never came", `
			1 +0 [1/2] one  < lost
			2 +0 [2/2] two  < lost`, "1", "1 start; 2 place(lost) 1"},
		{"no references", `
			1 +0 [1/2] one
			2 +8 [2/2] two`, "1", "1 start; 2 lost-thread 1"},
		{"broken off and taken up again", `
			1 +0 [1/4] one
			2 +1 [2/4] two    < 1
			3 +9 [3/4] three
			4 +9 [4/4] four   < 3`, "4", "1 start; 2 version(1) 1; 3 broken-off 2; 4 version(3) 3"},
		{"sent twice in one thread", `
			1a +0  [1/2] one  < hub
			2a +0  [2/2] two  < hub
			1b +90 [1/2] one  < hub
			2b +90 [2/2] two  < hub`, "2b", "1b start; 2b place(hub) 1b"},
		{"a comment is in no series", `
			1 +0 one
			r +1 Re: one  < 1`, "r", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := items(tt.mails)
			for range 20 {
				if got := inWords(Explain(all, nil, tt.of)); got != tt.want {
					t.Fatalf("%s\nwant %s", got, tt.want)
				}
				rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			}
		})
	}
}

// What is explained is what Assemble made: each mail of each series has a reason, and but for the leading one a mail of
// that series to which it leads.
func TestEveryMemberIsExplained(t *testing.T) {
	for _, tt := range assembleTests {
		all := items(tt.mails)
		for _, s := range Assemble(all, nil).Series {
			members := s.members()
			reasons := Explain(all, nil, s.Key)
			var ids []string
			for i, r := range reasons {
				ids = append(ids, r.ID)
				if (r.Ground == GroundStart) != (i == 0) || i > 0 && !slices.Contains(members, r.With) {
					t.Errorf("%s: series %s: %+v", tt.name, s.Key, r)
				}
			}
			if !slices.Equal(ids, members) {
				t.Errorf("%s: series %s: %v explained, want %v", tt.name, s.Key, ids, members)
			}
		}
	}
}
