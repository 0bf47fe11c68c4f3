package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzQuery asks for anything.
func FuzzQuery(f *testing.F) {
	for _, url := range []string{"patches/?state=1&state=x&since=2026-01-01&order=-id&page=last",
		"events/?category=x&since_id=9&q=%00", "series/1?%zz;&=&&", "users/?q=%ff",
		"patches/2/checks/?user=&state=3&context=a", "1.0/covers/?per_page=9999999999&page=1"} {
		f.Add("GET", url)
	}
	s := newServer().by("root")
	f.Fuzz(func(t *testing.T, method, url string) {
		r, err := http.NewRequest(method, "http://x/api/"+url, http.NoBody)
		if err != nil {
			return
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 || w.Code != 204 && method != "HEAD" && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %q: %d %s", method, url, w.Code, w.Body)
		}
	})
}

// FuzzBody writes anything.
func FuzzBody(f *testing.F) {
	for _, c := range [][3]string{
		{"patches/2/", "application/json", `{"state":"new","delegate":null,"related":[3],"archived":"yes"}`},
		{"patches/2/", "multipart/form-data; boundary=b",
			"--b\r\nContent-Disposition: form-data; name=\"state\"\r\n\r\nnew\r\n--b--\r\n"},
		{"patches/2/checks/", "application/x-www-form-urlencoded", "state=success&context=x&target_url=http://x"},
		{"bundles/1/", "application/json", `{"patches":["2",3],"name":{},"public":null}`},
		{"users/2/", "application/json", `{"settings":{"items_per_page":[]}}`},
	} {
		f.Add(c[0], c[1], c[2])
	}
	f.Fuzz(func(t *testing.T, url, kind, body string) {
		for _, method := range []string{"PATCH", "POST", "PUT"} {
			s := newServer().by("root")
			r, err := http.NewRequest(method, "http://x/api/"+url, strings.NewReader(body))
			if err != nil {
				return
			}
			r.Header.Set("Content-Type", kind)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s %q %q %q: %d %s", method, url, kind, body, w.Code, w.Body)
			}
		}
	})
}
