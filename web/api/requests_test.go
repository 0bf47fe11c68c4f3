package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"patchwatch/db/engine"
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

func TestLink(t *testing.T) {
	t.Parallel()
	const list = "http://pw.example.org/api/1.2/patches/?"
	for page, want := range map[string]string{
		"":       "<" + list + `page=2&per_page=1&q=a%2Cb%3B>; rel="next", <` + list + `page=1&per_page=1&q=a%2Cb%3B>; rel="first", <` + list + `page=3&per_page=1&q=a%2Cb%3B>; rel="last"`,
		"page=2": "<" + list + `page=3&per_page=1>; rel="next", <` + list + `per_page=1>; rel="prev", <` + list + `page=1&per_page=1>; rel="first", <` + list + `page=3&per_page=1>; rel="last"`,
		"page=3": "<" + list + `page=2&per_page=1>; rel="prev", <` + list + `page=1&per_page=1>; rel="first", <` + list + `page=3&per_page=1>; rel="last"`,
	} {
		s := newServer()
		url := "/api/1.2/patches/?per_page=1&" + page
		if page == "" {
			for i := range s.store.PatchList {
				s.store.PatchList[i].Name += " a b;"
			}
			url += "q=a,b%3B"
		}
		w := s.get(url)
		if got := w.Result().Header.Get("Link"); got != want {
			t.Errorf("%s\n%s\nwant\n%s", url, got, want)
		}
	}
	const only = `<http://pw.example.org/api/patches/?nosuch=&page=1>; rel="first", <http://pw.example.org/api/patches/?nosuch=&page=1>; rel="last"`
	if got := newServer().get("/api/patches/?nosuch").Result().Header.Get("Link"); got != only {
		t.Errorf("a list of one page: %s", got)
	}
}

func TestPerPage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 30, "5": 5, "05": 5, "250": 250, "251": 250, "99999999999999999999": 250, "0": 30, "-1": 30, "-99999999999999999999": 30, "x": 30, "1.5": 30,
	} {
		q := &query{values: url.Values{"per_page": {text}}}
		if p, err := q.paging(); err != nil || p.size != want {
			t.Errorf("per_page=%s: %d %v, want %d", text, p.size, err, want)
		}
	}
}

func TestNoSuchPage(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"2", "0", "-1", "x", "99999999999999999999", "2147483648", "1.5"} {
		w := newServer().get("/api/patches/?page=" + page)
		if w.Code != 404 || w.Body.String() != `{"detail":"Invalid page."}` {
			t.Errorf("page %s: %d %s", page, w.Code, w.Body)
		}
	}
	for _, nothing := range []string{"patches/", "covers/", "series/", "events/"} {
		if w := newServer().get("/api/" + nothing + "?project=no-such&page=2"); w.Code != 404 {
			t.Errorf("page 2 of no %s: %d %s", nothing, w.Code, w.Body)
		}
	}
	for _, place := range []string{"patches/?page=1", "patches/?page=%2B1", "patches/?page=last", "patches/?q=zzz&page=1", "patches/?q=zzz&page=last"} {
		if w := newServer().get("/api/" + place); w.Code != 200 {
			t.Errorf("%s: %d %s", place, w.Code, w.Body)
		}
	}
}

