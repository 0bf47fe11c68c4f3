package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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

	if err := os.Mkdir(w.path("md", pausedFile+".new"), 0o700); err != nil { // so that it can't be written down either
		t.Fatal(err)
	}
	move(t, w.path("patchwatch.db"), w.path("away.db"))
	w.deliver("md", samples(t, "08*"))
	wantHealth(t, at, http.StatusServiceUnavailable, md+": no mail is taken: ")
	_, text = get(t, at+"/metrics")
	if !strings.Contains(text, `patchwatch_paused{maildir="`+md+`"} 1`) || strings.Contains(text, "patchwatch_retried_mails_total 0") {
		t.Errorf("it does not say that no mail is taken: %s", text)
	}
	move(t, w.path("away.db"), w.path("patchwatch.db"))
	wantHealth(t, at, http.StatusOK, "ok")
	p.signal(syscall.SIGTERM)
	p.waitExit(exitDone)
}

// Where nothing can be seen, no number says that nothing is there.
func TestMetricsOfNoMaildir(t *testing.T) {
	m := newMetrics("nowhere.db", []string{filepath.Join(t.TempDir(), "gone")}, time.Hour, slog.Default())
	var out strings.Builder
	m.write(&out)
	lint(t, out.String())
	if strings.Contains(out.String(), "waiting_mails{") || !strings.Contains(out.String(), "patchwatch_wal_bytes 0\n") {
		t.Error(out.String())
	}
	if ill := m.ill(); len(ill) != 1 || !strings.Contains(ill[0], "no such file") {
		t.Errorf("%q", ill)
	}
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
	for range 10 * mostConns {
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
	for end := time.Now().Add(longEnough); files() < mostConns && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	for range 50 { // now it would accept the others
		if n := files(); n < mostConns || n > 4*mostConns {
			t.Fatalf("%d files are open", n)
		}
		time.Sleep(time.Millisecond)
	}
	for _, c := range silent[mostConns:] {
		c.Close()
	}
	wantHealth(t, "http://"+at, http.StatusOK, "ok") // as soon as the others were silent for too long
	p.signal(syscall.SIGTERM)
	p.waitExit(exitDone)
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

// A bucket counts what is at most its bound, those below it included; what is above all bounds is in +Inf only.
func TestHistogram(t *testing.T) {
	h := &histogram{bounds: []float64{1, 2, 4}}
	e := &exposition{}
	e.histogram("before", "For a test.", h)
	for _, v := range []float64{0.5, 1, 1, 3, 4, 5} {
		h.add(v)
	}
	e.histogram("x", "For a test.", h)
	want := []string{`before_bucket{le="1"} 0`, `before_bucket{le="2"} 0`, `before_bucket{le="4"} 0`, `before_bucket{le="+Inf"} 0`, "before_sum 0", "before_count 0",
		`x_bucket{le="1"} 3`, `x_bucket{le="2"} 3`, `x_bucket{le="4"} 5`, `x_bucket{le="+Inf"} 6`, "x_sum 14.5", "x_count 6"}
	got := slices.DeleteFunc(strings.Split(strings.TrimSpace(e.text.String()), "\n"), func(l string) bool { return strings.HasPrefix(l, "#") })
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Reasons have words of the mail in them, and must not make series without end, nor break the format.
func TestReasonsAreBounded(t *testing.T) {
	m := newMetrics("", nil, 0, slog.Default())
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

func TestMetricsAddress(t *testing.T) {
	for address, want := range map[string]string{
		"9464": "tcp4 127.0.0.1:9464", ":9464": "tcp4 127.0.0.1:9464", ":0": "tcp4 127.0.0.1:0", "0": "tcp4 127.0.0.1:0",
		"0.0.0.0:1": "tcp4 0.0.0.0:1", "[::1]:1": "tcp [::1]:1", "[::]:1": "tcp [::]:1", "localhost:1": "tcp localhost:1",
		"": "", ":": "", "localhost": "", "127.0.0.1": "", "::1": "", ":99999": "", "-1": "", "unix:/tmp/x": "",
	} {
		network, full, err := listenAt(address)
		if want == "" {
			if !errors.As(err, new(usageError)) {
				t.Errorf("%q: %s %s, %v", address, network, full, err)
			}
		} else if network+" "+full != want || err != nil {
			t.Errorf("%q: %s %s, want %s, %v", address, network, full, want, err)
		}
	}
}
