package dbtest

import (
	"context"
	"errors"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"patchwatch/db"
	"patchwatch/db/engine"
)

// SameCopy puts anything into a database, copies it to another, which fails at random and goes on, and back into a
// third. All three give the same answers.
func SameCopy(t *rapid.T, a, b, c engine.Engine) {
	ctx := context.Background()
	var reserved int64
	faulty, fault := Faulty(b)
	for range rapid.IntRange(1, 3).Draw(t, "times") {
		anyTransactions(t, a, &reserved)
		fault.Next(rapid.IntRange(0, 60).Draw(t, "fails at"), errFault)
		if _, err := copyTo(t, a, faulty); err != nil && !errors.Is(err, errFault) {
			t.Fatal(err)
		}
		fault.Next(0, nil)
		if rapid.Bool().Draw(t, "it ends") {
			break
		}
		if err := b.Write(ctx, func(tx engine.Tx) error { return half(tx, a) }); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := copyTo(t, a, b); err != nil {
		t.Fatal(err)
	}
	if _, err := copyTo(t, b, c); err != nil {
		t.Fatal(err)
	}
	q := anyQuestions(t)
	is := carried(viewed(t, a, &q))
	sameAnswers(t, "in the copy", is, carried(viewed(t, b, &q)))
	sameAnswers(t, "in the copy of the copy", is, carried(viewed(t, c, &q)))
	sameNext(t, a, b, c)
}

// carried are answers about what a copy has: whoever holds a lease does not hold it there.
func carried(answers []string) []string {
	return slices.DeleteFunc(answers, func(a string) bool { return strings.HasPrefix(a, "lease ") })
}

var errFault = errors.New("this call fails")

// half makes a copy that is whole one that is not, as it would be if the original had been written meanwhile.
func half(tx engine.Tx, of engine.Engine) error {
	there, err := tx.Epoch()
	if err != nil {
		return err
	}
	return of.View(context.Background(), func(v engine.View) error {
		epoch, err := v.Epoch()
		if err == nil && epoch == there {
			err = tx.PutEpoch("half a copy of " + epoch)
		}
		return err
	})
}

// anyTransactions writes anything that pruning does not undo: what is pruned between two attempts ends a copy.
func anyTransactions(t *rapid.T, e engine.Engine, reserved *int64) {
	for range rapid.IntRange(1, 6).Draw(t, "transactions") {
		r := &rows{t: t, learned: map[int64]bool{}, reserved: reserved}
		if err := e.View(context.Background(), r.look); err != nil {
			t.Fatal(err)
		}
		var steps []step
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			if s := r.anyStep(); s.name != "prune " && s.name != "epoch" {
				steps = append(steps, s)
			}
		}
		if err := e.Write(context.Background(), func(tx engine.Tx) error {
			for _, s := range steps {
				if _, err := s.do(tx); err != nil {
					return err
				}
			}
			return tx.DropStrays() // rows of mails that are not there
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// copyTo copies one database to another.
func copyTo(t tester, from, to engine.Engine) (db.Copied, error) {
	t.Helper()
	s, err := db.New(context.Background(), unclosed{from})
	if err != nil {
		t.Fatal(err)
	}
	return s.CopyTo(context.Background(), to, func(string, int, int) {})
}

// unclosed is an engine that outlives a Store.
type unclosed struct{ engine.Engine }

func (unclosed) Close() error { return nil }

// sameNext wants new rows to have the same numbers in all.
func sameNext(t *rapid.T, all ...engine.Engine) {
	var given []engine.Given
	for _, e := range all {
		if err := e.Write(context.Background(), func(tx engine.Tx) error {
			if err := tx.AddLog([]engine.LogEntry{{Time: epoch, What: "next"}}); err != nil {
				return err
			}
			g, err := tx.Given()
			given = append(given, g)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, g := range given[1:] {
		if g != given[0] {
			t.Fatalf("the next numbers are %+v", given)
		}
	}
}