// TestBadRequests: whatever is asked for, the answer is a 4xx in JSON.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, url, body string
		status            int
	}{
		{"GET", "/api/6.9/", "", 404},
		{"GET", "/api/1.5/patches/", "", 404},
		{"GET", "/api/nothing/", "", 404},
		{"GET", "/api/patches/0/", "", 404},
		{"GET", "/api/patches/-1/", "", 404},
		{"GET", "/api/patches/999/", "", 404},
		{"GET", "/api/patches/99999999999999999999999/", "", 404},
		{"GET", "/api/patches/9223372036854775808/", "", 404},
		{"GET", "/api/patches/%00/", "", 404},
		{"GET", "/api/patches/%ff/", "", 404},
		{"GET", "/api/patches/2%2Fcomments/", "", 404},
		{"GET", "/api/projects/a%2Fb/", "", 404},
		{"GET", "/api//patches/", "", 404},
		{"GET", "/api/patches//", "", 404},
		{"GET", "/api/patches/2/comments/5/", "", 404},
		{"GET", "/api/patches/2/comments/4/x/", "", 404},
		{"GET", "/api/patches/6/checks/1/", "", 404},
		{"GET", "/api/covers/2/", "", 404},
		{"GET", "/api/1.0/patches/2/comments/", "", 404},
		{"GET", "/api/1.2/patches/2/comments/4/", "", 404},
		{"GET", "/api/1.2/events/?category=patch-comment-created&x=1", "", 200},
		{"GET", "/api/patches/?" + strings.Repeat("state=new&", 10_000), "", 414},
		{"GET", "/api/patches/?" + strings.Repeat("a&", 2000), "", 400},
		{"POST", "/api/patches/", "", 405},
		{"DELETE", "/api/patches/2/", "", 405},
		{"BREW", "/api/series/", "", 405},
		{"POST", "/api/1.1/bundles/", "name=x&patches=2", 405},
		{"DELETE", "/api/1.1/bundles/1/", "", 405},
		{"PATCH", "/api/patches/2/", "{", 400},
		{"PATCH", "/api/patches/2/", "[]", 400},
		{"PATCH", "/api/patches/2/", `{"state":5x}`, 400},
		{"PATCH", "/api/patches/2/", `{"state":["new"]}`, 400},
		{"PATCH", "/api/patches/2/", `{"state":null}`, 400},
		{"PATCH", "/api/patches/2/", `{"state":"3"}`, 400},
		{"PATCH", "/api/patches/2/", "state=3", 400},
		{"PATCH", "/api/patches/2/", "delegate=maint", 400},
		{"PATCH", "/api/patches/2/", `{"archived":null}`, 400},
		{"PUT", "/api/patches/2/", "delegate=2", 400},
		{"GET", "/api/projects/DEMO/", "", 404},
		{"GET", "/api/patches/?page=", "", 404},
		{"PATCH", "/api/patches/2/", `{"state":"bogus"}`, 400},
		{"PATCH", "/api/patches/2/", `{"state":"new\u0000"}`, 400},
		{"PATCH", "/api/patches/2/", "{\"state\":\"\xff\"}", 400},
		{"PATCH", "/api/patches/2/", "state=%ff", 400},
		{"PATCH", "/api/patches/2/", "commit_ref=a%00b", 400},
		{"PATCH", "/api/patches/2/", "state=%zz", 400},
		{"PATCH", "/api/patches/2/", "state=", 400},
		{"PATCH", "/api/patches/2/", "archived=maybe", 400},
		{"PATCH", "/api/patches/2/", "delegate=99", 400},
		{"PATCH", "/api/patches/2/", "delegate=5", 400},
		{"PATCH", "/api/patches/2/", `{"related":5}`, 400},
		{"PATCH", "/api/patches/2/", `{"related":[999]}`, 400},
		{"PATCH", "/api/patches/2/", `{"related":[{}]}`, 400},
		{"PATCH", "/api/patches/2/", "commit_ref=" + strings.Repeat("x", 256), 400},
		{"PATCH", "/api/patches/2/", "x=" + strings.Repeat("x", 2<<20), 413},
		{"PATCH", "/api/patches/2/", strings.Repeat("x&", 2000), 400},
		{"PATCH", "/api/patches/2/", `{"a":` + strings.Repeat("[", 100_000), 400},
		{"PUT", "/api/patches/2/", "state=new", 400},
		{"POST", "/api/patches/2/checks/", "context=x", 400},
		{"POST", "/api/patches/2/checks/", "state=bogus", 400},
		{"POST", "/api/patches/2/checks/", "state=success&context=a b", 400},
		{"POST", "/api/patches/2/checks/", "state=success&target_url=javascript:x", 400},
		{"POST", "/api/bundles/", "name=x", 400},
		{"POST", "/api/bundles/", "patches=2", 400},
		{"POST", "/api/bundles/", "name=x&patches=", 400},
		{"POST", "/api/bundles/", "name=x&patches=999", 400},
		{"POST", "/api/bundles/", "name=a/b&patches=2", 400},
		{"POST", "/api/bundles/", "name=own&patches=2", 400},
		{"PATCH", "/api/bundles/1/", `{"patches":[]}`, 400},
		{"PATCH", "/api/users/2/", "settings.items_per_page=x", 400},
		{"PATCH", "/api/users/2/", `{"settings":5}`, 400},
	} {
		s := newServer().by("Maint")
		w := s.do(c.method, c.url, c.body)
		if w.Code != c.status || !json.Valid(w.Body.Bytes()) || w.Result().Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %.60s %.40s: %d %s, want %d", c.method, c.url, c.body, w.Code, w.Body, c.status)
		}
		if w.Code == 405 && !strings.HasPrefix(w.Result().Header.Get("Allow"), "GET") && w.Result().Header.Get("Allow") == "" {
			t.Errorf("%s %s: Allow %q", c.method, c.url, w.Result().Header.Get("Allow"))
		}
		if len(s.store.Wrote) > 0 {
			t.Errorf("%s %s wrote %q", c.method, c.url, s.store.Wrote)
		}
	}
}

