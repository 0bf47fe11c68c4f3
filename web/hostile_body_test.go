package web_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// Bodies that no program should send.

var hostileJSON = []string{
	"", " ", "null", "true", "5", `"x"`, "[]", "[1]", "[{}]", "{", "}", "{}", `{"`, `{"state"`, `{"state":`,
	`{"state":}`, `{"state":1e999}`, `{"state":NaN}`, `{"state":{}}`, `{"state":[]}`, `{"state":null}`, `{"state":true}`,
	`{"state":-1}`, `{"state":99999999999999999999}`, `{"state":1.5}`,
	`{"state":"` + strings.Repeat("x", 100_000) + `"}`, "{\"state\":\"\x00\"}", "{\"state\":\"\xff\"}",
	`{"state":"\u0000"}`, `{"state":"\ud800"}`, `{"state":"new","state":5}`, `{"archived":{}}`, `{"archived":"x"}`,
	`{"archived":1e400}`, `{"archived":[]}`, `{"delegate":{}}`, `{"delegate":[]}`, `{"delegate":true}`,
	`{"delegate":-1}`, `{"delegate":9223372036854775808}`, `{"delegate":1.5}`, `{"delegate":"x"}`, `{"related":{}}`,
	`{"related":"x"}`, `{"related":[[]]}`, `{"related":[null]}`, `{"related":[9223372036854775808]}`,
	`{"related":[` + strings.Repeat("1,", 100_000) + `1]}`, `{"related":[1.5]}`, `{"related":[0]}`, `{"related":[-1]}`,
	`{"commit_ref":{}}`, `{"commit_ref":"` + strings.Repeat("x", 300) + `"}`, `{"commit_ref":"\u0000"}`,
	`{"commit_ref":true}`, `{"pull_url":"\u0000"}`, `{"pull_url":[]}`, `{"name":{}}`, `{"name":"","patches":[]}`,
	`{"name":"x","patches":{}}`, `{"name":"x","patches":[9223372036854775808]}`, `{"name":"x","patches":["x"]}`,
	`{"name":"\u0000","patches":[1]}`, `{"name":"../x","patches":[1]}`,
	`{"name":"x","patches":[` + strings.Repeat("1,", 100_000) + `1]}`, `{"name":"x","patches":null}`,
	`{"name":5,"patches":5,"public":5}`, `{"public":"x"}`, `{"public":null}`, `{"context":""}`,
	`{"state":"success","context":"a b"}`, `{"state":"success","context":null}`,
	`{"state":"success","target_url":"javascript:alert(1)"}`, `{"state":"success","target_url":"http://[::1"}`,
	`{"state":"success","target_url":"http://x y/"}`, `{"state":"success","description":"\u0000"}`,
	`{"state":"success","description":{}}`, `{"state":"success","target_url":5}`, `{"state":7}`, `{"addressed":{}}`,
	`{"addressed":"x"}`, `{"addressed":5}`, `{"web_url":{}}`, `{"web_url":"\u0000"}`,
	`{"web_url":"` + strings.Repeat("x", 3000) + `"}`, `{"list_archive_url_format":"{}{}{}"}`,
	`{"list_archive_url_format":"{"}`, `{"show_dependencies":"x"}`, `{"settings":5}`, `{"settings":null}`,
	`{"settings":[]}`, `{"settings":{"items_per_page":"x"}}`, `{"settings":{"items_per_page":-1}}`,
	`{"settings":{"items_per_page":99999999999999999999}}`, `{"settings":{"items_per_page":{}}}`,
	`{"settings":{"send_email":{}}}`, `{"first_name":"\u0000"}`, `{"first_name":[]}`, strings.Repeat("[", 200_000),
	`{"state":` + strings.Repeat("[", 200_000), strings.Repeat(`{"a":`, 100_000), "\xef\xbb\xbf{}", "{}{}", "{} x",
}

var hostileForms = []string{
	"=", "&", "&&&", "=x", "x", "%", "%zz", "%zz=1", "state=%zz", "state=%00", "state=%ff", "archived=", "delegate=%ff",
	"related=x", "related=", "patches=x&name=", "name=%00&patches=1", strings.Repeat("a=b&", 10_000),
	strings.Repeat("related=1&", 900), "state;x=y", "state=new;archived=1", "\x00\x01\x02\xff\xfe",
}

