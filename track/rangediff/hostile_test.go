package rangediff

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"patchwatch/track/difftext"
)

// TestHostileSeries: what strangers send is bounded, and it is said which patches are not compared line by line. Where
// PATCHWATCH_LONG is set, these are two versions of 500 patches of a MiB each.
func TestHostileSeries(t *testing.T) {
	m := NewMatcher()
	patches, lines := 500, 90_000
	if os.Getenv("PATCHWATCH_LONG") == "" {
		patches, lines = 50, 900
		m.limits.weight /= 100 * 10
	}
	for i := range patches {
		m.AddOld(hugePatch(i, lines, ""))
		m.AddNew(hugePatch(i, lines, "x"))
	}
	whole, changed := 0, 0
	for _, p := range m.Pairs() {
		if p.Whole {
			whole++
		}
		if p.Status == Changed && p.Old == p.New {
			changed++
		}
	}
	if changed != patches {
		t.Errorf("%d of %d patches are paired", changed, patches)
	}
	if whole < patches-5 || whole == 0 {
		t.Errorf("%d of %d pairs are not compared line by line", whole, patches)
	}
	if m.weight > m.limits.weight {
		t.Errorf("patches of %d lines are kept, more than %d", m.weight, m.limits.weight)
	}
}

// hugePatch is a patch of few lines that come again and again, in no order, so that comparing takes long.
func hugePatch(i, lines int, change string) Patch {
	var b strings.Builder
	name := fmt.Sprintf("file%d", i)
	fmt.Fprintf(&b, "diff --git a/%s b/%s\n--- /dev/null\n+++ b/%s\n@@ -0,0 +1,%d @@\n", name, name, name, lines)
	for n := range lines {
		line := fmt.Sprintf("+line %d", n*n*(i+1)%97)
		if n%1000 == 500 {
			line += change
		}
		b.WriteString(line + "\n")
	}
	return Patch{Title: name, Diff: b.String()}
}

// TestManyPatches: more patches than can be compared each with each are paired by title.
func TestManyPatches(t *testing.T) {
	m := NewMatcher()
	m.limits.wide = 9
	for i := range 5 {
		m.AddOld(hugePatch(i, 10, ""))
		p := hugePatch(i, 10, "")
		p.Diff = strings.ReplaceAll(p.Diff, "line", "other")
		m.AddNew(p)
	}
	pairs := m.Pairs()
	if !m.Cut() {
		t.Error("it is not said that patches were left out")
	}
	for i, p := range pairs {
		if p.Old != i || p.New != i || p.Status != Changed {
			t.Errorf("pair %d: %+v", i, p)
		}
	}
}

// TestWorkIsBounded: where comparing takes too long, patches for one file are compared first.
func TestWorkIsBounded(t *testing.T) {
	m := NewMatcher()
	m.limits.work = 100
	for i := range 20 {
		m.AddOld(hugePatch(i, 50, ""))
		p := hugePatch(19-i, 50, "")
		p.Diff += "-- \n"
		p.Diff = strings.Replace(p.Diff, "+line", "+first", 1)
		m.AddNew(p)
	}
	pairs := m.Pairs()
	if !m.Cut() {
		t.Error("it is not said that patches were left out")
	}
	if p := pairs[0]; p.Status == Unchanged {
		t.Errorf("%+v", p)
	}
}

// TestLongNames: a long name of a file is not repeated by each of its hunks.
func TestLongNames(t *testing.T) {
	name := strings.Repeat("n", 1<<20)
	diff := "diff --git a/" + name + " b/" + name + "\n--- a/" + name + "\n+++ b/" + name + "\n" +
		strings.Repeat("@@ -1 +1 @@ f\n-a\n+b\n", 10_000)
	p := Patch{Diff: diff}
	size := 0
	p.diffLines(difftext.Read(diff), func(line string) { size += len(line) })
	if most := 2 * len(diff); size > most {
		t.Errorf("%d bytes became %d", len(diff), size)
	}
}

// TestOneFileOftenIsBounded: a patch may change one file again and again.
func TestOneFileOftenIsBounded(t *testing.T) {
	r := NewRebuilt()
	r.limits.work = 1_000_000
	many := strings.Repeat("diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n", 10_000)
	r.Apply(Patch{Diff: many})
	r.Apply(Patch{Diff: many})
	if !r.large || r.work > r.limits.work+100_000 {
		t.Errorf("%d lines were copied", r.work)
	}
}