func TestBundleOfTwoProjects(t *testing.T) {
	t.Parallel()
	w := newServer().by("root").do("POST", "/api/bundles/", "name=x&patches=2&patches=8")
	if w.Code != 400 || !strings.Contains(w.Body.String(), "same project") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestEncodings writes the same in each of the forms that programs send.
func TestEncodings(t *testing.T) {
	t.Parallel()
	const want = `[Maint decides about [2]: under-review mary@example.org true abc -]`
	send := func(kind, body string) (*server, *httptest.ResponseRecorder) {
		s := newServer().by("Maint")
		r := httptest.NewRequest("PATCH", "/api/1.2/patches/2", strings.NewReader(body))
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return s, w
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, f := range [][2]string{{"state", "under-review"}, {"delegate", "2"}, {"archived", "True"}, {"commit_ref", "abc"}} {
		_ = m.WriteField(f[0], f[1])
	}
	m.Close()
	for kind, body := range map[string]string{
		"application/x-www-form-urlencoded": "state=Under+Review&delegate=2&archived=True&commit_ref=abc&id=7&unknown=1",
		"application/json":                  `{"state":"under-review","delegate":2,"archived":"yes","commit_ref":"abc","id":7,"check":"fail"}`,
		"Application/JSON; charset=utf-8":   `{"state":2,"delegate":"2","archived":true,"commit_ref":" abc "}`,
		m.FormDataContentType():             b.String(),
	} {
		s, w := send(kind, body)
		if got := fmt.Sprint(s.store.Wrote); w.Code != 200 || got != want {
			t.Errorf("%s: %d %s %s", kind, w.Code, got, w.Body)
		}
		if !strings.Contains(w.Body.String(), `"state":"under-review"`) {
			t.Errorf("%s answers with what was: %s", kind, w.Body)
		}
	}
	for _, kind := range []string{"text/xml", "", "application/", "multipart/form-data"} {
		if s, w := send(kind, "x"); w.Code != 415 && kind != "multipart/form-data" || w.Code < 400 || len(s.store.Wrote) > 0 {
			t.Errorf("%q: %d %s", kind, w.Code, w.Body)
		}
	}
	if _, w := send("", ""); w.Code != 200 {
		t.Errorf("nothing: %d %s", w.Code, w.Body)
	}
}

// TestWrites: what reaches the database.
func TestWrites(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ method, url, body, want string }{
		{"PATCH", "patches/2/", "delegate=", "Maint decides about [2]: - * - - -"},
		{"PATCH", "patches/2/", `{"delegate":null,"commit_ref":null}`, "Maint decides about [2]: - * - * -"},
		{"PATCH", "patches/2/", `{"pull_url":"git://y","archived":false}`, "Maint decides about [2]: - - false - git://y"},
		{"PATCH", "patches/2/", `{"related":[3,2,6]}`, "Maint relates 2 to [3 6]"},
		{"PATCH", "patches/2/", `{"related":[]}`, "Maint relates 2 to []"},
		{"PATCH", "patches/2/", "related=3&related=6", "Maint relates 2 to [3 6]"},
		{"PATCH", "patches/2/", "name=x&archived=", ""},
		{"PATCH", "series/1/", `{"state":"queued","delegate":2,"archived":true}`, "Maint decides about [2 3]: queued mary@example.org true - -"},
		{"PATCH", "series/3/", "state=new", "Maint decides about [2 3]: new - - - -"},
		{"PATCH", "patches/2/comments/4/", `{"addressed":true}`, "Maint addresses 4: true"},
		{"PATCH", "patches/2/comments/4/", `{"addressed":null}`, "Maint addresses 4: -"},
		{"PATCH", "patches/2/comments/4/", `{}`, ""},
		{"POST", "patches/2/checks/", "state=fail&context=acc-boot&target_url=http://ci.example.org/3&description=x&user=1", "Maint checks 2: fail acc-boot http://ci.example.org/3 x"},
		{"POST", "patches/2/checks/", `{"state":"success","target_url":null}`, "Maint checks 2: success default  "},
		{"POST", "bundles/", `{"name":" a b ","patches":[3,2,3],"public":true}`, `Maint adds bundle "a b" [<m3/x@example.org> <m2/x@example.org>]`},
		{"PATCH", "bundles/2/", "public=True", `Maint sets bundle 2 "own" true [<m3/x@example.org>]`},
		{"PATCH", "bundles/2/", "patches=2&name=other", `Maint sets bundle 2 "other" false [<m2/x@example.org>]`},
		{"DELETE", "bundles/2/", "", "Maint removes bundle 2"},
		{"PATCH", "users/2/", `{"first_name":"M","username":"x","settings":{"items_per_page":50,"show_ids":true}}`, "Maint sets user 2"},
		{"PATCH", "projects/1/", "scm_url=https://x.org&name=ignored", "Maint sets project 1"},
	} {
		s := newServer().by("Maint")
		w := s.do(c.method, "/api/"+c.url, c.body)
		got := strings.ReplaceAll(strings.Join(s.store.Wrote, "; "), "  ", " ")
		want := strings.ReplaceAll(strings.ReplaceAll(c.want, "*", ""), "  ", " ")
		if w.Code >= 300 || got != want {
			t.Errorf("%s %s %s: %d %q, want %q; %s", c.method, c.url, c.body, w.Code, got, want, w.Body)
		}
	}
}

func TestCheckIsAnsweredWhole(t *testing.T) {
	t.Parallel()
	w := newServer().by("Maint").do("POST", "/api/1.2/patches/2/checks/", "state=success&context=x&description=d")
	const want = `{"id":3,"url":"http://pw.example.org/api/1.2/patches/2/checks/3/","user":{"id":2,"url":"http://pw.example.org/api/1.2/users/2/",` +
		`"username":"Maint","first_name":"Mary","last_name":"Maint","email":"mary@example.org"},"date":"2026-02-01T00:00:00.123456",` +
		`"state":"success","target_url":null,"context":"x","description":"d"}`
	if w.Code != 201 || w.Body.String() != want || w.Result().Header.Get("Location") != "http://pw.example.org/api/1.2/patches/2/checks/3/" {
		t.Errorf("%d %s %v", w.Code, w.Body, w.Result().Header)
	}
}

// TestWhatIsWrong: the words of Patchwork, by which people find help.
func TestWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ method, url, body, want string }{
		{"PATCH", "patches/2/", `{"state":"foo","archived":"x","delegate":"bob"}`, `{"state":["Invalid state foo. Expected one of: new, under-review, accepted, rejected, ` +
			`rfc, not-applicable, changes-requested, awaiting-upstream, superseded, deferred, queued."],"archived":["Must be a valid boolean."],"delegate":["Incorrect type. Expected pk value, received str."]}`},
		{"PATCH", "patches/2/", "delegate=99", `{"delegate":["Invalid pk \"99\" - object does not exist."]}`},
		{"PATCH", "patches/2/", "delegate=5", `{"delegate":["User 'strange' is not a maintainer for project 'Demo'"]}`},
		{"PATCH", "patches/2/", `{"state":""}`, `{"state":["This field may not be null."]}`},
		{"PATCH", "patches/2/", `{"commit_ref":"a\u0000"}`, `{"commit_ref":["Null characters are not allowed."]}`},
		{"PATCH", "patches/2/", `{"commit_ref":true,"pull_url":[]}`, `{"commit_ref":["Not a valid string."],"pull_url":["Not a valid string."]}`},
		{"PATCH", "patches/2/", `{"related":"x"}`, `{"related":["Expected a list of items but got type \"str\"."]}`},
		{"PATCH", "patches/2/", `{"related":null}`, `{"related":["This field may not be null."]}`},
		{"PATCH", "patches/2/", `{"related":[{}]}`, `{"related":["Incorrect type. Expected pk value, received dict."]}`},
		{"PATCH", "patches/2/", `{"related":[3,null]}`, `{"related":["This field may not be null."]}`},
		{"PATCH", "patches/2/", `{"related":[""]}`, `{"related":["This field may not be null."]}`},
		{"PATCH", "patches/2/", "related=", `{"related":["This field may not be null."]}`},
		{"PATCH", "patches/2/", "related=3&related=", `{"related":["This field may not be null."]}`},
		{"POST", "bundles/", "name=x&patches=", `{"patches":["This field may not be null."]}`},
		{"PATCH", "patches/2/", `[]`, `{"detail":["Invalid data. Expected a dictionary, but got list."]}`},
		{"PUT", "patches/2/", "", `{"state":["This field is required."],"delegate":["This field is required."]}`},
		{"POST", "patches/2/checks/", "context=a b&target_url=http://host/x", `{"state":["A check must have a state."],"target_url":["Enter a valid URL."],` +
			`"context":["Enter a valid \"slug\" consisting of letters, numbers, underscores or hyphens."]}`},
		{"POST", "patches/2/checks/", "state=failure", `{"state":["\"failure\" is not a valid choice."]}`},
		{"POST", "patches/2/checks/", `{"state":"fail","context":""}`, `{"context":["This field may not be blank."]}`},
		{"PATCH", "users/2/", `{"last_name":null,"settings":{"items_per_page":"x","show_ids":3}}`,
			`{"last_name":["This field may not be null."],"settings":{"items_per_page":["A valid integer is required."],"show_ids":["Must be a valid boolean."]}}`},
		{"PATCH", "users/2/", `{"settings":"x"}`, `{"settings":{"detail":["Invalid data. Expected a dictionary, but got str."]}}`},
		{"POST", "bundles/", "", `{"name":["This field is required."],"patches":["This field is required."]}`},
		{"POST", "bundles/", `{"name":"","patches":[2]}`, `{"name":["This field may not be blank."]}`},
	} {
		w := newServer().by("Maint").do(c.method, "/api/"+c.url, c.body)
		if got := w.Body.String(); w.Code != 400 || got != c.want {
			t.Errorf("%s %s %s: %d\n%s\nwant\n%s", c.method, c.url, c.body, w.Code, got, c.want)
		}
	}
}

