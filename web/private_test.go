package web_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/web"
	"patchwatch/web/internal/webtest/town"
)

// TestPrivateIsAbsent compares, byte for byte, a server over a database that has a private project with one over the
// same database without it. Those who may not see the project must not be able to tell the two apart.
func TestPrivateIsAbsent(t *testing.T) {
	t.Parallel()
	a, b := twins(t)
	b.AddPrivate()
	inside := b.Mail("inside", "in-first")
	if w := b.get("inner", fmt.Sprintf("/api/patches/%d/", inside)); w.Code != 200 {
		t.Fatalf("the maintainer does not see what is inside: %d %s", w.Code, w.Body)
	}
	for _, who := range []string{"", "maint", "ann"} {
		for _, url := range slices.Concat(numbered(a, inside+10), filtered(), named(a)) {
			sameAnswer(t, who, url, a.get(who, url), b.get(who, url))
		}
		for _, c := range b.writesInside() {
			what := strings.Join(c[:], " ")
			sameAnswer(t, who, what, a.do(who, c[0], c[1], c[2]), b.do(who, c[0], c[1], c[2]))
		}
	}
}

// twins are two servers, each over a database of its own. The databases are the same.
func twins(t *testing.T) (a, b *whole) {
	t.Helper()
	if town.OnServer() {
		return newWhole(t), newWhole(t)
	}
	file, twin := filepath.Join(t.TempDir(), "a.db"), filepath.Join(t.TempDir(), "b.db")
	store := openFile(t, file)
	built := town.Build(t, store)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(twin, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return serveOver(t, built.Over(openFile(t, file)), nil, web.Options{}),
		serveOver(t, built.Over(openFile(t, twin)), nil, web.Options{})
}

// numbered are all places that have a number, for each number below most.
func numbered(s *whole, most int64) (all []string) {
	for id := range most {
		for _, format := range []string{
			"/api/projects/%d/", "/api/people/%d/", "/api/users/%d/", "/api/bundles/%d/", "/api/patches/%d/",
			"/api/patches/%d/comments/", "/api/patches/%d/checks/", "/api/covers/%d/", "/api/covers/%d/comments/",
			"/api/series/%d/", "/patch/%d/", "/patch/%d/mbox/", "/patch/%d/raw/", "/cover/%d/", "/cover/%d/mbox/",
			"/comment/%d/", "/series/%d/", "/series/%d/why/", "/series/%d/next/", "/series/%d/previous/", "/series/%d/mbox/",
			"/project/%d/", "/project/%d/pwclientrc/",
			"/api/patches/?series=%d", "/api/patches/?submitter=%d", "/api/patches/?project=%d",
			"/api/patches/?delegate=%d", "/api/covers/?series=%d", "/api/covers/?submitter=%d",
			"/api/series/?submitter=%d", "/api/events/?patch=%d", "/api/events/?cover=%d", "/api/events/?series=%d",
			"/api/events/?actor=%d", "/api/events/?project=%d", "/api/bundles/?owner=%d", "/api/bundles/?project=%d",
			"/project/demo/patch/first/mbox/?series=%d",
		} {
			all = append(all, fmt.Sprintf(format, id))
		}
		for _, format := range []string{"/api/patches/{first}/comments/%d/", "/api/patches/{first}/checks/%d/"} {
			all = append(all, s.in(fmt.Sprintf(format, id)))
		}
	}
	return all
}

// filtered are all lists of the API, sorted and filtered in ways that concern what is inside.
func filtered() (all []string) {
	for _, noun := range []string{"projects", "patches", "covers", "series", "events", "bundles", "people", "users"} {
		for _, query := range []string{
			"per_page=1", "per_page=1&page=2", "per_page=1&page=last", "per_page=2&order=-id", "order=-date", "order=name",
			"order=-name", "order=submitter", "order=project", "q=secret", "q=hermit", "q=inside", "project=inside",
			"project=INSIDE", "submitter=hermit@example.net", "submitter=ann@example.org", "delegate=maint",
			"delegate=maint@example.org", "state=accepted", "archived=false", "since=2026-10-07", "msgid=in-first",
			"msgid=lone/x@example.org", "owner=inner", "owner=ann", "public=true", "since_id=1",
			"since_id=1&order=-date", "category=patch-created", "category=check-created",
			"category=patch-relation-changed", "category=patch-comment-created",
		} {
			all = append(all, "/api/"+noun+"/?"+query, "/api/1.2/"+noun+"/?"+query)
		}
	}
	return all
}

// named are the places of the town, and those that name something inside.
func named(s *whole) (all []string) {
	for _, p := range places {
		all = append(all, s.in(p))
	}
	for _, mail := range []string{"in-first", "in-second", "in-ann", "lone/x@example.org", "lone%2Fx@example.org"} {
		for _, project := range []string{"inside", "demo"} {
			patch := "/project/" + project + "/patch/" + mail + "/"
			all = append(all, patch, patch+"mbox/", patch+"raw/")
		}
	}
	for _, mail := range []string{"in-first", "in-elsewhere", "first", "lone%2Fx@example.org"} {
		for _, list := range []string{"/all/", "/demo/", "/inside/", "/inbox/inside/", "/r/", "/"} {
			at := list + mail
			all = append(all, at, at+"/", at+"/raw", at+"/t.mbox", at+"/t.mbox.gz", at+"/T/", at+"/t/",
				at+"/t.atom", at+"/1-x", at+"/d/")
		}
	}
	for _, query := range []string{
		"", "?state=*", "?submitter=hermit", "?submitter=ann", "?q=secret", "?delegate=maint", "?delegate=inner",
		"?incomplete=1",
		"?check=fail", "?search=secret", "?search=is:patch+OR+f:hermit&state=*", "?search=(", "?state=*&archive=both", "?series=1", "?did=state:1.2.3",
	} {
		all = append(all, "/project/demo/series/"+query, "/project/demo/list/"+query, "/project/inside/series/"+query)
	}
	return append(all,
		"/inside/", "/inbox/inside/", "/project/inside/", "/project/inside/list/", "/project/inside/pwclientrc/",
		"/api/projects/inside/",
		"/project/inside/cover/in-cover/", "/project/inside/cover/in-cover/mbox/", "/project/demo/cover/in-cover/",
		"/bundle/inner/secret/", "/project/inside/bundles/", "/bundle/inner/secret/mbox/", "/bundle/ann/secret/", "/bundle/ann/secret/mbox/",
		"/robots.txt", "/nothing/", "/search/?q=secret", "/search/?q=project:inside", "/search/?q=mid:in-first",
		"/search/?q=f:hermit", "/search/?q=references:in-cover&x=t", "/search/?q=s:alone", "/search/?q=f:bob&t",
		"/all/?q=secret", "/inside/?q=secret", "/all/?q=s:it&x=A", "/search/?q=f:bob&x=A", "/all/?q=s:it&x=t",
		"/demo/?q=f:bob",
	)
}

// writesInside are writes that name something inside: method, URL and body.
func (s *whole) writesInside() (all [][3]string) {
	patch, cover := s.Mail("inside", "in-first"), s.Mail("inside", "in-cover")
	comment, reply := s.Mail("inside", "in-talk"), s.Mail("inside", "in-reply")
	for _, url := range []string{
		fmt.Sprintf("patches/%d/", patch), fmt.Sprintf("patches/%d/comments/%d/", patch, comment),
		fmt.Sprintf("covers/%d/comments/%d/", cover, reply), fmt.Sprintf("series/%d/", cover),
		"projects/2/", "projects/inside/", "bundles/4/", "bundles/5/",
	} {
		all = append(all,
			[3]string{"PATCH", "/api/" + url, "state=new&archived=true&addressed=true&web_url=x&name=n"},
			[3]string{"PUT", "/api/" + url, ""})
	}
	return append(all,
		[3]string{"POST", "/all/?x=m&q=hermit", ""}, [3]string{"POST", "/inside/?x=m&q=secret", ""},
		[3]string{"POST", "/all/?x=m&t=1&q=mid:first", ""}, [3]string{"POST", "/demo/?x=m&q=f:bob", ""},
		[3]string{"DELETE", "/api/bundles/4/", ""},
		[3]string{"POST", fmt.Sprintf("/api/patches/%d/checks/", patch), "state=success"},
		[3]string{"POST", "/api/bundles/", fmt.Sprintf("name=n&patches=%d", patch)},
		[3]string{"PATCH", "/api/bundles/1/", fmt.Sprintf("patches=%d", patch)},
		[3]string{"PATCH", s.in("/api/patches/{first}/"), fmt.Sprintf(`{"related":[%d]}`, patch)},
		[3]string{"PATCH", s.in("/api/patches/{first}/"), fmt.Sprintf(`{"delegate":%d}`, s.Users["inner"].ID)},
	)
}

// sameAnswer compares two answers, but not the request's id, nor the ETag, which depends on how often the database has
// changed.
func sameAnswer(t *testing.T, who, what string, a, b *httptest.ResponseRecorder) {
	t.Helper()
	x, y := a.Result().Header, b.Result().Header
	for _, name := range []string{"X-Request-Id", "Etag"} {
		x.Del(name)
		y.Del(name)
	}
	if a.Code != b.Code || a.Body.String() != b.Body.String() || fmt.Sprint(x) != fmt.Sprint(y) {
		t.Errorf("%q can tell by %s that there is a private project:\n%d %v %s\n%d %v %s",
			who, what, a.Code, x, short(a), b.Code, y, short(b))
	}
}

// short is the beginning of a body.
func short(w *httptest.ResponseRecorder) string {
	text := w.Body.String()
	return text[:min(len(text), 600)]
}

// TestPrivateIsSilent: the ETags that others get do not tell that something happens inside. Pages say how long ago
// something was, in steps of minutes, so a test that crosses such a step is tried again.
func TestPrivateIsSilent(t *testing.T) {
	t.Parallel()
	for {
		began := time.Now().Truncate(5 * time.Minute)
		if other := etagsThatChange(t); time.Now().Truncate(5*time.Minute) == began {
			for _, place := range other {
				t.Errorf("%s: the ETag is another one", place)
			}
			return
		}
	}
}

// etagsThatChange are the places of which others get another ETag after something has happened inside.
func etagsThatChange(t *testing.T) (other []string) {
	s := newWhole(t)
	s.AddPrivate()
	before := map[string]string{}
	for _, place := range places {
		before[place] = s.get("ann", s.in(place)).Result().Header.Get("ETag")
	}
	of := fmt.Sprintf("/api/patches/%d/", s.Mail("inside", "in-ann"))
	if w := s.do("inner", "PATCH", of, "state=rejected"); w.Code != 200 {
		t.Fatal(w.Code, w.Body)
	}
	s.Deliver(town.Mail{
		ID: "in-more", From: "Hermit <hermit@example.net>", List: "inside", Subject: "[PATCH] more",
		Text: "Secret.\n" + town.Diff, Day: 9,
	})
	for _, place := range places {
		if etag := s.get("ann", s.in(place)).Result().Header.Get("ETag"); etag != before[place] {
			other = append(other, place)
		}
	}
	return other
}

// TestPrivateInFull: the maintainer of the private project sees it everywhere, and so does an administrator.
func TestPrivateInFull(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	s.AddPrivate()
	for _, who := range []string{"inner", "root"} {
		for _, place := range []string{
			"/", "/api/projects/", "/api/projects/inside/", "/api/patches/?project=inside", "/api/patches/?msgid=in-first",
			"/api/series/?q=secret", "/api/covers/?q=secret", "/api/events/", "/api/bundles/?project=inside",
			"/project/inside/", "/project/inside/patch/in-first/mbox/", "/bundle/inner/secret/mbox/",
			fmt.Sprintf("/api/patches/%d/checks/", s.Mail("inside", "in-first")),
			fmt.Sprintf("/series/%d/mbox/", s.Mail("inside", "in-cover")), "/search/?q=hermit",
		} {
			w := s.get(who, place)
			body := strings.ToLower(w.Body.String())
			if w.Code != 200 || !strings.Contains(body, "secret") && !strings.Contains(body, "inside") {
				t.Errorf("%s by %s: %d %s", place, who, w.Code, w.Body)
			}
		}
	}
}
