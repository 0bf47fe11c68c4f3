package web_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web"
	"patchwatch/web/admin"
	"patchwatch/web/internal/webtest/town"
)

// machine is a Host with one Maildir, in which a mail has failed.
type machine struct {
	retried []string
	err     error
}

var failedMail = admin.FailedMail{
	Key: "0123", Dir: "/var/mail/demo", Name: "5.M1P2.host", From: "Eve <b>", Subject: "<script>\x1b[31m", Size: 5000,
	Time: time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC), Reason: "no <header>\nstack \u202e",
}

func (m *machine) Report(context.Context) (admin.Report, error) {
	return admin.Report{Database: "town.db", Mails: 1234, Maildirs: []admin.Maildir{
		{Path: "/var/mail/demo", Waiting: 3, Oldest: time.Now().Add(-time.Hour), Failed: 1},
		{Path: "/var/mail/x", Paused: "the disk is full"}, {Path: "/var/mail/y", Error: "no such folder"},
	}}, m.err
}

func (m *machine) Failed(_ context.Context, skip, most int) ([]admin.FailedMail, int, error) {
	if skip > 0 {
		return nil, 51, nil
	}
	return []admin.FailedMail{failedMail}, 51, m.err
}

func (m *machine) FailedMail(_ context.Context, key string) (admin.FailedMail, []byte, error) {
	if key != failedMail.Key {
		return admin.FailedMail{}, nil, engine.ErrNotFound
	}
	return failedMail, []byte("From: <i>\x1b[31m\r\n"), nil
}

func (m *machine) Retry(_ context.Context, keys []string) (int, error) {
	m.retried = keys
	return len(keys), m.err
}

// form sends a form as a browser does, and follows where it leads.
func (s *whole) form(as, at string, fields ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	w := s.do("", "POST", at, values.Encode(), "Accept", "text/html", "Cookie", s.session(as), "Sec-Fetch-Site",
		"same-origin")
	if to := w.Header().Get("Location"); w.Code == 303 {
		return s.browse(as, to)
	}
	return w
}

// says wants an answer to have some texts, and none of what mail must not bring onto a page.
func (s *whole) says(w *httptest.ResponseRecorder, status int, texts ...string) {
	s.t.Helper()
	body := w.Body.String()
	if w.Code != status || w.Header().Get("Cache-Control") != "no-store" {
		s.t.Errorf("%d %v, want %d", w.Code, w.Header(), status)
	}
	for _, text := range texts {
		if !strings.Contains(body, text) {
			s.t.Errorf("no %s in %s", text, body)
		}
	}
	if strings.ContainsAny(body, "\x1b\u202e") || strings.Contains(body, "<script>") || strings.Contains(body, "<i>") {
		s.t.Errorf("mail is more than text in %s", body)
	}
}

func TestAdminIsForAdministrators(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	if w := s.browse("", "/admin/log/?who=x"); w.Code != 303 ||
		w.Header().Get("Location") != "/user/login/?next=%2Fadmin%2Flog%2F%3Fwho%3Dx" {
		t.Errorf("who has not logged in: %d %v", w.Code, w.Header())
	}
	s.wantFault(s.browse("maint", "/admin/"), 403, "You do not have permission")
	for who, want := range map[string]bool{"": false, "maint": false, "root": true} {
		for _, at := range []string{"/", "/demo/", "/search/", "/user/", "/nothing"} {
			if got := strings.Contains(s.browse(who, at).Body.String(), `<a href="/admin/">Admin</a>`); got != want &&
				!(who == "" && at == "/user/") {
				t.Errorf("%q on %s: a link to the pages for administrators: %v", who, at, got)
			}
		}
	}
}

func TestAdminOverview(t *testing.T) {
	t.Parallel()
	m := &machine{}
	s := newWhole(t).again(web.Options{Host: m})
	s.says(s.browse("root", "/admin/"), 200, "No mail is taken from /var/mail/x: the disk is full",
		"/var/mail/y cannot be read", "A mail has waited in /var/mail/demo since",
		"1 mail in /var/mail/demo could not be read",
		"1,234 mails", `<a class="tab" href="/admin/failed/">Failed mail</a>`)
}