// TestAllow: every answer says what can be done there, in Patchwork's order.
func TestAllow(t *testing.T) {
	t.Parallel()
	for place, want := range map[string]string{
		"": "GET, HEAD, OPTIONS", "patches/": "GET, HEAD, OPTIONS", "patches/2/": "GET, PUT, PATCH, HEAD, OPTIONS", "patches/999/": "GET, PUT, PATCH, HEAD, OPTIONS",
		"patches/2/checks/": "GET, POST, HEAD, OPTIONS", "bundles/1/": "GET, PUT, PATCH, DELETE, HEAD, OPTIONS", "series/1/": "GET, PATCH, HEAD, OPTIONS",
	} {
		for _, method := range []string{"GET", "HEAD", "OPTIONS", "BREW"} {
			w := newServer().do(method, "/api/"+place, "")
			if got := w.Result().Header.Get("Allow"); got != want || (w.Code == 405) != (method == "BREW") {
				t.Errorf("%s %s: %d %s", method, place, w.Code, got)
			}
		}
	}
	for _, method := range []string{"GET", "POST", "DELETE", "OPTIONS"} {
		if w := newServer().do(method, "/api/people/", ""); w.Code != 403 {
			t.Errorf("%s people/ by nobody: %d", method, w.Code)
		}
	}
}

