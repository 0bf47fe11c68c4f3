package track

import "testing"

var byHandTests = []struct {
	name, mails, want string
}{
	{"into another series, whose thread it is not in", `
		1 +0   [1/2] one
		2 +0   [2/2] two           < 1
		c +100 [0/2] cover
		x +100 [1/2] other         < c
		y +200 bob [2/2] repaired  => c`, `
		v1 1 2
		v1 c x y`},
	{"out of one, into one of its own", `
		c +0 [0/3] cover
		1 +0 [1/3] one    < c
		2 +0 [2/3] two    < c
		3 +0 [3/3] three  < c => 3`, `
		v1 3 of 3
		v1 c 1 2 of 3`},
	{"several into one of their own", `
		c +0 [0/3] cover
		1 +0 [1/3] one    < c
		2 +0 [2/3] two    < c => 2
		3 +0 [3/3] three  < c => 2`, `
		v1 2 3 of 3
		v1 c 1 of 3`},
	{"those that refer to it still belong together", `
		1 +0 [1/3] one                => 1
		2 +0 [2/3] two      < 1
		3 +0 bob [3/3] three  < 1 2`, `
		v1 1 of 3
		v1 2 3 of 3`},
	{"those that are at one time with it go on without it", `
		1 +0 [1/3] one
		2 +0 [2/3] two     => 2
		3 +0 [3/3] three`, `
		v1 1 3 of 3
		v1 2 of 3`},
	{"what a person put there keeps its number", `
		1 +0   [1/2] one
		2 +0   [2/2] two         < 1
		x +100 bob [2/2] better  => 1`, `
		v1 1 x
		v1 2 of 2`},
	{"also where it takes the number of the one that it was put with", `
		1 +0   [1/2] one
		2 +0   [2/2] two         < 1
		x +100 bob [1/2] better  => 1`, `
		v1 1 of 2
		v1 x 2`},
	{"what goes out stays together", `
		c +0   [0/2] cover
		1 +0   [1/2] one  < c
		2 +0   [2/2] two  < c
		x +100 [1/2] one  => c
		y +100 [2/2] two  => c`, `
		v1 1 2
		v1 c x y`},
	{"of two that were put there the newest keeps the number", `
		c +0   [0/2] cover
		1 +0   [1/2] one        < c
		x +100 bob [2/2] old    => c
		y +200 bob [2/2] new    => c
		z +300 bob [1/2] newest => c`, `
		v1 1 of 2
		v1 c z y
		v1 x of 2`},
	{"with one that was put elsewhere itself", `
		a +0   [1/3] one
		b +100 bob [2/3] two    => a
		d +200 eve [3/3] three  => b`, `
		v1 a b d`},
	{"with each other", `
		c +0   [0/3] cover
		1 +0   [1/3] one    < c => 2
		2 +0   [2/3] two    < c => 1
		3 +0   [3/3] three  < c => 2`, `
		v1 1 2 3
		v1 c of 3`},
	{"with one that has not come", `
		c +0   [0/3] cover
		1 +0   [1/3] one    < c => lost
		2 +0   [2/3] two    < c => lost
		3 +0   [3/3] three  < c => lost2`, `
		v1 1 2 of 3
		v1 3 of 3
		v1 c of 3`},
	{"with a reply", `
		c +0 [0/2] cover
		r +1 Re: cover    < c
		1 +0 [1/2] one    < c => r
		2 +0 [2/2] two    < c => r`, `
		v1 1 2
		v1 c of 2
		r > c`},
	{"patches without numbers become a series", `
		a +0   one
		b +100 two      => a
		d +50  between  => a`, `
		v1 a d b`},
	{"patches without numbers beside one that names a total", `
		a +0   one
		b +100 bob [2/3] two  => a
		d +200 three          => a`, `
		v1 a b d`},
	{"a patch without a number in a series that has all", `
		1 +0   [1/2] one
		2 +0   [2/2] two  < 1
		a +100 more       => 2`, `
		v1 1 2 a`},
	{"a cover for one that has none", `
		1 +0   one
		c +100 [v3 0/2] cover  => 1`, `
		v3 c 1 of 2`},
	{"a pull request numbered 0 is one of the series", `
		1 +0 [1/2] one
		2 +0 [2/2] two   < 1
		p +9 [0/2] pull  < 1 => 1`, `
		v1 1 2 p`},
	{"a pull request numbered 0 alone", `
		p +0 [0/2] pull  => p`, `
		v1 p`},
	{"what a single patch is put with goes on without it", `
		1 +0   [1/2] one
		a +1   alone  < 1 => 1
		2 +100 [2/2] two  < a 1`, `
		v1 1 a
		v1 2 of 2`},
	{"a reply is where its references lead, whatever was decided", `
		1 +0 one
		r +1 Re: one  < 1 => 1`, `
		v1 1
		r > 1`},
}

func TestByHand(t *testing.T) {
	for _, tt := range byHandTests {
		t.Run(tt.name, func(t *testing.T) {
			inOrders(t, items(tt.mails), func(t *testing.T, in []Item) {
				if got, want := written(Assemble(in, nil)), tidy(tt.want); got != want {
					t.Fatalf("in the order %s:\n%s\nwant\n%s", ids(in), got, want)
				}
			})
		})
	}
}

// A mail takes others in, but not into a series that it was crowded out of.
func TestTakes(t *testing.T) {
	all := items(`
		1 +0   [1/2] one
		2 +0   [2/2] two         < 1
		x +100 bob [2/2] better  => 1
		y +200 bob [2/2] best    => x
		s +300 single
		r +300 Re: single        < s`)
	for id, want := range map[string]bool{"1": true, "2": false, "x": false, "y": true, "s": true, "r": false} {
		if got := Takes(all, nil, id); got != want {
			t.Errorf("%s takes others: %v, want %v", id, got, want)
		}
	}
}

func TestExplainByHand(t *testing.T) {
	all := items(`
		1 +0   [1/3] one
		2 +0   [2/3] two           < 1
		x +100 bob [3/3] better    => 2
		y +200 bob [1/3] one again => lost`)
	for id, want := range map[string]string{
		"1": "1 start\n2 version with 1\nx by-hand with 2\n", "y": "y by-hand with lost\n",
	} {
		got := ""
		for _, r := range Explain(all, nil, id) {
			got += r.ID + " " + string(r.Ground)
			if r.With != "" {
				got += " with " + r.With
			}
			got += "\n"
		}
		if got != want {
			t.Errorf("of %s:\n%swant\n%s", id, got, want)
		}
	}
}
