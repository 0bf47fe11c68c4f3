package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

// TestKilledWhileCopying kills the real program at random while it copies, until it comes to its end: the copy has the
// same dump, the same log, the same events under the same numbers. Before that nobody can use it.
// PATCHWATCH_LONG=1 makes it 20 copies.
func TestKilledWhileCopying(t *testing.T) {
	t.Parallel()
	copies := 3
	if os.Getenv("PATCHWATCH_LONG") != "" {
		copies = 20
	}
	w := newWorkplace(t)
	w.deliver("md", samples(t))
	w.watchOnce("md", 1)
	w.run("state", "20261006091210.25091-1-priya@example.com", "accepted")
	w.run("user", "add", "ann")
	took := time.Now()
	w.run("copy", "patchwatch.db", "undisturbed.db")
	whole := time.Since(took)
	kills, halves := 0, 0
	for n := range copies {
		to := fmt.Sprint("copy", n, ".db")
		for life := whole / 2; ; life += whole / 40 { // it ends at some time on a busy machine, too
			p := w.start("copy", "patchwatch.db", to)
			time.Sleep(time.Duration(rand.Int64N(int64(life))))
			p.kill()
			kills++
			if _, err := os.Stat(w.path(to)); err != nil {
				continue
			}
			out, err := w.command("list", "--db", to).CombinedOutput()
			if err == nil && strings.TrimSpace(string(out)) != "" {
				break
			}
			if strings.Contains(string(out), "not whole yet") {
				halves++
			}
		}
		w.run("copy", "patchwatch.db", to)
		for _, what := range [][]string{{"dump"}, {"log", "--json"}, {"events", "--json"}, {"list", "--json"}} {
			is := w.run(append(what, "--db", "patchwatch.db")...)
			if there := w.run(append(what, "--db", to)...); is != there {
				t.Errorf("%s: %s", what[0], firstDifference(there, is))
			}
		}
	}
	t.Logf("%d kills, of which %d left half a copy", kills, halves)
	if halves == 0 {
		t.Error("no kill came in the middle")
	}
}