// hostileParts are bodies of multipart/form-data with the boundary x.
var hostileParts = []string{
	"--x\r\n", "--x--\r\n", "--x\r\nContent-Disposition: form-data; name=state\r\n\r\nnew",
	"--x\r\nContent-Disposition: form-data; name=state\r\n\r\nnew\r\n--x--\r\n",
	"--x\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n\xff\r\n--x--\r\n", "--x\r\n\r\n\r\n--x--",
	"--x\r\nContent-Disposition: junk\r\n\r\nnew\r\n--x--\r\n",
	"--x\r\n" + strings.Repeat("H: v\r\n", 20_000) + "\r\nnew\r\n--x--\r\n",
	"--x\r\nContent-Disposition: form-data; name=state; filename=f\r\n\r\nnew\r\n--x--\r\n",
	strings.Repeat("--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n", 5000) + "--x--\r\n",
	"--x\r\nContent-Transfer-Encoding: quoted-printable\r\n" +
		"Content-Disposition: form-data; name=state\r\n\r\n=ZZ=\r\n--x--\r\n",
}

// TestHostileBodies sends all of them, as every type, to everything that is written.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, c := range writes {
		if c.method != "PATCH" && c.method != "POST" || c.log == "" {
			continue
		}
		url := "/api/" + s.in(c.url)
		for _, body := range slices.Concat(hostileJSON, hostileForms, hostileParts) {
			for _, kind := range formTypes {
				s.fine(c.method+" "+c.url+" "+kind+" "+body, s.do("root", c.method, url, body, "Content-Type", kind))
			}
		}
	}
}

var formTypes = []string{"application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"}

// TestHostileTypes sends bodies as types that there are not.
func TestHostileTypes(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, kind := range []string{
		"", "junk", "text/plain", "application/xml", "application/merge-patch+json", "multipart/form-data",
		"multipart/form-data; boundary=", "multipart/form-data; boundary=" + strings.Repeat("x", 5000),
		"multipart/mixed; boundary=x", "application/json; charset=utf-16", "application/json;;;", ";", "a/b/c", "\xff\xfe",
		"application/json; a=\"", strings.Repeat("x", 50_000),
	} {
		for _, body := range []string{"", "{}", "x=y", "--x--\r\n"} {
			w := s.do("root", "PATCH", s.in("/api/patches/{first}/"), body, "Content-Type", kind)
			s.fine("PATCH "+kind+" "+body, w)
			if w.Code >= 300 && w.Code != 415 && w.Code != 400 {
				t.Errorf("%s: %d %s", kind, w.Code, w.Body)
			}
		}
	}
}

// TestHostileLogins sends forms to the pages of accounts.
func TestHostileLogins(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, path := range accountPlaces {
		for _, body := range []string{
			"", "%", "username=%00&password=%ff", "username=" + strings.Repeat("x", 100_000),
			strings.Repeat("a=b&", 100_000), "\x00\xff",
		} {
			for _, kind := range formTypes {
				s.fine("POST "+path+" "+body, s.do("", "POST", path, body, "Content-Type", kind))
			}
		}
	}
}

// endless is a body without end. It counts what is read of it.
type endless struct {
	text string
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		n += copy(p[n:], e.text)
	}
	e.read += n
	return n, nil
}

// TestEndlessBodies sends bodies without end to everything that is written. Little is read of them, and next to nothing
// before it is known who sends them.
func TestEndlessBodies(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	texts := map[string]string{
		"application/json": " ", "application/x-www-form-urlencoded": "a=b&",
		"multipart/form-data; boundary=x": "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n",
	}
	for _, c := range writes {
		for kind, text := range texts {
			for who, most := range map[string]int{"": 64 << 10, "root": 4 << 20} {
				body := &endless{text: text}
				w := s.send(who, c.method, "/api/"+s.in(c.url), body, -1, kind)
				s.fine(c.method+" "+c.url+" "+kind, w)
				if body.read > most {
					t.Errorf("%s %s by %q: %d bytes were read: %d %s", c.method, c.url, who, body.read, w.Code, w.Body)
				}
			}
		}
		s = newWhole(t)
	}
}

// TestLongBodies sends requests that say at once that they are too long.
func TestLongBodies(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, length := range []int64{2 << 20, 1 << 62} {
		body := io.NopCloser(bytes.NewReader(nil))
		w := s.send("maint", "PATCH", s.in("/api/patches/{first}/"), body, length, "application/json")
		if s.fine("PATCH", w); w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%d bytes: %d %s", length, w.Code, w.Body)
		}
	}
}

// send sends a body of a length, -1 if that is not known.
func (s *whole) send(who, method, url string, body io.Reader, length int64, kind string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, body)
	r.ContentLength = length
	r.Header.Set("Content-Type", kind)
	if who != "" {
		r.Header.Set("Authorization", "Token "+s.Tokens[who])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}
