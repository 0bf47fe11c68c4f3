package inbox

import (
	"net/http/httptest"
	"testing"
)

func TestPaths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, prefix, list, pattern, msgid string }{
		{"/all/a@x/raw", "/all/", "", "{msgid}/raw", "a@x"},
		{"/all/a%2Fb%25+@x/raw", "/all/", "", "{msgid}/raw", "a/b%+@x"},
		{"/all/a/b@x/raw", "/all/", "", "{msgid}/raw", "a/b@x"},
		{"/all/a@x", "/all/", "", "{msgid}", "a@x"},
		{"/all/raw", "/all/", "", "{msgid}", "raw"},
		{"/my%20list/a@x/t.mbox.gz", "/my%20list/", "my list", "{msgid}/t.mbox.gz", "a@x"},
		{"/inbox/all/a@x/t.mbox", "/inbox/all/", "all", "{msgid}/t.mbox", "a@x"},
		{"/inbox/demo", "/inbox/demo/", "demo", "", ""},
		{"/demo", "/demo/", "demo", "", ""},
		{"/r/a@x", "/r/", "", "{msgid}/", "a@x"},
		{"/r/a/b@x/", "/r/", "", "{msgid}/", "a/b@x"},
	} {
		p, ok := split(c.path)
		if !ok || p.prefix != c.prefix || p.list != c.list {
			t.Errorf("%s: %+v %v", c.path, p, ok)
			continue
		}
		at, msgid := findRoute(&p)
		if at == nil || at.pattern != c.pattern || msgid != c.msgid {
			t.Errorf("%s: %+v %q", c.path, at, msgid)
		}
	}
	for _, path := range []string{"/inbox/", "/inbox//x", "/%zz/", "/all/%zz/raw"} {
		if p, ok := split(path); ok {
			t.Errorf("%s: %+v", path, p)
		}
	}
}

func TestTakes(t *testing.T) {
	t.Parallel()
	x := New(Config{})
	for path, want := range map[string]bool{
		"/demo/": true, "/a@x/": true, "/": false, "/api/x/": false, "/Patch/1/": false, "/user": false, "/static/x": false,
	} {
		if got := x.Takes(httptest.NewRequest("GET", path, nil)); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestMboxrd(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"Subject: a\n\nFrom here\n>From there\n>>From x\nfrom\n":                           "Subject: a\n\n>From here\n>>From there\n>>>From x\nfrom\n\n",
		"From old Thu\nSubject: a\n\nb":                                                    "Subject: a\n\nb\n\n",
		"A: b\r\nContent-Length: 5\r\n\tfolded\r\n\tmore\r\nC: d\r\n\r\nx\r\nLines: 2\r\n": "A: b\nC: d\n\nx\nLines: 2\n\n",
		"Status: O\n\tfolded\nA: b\n\n":                                                    "A: b\n\n\n",
		"A: b\n From c\n":                                                                  "A: b\n From c\n\n",
		"":                                                                                 "\n",
	} {
		const from = "From mboxrd@z Thu Jan  1 00:00:00 1970\n"
		if got := string(appendMboxrd(nil, []byte(raw))); got != from+want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}