func TestAdminFailedMail(t *testing.T) {
	t.Parallel()
	m := &machine{}
	s := newWhole(t).again(web.Options{Host: m})
	s.says(s.browse("root", "/admin/failed/"), 200, "no &lt;header&gt;", "/var/mail/demo", `href="?page=2"`,
		`name="mail" value="0123"`)
	s.says(s.browse("root", "/admin/failed/?page=2"), 200, "All mail could be read")
	s.says(s.browse("root", "/admin/failed/0123/"), 200, "no &lt;header&gt;", "From: &lt;i&gt;", "/failed/5.M1P2.host")
	for _, key := range []string{"0124", "..%2f..", "%2e%2e"} {
		if w := s.browse("root", "/admin/failed/"+key+"/"); w.Code != 404 {
			t.Errorf("%s: %d", key, w.Code)
		}
	}
	s.says(s.form("root", "/admin/failed/", "mail", "0123", "mail", "0124"), 200, "2 mails moved to new")
	if !slices.Equal(m.retried, []string{"0123", "0124"}) {
		t.Errorf("%q", m.retried)
	}
	if w := s.form("root", "/admin/failed/"); w.Code != 400 {
		t.Errorf("no mail: %d", w.Code)
	}
	m.err = errors.New("there is one of that <name> in new")
	s.says(s.form("root", "/admin/failed/", "mail", "0123"), 409, "that &lt;name&gt; in new")
}

func TestAdminTracksLists(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	s.Deliver(
		town.Mail{ID: "o1", From: "a@example.org", List: "other", Subject: "[PATCH] <script>", Text: town.Diff, Day: 9},
		town.Mail{ID: "o2", From: "a@example.org", List: "other", Subject: "older", Text: "x", Day: 8})
	s.says(s.browse("root", "/admin/lists/"), 200, "<code>other.lists.example.org</code>", `name="name" value="other"`,
		"of the newest 2 mails")
	const at, id = "/admin/lists/", "other.lists.example.org"
	s.says(s.form("root", at, "list", id, "name", "a b"), 400, "A name has letters")
	s.says(s.form("root", at, "list", id, "name", "admin"), 400, "reserved")
	s.says(s.form("root", at, "list", "a b", "name", "x"), 400, "This is no id of a list")
	s.says(s.form("root", at, "list", id, "name", "demo"), 409, "There is a project demo already.")
	s.says(s.form("root", at, "list", " <Other.lists.example.org> ", "name", "other", "address", "o@lists.example.org"),
		200, "other is tracked.")
	if _, err := s.Finish(t.Context(), town.Read, nil); err != nil {
		t.Fatal(err)
	}
	s.Mail("other", "o1") // it is there
	s.says(s.browse("root", at), 200, "No mail names a list that is not tracked.")
}

var invitation = regexp.MustCompile(`<code>http://pw\.example\.org(/user/welcome/[0-9a-f]+/)</code>`)