// TestEveryWriteShowsAtOnce: an answer that was kept is not given after a write, whoever asks.
func TestEveryWriteShowsAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer()
	for _, c := range []struct{ get, method, url, body, shows string }{
		{"patches/", "PATCH", "patches/2/", "state=rejected", `"state":"rejected"`},
		{"patches/2/", "PATCH", "patches/2/", "commit_ref=c0ffee", `"commit_ref":"c0ffee"`},
		{"patches/2/checks/", "POST", "patches/2/checks/", "state=fail&context=new-one", `"context":"new-one"`},
		{"patches/2/comments/", "PATCH", "patches/2/comments/4/", "addressed=true", `"addressed":true`},
		{"projects/", "PATCH", "projects/1/", "scm_url=https://scm.example.org", `"scm_url":"https://scm.example.org"`},
		{"patches/3/", "PATCH", "projects/1/", "webscm_url=https://web.example.org", `"webscm_url":"https://web.example.org"`},
		{"bundles/", "PATCH", "bundles/2/", "public=true&name=shown", `"name":"shown"`},
		{"users/2/", "PATCH", "users/2/", "last_name=Newname", `"last_name":"Newname"`},
		{"projects/1/", "PATCH", "users/2/", "last_name=Other", `"last_name":"Other"`},
	} {
		for _, name := range []string{"root", "Maint", "root", "Maint"} { // twice, so that the second time it is kept
			s.as = name
			if w := s.get("/api/" + c.get); w.Code != 200 || strings.Contains(w.Body.String(), c.shows) {
				t.Fatalf("%s before: %d %s", c.get, w.Code, w.Body)
			}
		}
		if w := s.do(c.method, "/api/"+c.url, c.body); w.Code >= 300 {
			t.Fatalf("%s: %d %s", c.url, w.Code, w.Body)
		}
		for _, name := range []string{"root", "Maint"} {
			s.as = name
			if w := s.get("/api/" + c.get); !strings.Contains(w.Body.String(), c.shows) {
				t.Errorf("%s as %s does not show %s: %s", c.get, name, c.shows, w.Body)
			}
		}
	}
}

