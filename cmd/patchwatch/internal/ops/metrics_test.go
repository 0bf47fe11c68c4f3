package ops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/ops/opstest"
	"patchwatch/track"
)

// Where nothing can be seen, no number says that nothing is there.
func TestMetricsOfNoMaildir(t *testing.T) {
	m := NewMetrics("nowhere.db", "1.0", []string{filepath.Join(t.TempDir(), "gone")}, time.Hour, slog.Default())
	var out strings.Builder
	m.write(&out)
	opstest.Lint(t, out.String())
	if strings.Contains(out.String(), "waiting_mails{") || !strings.Contains(out.String(), "patchwatch_wal_bytes 0\n") {
		t.Error(out.String())
	}
	if ill := m.ill(t.Context()); len(ill) != 1 || !strings.Contains(ill[0], "no such file") {
		t.Errorf("%q", ill)
	}
}

// A bucket counts what is at most its bound, those below it included; what is above all bounds is in +Inf only.
func TestHistogram(t *testing.T) {
	h := &Histogram{Bounds: []float64{1, 2, 4}}
	e := &exposition{}
	e.histogram("before", "For a test.", h)
	for _, v := range []float64{0.5, 1, 1, 3, 4, 5} {
		h.add(v)
	}
	e.histogram("x", "For a test.", h)
	want := []string{`before_bucket{le="1"} 0`, `before_bucket{le="2"} 0`, `before_bucket{le="4"} 0`,
		`before_bucket{le="+Inf"} 0`, "before_sum 0", "before_count 0",
		`x_bucket{le="1"} 3`, `x_bucket{le="2"} 3`, `x_bucket{le="4"} 5`, `x_bucket{le="+Inf"} 6`, "x_sum 14.5", "x_count 6"}
	got := slices.DeleteFunc(strings.Split(strings.TrimSpace(e.text.String()), "\n"),
		func(l string) bool { return strings.HasPrefix(l, "#") })
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Reasons have words of the mail in them, and must not make series without end, nor break the format.
func TestReasonsAreBounded(t *testing.T) {
	m := NewMetrics("", "", nil, 0, slog.Default())
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
	opstest.Lint(t, e.text.String())
}

func TestMetricsAddress(t *testing.T) {
	for address, want := range map[string]string{
		"9464": "tcp4 127.0.0.1:9464", ":9464": "tcp4 127.0.0.1:9464", ":0": "tcp4 127.0.0.1:0", "0": "tcp4 127.0.0.1:0",
		"0.0.0.0:1": "tcp4 0.0.0.0:1", "[::1]:1": "tcp [::1]:1", "[::]:1": "tcp [::]:1", "localhost:1": "tcp localhost:1",
		"": "", ":": "", "localhost": "", "127.0.0.1": "", "::1": "", ":99999": "", "-1": "", "unix:/tmp/x": "",
	} {
		network, full, err := tcpAddress(address)
		if want == "" {
			if !errors.Is(err, ErrAddress) {
				t.Errorf("%q: %s %s, %v", address, network, full, err)
			}
		} else if network+" "+full != want || err != nil {
			t.Errorf("%q: %s %s, want %s, %v", address, network, full, want, err)
		}
	}
}

// What cannot be found yet is told, and nothing is where nobody knows.
func TestMetricsOfSearch(t *testing.T) {
	m := NewMetrics("nowhere.db", "1.0", nil, time.Hour, slog.Default())
	var err error
	m.Searches(func(context.Context) (Search, error) { return Search{Missing: 3, Bytes: 4096}, err })
	var out strings.Builder
	m.write(&out)
	opstest.Lint(t, out.String())
	for _, want := range []string{"patchwatch_search_missing_mails 3", "patchwatch_search_bytes 4096"} {
		if !strings.Contains(out.String(), "\n"+want+"\n") {
			t.Errorf("it does not say %s", want)
		}
	}
	err = errors.New("the disk is gone")
	out.Reset()
	m.write(&out)
	if strings.Contains(out.String(), "\npatchwatch_search_missing_mails ") {
		t.Error(out.String())
	}
}

// A server without Maildirs tells of requests and not of mail; a route's name may have anything in it.
func TestMetricsOfWeb(t *testing.T) {
	m := NewMetrics("nowhere.db", "1.0", nil, time.Hour, slog.Default())
	var fault error
	m.Serves(Web{
		Current: func(context.Context) error { return fault },
		Streams: func() Streams { return Streams{Running: 3, Events: 70} },
		Hooks: func(context.Context) ([]track.HookWaiting, error) {
			dead := track.HookProgress{Failures: 30, GivenUp: time.Now()}
			return []track.HookWaiting{{Hook: track.Hook{ID: 2}, Waiting: 5}, {Hook: track.Hook{ID: 4, HookProgress: dead}}}, nil
		},
		Requests: func() Requests {
			return Requests{Running: 2, Routes: []Route{
				{Pattern: "", Classes: map[string]int64{"4xx": 1},
					Seconds: Histogram{Bounds: []float64{1}, Counts: []int64{0}, Sum: 3, N: 1}},
				{Pattern: `/a/{"x}\`, Classes: map[string]int64{"5xx": 1, "2xx": 4},
					Seconds: Histogram{Bounds: []float64{1, 2}, Counts: []int64{3, 1}, Sum: 6.5, N: 5}},
			}}
		},
	})
	var out strings.Builder
	m.write(&out)
	opstest.Lint(t, out.String())
	for _, want := range []string{
		"patchwatch_http_requests_running 2", "patchwatch_event_streams 3", "patchwatch_events_streamed_total 70",
		`patchwatch_hook_waiting_events{hook="2"} 5`, `patchwatch_hook_failures{hook="4"} 30`, "patchwatch_hooks_given_up 1",
		`patchwatch_http_requests_total{route="none",class="4xx"} 1`,
		`patchwatch_http_requests_total{route="/a/{\"x}\\",class="2xx"} 4`,
		`patchwatch_http_request_seconds_bucket{route="/a/{\"x}\\",le="2"} 4`,
		`patchwatch_http_request_seconds_bucket{route="/a/{\"x}\\",le="+Inf"} 5`,
		`patchwatch_http_request_seconds_sum{route="/a/{\"x}\\"} 6.5`,
		`patchwatch_http_request_seconds_count{route="none"} 1`,
	} {
		if !strings.Contains(out.String(), "\n"+want+"\n") {
			t.Errorf("it does not say %s", want)
		}
	}
	if strings.Contains(out.String(), "mails") || t.Failed() {
		t.Error(out.String())
	}
	if ill := m.ill(t.Context()); len(ill) > 0 {
		t.Errorf("%q", ill)
	}
	fault = errors.New("the database is gone")
	if ill := m.ill(t.Context()); len(ill) != 1 || ill[0] != "nothing can be served: the database is gone" {
		t.Errorf("%q", ill)
	}
}