func TestAdminUsers(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	s.says(s.browse("root", "/admin/users/"), 200, `<bdi>maint</bdi>`, "Mary Bøb", "administrator", "disabled")
	w := s.form("root", "/admin/users/", "name", "eve", "emails", "Eve@example.org, e@example.org", "project", "1")
	s.says(w, 200, "seven days")
	link := invitation.FindStringSubmatch(w.Body.String())
	if link == nil || s.browse("", link[1]).Code != 200 {
		t.Errorf("a link for a password: %q", link)
	}
	users, err := s.Store.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	eve := users[len(users)-1]
	if eve.Name != "eve" || !slices.Equal(eve.Emails, []string{"eve@example.org", "e@example.org"}) ||
		!slices.Equal(eve.Maintains, []int64{s.Demo.ID}) {
		t.Errorf("%+v", eve)
	}
	s.says(s.form("root", "/admin/users/", "name", "EVE"), 400, "There is a user eve already.", `value="EVE"`)
	s.says(s.form("root", "/admin/users/", "name", "a b"), 400, "A name has letters")
	s.says(s.form("root", "/admin/users/", "name", "x", "emails", "nonsense"), 400, "This is no address: nonsense")
	at := s.in("/admin/users/{ann}/")
	s.says(s.form("root", at, "action", "disable"), 200, "is disabled, and its sessions",
		`name="action" value="enable">Undo`)
	if w := s.form("root", at, "action", "link"); w.Code != 409 {
		t.Errorf("a link for who is disabled: %d", w.Code)
	}
	s.says(s.form("root", at, "action", "enable"), 200, "The account is enabled.")
	s.says(s.form("root", at, "action", "admin"), 200, "may change everything", `value="no-admin">Undo`)
	s.says(s.form("root", at, "action", "save", "first", "Ann", "emails", "ann@example.org"), 200, `value="Ann"`,
		"The account is changed.")
	s.says(s.form("root", at, "action", "save", "emails", "maint@example.org"), 400, "is the address of maint.")
	own := s.in("/admin/users/{root}/")
	for _, action := range []string{"disable", "no-admin"} {
		if w := s.form("root", own, "action", action); w.Code != 409 {
			t.Errorf("who locks themselves out: %d", w.Code)
		}
	}
	for _, bad := range []string{"/admin/users/999/", "/admin/users/x/"} {
		if w := s.browse("root", bad); w.Code != 404 {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
	if w := s.form("root", at, "action", "x"); w.Code != 400 {
		t.Errorf("no action: %d", w.Code)
	}
}

func TestAdminHooks(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	s.says(s.browse("root", "/admin/hooks/"), 200, "No events are sent")
	since := int64(0)
	h, err := s.AddHook(t.Context(), "admin", track.Hook{URL: "https://ci.example.org/<i>", Project: s.Demo.ID}, &since)
	if err != nil {
		t.Fatal(err)
	}
	s.says(s.browse("root", "/admin/hooks/"), 200, "https://ci.example.org/&lt;i&gt;", "<bdi>demo</bdi>", "being sent")
	s.says(s.form("root", "/admin/hooks/", "hook", "1", "action", "skip"), 200, "The first event is left out")
	all, err := s.Hooks(t.Context())
	if err != nil || all[0].Sent == h.Sent {
		t.Errorf("%+v %v", all, err)
	}
	s.says(s.form("root", "/admin/hooks/", "hook", "1", "action", "retry"), 200, "What waits is sent now.")
	for _, bad := range [][2]string{{"x", "retry"}, {"1", "x"}} {
		if w := s.form("root", "/admin/hooks/", "hook", bad[0], "action", bad[1]); w.Code != 400 {
			t.Errorf("%v: %d", bad, w.Code)
		}
	}
	s.says(s.form("root", "/admin/hooks/", "hook", "1", "action", "remove"), 200, "No events are sent", "is removed")
}

func TestAdminLog(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	lone := s.Mail("demo", "lone/x@example.org")
	for i := range 120 {
		state := track.StateNew
		if i%2 == 0 {
			state = track.StateRejected
		}
		if err := s.SetState(t.Context(), "ann", []int64{lone}, state); err != nil {
			t.Fatal(err)
		}
	}
	w := s.browse("root", "/admin/log/?who=ann")
	s.says(w, 200, "rejected", `rel="next" href="?below=`, `href="/r/lone%2Fx@example.org/"`)
	if body := w.Body.String(); strings.Contains(body, "<bdi>maint</bdi>") || strings.Count(body, "data-row") != 100 {
		t.Errorf("of one person: %s", body)
	}
	older := regexp.MustCompile(`rel="next" href="(\?below=[^"]*)"`).FindStringSubmatch(w.Body.String())
	w = s.browse("root", "/admin/log/"+strings.ReplaceAll(older[1], "&amp;", "&"))
	s.says(w, 200, "newest")
	if n := strings.Count(w.Body.String(), "data-row"); n != 21 { // one is the town's
		t.Errorf("%d older ones", n)
	}
	s.says(s.browse("root", "/admin/log/?who=maint"), 200, "<bdi>maint</bdi>")
	s.says(s.browse("root", "/admin/log/?who=nobody&below=x"), 200, "Nothing was decided by <bdi>nobody</bdi>")
}

// TestAdminLogHides: the log does not name what is hidden.
func TestAdminLogHides(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	w := s.browse("root", "/admin/log/")
	s.says(w, 200, "(a hidden mail)")
	if hasSpam(w.Body.String()) {
		t.Error(w.Body)
	}
}
