package adopt

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// client asks a server without waiting; waits gives how long it would have waited.
func client(t *testing.T, address, token string) (c *Client, waits *[]time.Duration) {
	t.Helper()
	c, err := NewClient(address, token)
	if err != nil {
		t.Fatal(err)
	}
	waits = new([]time.Duration)
	c.wait = func(_ context.Context, d time.Duration) error {
		*waits = append(*waits, d)
		return nil
	}
	return c, waits
}

func TestURLs(t *testing.T) {
	for address, want := range map[string]string{
		"https://Patchwork.example.org":                       "https://patchwork.example.org",
		"https://x.example.org/":                              "https://x.example.org",
		"https://x.example.org/pw/api/1.2/patches/?state=new": "https://x.example.org/pw",
		"http://x:8000/api":                                   "http://x:8000",
		"https://x.example.org/project/netdev/list/":          "https://x.example.org",
		"x.example.org":                                       "",
		"ftp://x.example.org":                                 "",
		"https://ann:secret@x.example.org":                    "",
		"":                                                    "",
	} {
		c, err := NewClient(address, "")
		if (err != nil) != (want == "") || err == nil && c.URL != want {
			t.Errorf("%q: %+v, %v", address, c, err)
		}
	}
	if _, err := NewClient("https://x", "a\nb"); err == nil {
		t.Error("a token with a newline is taken")
	}
}

func TestDialFindsTheVersion(t *testing.T) {
	for _, version := range []int{4, 2, 0} {
		f := newFake(t)
		f.version = version
		c, _ := client(t, f.URL, "")
		if err := c.Dial(t.Context()); err != nil || c.version != version {
			t.Errorf("of 1.%d it found 1.%d, %v", version, c.version, err)
		}
	}
	f := newFake(t)
	f.version = -1
	c, _ := client(t, f.URL, "")
	if err := c.Dial(t.Context()); err == nil || !strings.Contains(err.Error(), "has no API of Patchwork") {
		t.Errorf("a server without an API: %v", err)
	}
}

// A server that is down for a while is asked again, later each time, and not before it asks to be.
func TestTriesAgain(t *testing.T) {
	f := newFake(t)
	failures := 0
	f.before = func(w http.ResponseWriter, _ *http.Request) bool {
		failures++
		switch failures {
		case 1:
			w.WriteHeader(http.StatusBadGateway)
		case 2:
			w.Header().Set("Retry-After", "77")
			w.WriteHeader(http.StatusTooManyRequests)
		case 3: // the connection breaks off
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "{")
		default:
			return false
		}
		return true
	}
	c, waits := client(t, f.URL, "")
	if err := c.Dial(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(*waits); got != "[1s 1m17s 4s]" {
		t.Errorf("it waited %s", got)
	}
	f.before = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(503); return true }
	if err := c.Dial(t.Context()); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("a server that stays down: %v", err)
	}
	if len(*waits) != 3+maxTries-1 {
		t.Errorf("it was asked %d times again", len(*waits)-3)
	}
}

// The token goes to the server that it is for, also where that redirects, and is in no error.
func TestTokenStaysThere(t *testing.T) {
	const token = "c0ffeec0ffee"
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("another server was asked: %v", r.Header)
	}))
	t.Cleanup(thief.Close)
	f := newFake(t)
	f.token = token
	c, _ := client(t, f.URL, token)
	if err := c.Dial(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{thief.URL, strings.Replace(thief.URL, "127.0.0.1", "localhost", 1)} {
		f.before = func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, to, http.StatusFound)
			return true
		}
		err := c.Dial(t.Context())
		if err == nil || !strings.Contains(err.Error(), "redirects to another") || strings.Contains(err.Error(), token) {
			t.Errorf("%v", err)
		}
	}
	f.before = func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, r.URL.Path, http.StatusFound)
		return true
	}
	if err := c.Dial(t.Context()); err == nil || !strings.Contains(err.Error(), "redirects again and again") {
		t.Errorf("%v", err)
	}
	f.before, f.token = nil, "another"
	if err := c.Dial(t.Context()); err == nil || !strings.Contains(err.Error(), `403 Forbidden: "Invalid token."`) ||
		strings.Contains(err.Error(), token) {
		t.Errorf("%v", err)
	}
}

// What a server can send without end ends.
func TestHostileServers(t *testing.T) {
	for name, c := range map[string]struct {
		serve func(w http.ResponseWriter, r *http.Request)
		want  string
	}{
		"the same page again and again": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", `<http://x>; rel="next"`)
			fmt.Fprint(w, `[{"id":1}]`)
		}, "page 2 of projects/ has nothing that was not on the pages before"},
		"a huge answer": {func(w http.ResponseWriter, r *http.Request) {
			mib := strings.Repeat(" ", 1<<20)
			for range maxAnswer>>20 + 1 {
				fmt.Fprint(w, mib)
			}
			fmt.Fprint(w, "[]")
		}, "more than 64 MiB"},
		"HTML": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html>") }, "is not Patchwork's"},
		"another shape": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `[{"id":"x"}]`) },
			"is not Patchwork's"},
		"negative numbers": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `[{"id":-1}]`) },
			"has nothing that was not"},
	} {
		s := httptest.NewServer(http.HandlerFunc(c.serve))
		k, _ := client(t, s.URL, "")
		r := &Run{Client: k}
		if _, err := r.Projects(t.Context(), nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		s.Close()
	}
}

// A server that answers nothing does not keep anybody longer than the context.
func TestContextEnds(t *testing.T) {
	stuck := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-stuck }))
	defer s.Close()
	defer close(stuck)
	c, _ := client(t, s.URL, "")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := c.Dial(ctx); err == nil || ctx.Err() == nil {
		t.Errorf("%v", err)
	}
}

func TestDates(t *testing.T) {
	for text, want := range map[string]string{
		"2026-10-02T08:00:00":        "2026-10-02 08:00:00 +0000 UTC",
		"2026-10-02T08:00:00.000100": "2026-10-02 08:00:00.0001 +0000 UTC",
		"2026-10-02T08:00:00Z":       "2026-10-02 08:00:00 +0000 UTC", "": "", "0001-01-01T00:00:00": "", "soon": "",
	} {
		if got := parseDate(text); got.IsZero() != (want == "") || want != "" && got.String() != want {
			t.Errorf("%q is %v", text, got)
		}
	}
}
