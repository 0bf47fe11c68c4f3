package track

import (
	"reflect"
	"testing"
	"time"
)

// Each case is a shape of Patchwork's own test mailboxes, its answer for mail in the order sent, and ours in any order.
var assembleTests = []struct {
	name, mails, want string
}{
	{"a single patch", `
		1 +0 one`, `
		v1 1`},
	{"shallow", `
		c +0 [0/2] cover
		1 +0 [1/2] one  < c
		2 +0 [2/2] two  < c`, `
		v1 c 1 2`},
	{"no cover", `
		1 +0 [1/2] one
		2 +0 [2/2] two  < 1`, `
		v1 1 2`},
	{"deep", `
		c +0 [0/2] cover
		1 +0 [1/2] one  < c
		2 +0 [2/2] two  < 1 c`, `
		v1 c 1 2`},
	{"deep, In-Reply-To only", `
		c +0 [0/3] cover
		1 +0 [1/3] one    < c
		2 +0 [2/3] two    < 1
		3 +0 [3/3] three  < 2`, `
		v1 c 1 2 3`},
	{"patches without the version of their cover", `
		c +0 [v3 0/4] cover
		1 +0 [1/4] one    < c
		2 +0 [2/4] two    < c
		3 +0 [3/4] three  < c
		4 +0 [4/4] four   < c`, `
		v3 c 1 2 3 4`},
	{"no references", `
		1 +0 [v2 1/2] one
		2 +8 [v2 2/2] two`, `
		v2 1 2`},
	{"no references, with a cover", `
		c +0 [0/2] cover
		1 +0 [1/2] one
		2 +0 [2/2] two`, `
		v1 c 1 2`},
	{"two versions, each its own thread", `
		c  +0 [0/2] cover
		1  +0 [1/2] one  < c
		2  +0 [2/2] two  < c
		vc +4 [v2 0/2] cover
		v1 +4 [v2 1/2] one  < vc
		v2 +4 [v2 2/2] two  < vc`, `
		v1 c 1 2
		v2 vc v1 v2`},
	{"version 2 of a single patch, under it", `
		1 +0 one
		2 +8 [v2] one  < 1`, `
		v1 1
		v2 2`},
	{"version 2 under the cover of version 1", `
		c  +0 [0/2] cover
		1  +0 [1/2] one  < c
		2  +0 [2/2] two  < c
		vc +8 [v2 0/2] cover  < c
		v1 +8 [v2 1/2] one    < vc c
		v2 +8 [v2 2/2] two    < vc c`, `
		v1 c 1 2
		v2 vc v1 v2`},
	{"version 2 under a patch of version 1", `
		c  +0 [0/2] cover
		1  +0 [1/2] one  < c
		2  +0 [2/2] two  < c
		vc +10 [v2 0/2] cover  < 2
		v2 +10 [v2 2/2] two    < vc 2
		v1 +10 [v2 1/2] one    < vc 2`, `
		v1 c 1 2
		v2 vc v1 v2`},
	{"version 2 without a cover", `
		c  +0 [0/2] cover
		1  +0 [1/2] one  < c
		2  +0 [2/2] two  < c
		v1 +11 [v2 1/2] one
		v2 +11 [v2 2/2] two  < v1`, `
		v1 c 1 2
		v2 v1 v2`},
	{"sent again under the same subjects", `
		c  +0 [0/2] cover
		1  +0 [1/2] one  < c
		2  +0 [2/2] two  < c
		vc +11 [0/2] cover
		v2 +11 [2/2] two  < vc
		v1 +11 [1/2] one  < vc`, `
		v1 c 1 2
		v1 vc v1 v2`},
	{"sent again an hour later, no references", `
		1  +0  [v2 1/2] one
		2  +8  [v2 2/2] two
		v1 +60 [v2 1/2] one
		v2 +68 [v2 2/2] two`, `
		v2 1 2
		v2 v1 v2`},
	{"a diff without a number in the thread", `
		c +0 [0/2] cover
		1 +0 [1/2] one    < c
		x +0 an orphan    < c`, `
		v1 c 1 of 2
		v1 x`},
	{"sent again in reply, no cover, no version", `
		1  +0 [1/2] one
		2  +0 [2/2] two  < 1
		v1 +8 [1/2] one  < 1
		v2 +8 [2/2] two  < v1`, `
		v1 1 2
		v1 v1 v2`},
	{"version 2 in reply, no cover", `
		1  +0 [1/2] one
		2  +0 [2/2] two     < 1
		v1 +8 [v2 1/2] one  < 1
		v2 +8 [v2 2/2] two  < v1`, `
		v1 1 2
		v2 v1 v2`},
	{"three times the same number", `
		1 +0 [v2 1/4] one
		2 +2 [v2 1/4] one
		3 +4 [v2 1/4] one`, `
		v2 1 of 4
		v2 2 of 4
		v2 3 of 4`},
	{"the first patch of version 2 is lost", `
		1  +0     [1/2] one
		v2 +10080 [v2 2/2] two  < lost`, `
		v1 1 of 2
		v2 v2 of 2`},
	{"incomplete", `
		c +0 [0/2] cover
		1 +0 [1/2] one  < c`, `
		v1 c 1 of 2`},
	{"an extra patch", `
		c +0  [0/2] cover
		1 +0  [1/2] one    < c
		2 +0  [2/2] two    < c
		3 +90 [3/2] three  < c`, `
		v1 c 1 2 3`},
	{"an extra patch does not make up for a lost one", `
		c +0 [0/2] cover
		1 +0 [1/2] one    < c
		3 +0 [3/2] three  < c`, `
		v1 c 1 3 of 2`},

	// Beyond Patchwork's mailboxes.
	{"the cover is lost", `
		1 +0 [1/2] one  < lost
		2 +0 [2/2] two  < lost`, `
		v1 1 2`},
	{"the cover is lost, and other patches answer it", `
		1 +0     [1/2] one     < lost
		2 +0     [2/2] two     < lost
		x +2 bob [1/2] better  < lost`, `
		v1 1 2
		v1 x of 2`},
	{"under talk", `
		t +0 talk
		1 +1 [1/2] one  < t
		2 +1 [2/2] two  < t`, `
		v1 1 2`},
	{"the same again under the same talk, days later", `
		t  +0    talk
		1  +1    [1/2] one  < t
		2  +1    [2/2] two  < t
		v1 +3000 [1/2] one  < t
		v2 +3000 [2/2] two  < t`, `
		v1 1 2
		v1 v1 v2`},
	{"below a single patch", `
		s +0 single
		1 +1 [1/2] one  < s
		2 +1 [2/2] two  < 1 s`, `
		v1 1 2
		v1 s`},
	{"what stands above a single patch is another matter", `
		c +0   [0/2] cover
		s +1   single       < c
		1 +100 [1/2] one    < s c
		2 +100 [2/2] two    < s c`, `
		v1 1 2
		v1 c of 2
		v1 s`},
	{"who comes first is joined first, though a nearer one follows", `
		a +0  [1/2] one
		b +10 [1/2] one
		2 +5  [2/2] two`, `
		v1 a 2
		v1 b of 2`},
	{"a pull request numbered 0 is in no series", `
		p +0 [0/2] pull
		1 +0 [1/2] one  < p
		2 +0 [2/2] two  < p`, `
		v1 1 2`},
	{"a number of nothing", `
		1 +0 [1/0] one`, `
		v1 1`},
	{"unthreaded, by two senders at one time", `
		1 +0     [1/2] one
		2 +0     [2/2] two
		x +0 bob [1/2] one
		y +0 bob [2/2] two`, `
		v1 1 2
		v1 x y`},
	{"twenty minutes are together", `
		1 +0  [1/2] one
		2 +19 [2/2] two`, `
		v1 1 2`},
	{"more than twenty are not", `
		1 +0  [1/2] one
		2 +20 [2/2] two`, `
		v1 1 of 2
		v1 2 of 2`},
	{"in steps of nineteen minutes", `
		1 +0  [1/3] one
		2 +19 [2/3] two
		3 +38 [3/3] three`, `
		v1 1 2 3`},
	{"a loop of patches", `
		1 +0 [1/2] one  < 2
		2 +0 [2/2] two  < 1`, `
		v1 1 2`},
	{"a patch that refers to itself", `
		1 +0 [1/2] one  < 1
		2 +0 [2/2] two  < 2`, `
		v1 1 2`},
	{"a broken off sending taken up again", `
		c +0  [0/4] cover
		1 +0  [1/4] one    < c
		3 +10 [3/4] three
		4 +10 [4/4] four   < 3`, `
		v1 c 1 3 4 of 4`},
	{"only a cover", `
		c +0 [0/2] cover`, `
		v1 c of 2`},
	{"nothing but talk", `
		t +0 talk
		r +1 Re: talk  < t`, ``},
}

