package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"patchwatch/db/postgres/pgtest"
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
	for n := 0; n < copies || halves == 0 && n < 20*copies; n++ { // chance may have none be killed in the middle
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

// TestCopyToAServerAndBack grows a list from a file to a PostgreSQL server and back: the dump, the log, the events and
// all numbers are the same at each place, and so is the number of the next mail.
func TestCopyToAServerAndBack(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t)
	if err := server.Create("grown", "template1"); err != nil {
		t.Fatal(err)
	}
	w := newWorkplace(t)
	mails := samples(t)
	w.deliver("md", mails[:len(mails)-9])
	w.watchOnce("md", 1)
	w.run("state", "20261006091210.25091-1-priya@example.com", "accepted")
	w.run("user", "add", "ann", "--email", "ann@example.org")
	w.run("bundle", "create", "mine", "20261006091210.25091-1-priya@example.com", "--owner", "ann")
	places := []string{"patchwatch.db", server.Name("grown"), "back.db"}
	for i := range places[1:] {
		w.run("copy", places[i], places[i+1])
	}
	whole := func(place string) (said string) {
		for _, what := range [][]string{{"dump"}, {"log", "--json"}, {"events", "--json"}, {"list", "--json"},
			{"series", "--json"}, {"user", "list", "--json"}} {
			said += w.run(append(what, "--db", place)...)
		}
		return said
	}
	same := func() {
		t.Helper()
		is := whole(places[0])
		for _, place := range places[1:] {
			if there := whole(place); there != is {
				t.Errorf("%s: %s", place, firstDifference(there, is))
			}
		}
	}
	same()
	if err := writeMboxFile(w.path("next.mbox.gz"), mails[len(mails)-9:]); err != nil {
		t.Fatal(err)
	}
	for _, place := range places {
		w.command("import", "--quiet", "--db", place, "next.mbox.gz").Run() // one may be a mail that can't be read
		w.run("check", "--db", place)
	}
	lists := []string{}
	for _, place := range places {
		lists = append(lists, w.run("list", "--json", "--db", place))
	}
	if lists[0] != lists[1] || lists[0] != lists[2] {
		t.Errorf("after more mail: %s\n%s", firstDifference(lists[1], lists[0]), firstDifference(lists[2], lists[0]))
	}
}