// TestKeptAnswers: what is asked for again is not looked up again, and the client that has it gets 304.
func TestKeptAnswers(t *testing.T) {
	t.Parallel()
	s := newServer().by("Maint")
	for _, place := range every {
		first := s.get("/api/" + place)
		etag := first.Result().Header.Get("ETag")
		calls := s.store.Calls
		again := s.get("/api/" + place)
		if s.store.Calls != calls || again.Body.String() != first.Body.String() || again.Result().Header.Get("ETag") != etag {
			t.Errorf("%s: asked for again it was looked up again", place)
		}
		r := httptest.NewRequest("GET", "http://pw.example.org/api/"+place, nil)
		r.Header.Set("If-None-Match", `"x", `+etag)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != 304 || w.Body.Len() > 0 || etag == "" {
			t.Errorf("%s: %d %s", place, w.Code, w.Body)
		}
		head := s.do("HEAD", "/api/"+place, "")
		if head.Code != 200 || head.Body.Len() > 0 || head.Result().Header.Get("Content-Length") != fmt.Sprint(first.Body.Len()) {
			t.Errorf("HEAD %s: %d %v", place, head.Code, head.Result().Header)
		}
	}
	list := s.get("/api/patches/?per_page=1")
	if again := s.get("/api/patches/?per_page=1"); again.Result().Header.Get("Link") != list.Result().Header.Get("Link") || list.Result().Header.Get("Link") == "" {
		t.Error("a kept answer has lost its links")
	}
}

