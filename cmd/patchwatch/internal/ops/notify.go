package ops

import (
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"patchwatch/cmd/patchwatch/internal/term"
)

// Notifier tells a service manager how a watcher or web server is, by the datagrams of sd_notify(3). Where nobody
// listens it says nothing, and what goes wrong with it is no reason to take no mail.
type Notifier struct {
	conn  net.Conn      // nil: nobody listens
	every time.Duration // how often the manager wants a sign of life; 0: never
	quiet time.Duration // how long a watcher that is well may go without a sign of life

	mu      sync.Mutex // guards what follows
	ready   bool
	stopped bool
	status  string
	alive   time.Time // the last sign of life
}

// StuckAfter is how long a healthy watcher may give no sign of life, beside its rescan. A batch may wait a minute for
// a database that another process has locked, after the notes have waited for a minute; and a pause lasts half a
// minute.
const StuckAfter = 5 * time.Minute

// NewNotifier connects to the service manager, if there is one. It gives the manager no sign of life when the watcher
// has been quiet for longer than that.
func NewNotifier(quiet time.Duration) *Notifier {
	n := &Notifier{quiet: quiet, alive: time.Now()}
	address := os.Getenv("NOTIFY_SOCKET")
	if !strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "@") {
		return n
	}
	conn, err := net.Dial("unixgram", address) // it takes a leading @ for an abstract socket, as systemd does
	if err != nil {
		return n
	}
	n.conn, n.every = conn, watchdogTime()
	return n
}

// watchdogTime is how long the manager waits for a sign of life before it kills this process; 0: for ever.
func watchdogTime() time.Duration {
	micros, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	pid := os.Getenv("WATCHDOG_PID")
	if err != nil || micros <= 0 || pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0
	}
	return time.Duration(min(micros, math.MaxInt64/int64(time.Microsecond))) * time.Microsecond
}

// send gives up soon, and reports that: a manager that does not read must not hold up mail.
func (n *Notifier) send(lines ...string) (sent bool) {
	if n.conn == nil {
		return true
	}
	_ = n.conn.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	_, err := n.conn.Write([]byte(strings.Join(lines, "\n")))
	return err == nil
}

// Tell says what the watcher does, and the first time also that it is ready. It counts as a sign of life.
func (n *Notifier) Tell(status string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.alive = time.Now()
	var lines []string
	if !n.ready {
		lines = append(lines, "READY=1")
	}
	if n.sendWith(status, lines) {
		n.ready = true
	}
}

// Show says what the watcher does. It does not count as a sign of life.
func (n *Notifier) Show(status string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ready {
		n.sendWith(status, nil)
	}
}

// sendWith sends the status, if it has changed, after other lines. What could not be sent is sent with the next.
func (n *Notifier) sendWith(status string, lines []string) (sent bool) {
	if status != n.status {
		lines = append(lines, "STATUS="+term.Printable(status))
	}
	if len(lines) == 0 || n.stopped || !n.send(lines...) {
		return false
	}
	n.status = status
	return true
}

// Live is a sign of life.
func (n *Notifier) Live() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.alive = time.Now()
}

// Keep feeds the watchdog, and tells the manager when ctx ends, until it is stopped.
func (n *Notifier) Keep(ctx context.Context) (stop func()) {
	ending := sync.OnceFunc(n.stopping)
	context.AfterFunc(ctx, ending)
	done := make(chan struct{})
	var feeding sync.WaitGroup
	if n.conn != nil && n.every > 0 {
		feeding.Go(func() { n.feed(done) })
	}
	return func() {
		ending()
		close(done)
		feeding.Wait()
		if n.conn != nil {
			n.conn.Close()
		}
	}
}

// stopping is the last message, except for signs of life: what is in hand may take a while.
func (n *Notifier) stopping() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stopped = true
	n.send("STOPPING=1", "STATUS=Finishing what is in hand")
}

// feed sends a sign of life twice in the watchdog's time, as long as the watcher gives any. A database that can't be
// written is no reason to be silent: mail waits then, and killing the watcher would help nobody.
func (n *Notifier) feed(done <-chan struct{}) {
	tick := time.NewTicker(max(n.every/2, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			n.mu.Lock()
			quiet := time.Since(n.alive)
			n.mu.Unlock()
			if quiet <= n.quiet {
				n.send("WATCHDOG=1")
			}
		}
	}
}

// ServiceStatus is what a manager shows beside the service.
func ServiceStatus(paused string, settled int) string {
	if paused != "" {
		return "Paused, mail waits in new: " + term.FirstLine(paused)
	}
	return fmt.Sprintf("Watching; mails settled: %d", settled)
}