func TestAssemble(t *testing.T) {
	for _, tt := range assembleTests {
		t.Run(tt.name, func(t *testing.T) {
			inOrders(t, items(tt.mails), func(t *testing.T, in []Item) {
				if got, want := written(Assemble(in, nil)), tidy(tt.want); got != want {
					t.Fatalf("in the order %s:\n%s\nwant\n%s", ids(in), got, want)
				}
			})
		})
	}
}

// The whole result, names and dates too, must be one and the same.
func TestAssembleIsAFunctionOfTheSet(t *testing.T) {
	for _, tt := range assembleTests {
		want := Assemble(items(tt.mails), nil)
		inOrders(t, items(tt.mails), func(t *testing.T, in []Item) {
			if got := Assemble(in, nil); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s, in the order %s:\n%+v\nwant\n%+v", tt.name, ids(in), got, want)
			}
		})
	}
}

func TestAssembleCountsAnItemOnce(t *testing.T) {
	in := items(assembleTests[1].mails)
	if got, want := Assemble(append(in, in...), nil), Assemble(in, nil); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestAssembleLeavesItsItemsAlone(t *testing.T) {
	for _, tt := range assembleTests {
		in := items(tt.mails)
		Assemble(in, nil)
		if want := items(tt.mails); !reflect.DeepEqual(in, want) {
			t.Errorf("%s: %+v, want %+v", tt.name, in, want)
		}
	}
}

var parentTests = []struct {
	name, mails, want string
}{
	{"of a patch", `
		1 +0 one
		r +1 Re: one  < 1`, `
		v1 1
		r > 1`},
	{"of a cover", `
		c +0 [0/1] cover
		r +1 Re: cover  < c`, `
		v1 c of 1
		r > c`},
	{"of a reply", `
		1 +0 one
		r +1 Re: one      < 1
		s +2 Re: Re: one  < r`, `
		v1 1
		r > 1
		s > 1`},
	{"the nearest wins, though it is a cover and a patch is further up", `
		2  +0   [2/2] two
		vc +100 [v2 0/2] cover  < 2
		r  +101 Re: cover       < vc 2`, `
		v1 2 of 2
		v2 vc of 2
		r > vc`},
	{"past a mail that never came", `
		1 +0 one
		r +1 Re: one  < lost 1`, `
		v1 1
		r > 1`},
	{"past talk that leads nowhere", `
		t +0 talk
		1 +0 one
		r +1 Re: one  < t 1`, `
		v1 1
		r > 1`},
	{"through an ignored mail", `
		1 +0 one
		i +1 ignored     < 1
		r +2 Re: ignored < i`, `
		v1 1
		i > 1
		r > 1`},
	{"none", `
		r +1 Re: one  < lost`, ``},
	{"a diff in a reply is talk", `
		1 +0 [1/2] one
		r +1 Re: [2/2] two  < 1`, `
		v1 1 of 2
		r > 1`},
	{"a loop that leads nowhere", `
		r +0 Re: a  < s
		s +0 Re: b  < r`, ``},
	{"a mail that refers to itself", `
		1 +0 one
		r +0 Re: a  < r 1`, `
		v1 1
		r > 1`},
	{"a loop with one way out", `
		1 +0 one
		r +0 Re: a  < s
		s +0 Re: b  < q
		q +0 Re: c  < r 1`, `
		v1 1
		q > 1
		r > 1
		s > 1`},
	{"a loop with two ways out", `
		1 +0 one
		2 +0 two
		r +0 Re: a  < s 1
		s +0 Re: b  < r 2`, `
		v1 1
		v1 2
		r > 1
		s > 2`},
	{"two loops, one above the other", `
		1 +0 one
		q +0 Re: a  < r 1
		r +0 Re: b  < q
		s +0 Re: c  < u
		u +0 Re: d  < s q`, `
		v1 1
		q > 1
		r > 1
		s > 1
		u > 1`},
}

func TestParents(t *testing.T) {
	for _, tt := range parentTests {
		t.Run(tt.name, func(t *testing.T) {
			inOrders(t, items(tt.mails), func(t *testing.T, in []Item) {
				if got, want := written(Assemble(in, nil)), tidy(tt.want); got != want {
					t.Fatalf("in the order %s:\n%s\nwant\n%s", ids(in), got, want)
				}
			})
		})
	}
}

// What a series says of itself.
func TestDescribe(t *testing.T) {
	for _, tt := range []struct {
		name, mails string
		want        Series
	}{
		{"the cover speaks for all", `
			2 +0     [v2 2/2] two  < c
			1 +0     [v2 1/3] one  < c
			c +1 bob [v2 0/3] the cover`,
			Series{Key: "1", Name: "the cover", Version: 2, Total: 3, Date: epoch.Add(62 * time.Second),
				Submitter: "bob", Cover: "c",
				Patches: []Slot{{1, "1"}, {2, "2"}}}},
		{"without one the lowest number, and what most say", `
			3 +0 [v2 3/3] three  < 1
			2 +0 [v2 2/3] two    < 1
			1 +0 [1/4] one`,
			Series{Key: "1", Name: "[1/4] one", Version: 2, Total: 3, Date: epoch.Add(2 * time.Second), Submitter: "ann",
				Patches: []Slot{{1, "1"}, {2, "2"}, {3, "3"}}, Complete: true}},
		{"two say this and two say that", `
			1 +0 [1/2] one
			2 +0 [v2 2/2] two  < 1`,
			Series{Key: "1", Name: "[1/2] one", Version: 1, Total: 2, Date: epoch, Submitter: "ann",
				Patches: []Slot{{1, "1"}, {2, "2"}}, Complete: true}},
		{"no cover and no first patch: no name", `
			b +0 [2/3] two
			a +0 [3/3] three  < b`,
			Series{Key: "a", Version: 1, Total: 3, Date: epoch, Submitter: "ann", Patches: []Slot{{2, "b"}, {3, "a"}}}},
		{"a single patch has its whole name", `
			1 +0 [v2] one`,
			Series{Key: "1", Name: "[v2] one", Version: 2, Total: 1, Date: epoch, Submitter: "ann",
				Patches: []Slot{{1, "1"}}, Complete: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Assemble(items(tt.mails), nil).Series
			if len(got) != 1 || !reflect.DeepEqual(got[0], tt.want) {
				t.Errorf("%+v\nwant\n%+v", got, tt.want)
			}
		})
	}
}
