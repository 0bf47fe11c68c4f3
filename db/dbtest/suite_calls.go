package dbtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"patchwatch/db"
)

// A mail of a deep thread that arrives in disorder touches those it refers to and those that refer to it, not the
// thread: otherwise a thread of thousands would cost millions of looks.
func (u suite) TestDeepThreadInDisorder(t *testing.T) {
	const depth, refs = 400, 10
	e, counter := Counting(u.database(t).engine(t))
	s, err := db.New(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for n, i := range rand.New(rand.NewPCG(1, 1)).Perm(depth) {
		subject := "Re: deep"
		if i == 0 {
			subject = "deep"
		}
		m := made(fmt.Sprint(i, "@x"), i, subject)
		for j := i - 1; j >= max(0, i-refs); j-- {
			m.Refs = append(m.Refs, fmt.Sprintf("<%d@x>", j))
		}
		counter.Take()
		add(t, s, m)
		if n > depth/2 { // before that, what arrives ties fragments together, each once
			_, rows := counter.Take()
			looked += rows["Rows"] + rows["RowsNamed"] + rows["Referrers"] + rows["Marked"]
		}
	}
	each := float64(looked) / (depth / 2)
	t.Logf("a mail looks at %.0f others", each)
	if each > 4*refs { // half of it, usually
		t.Errorf("a mail looks at %.0f others", each)
	}
}
