package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// peakMemory runs a command and gives the most memory that it had, in bytes. The kernel is asked while it runs: what
// it says of a process that has ended counts the memory of the process that started it.
func peakMemory(t *testing.T, cmd *exec.Cmd) (most int64) {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("%v: %s", err, clip(out.String()))
			}
			return most
		case <-time.After(5 * time.Millisecond):
			most = max(most, statusKB(cmd.Process.Pid, "VmHWM")<<10)
		}
	}
}

// statusKB is a line of /proc/PID/status; 0 if the process is no more.
func statusKB(pid int, name string) (kb int64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			fmt.Sscan(rest, &kb)
		}
	}
	return kb
}

// Memory is bounded whatever waits. A mail of the largest size takes several times its bytes while it is read, and
// ten of them must take no more than one.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel() // it measures processes of its own
	if raceEnabled {
		t.Skip("the race detector has a memory of its own")
	}
	for _, c := range []struct {
		name   string
		most   int64 // MiB
		fill   func(w *workplace) (mails int)
		seldom bool
	}{
		// More is thrown away while Go's collector works where others work beside it: 219 with 2 processors, 279 with 16.
		{"ten of 50 MiB", 250 + 4*int64(runtime.GOMAXPROCS(0)), tenOfFifty, false},
		{"a hundred thousand", 200, aHundredThousand, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.seldom && os.Getenv("PATCHWATCH_LONG") == "" {
				t.Skip("half a minute: make test-faults")
			}
			w := newWorkplace(t)
			w.deliver("md", nil)
			mails := c.fill(w)
			peak := peakMemory(t, w.command("watch", "--once", "--quiet", "md")) >> 20
			t.Logf("%d mails, %d MiB", mails, peak)
			if peak == 0 || peak > c.most {
				t.Errorf("it took %d MiB, want at most %d", peak, c.most)
			}
			if stored := len(w.list("md", "cur")); stored != mails {
				t.Errorf("%d of %d mails are stored", stored, mails)
			}
		})
	}
}

func tenOfFifty(w *workplace) int {
	line := strings.Repeat("no line is like the one before ", 3)
	for i := range 10 {
		var m bytes.Buffer
		m.WriteString(patchMail(fmt.Sprintf("large%d@example.org", i)))
		for n := 0; m.Len() < 50<<20-200; n++ {
			fmt.Fprintf(&m, "%d %s\n", n*n, line)
		}
		w.write(filepath.Join("md", "new", fmt.Sprintf("%d.M1P1.host", 1_700_000_000+i)), m.String())
	}
	return 10
}

func aHundredThousand(w *workplace) int {
	const n = 100_000
	(&bench{workplace: w, dir: w.path("md", "new")}).makeMails(n)
	return n
}
