package carry_test

import (
	"context"
	"fmt"
	"testing"

	"patchwatch/db/dbtest"
	"patchwatch/db/engine"
	"patchwatch/db/internal/carry"
)

func pair(a, b string) engine.Pair {
	return engine.Pair{PairKey: engine.PairKey{Project: 1, MsgID: a, Other: b}}
}

// A pair that the original has given up is taken out, also where others of its mails are found on another page.
func TestPairsThatAreGivenUp(t *testing.T) {
	ctx := context.Background()
	from, to := dbtest.NewMemory(), dbtest.NewMemory()
	write := func(f func(tx engine.Tx) error) {
		t.Helper()
		if err := from.Write(ctx, f); err != nil {
			t.Fatal(err)
		}
	}
	carried := func() {
		t.Helper()
		if err := from.View(ctx, func(v engine.View) error {
			c := carry.Carrier{From: v, To: to}
			if err := c.Carry(ctx); err != nil {
				return err
			}
			return to.View(ctx, func(there engine.View) error { return c.Prove(ctx, there) })
		}); err != nil {
			t.Fatal(err)
		}
	}
	write(func(tx engine.Tx) error {
		pairs := []engine.Pair{pair("<a>", "<z>"), pair("<y>", "<a>")}
		for i := range 1000 {
			pairs = append(pairs, pair(fmt.Sprintf("<b%03d>", i), "<c>"))
		}
		return tx.PutPairs(pairs)
	})
	carried()
	write(func(tx engine.Tx) error { return tx.DropPairs([]engine.PairKey{pair("<a>", "<z>").PairKey}) })
	carried()
}
