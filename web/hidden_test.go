package web_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"patchwatch/track"
)

// goneOfHidden are places of the mails of the town that are hidden, and of a comment on one of them.
var goneOfHidden = []string{
	"/api/patches/{spam}/", "/api/patches/{spam}/comments/", "/api/patches/{spam}/comments/{on-spam}/",
	"/api/patches/{spam}/checks/", "/api/patches/{first}/comments/{spam-talk}/", "/api/covers/{spam-cover}/",
	"/api/covers/{spam-cover}/comments/", "/api/series/{spam}/", "/api/series/{spam-cover}/", "/api/series/{spam-member}/",
	"/patch/{spam}/", "/patch/{spam}/mbox/", "/patch/{spam}/raw/", "/cover/{spam-cover}/", "/cover/{spam-cover}/mbox/",
	"/comment/{spam-talk}/", "/comment/{on-spam}/", "/series/{spam-cover}/", "/series/{spam-cover}/mbox/",
	"/project/demo/patch/spam/", "/project/demo/patch/spam/mbox/", "/project/demo/patch/spam/raw/",
	"/project/demo/cover/spam-cover/", "/project/demo/cover/spam-cover/mbox/", "/demo/spam/raw", "/all/on-spam/raw",
	"/all/spam-talk/t.mbox.gz", "/inbox/demo/spam-cover/t.mbox", "/r/spam-member",
	"/demo/spam/", "/all/on-spam/T/", "/all/spam-talk/t/", "/demo/spam/t.atom", "/demo/spam/1-x",
	"/series/{spam}/new.atom", "/series/{spam-cover}/why/", "/series/{spam}/next/", "/series/{spam}/previous/",
}

// TestHiddenIsGone asks for what is hidden, which nobody sees, administrators included.
func TestHiddenIsGone(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, who := range []string{"", "ann", "maint", "root"} {
		for _, place := range goneOfHidden {
			if w := s.get(who, s.in(place)); w.Code != 410 || hasSpam(w.Body.String()) {
				t.Errorf("%s by %q: %d %s", place, who, w.Code, w.Body)
			}
		}
	}
}

// TestHiddenIsNowhere looks for what is hidden in everything else, and asks for it by filters.
func TestHiddenIsNowhere(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	all := slices.Concat(places, []string{
		"/api/patches/?msgid=spam", "/api/patches/?q=buy", "/api/series/?q=buy", "/api/covers/?q=buy",
		"/api/patches/?submitter=spam@example.com", "/api/events/?patch={spam}", "/api/events/?series={spam}",
		"/api/patches/?series={spam}", "/search/?q=project:demo", "/search/?q=project:demo&x=t", "/search/?q=is:patch&t",
	})
	for _, place := range all {
		if strings.HasPrefix(place, "/api/people/") {
			continue // people are of no project: their mail is hidden, they are not
		}
		for _, who := range []string{"", "ann", "maint", "root"} {
			if who == "" && forUsers(place) || who != "root" && forAdmins(place) {
				continue
			}
			if w := s.get(who, s.in(place)); w.Code >= 400 || hasSpam(w.Body.String()) {
				t.Errorf("%s by %q: %d %s", place, who, w.Code, w.Body)
			}
		}
	}
}

func hasSpam(body string) bool {
	body = strings.ToLower(body)
	return strings.Contains(body, "spam") || strings.Contains(body, "buy this")
}

// TestHiddenOfASeries hides one patch of a series, which is then shown, sent and decided about without it.
func TestHiddenOfASeries(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	first, second := s.Mail("demo", "first"), s.Mail("demo", "second")
	if err := s.Hide(t.Context(), "admin", []int64{second}, true); err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{
		"/api/series/{cover}/", "/series/{cover}/mbox/", "/series/{cover}/", "/series/{cover}/why/", "/api/bundles/1/", "/api/events/",
		"/bundle/maint/mine%20&%20yours/mbox/", "/bundle/maint/mine%20&%20yours/", "/api/patches/{first}/",
	} {
		if w := s.get("", s.in(place)); w.Code != 200 || strings.Contains(w.Body.String(), "second") {
			t.Errorf("%s: %d %s", place, w.Code, w.Body)
		}
	}
	if w := s.do("maint", "PATCH", s.in("/api/series/{cover}/"), "state=rejected"); w.Code != 200 {
		t.Errorf("a decision about the series: %d %s", w.Code, w.Body)
	}
	rows, err := s.PatchRows(t.Context(), []int64{first, second}, track.Scope{Whole: true})
	if err != nil {
		t.Fatal(err)
	}
	if rows[first].State != track.StateRejected || rows[second].State != track.StateAccepted {
		t.Errorf("the patch that is shown is %s, and the hidden one is %s", rows[first].State, rows[second].State)
	}
}

// TestHiddenOfDependencies hides the series that another one depends on, and then the one that depends.
func TestHiddenOfDependencies(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	lone := s.Mail("demo", "lone/x@example.org")
	on, of := s.in("/api/series/{lone}/"), s.in("/api/series/{cover}/")
	if w := s.get("", of); !strings.Contains(w.Body.String(), on) {
		t.Fatalf("%s does not depend on %s: %s", of, on, w.Body)
	}
	if err := s.Hide(t.Context(), "admin", []int64{lone}, true); err != nil {
		t.Fatal(err)
	}
	if w := s.get("maint", of); strings.Contains(w.Body.String(), on) {
		t.Errorf("it depends on what is hidden: %s", w.Body)
	}
	all := []int64{s.Mail("demo", "cover"), s.Mail("demo", "first"), s.Mail("demo", "second")}
	err := errors.Join(s.Hide(t.Context(), "admin", all, true),
		s.Hide(t.Context(), "admin", []int64{lone}, false))
	if err != nil {
		t.Fatal(err)
	}
	if w := s.get("maint", on); w.Code != 200 || strings.Contains(w.Body.String(), of) {
		t.Errorf("what is hidden depends on it: %d %s", w.Code, w.Body)
	}
}