// TestKeptAnswersAreOfTheViewer: nobody gets an answer that was made for somebody who sees more.
func TestKeptAnswersAreOfTheViewer(t *testing.T) {
	t.Parallel()
	s := newServer()
	for _, place := range append(every, "patches/8/", "patches/?project=2", "bundles/2/", "bundles/3/") {
		want := map[string]string{}
		for _, name := range somebody {
			want[name] = newServer().by(name).get("/api/" + place).Body.String()
		}
		for _, name := range []string{"root", "keeper", "Maint", "", "ann", "strange", "root", ""} {
			if name == "keeper" {
				s.by(name).get("/api/" + place)
				continue
			}
			if got := s.by(name).get("/api/" + place).Body.String(); got != want[name] {
				t.Errorf("%s as %q: %s, want %s", place, name, got, want[name])
			}
		}
	}
}

// TestChangesOfOthersDoNotShow: in the ETag of anybody not even that something has happened in a private project.
func TestChangesOfOthersDoNotShow(t *testing.T) {
	t.Parallel()
	s := newServer()
	before := s.get("/api/patches/").Result().Header.Get("ETag")
	s.store.Counts[2]++
	if after := s.get("/api/patches/").Result().Header.Get("ETag"); after != before {
		t.Error("it shows")
	}
	s.store.Counts[1]++
	if after := s.get("/api/patches/").Result().Header.Get("ETag"); after == before {
		t.Error("nothing shows")
	}
}

func TestAnotherEpoch(t *testing.T) {
	t.Parallel()
	s := newServer()
	if got := s.get("/api/events/").Result().Header.Get("X-Patchwatch-Epoch"); got != "e1" {
		t.Errorf("epoch %q", got)
	}
	s.store.Name, s.store.Mails[2] = "e2", strings.Replace(s.store.Mails[2], "A <message>", "Another", 1)
	if got := s.get("/api/events/").Result().Header.Get("X-Patchwatch-Epoch"); got != "e2" {
		t.Errorf("epoch %q", got)
	}
	if !strings.Contains(s.get("/api/patches/2/").Body.String(), "Another") {
		t.Error("a mail of another database is shown")
	}
}

func TestFaultsOfTheDatabase(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]int{
		engine.ErrClosed: 503, fmt.Errorf("x: %w", engine.ErrReadOnly): 503, errors.New("secret words"): 500, context.DeadlineExceeded: 503,
	} {
		for _, place := range every {
			s := newServer().by("Maint")
			s.get("/api/")
			s.store.Fails = err
			w := s.get("/api/" + place)
			if w.Code != want || strings.Contains(w.Body.String(), "secret") || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%v: %s: %d %s", err, place, w.Code, w.Body)
			}
		}
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 1, 5, 10, 0, 0, 500_000_000, time.UTC)
	for _, text := range []string{"2026-01-05T10:00:00.5", "2026-01-05 10:00:00.500000", "2026-01-05t10:00:00.5z",
		"2026-01-05T12:00:00.5+02:00", "2026-01-05T12:00:00.5 02:00", "2026-01-05T12:00:00.5+0200", "2026-01-05T05:00:00.5-05:00"} {
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

func TestStrings(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a<b>&'": `"a<b>&'"`, "\"\\\n\r\t\b\f\x01\x1f\x7f": `"\"\\\n\r\t\b\f\u0001\u001f` + "\x7f" + `"`, "é\u2028\u2029\u202a": `"é\u2028\u2029` + "\u202a" + `"`,
		"\xff": "\"\uFFFD\"", "": `""`,
	} {
		got := string(appendString(nil, in))
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
		var back string
		if err := json.Unmarshal([]byte(got), &back); err != nil || back != strings.ToValidUTF8(in, "\uFFFD") {
			t.Errorf("%q: %q %v", in, back, err)
		}
	}
}

// FuzzQuery asks for anything.
func FuzzQuery(f *testing.F) {
	for _, url := range []string{"patches/?state=1&state=x&since=2026-01-01&order=-id&page=last", "events/?category=x&since_id=9&q=%00",
		"series/1?%zz;&=&&", "users/?q=%ff", "patches/2/checks/?user=&state=3&context=a", "1.0/covers/?per_page=9999999999&page=1"} {
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
		{"patches/2/", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"state\"\r\n\r\nnew\r\n--b--\r\n"},
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
