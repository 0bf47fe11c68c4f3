package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/cmd/patchwatch/internal/ops/opstest"
)

var servedAt = regexp.MustCompile(`address=(127\.0\.0\.1:\d+)`)

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.deliver("md", samples(t, "01*", "05*", "06*"))
	w.write("md/new/1795000000.P1.mx", "nothing that anybody\nwould take for a mail\n")
	p := w.start("watch", "--metrics", ":0", "--max-age", "1s", "md")
	p.waitFor("serving metrics")
	at := "http://" + servedAt.FindStringSubmatch(p.said.String())[1]
	w.waitUntilEmpty("md")
	w.deliver("md", samples(t, "01*")) // known by now
	w.waitUntilEmpty("md")
	p.waitFor("known already")

	for end := time.Now().Add(longEnough); ; time.Sleep(20 * time.Millisecond) { // until all mail can be found
		if _, text := get(t, at+"/metrics"); strings.Contains(text, "\npatchwatch_search_missing_mails 0\n") {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the metrics never say that all mail can be found")
		}
	}
	status, text := get(t, at+"/metrics")
	if status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	opstest.Lint(t, text)
	md := w.path("md")
	for _, want := range []string{
		`patchwatch_settled_mails_total{maildir="` + md + `",outcome="stored"} 3`,
		`patchwatch_settled_mails_total{maildir="` + md + `",outcome="known"} 1`,
		`patchwatch_settled_mails_total{maildir="` + md + `",outcome="failed"} 1`,
		`patchwatch_failed_mails_total{reason="there is no mail in this file"} 1`,
		`patchwatch_failed_mails{maildir="` + md + `"} 1`,
		`patchwatch_waiting_mails{maildir="` + md + `"} 0`,
		`patchwatch_claimed_mails_total 5`,
		`patchwatch_retried_mails_total 0`,
		`patchwatch_batch_mails_sum 5`,
		`patchwatch_settle_seconds_count 5`,
		`patchwatch_settle_seconds_bucket{le="+Inf"} 5`,
		`patchwatch_paused{maildir="` + md + `"} 0`,
	} {
		if !strings.Contains(text, "\n"+want+"\n") {
			t.Errorf("it does not say %s", want)
		}
	}
	if strings.Contains(text, "patchwatch_store_seconds_count 0") {
		t.Error("no time is taken of storing")
	}
	if t.Failed() {
		t.Log(text)
	}

	if status, text := get(t, at+"/healthz"); status != http.StatusOK || text != "ok\n" {
		t.Errorf("healthz: %d %q", status, text)
	}
	unlock := lockDatabase(t, w.path("patchwatch.db"))
	w.deliver("md", samples(t, "07*"))
	wantHealth(t, at, http.StatusServiceUnavailable, "a mail has waited in new for ")
	unlock()
	wantHealth(t, at, http.StatusOK, "ok")

	if err := os.Mkdir(w.path("md", ops.PausedFile+".new"), 0o700); err != nil { // so that it can't be written down either
		t.Fatal(err)
	}
	move(t, w.path("patchwatch.db"), w.path("away.db"))
	w.deliver("md", samples(t, "08*"))
	wantHealth(t, at, http.StatusServiceUnavailable, md+": no mail is taken: ")
	_, text = get(t, at+"/metrics")
	if !strings.Contains(text, `patchwatch_paused{maildir="`+md+`"} 1`) ||
		strings.Contains(text, "patchwatch_retried_mails_total 0") {
		t.Errorf("it does not say that no mail is taken: %s", text)
	}
	move(t, w.path("away.db"), w.path("patchwatch.db"))
	wantHealth(t, at, http.StatusOK, "ok")
	p.signal(syscall.SIGTERM)
	p.waitExit(exitDone)
}

func wantHealth(t *testing.T, at string, want int, says string) {
	t.Helper()
	for end := time.Now().Add(longEnough); ; time.Sleep(50 * time.Millisecond) {
		status, text := get(t, at+"/healthz")
		if status == want && strings.Contains(text, says) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("healthz: %d %q, want %d and %q", status, text, want, says)
		}
	}
}

// Whoever connects takes a file of the watcher's, which needs some to open mail.
func TestMetricsLeaveFilesToTheMail(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.deliver("md", nil)
	p := w.start("watch", "--metrics", ":0", "md")
	p.waitFor("serving metrics")
	at := servedAt.FindStringSubmatch(p.said.String())[1]
	var silent []net.Conn
	for range 10 * ops.MostConns {
		c, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		silent = append(silent, c)
		io.WriteString(c, "GET /metrics HTTP/1.1\r\nHost:")
	}
	files := func() int {
		open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid))
		if err != nil {
			t.Skip("no /proc to count open files in:", err)
		}
		return len(open)
	}
	for end := time.Now().Add(longEnough); files() < ops.MostConns && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	for range 50 { // now it would accept the others
		if n := files(); n < ops.MostConns || n > 4*ops.MostConns {
			t.Fatalf("%d files are open", n)
		}
		time.Sleep(time.Millisecond)
	}
	for _, c := range silent[ops.MostConns:] {
		c.Close()
	}
	wantHealth(t, "http://"+at, http.StatusOK, "ok") // as soon as the others were silent for too long
	p.signal(syscall.SIGTERM)
	p.waitExit(exitDone)
}

func TestMetricsRefusals(t *testing.T) {
	w := newWorkplace(t)
	w.deliver("md", nil)
	for said, args := range map[string][]string{
		"--metrics is for a watcher that goes on": {"watch", "--once", "--metrics", ":0", "md"},
		"metrics: listen tcp":                     {"watch", "--metrics", "256.0.0.1:1", "md"},
		"there is no log format":                  {"watch", "--log-format", "xml", "md"},
	} {
		p := w.start(args...)
		<-p.done
		if p.cmd.ProcessState.ExitCode() == 0 {
			t.Errorf("%q: exit code 0", args)
		}
		p.wants(said)
	}
}
