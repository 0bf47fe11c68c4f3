package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
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

	status, text := get(t, at+"/metrics")
	if status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	lint(t, text)
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
		`patchwatch_settle_seconds_count 5`,
		`patchwatch_settle_seconds_bucket{le="+Inf"} 5`,
		`patchwatch_paused{maildir="` + md + `"} 0`,
	} {
		if !strings.Contains(text, "\n"+want+"\n") {
			t.Errorf("it does not say %s", want)
		}
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

var sample = regexp.MustCompile(`^([a-z_]+)(\{[a-z]+="([^"\\\n]|\\.)*"(,[a-z]+="([^"\\\n]|\\.)*")*\})? -?([0-9.e+-]+|\+Inf|NaN)$`)

// lint holds metrics against the text format, and asks promtool where it is installed.
func lint(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(line, "# ") && !sample.MatchString(line) {
			t.Errorf("no sample: %q", line)
		}
	}
	if _, err := exec.LookPath("promtool"); err != nil {
		return
	}
	c := exec.Command("promtool", "check", "metrics")
	c.Stdin = strings.NewReader(text)
	if out, err := c.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool: %v\n%s", err, out)
	}
}

// Reasons have words of the mail in them, and must not make series without end, nor break the format.
func TestReasonsAreBounded(t *testing.T) {
	m := newMetrics("", nil, 0)
	for i := range 1000 {
		m.failed[m.kindOfReason(fmt.Errorf("a%s \x1b[31m\n \\ of %d bytes: more", strings.Repeat("x", i), i))]++
	}
	if len(m.failed) > mostReasons+1 {
		t.Errorf("%d reasons", len(m.failed))
	}
	if got := m.kindOfReason(errors.New("the mail has 52428801 bytes, more than the limit of 52428800")); got != "other" {
		t.Errorf("%q", got)
	}
	e := &exposition{}
	e.begin("x_total", "counter", "For a test.")
	for reason := range m.failed {
		e.value("x_total", 1, "reason", reason)
	}
	e.value("x_total", 1, "reason", "a\"b\\c\nd\xff")
	lint(t, e.text.String())
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
