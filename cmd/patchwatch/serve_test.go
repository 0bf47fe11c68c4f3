package main

import (
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/ops/opstest"
)

// servesAt is how the line of a server begins that says that it is ready.
const servesAt = "serving http://"

var readyLine = regexp.MustCompile(`(?m)^serving (http://\S+:\d+)/$`)

// serve starts a server at a port of its own, and gives its URL without the final slash once it is ready.
func (w *workplace) serve(args ...string) (*process, string) {
	w.t.Helper()
	p := w.start(append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	return p, p.url()
}

func (p *process) url() string {
	p.t.Helper()
	p.waitFor(servesAt)
	// It waits for the rest of the line.
	for end := time.Now().Add(longEnough); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if m := readyLine.FindStringSubmatch(p.said.String()); m != nil {
			return m[1]
		}
	}
	p.t.Fatalf("it does not say where it serves:\n%s", clip(p.said.String()))
	return ""
}

// stop ends a process as a service manager does.
func (p *process) stop() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	p.waitExit(exitDone)
}

func TestServeMetrics(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.deliver("md", samples(t, "01*"))
	w.watchOnce("md", 1)
	w.run("hook", "add", "http://127.0.0.1:1/", "--allow-private", "--since", "0")
	for _, dirs := range [][]string{nil, {"md"}} {
		p, at := w.serve(append([]string{"--metrics", ":0"}, dirs...)...)
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("%q: it said:\n%s", dirs, clip(p.said.String()))
			}
		})
		metrics := "http://" + servedAt.FindStringSubmatch(p.said.String())[1]
		get(t, at+"/api/patches/")
		get(t, at+"/api/patches/?page=1")
		get(t, at+"/api/patches/4711/")
		get(t, at+"/no/such/page")
		status, text := get(t, metrics+"/metrics")
		if status != http.StatusOK {
			t.Errorf("status %d", status)
		}
		opstest.Lint(t, text)
		for _, want := range []string{
			`patchwatch_http_requests_total\{route="/api/patches",class="2xx"\} 2$`,
			`patchwatch_http_requests_total\{route="/api/patches/\{id\}",class="4xx"\} 1$`,
			`patchwatch_http_request_seconds_bucket\{route="/api/patches",le="\+Inf"\} 2$`,
			`patchwatch_http_requests_running 0$`,
			`patchwatch_event_streams 0$`,
			`patchwatch_events_streamed_total 0$`,
			`patchwatch_hook_waiting_events\{hook="1"\} [1-9]`,
			`patchwatch_hooks_given_up 0$`,
			`patchwatch_database_bytes \d`,
		} {
			if !regexp.MustCompile(`(?m)^` + want).MatchString(text) {
				t.Errorf("%q: it does not say %s:\n%s", dirs, want, text)
			}
		}
		if strings.Contains(text, "patchwatch_waiting_mails") != (dirs != nil) {
			t.Errorf("%q: of a queue it says\n%s", dirs, text)
		}
		wantHealth(t, metrics, http.StatusOK, "ok")
		move(t, w.path("patchwatch.db"), w.path("away.db"))
		wantHealth(t, metrics, http.StatusServiceUnavailable, "nothing can be served: ")
		move(t, w.path("away.db"), w.path("patchwatch.db"))
		wantHealth(t, metrics, http.StatusOK, "ok")
		p.stop()
	}
}

// TestServeTellsItsManager: as a service it is ready once it serves, and gives signs of life, also without Maildirs.
func TestServeTellsItsManager(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.deliver("md", nil)
	for _, dirs := range [][]string{nil, {"md"}} {
		m := opstest.NewManager(t, w.path(fmt.Sprint("notify", len(dirs))))
		p := w.startService(m, "", append([]string{"serve", "--listen", "unix:web.sock"}, dirs...)...)
		m.WaitFor("READY=1")
		c, err := net.Dial("unix", w.path("web.sock"))
		if err != nil {
			t.Fatalf("%q: it is ready, and does not serve: %v", dirs, err)
		}
		c.Close()
		for range 3 {
			m.WaitFor("WATCHDOG=1")
		}
		p.signal(syscall.SIGTERM)
		m.WaitFor("STOPPING=1")
		p.waitExit(exitDone)
	}
}
