package web_test

import (
	"encoding/base64"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/web"
)

// everyone is: nobody, a stranger, the submitter of the first patch, its delegate, the maintainer, an administrator,
// the maintainer with a token that may only read, the maintainer whose browser shows a page of another site, and a
// disabled user.
var everyone = []string{"", "strange", "ann", "del", "maint", "root", "reader", "foreign", "off"}

// by sends a request as one of everyone.
func (s *whole) by(who, method, url, body string) *httptest.ResponseRecorder {
	if who == "foreign" {
		return s.do("maint", method, url, body, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example.com")
	}
	return s.do(who, method, url, body)
}

// writes has at least one request of each kind that changes something.
var writes = []struct {
	method, url, body string
	log               string // who decided what, as the log has it; *: whoever asked
	status            string // for each of everyone
}{
	{"PATCH", "patches/{first}/", `{"state":"rejected"}`, "* state", "403 403 200 200 200 200 403 403 403"},
	{
		"PUT", "patches/{first}/", `{"state":"rejected","delegate":{maint}}`, "* state, * delegate",
		"403 403 200 200 200 200 403 403 403",
	},
	{"PATCH", "patches/{first}/", "archived=True", "* archived", "403 403 200 200 200 200 403 403 403"},
	{
		"PATCH", "patches/{first}/", "commit_ref=12ab&pull_url=git://x", "* commit-ref, * pull-url",
		"403 403 200 200 200 200 403 403 403",
	},
	{"PATCH", "patches/{lone}/", "archived=True", "* archived", "403 403 403 403 200 200 403 403 403"},
	{"PATCH", "patches/{first}/", `{"related":[{second}]}`, "* related", "403 403 403 403 200 200 403 403 403"},
	{
		"PATCH", "patches/{first}/", `{"related":[{second}],"state":"rejected"}`, "* state, * related",
		"403 403 403 403 200 200 403 403 403",
	},
	{"PATCH", "patches/{first}/", `{"related":[{cover}],"state":"rejected"}`, "", "403 403 400 400 400 400 403 403 403"},
	{"PATCH", "patches/{spam}/", "state=accepted", "", "410 410 410 410 410 410 410 403 403"},
	{"POST", "patches/{first}/checks/", "state=success", "* check", "403 403 201 201 201 201 403 403 403"},
	{"POST", "patches/{lone}/checks/", "state=success", "* check", "403 403 403 403 201 201 403 403 403"},
	{
		"PATCH", "patches/{first}/comments/{on-first}/", "addressed=true", "* addressed",
		"403 403 200 200 200 200 403 403 403",
	},
	{
		"PUT", "patches/{first}/comments/{on-first}/", "addressed=true", "* addressed",
		"403 403 200 200 200 200 403 403 403",
	},
	{
		"PATCH", "covers/{cover}/comments/{on-cover}/", "addressed=true", "* addressed",
		"403 403 200 403 200 200 403 403 403",
	},
	{
		"PUT", "covers/{cover}/comments/{on-cover}/", "addressed=true", "* addressed",
		"403 403 200 403 200 200 403 403 403",
	},
	{"PATCH", "series/{cover}/", "state=rejected", "* state, * state", "403 403 200 403 200 200 403 403 403"},
	{"PATCH", "projects/demo/", "web_url=https://x.org", "* project", "403 403 403 403 200 200 403 403 403"},
	{"PUT", "projects/1/", "web_url=https://x.org", "* project", "403 403 403 403 200 200 403 403 403"},
	{"PATCH", "users/{maint}/", "first_name=A", "* user", "403 403 403 403 200 403 403 403 403"},
	{"PUT", "users/{strange}/", "first_name=A", "* user", "403 200 403 403 403 403 403 403 403"},
	{"POST", "bundles/", "name=n&patches={first}", "* bundle", "403 201 201 201 201 201 403 403 403"},
	{"PATCH", "bundles/1/", "name=n", "* bundle", "403 403 403 403 200 403 403 403 403"},
	{"PUT", "bundles/2/", "name=n&patches={first}", "* bundle", "404 404 404 404 200 404 403 403 403"},
	{"DELETE", "bundles/1/", "", "* bundle", "403 403 403 403 204 403 403 403 403"},
	{"DELETE", "bundles/2/", "", "* bundle", "404 404 404 404 204 404 403 403 403"},
}

// TestEveryoneWrites tries every write as everyone. A request that is refused changes nothing. One that is done is in
// the log, with who did it.
func TestEveryoneWrites(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, c := range writes {
		for i, status := range strings.Fields(c.status) {
			who := everyone[i]
			url, body := "/api/1.4/"+s.in(c.url), s.in(c.body)
			before := s.lines()
			w := s.by(who, c.method, url, body)
			told := s.since(before)
			if fmt.Sprint(w.Code) != status {
				t.Errorf("%s %s %s by %q: %d %s, want %s", c.method, url, body, who, w.Code, w.Body, status)
			}
			want := ""
			if w.Code < 300 {
				u := s.Users[who]
				want = strings.ReplaceAll(c.log, "*", string(u.Actor()))
			}
			if told != want {
				t.Errorf("%s %s by %q: %d, and the log has %q, want %q", c.method, url, who, w.Code, told, want)
			}
			if w.Code < 300 || told != "" {
				s = newWhole(t)
			}
		}
	}
}

func (s *whole) lines() []engine.LogEntry {
	s.t.Helper()
	all, err := s.Log(s.t.Context(), engine.LogQuery{Most: 1000})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// since says who decided what after the log had these lines.
func (s *whole) since(before []engine.LogEntry) string {
	now := s.lines()
	var all []string
	for _, e := range now[:len(now)-len(before)] {
		all = append(all, fmt.Sprint(e.Actor, " ", e.What))
	}
	slices.Reverse(all)
	return strings.Join(all, ", ")
}

// TestEveryWriteIsTried looks at the methods that each path allows, and wants each to be in writes.
func TestEveryWriteIsTried(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, place := range places {
		allow := s.get("maint", s.in(place)).Result().Header.Get("Allow")
		if strings.HasPrefix(place, "/api/") != (allow != "") {
			t.Errorf("%s: allows %q", place, allow)
		}
		for method := range strings.SplitSeq(allow, ", ") {
			if method == "" || method == "GET" || method == "HEAD" || method == "OPTIONS" {
				continue
			}
			shape := func(url string) int { return strings.Count(url, "/") }
			if !slices.ContainsFunc(writes, func(c struct{ method, url, body, log, status string }) bool {
				url := "/api/" + c.url
				noun, _, _ := strings.Cut(c.url, "/")
				return c.method == method && strings.HasPrefix(place, "/api/"+noun) && shape(url) == shape(place)
			}) {
				t.Errorf("nobody tries %s %s", method, place)
			}
		}
	}
}

// TestEveryoneReads asks for everything as everyone.
func TestEveryoneReads(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, place := range places {
		for _, who := range everyone {
			want := found(place)
			if who == "off" || who == "" && forUsers(place) || who != "root" && forAdmins(place) {
				want = 403
			}
			if w := s.by(who, "GET", s.in(place), ""); w.Code != want {
				t.Errorf("%s by %q: %d %s, want %d", place, who, w.Code, w.Body, want)
			}
		}
	}
}

// found is the status of a place for those who may read it: 200, or 302 where it leads to another.
func found(place string) int {
	for _, leads := range []string{"/patch/{", "/cover/{", "/comment/{", "/r/"} {
		if strings.HasPrefix(place, leads) {
			return 302
		}
	}
	if strings.HasSuffix(place, "/next/") || strings.HasSuffix(place, "/previous/") {
		return 302
	}
	return 200
}

// forUsers tells whether a place is only for those who have logged in.
func forUsers(place string) bool {
	return strings.HasPrefix(place, "/api/users/") || strings.HasPrefix(place, "/api/people/") ||
		place == "/user/delegated.atom" ||
		strings.HasPrefix(place, "/user/todo/") || place == "/user/bundles/" || place == "/project/demo/bundles/"
}

// forAdmins tells whether a place is only for administrators.
func forAdmins(place string) bool { return strings.HasPrefix(place, "/admin/") }

// TestRequireLogin asks a server for everything that shows nothing to anybody but users.
func TestRequireLogin(t *testing.T) {
	t.Parallel()
	s := newWhole(t).again(web.Options{RequireLogin: true})
	for _, place := range places {
		for _, who := range everyone {
			want := found(place)
			if who == "off" || who == "" || who != "root" && forAdmins(place) {
				want = 403
			}
			w := s.by(who, "GET", s.in(place), "")
			if w.Code != want {
				t.Errorf("%s by %q: %d, want %d", place, who, w.Code, want)
			}
			h, body := w.Result().Header, w.Body.String()
			if want == 403 && (strings.Contains(body, "demo") || h.Get("Link") != "" || h.Get("ETag") != "") {
				t.Errorf("%s tells %q: %v %s", place, who, h, body)
			}
		}
	}
	w := s.do("", "GET", "/project/demo/patch/first/", "", "Accept", "text/html")
	if to := w.Result().Header.Get("Location"); w.Code != 303 || !strings.HasPrefix(to, "/user/login/?next=") {
		t.Errorf("a browser is sent to %d %q", w.Code, to)
	}
	for _, c := range writes {
		if w := s.do("", c.method, "/api/"+s.in(c.url), s.in(c.body)); w.Code != 403 {
			t.Errorf("%s %s: %d", c.method, c.url, w.Code)
		}
	}
}

// TestForeignOrigins sends what browsers send when a page of another site makes them write.
func TestForeignOrigins(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, c := range []struct {
		header []string
		status int
	}{
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Sec-Fetch-Site", "same-site"}, 403},
		{[]string{"Origin", "https://evil.example.com"}, 403},
		{[]string{"Origin", "null"}, 403},
		{[]string{"Sec-Fetch-Site", "cross-site", "Origin", "http://pw.example.org"}, 403},
		{[]string{"Sec-Fetch-Site", "same-origin", "Origin", "http://pw.example.org"}, 200},
		{[]string{"Origin", "http://pw.example.org"}, 200},
		{[]string{"Sec-Fetch-Site", "none"}, 200},
		{nil, 200},
	} {
		w := s.do("maint", "PATCH", s.in("/api/patches/{first}/"), "state=new", c.header...)
		if w.Code != c.status {
			t.Errorf("%v: %d %s", c.header, w.Code, w.Body)
		}
	}
	for _, path := range accountPlaces {
		if w := s.do("", "POST", path, "x=y", "Sec-Fetch-Site", "cross-site"); w.Code != 403 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// accountPlaces are where forms are sent to by those who log in or change their accounts.
var accountPlaces = []string{
	"/user/login/", "/user/logout/", "/user/welcome/x/", "/user/password/", "/user/token/", "/user/revoke/",
}

// TestTokensOpenNoAccount: somebody who has a token can make no other token with it, and cannot log its owner out.
func TestTokensOpenNoAccount(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, who := range []string{"", "maint", "root", "reader", "off"} {
		for _, c := range [][2]string{
			{"GET", "/user/"}, {"POST", "/user/password/"}, {"POST", "/user/token/"}, {"POST", "/user/revoke/"},
		} {
			if w := s.do(who, c[0], c[1], ""); w.Code != 403 {
				t.Errorf("%s %s by %q: %d %s", c[0], c[1], who, w.Code, w.Body)
			}
		}
	}
}

// TestWrongCredentials sends credentials that are wrong, which are refused with 403, never with 401, in Patchwork's
// words. Such an answer says what may be done at a path, as any other does.
func TestWrongCredentials(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	locked := s.again(web.Options{RequireLogin: true})
	basic := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
	for _, place := range places {
		allow := s.get("maint", s.in(place)).Result().Header.Get("Allow")
		for _, c := range []struct {
			server        *whole
			header, wants string
		}{
			{s, "Token " + strings.Repeat("0", 40), "Invalid token."},
			{s, "Token " + s.Tokens["off"], "Invalid token."},
			{s, "Token", "Invalid token."},
			{s, basic("maint:nonsense"), "Invalid username/password."},
			{s, basic("nobody:nonsense"), "Invalid username/password."},
			{s, "Basic nonsense", "Invalid username/password."},
			{locked, "", "Authentication credentials were not provided."},
		} {
			for _, method := range []string{"GET", "PATCH", "DELETE"} {
				w := c.server.do("", method, s.in(place), "", "Authorization", c.header)
				h := w.Result().Header
				if w.Code == 429 && strings.HasPrefix(c.header, "Basic") {
					continue // too many tries
				}
				if w.Code != 403 || !strings.Contains(w.Body.String(), c.wants) || h.Get("WWW-Authenticate") != "" {
					t.Errorf("%s %s with %q: %d %v %s", method, place, c.header, w.Code, h, w.Body)
				}
				if h.Get("Allow") != allow {
					t.Errorf("%s %s with %q allows %q, want %q", method, place, c.header, h.Get("Allow"), allow)
				}
			}
		}
	}
	for _, path := range []string{"/api/nothing/", "/api/2.0/patches/"} {
		if w := s.do("off", "GET", path, ""); w.Code != 403 || w.Result().Header.Get("Allow") != "" {
			t.Errorf("%s: %d %v", path, w.Code, w.Result().Header)
		}
	}
}

// forms are what pages send: each changes something.
var forms = []struct {
	url, body string
	log       string // as in writes
	status    string
}{
	{"/project/demo/list/", "patch_id:{first}=on&state=4", "* state", "403 403 303 303 303 303 403 403 403"},
	{"/project/demo/list/", "patch_id:{lone}=on&state=4&delegate=&archived=True", "* state, * archived",
		"403 403 403 403 303 303 403 403 403"},
	{"/project/demo/list/", "patch_id:{lone}=on&action=create&bundle_name=n", "* bundle",
		"403 303 303 303 303 303 403 403 403"},
	{"/project/demo/list/", "patch_id:{lone}=on&action=add&bundle_id=1", "* bundle",
		"403 404 404 404 303 404 403 403 403"},
	{"/project/demo/series/", "series_id:{cover}=on&state=4", "* state, * state", "403 403 303 403 303 303 403 403 403"},
	{"/series/{cover}/", "patch_id:{first}=on&state=4", "* state", "403 403 303 303 303 303 403 403 403"},
	{"/series/{cover}/", "all=1&state=4", "* state, * state", "403 403 303 403 303 303 403 403 403"},
	{"/project/demo/patch/first/", "state=4", "* state", "403 403 303 303 303 303 403 403 403"},
	{"/bundle/maint/mine%20&%20yours/", "do=remove&patch_id:{first}=on", "* bundle",
		"403 403 403 403 303 403 403 403 403"},
	{"/bundle/maint/mine%20&%20yours/", "do=order&place:{first}=9", "", "403 403 403 403 303 403 403 403 403"},
	{"/bundle/maint/mine%20&%20yours/", "do=delete", "* bundle", "403 403 403 403 303 403 403 403 403"},
	{"/bundle/maint/mine%20&%20yours/", "patch_id:{first}=on&state=4", "* state", "403 403 303 303 303 303 403 403 403"},
	{"/user/bundles/", "form_name=deletebundleform&bundle_id=1", "* bundle", "403 404 404 404 303 404 403 403 403"},
	{"/project/demo/bundles/", "form_name=deletebundleform&bundle_id=1", "* bundle",
		"403 404 404 404 303 404 403 403 403"},
	{"/series/{cover}/seen/", "upto=9", "", "403 303 303 303 303 303 403 403 403"},
	{"/user/todo/", "series_id:{cover}=9", "", "403 303 303 303 303 303 403 403 403"},
	{"/user/todo/demo/", "series_id:{cover}=9", "", "403 303 303 303 303 303 403 403 403"},
	{"/admin/failed/", "mail=0123", "", "403 403 403 403 403 303 403 403 403"},
	{"/admin/lists/", "list=new.example.org&name=new", "* project", "403 403 403 403 403 303 403 403 403"},
	{"/admin/hooks/", "hook=1&action=remove", "", "403 403 403 403 403 404 403 403 403"},
	{"/admin/users/", "name=eve", "", "403 403 403 403 403 403 403 403 403"}, // by no token
	{"/admin/users/{ann}/", "action=disable", "", "403 403 403 403 403 403 403 403 403"},
	{"/project/demo/undo/", "did=state:{second}", "* state", "403 303 303 303 303 303 403 403 403"},
}

// TestEveryoneSendsForms tries every form of a page as everyone. Whoever may take nothing back is led on all the same.
func TestEveryoneSendsForms(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, c := range forms {
		for i, status := range strings.Fields(c.status) {
			who := everyone[i]
			body, before := s.in(c.body), s.lines()
			w := s.by(who, "POST", s.in(c.url), body)
			told := s.since(before)
			if fmt.Sprint(w.Code) != status {
				t.Errorf("%s %s by %q: %d %s, want %s", c.url, body, who, w.Code, w.Body, status)
			}
			want := ""
			if w.Code < 400 && (!strings.Contains(c.url, "undo") || who == "maint") {
				u := s.Users[who]
				want = strings.ReplaceAll(c.log, "*", string(u.Actor()))
			}
			if told != want {
				t.Errorf("%s %s by %q: %d, and the log has %q, want %q", c.url, body, who, w.Code, told, want)
			}
			if told != "" {
				s = newWhole(t)
			}
		}
	}
}
