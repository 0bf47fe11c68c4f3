package main

import (
	"regexp"
	"testing"
)

// TestStress is the short form of the command that operators try their machine with: nothing is lost, twice or different,
// however often watchers die.
func TestStress(t *testing.T) {
	w := newWorkplace(t)
	if err := writeMaildir(w.path("archive"), multiply(samples(t), 12)); err != nil {
		t.Fatal(err)
	}
	said := w.run("stress", "--dir", w.dir, "--kills", "60", "--freezes", "6", "archive")
	t.Log("\n" + said)
	for _, line := range []string{`delivered +924\n`, `taken twice +0\n`, `lost +0\n`, `differences +0\n`, `faults by check +0\n`, `kills +60\n`} {
		if !regexp.MustCompile(line).MatchString(said) {
			t.Errorf("no line %q", line)
		}
	}
	if left := w.list("."); len(left) != 1 {
		t.Errorf("it has left something behind: %q", left)
	}
}
