package ops

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/ops/opstest"
)

// TestServiceManagerThatIsBusy: what a manager had no room for is said again, else it would wait for READY=1 until it
// kills the watcher.
func TestServiceManagerThatIsBusy(t *testing.T) {
	address := filepath.Join(t.TempDir(), "notify")
	conn := opstest.Listen(t, address)
	t.Setenv("NOTIFY_SOCKET", address)
	n := NewNotifier(time.Second)
	for waiting := 0; n.send("WATCHDOG=1"); waiting++ {
		if waiting == 10_000 {
			t.Skip("the kernel has room for whatever a manager does not read")
		}
	}
	n.Tell("Watching")
	read := func() (all string) {
		buf := make([]byte, 4096)
		for {
			conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
			size, err := conn.Read(buf)
			if err != nil {
				return all
			}
			all += string(buf[:size]) + "\n"
		}
	}
	if said := read(); strings.Contains(said, "READY") {
		t.Errorf("it was not busy: %s", said)
	}
	n.Tell("Watching")
	n.Tell("Watching")
	if said := read(); said != "READY=1\nSTATUS=Watching\n" {
		t.Errorf("it says %q", said)
	}
}

// TestWatchdogTime: the variable may be of another process, from which this one has it.
func TestWatchdogTime(t *testing.T) {
	own := strconv.Itoa(os.Getpid())
	for _, c := range []struct {
		usec, pid string
		want      time.Duration
	}{
		{"200000", own, 200 * time.Millisecond}, {"200000", "", 200 * time.Millisecond}, {"200000", "1" + own, 0},
		{"", own, 0}, {"0", own, 0}, {"-1", own, 0}, {"soon", own, 0},
		{"9223372036854775807", own, math.MaxInt64 / time.Microsecond * time.Microsecond},
	} {
		t.Setenv("WATCHDOG_USEC", c.usec)
		t.Setenv("WATCHDOG_PID", c.pid)
		if got := watchdogTime(); got != c.want {
			t.Errorf("WATCHDOG_USEC=%s WATCHDOG_PID=%s: %v, want %v", c.usec, c.pid, got, c.want)
		}
	}
}

// TestNotifier: what is told and when, and that after STOPPING=1 nothing more is.
func TestNotifier(t *testing.T) {
	m := opstest.NewManager(t, filepath.Join(t.TempDir(), "notify"))
	t.Setenv("NOTIFY_SOCKET", m.Address)
	n := NewNotifier(time.Second)
	wants := func(lines ...string) {
		t.Helper()
		if got := m.Hear(100 * time.Millisecond); !slices.Equal(got, lines) {
			t.Errorf("it says %q, want %q", got, lines)
		}
	}
	n.Show(ServiceStatus("", 0))
	wants() // it is not ready yet
	n.Tell(ServiceStatus("", 0))
	wants("READY=1", "STATUS=Watching; mails settled: 0")
	n.alive = time.Time{}
	n.Live()
	if time.Since(n.alive) > time.Minute {
		t.Error("it was alive long ago")
	}
	n.Show(ServiceStatus("", 1))
	wants("STATUS=Watching; mails settled: 1")
	n.Show(ServiceStatus("the disk is full\nand more", 1))
	wants("STATUS=Paused, mail waits in new: the disk is full")
	n.stopping()
	wants("STOPPING=1", "STATUS=Finishing what is in hand")
	n.Tell("more")
	n.Show("and more")
	wants()
}
