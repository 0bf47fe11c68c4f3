package api

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func numbersIn(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var all []struct{ ID int64 }
	if err := json.Unmarshal(w.Body.Bytes(), &all); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	var b strings.Builder
	for _, one := range all {
		fmt.Fprintf(&b, "%d ", one.ID)
	}
	return strings.TrimSpace(b.String())
}

// TestFilters: what is found, as root, who sees all.
func TestFilters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, want string }{
		{"patches/", "2 3 6 8"},
		{"patches", "2 3 6 8"},
		{"patches/?project=demo", "2 3 6"},
		{"patches/?project=DEMO&project=2", "2 3 6 8"},
		{"patches/?project=", "2 3 6 8"},
		{"patches/?project=no-such", ""},
		{"patches/?project=no-such&project=demo", ""},
		{"patches/?state=&project=demo", ""},
		{"patches/?hash=&msgid=&archived=&since=&q=&project=demo", "2 3 6"},
		{"patches/?hash=x&hash=aa11", "2"},
		{"patches/?submitter=2&submitter=99", ""},
		{"patches/?nobody_knows=1&archive=no", "2 3 6 8"},
		{"patches/?state=new&state=accepted", "2 3 8"},
		{"patches/?state=New", "2 8"},
		{"patches/?state=1&state=3", "2 3 8"},
		{"patches/?state=13", "6"},
		{"patches/?state=queued", "6"},
		{"patches/?state=99", ""},
		{"patches/?state=bogus", ""},
		{"patches/?archived=True", "3"},
		{"patches/?archived=no", "2 6 8"},
		{"patches/?archived=0", "2 6 8"},
		{"patches/?archived=bogus", "2 3 6 8"},
		{"patches/?submitter=2", "6"},
		{"patches/?submitter=1&submitter=BOB@example.org", "2 3 6 8"},
		{"patches/?submitter=99", ""},
		{"patches/?submitter=nobody@example.org", ""},
		{"patches/?delegate=del", "2"},
		{"patches/?delegate=4", "2"},
		{"patches/?delegate=del@example.org", "2"},
		{"patches/?delegate=zzz", ""},
		{"patches/?series=1", "2 3"},
		{"patches/?series=3", "2 3"},
		{"patches/?series=99999999999999999999", ""},
		{"patches/?series=x", ""},
		{"patches/?hash=AA11", "2"},
		{"patches/?msgid=m2/x@example.org", "2"},
		{"patches/?msgid=%3Cm2/x@example.org%3E", "2"},
		{"patches/?msgid=nothing", ""},
		{"patches/?msgid=%00", ""},
		{"patches/?msgid=%ff", ""},
		{"patches/?q=ADD", "2"},
		{"patches/?q=add+second", ""},
		{"patches/?since=2026-01-01T10:03:00", "3 6 8"},
		{"patches/?since=2026-01-01T10:03:00Z", "3 6 8"},
		{"patches/?since=2026-01-01T11:03:00%2B01:00", "3 6 8"},
		{"patches/?since=2026-01-01T11:03:00+01:00", "3 6 8"},
		{"patches/?before=2026-01-01+10:03:00.000001", "2 3"},
		{"patches/?since=2026-01-01", "2 3 6 8"},
		{"patches/?before=2026-01-01", ""},
		{"patches/?since=yesterday", ""},
		{"patches/?order=-id", "8 6 3 2"},
		{"patches/?order=bogus,-id", "8 6 3 2"},
		{"patches/?per_page=2", "2 3"},
		{"patches/?per_page=2&page=2", "6 8"},
		{"patches/?per_page=3&page=last", "8"},
		{"patches/?per_page=-1", "2 3 6 8"},
		{"covers/?series=1", "1"},
		{"covers/?series=2", "1"},
		{"covers/?msgid=m1/x@example.org&submitter=1", "1"},
		{"series/?q=it&submitter=ann@example.org", "1"},
		{"series/?current=1", "1"},
		{"series/?order=received_all", "1"},
		{"events/", "12 11 10 9 8 7 6 5 4 3 2 1"},
		{"events/?order=date", "1 2 3 4 5 6 7 8 9 10 11 12"},
		{"events/?since_id=0", "1 2 3 4 5 6 7 8 9 10 11 12"},
		{"events/?since_id=10", "11 12"},
		{"events/?since_id=10&order=-date", "12 11"},
		{"events/?since_id=x", ""},
		{"events/?category=series-completed&category=check-created", "11"},
		{"events/?category=bogus", ""},
		{"events/?actor=2&patch=2", "11 10 9 8"},
		{"events/?cover=1", "7 2"},
		{"events/?series=1&order=date", "1 4 5"},
		{"events/?since=2026-01-03T00:00:10.000007&order=date", "11 12"},
		{"patches/2/checks/", "1 2"},
		{"patches/2/checks/?context=lint", "2"},
		{"patches/2/checks/?state=success", "1"},
		{"patches/2/checks/?state=2", "2"},
		{"patches/2/checks/?state=9", ""},
		{"patches/2/checks/?user=Maint&order=-date&per_page=1", "2"},
		{"patches/2/checks/?user=ann", ""},
		{"patches/2/checks/?since=2026-01-02T10:30:00", "2"},
		{"patches/2/comments/?q=add", "4"},
		{"projects/?q=secret", "2"},
		{"projects/?order=-name", "2 1"},
		{"users/?q=MARY", "2"},
		{"users/?order=-username", "5 1 6 4 3 2"},
		{"people/?q=bob@", "2"},
		{"bundles/?q=own", ""},
		{"bundles/?owner=maint&public=true", "1"},
		{"bundles/?public=false", ""},
	} {
		s := newServer().by("root")
		if got := numbersIn(t, s.get("/api/1.3/"+c.url)); got != c.want {
			t.Errorf("%s: %q, want %q", c.url, got, c.want)
		}
	}
	for version, want := range map[string]string{"1.1": "2 3 6 8", "1.2": "2"} {
		if got := numbersIn(t, newServer().by("root").get("/api/"+version+"/patches/?hash=aa11")); got != want {
			t.Errorf("version %s: %q", version, got)
		}
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 1, 5, 10, 0, 0, 500_000_000, time.UTC)
	for _, text := range []string{"2026-01-05T10:00:00.5", "2026-01-05 10:00:00.500000", "2026-01-05t10:00:00.5z",
		"2026-01-05T12:00:00.5+02:00", "2026-01-05T12:00:00.5 02:00", "2026-01-05T12:00:00.5+0200",
		"2026-01-05T05:00:00.5-05:00"} {
		if got, ok := parseTime(text); !ok || !got.Equal(want) {
			t.Errorf("%s: %v %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "5", "2026-13-01", "2026-01-05T25:00:00", strings.Repeat("2", 100)} {
		if got, ok := parseTime(text); ok {
			t.Errorf("%s: %v", text, got)
		}
	}
}
