package dbtest

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"patchwatch/track"
)

// threadTime runs f and tells how much processor time its thread used, which other work on the machine does not change.
func threadTime(t *testing.T, f func()) time.Duration {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	used := func() time.Duration {
		var u unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	start := used()
	f()
	return used() - start
}

// One mail that names thousands of files must not hold the write lock for seconds, however many rules there are.
func (u suite) TestManyFilesAndManyRules(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	if _, err := s.AddProject(ctx, by, track.Project{LinkName: "frob", ListID: listID}, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	for i := range 51 {
		pattern := fmt.Sprintf("*/*part%d/*.[ch]", i)
		if i == 0 {
			pattern = "*"
		}
		r := track.Rule{Pattern: pattern, Delegate: "a@example.org", Priority: i}
		if err := s.AddRule(ctx, by, "frob", r, readJSON, nil); err != nil {
			t.Fatal(err)
		}
	}
	m := made("many@x", 0, "many files")
	for i := range 20000 {
		m.Files = append(m.Files, fmt.Sprintf("drivers/%s/part/%d.c", strings.Repeat("d", 15), i))
	}
	took := threadTime(t, func() { add(t, s, m) })
	t.Logf("it took %v", took)
	if took > 3*time.Second { // it was seven, and sixteen beside other work; the race detector is slow too
		t.Errorf("it took %v", took)
	}
	wantFirst(t, "many files", records(t, s, "patch")["many@x"], "new", "a@example.org")
}
