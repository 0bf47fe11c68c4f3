package main

import (
	"regexp"
	"testing"
)

// TestStress is the short form of the command that operators try their machine with: nothing is lost, twice or
// different, and each series is told once to be complete, however often watchers die.
func TestStress(t *testing.T) {
	if raceEnabled {
		t.Skip("the same as without the race detector, ten times slower")
	}
	w := newWorkplace(t)
	if err := writeMaildir(w.path("archive"), multiply(samples(t), 40)); err != nil {
		t.Fatal(err)
	}
	for _, run := range []struct{ maildirs, delivered string }{{"1", "3080"}, {"4", "3696"}, {"1", "3080"}} {
		said := w.run("stress", "--dir", w.dir, "--kills", "150", "--freezes", "15", "--maildirs", run.maildirs, "archive")
		t.Log("\n" + said)
		for _, line := range []string{`delivered +` + run.delivered + `\n`, `taken twice +0\n`, `lost +0\n`, `differences +0\n`,
			`faults by check +0\n`, `faulty events +0\n`,
			`completed once +1\d\d\d\n`, `kills +150\n`} {
			if !regexp.MustCompile(line).MatchString(said) {
				t.Errorf("no line %q", line)
			}
		}
	}
	if left := w.list("."); len(left) != 1 {
		t.Errorf("it has left something behind: %q", left)
	}
}
