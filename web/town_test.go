package web_test

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/postgres/pgtest"
	"patchwatch/db/sqlite"
	"patchwatch/track"
	"patchwatch/web"
	"patchwatch/web/auth"
	"patchwatch/web/internal/webtest/town"
)

// whole is a whole server over the database of a town. A warning or error that it logs fails the test.
type whole struct {
	*town.Town
	*web.Server
	t      testing.TB
	reopen func() *db.Store // opens the database once more
}

func TestMain(m *testing.M) { pgtest.Main(m) }

// newWhole makes a town in memory, or on a PostgreSQL server.
func newWhole(t *testing.T) *whole {
	t.Helper()
	of, reopen := town.New(t)
	return serveOver(t, of, reopen, web.Options{})
}

// newOnDisk makes a town in a database on disk, as people have it, or on a PostgreSQL server.
func newOnDisk(t *testing.T) *whole {
	t.Helper()
	if town.OnServer() {
		return newWhole(t)
	}
	file := filepath.Join(t.TempDir(), "town.db")
	reopen := func() *db.Store { return openFile(t, file) }
	return serveOver(t, town.Build(t, reopen()), reopen, web.Options{})
}

func openFile(t testing.TB, file string) *db.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func serveOver(t testing.TB, of *town.Town, reopen func() *db.Store, o web.Options) *whole {
	t.Helper()
	o.Store, o.SetProject, o.Listen, o.Log = of.Store, of.Write, "127.0.0.1:0", cmp.Or(o.Log, slog.New(failing{t}))
	if o.Host == nil {
		o.Host = &machine{}
	}
	o.AddProject = of.BeginProject
	if o.Finder == nil {
		o.Finder = &town.Finder{Store: of.Store}
	}
	s, err := web.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	return &whole{of, s, t, reopen}
}

// again is another server over the same database, as one in another process would be.
func (s *whole) again(o web.Options) *whole {
	s.t.Helper()
	return serveOver(s.t, s.Over(s.reopen()), s.reopen, o)
}

// failing fails a test with each warning that is logged.
type failing struct{ t testing.TB }

func (f failing) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }
func (f failing) WithAttrs([]slog.Attr) slog.Handler               { return f }
func (f failing) WithGroup(string) slog.Handler                    { return f }
func (f failing) Handle(_ context.Context, r slog.Record) error {
	var all []string
	r.Attrs(func(a slog.Attr) bool {
		all = append(all, a.String())
		return true
	})
	f.t.Errorf("logged: %s %q", r.Message, all)
	return nil
}

// do sends a request, as a user or, if as is empty, as nobody. A body that begins with "{" or "[" is JSON, any other a
// form. header has names and values in turn.
func (s *whole) do(as, method, url, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	r.Host = "pw.example.org"
	switch {
	case body == "":
	case body[0] == '{' || body[0] == '[':
		r.Header.Set("Content-Type", "application/json")
	default:
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if as != "" {
		r.Header.Set("Authorization", "Token "+s.Tokens[as])
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// session is the cookie of a session that a user begins.
func (s *whole) session(as string) string {
	s.t.Helper()
	secret := auth.NewSecret()
	c := track.Credential{User: s.Users[as].ID, Kind: track.SessionCredential, Made: time.Now()}
	if _, err := s.AddCredential(s.t.Context(), "admin", c, auth.HashOf(secret)); err != nil {
		s.t.Fatal(err)
	}
	return "patchwatch=" + secret
}

func (s *whole) finder() *town.Finder { return &town.Finder{Store: s.Store} }

func (s *whole) get(as, url string) *httptest.ResponseRecorder {
	return s.do(as, http.MethodGet, url, "")
}

// places are all paths that a server has, each with something there. {…} stands for a number, which in fills in.
var places = []string{
	"/api/", "/api/projects/", "/api/projects/demo/", "/api/users/", "/api/users/{maint}/", "/api/people/",
	"/api/people/1/", "/api/patches/", "/api/patches/{first}/", "/api/patches/{lone}/", "/api/patches/{first}/comments/",
	"/api/patches/{first}/comments/{on-first}/", "/api/patches/{first}/checks/", "/api/patches/{first}/checks/1/",
	"/api/covers/", "/api/covers/{cover}/", "/api/covers/{cover}/comments/", "/api/covers/{cover}/comments/{on-cover}/",
	"/api/series/", "/api/series/{cover}/", "/api/events/", "/api/bundles/", "/api/bundles/1/", "/", "/project/demo/",
	"/project/demo/list/", "/project/demo/series/", "/user/todo/", "/user/bundles/", "/project/demo/bundles/", "/user/todo/demo/", "/project/demo/pwclientrc/",
	"/project/demo/patch/first/", "/project/demo/patch/first/mbox/",
	"/project/demo/patch/first/raw/", "/project/demo/cover/cover/", "/project/demo/cover/cover/mbox/", "/patch/{first}/",
	"/patch/{first}/mbox/", "/patch/{first}/raw/", "/cover/{cover}/", "/cover/{cover}/mbox/", "/comment/{on-first}/",
	"/series/{cover}/", "/series/{cover}/why/", "/series/{cover}/next/", "/series/{cover}/previous/", "/series/{cover}/mbox/",
	"/bundle/maint/mine%20&%20yours/",
	"/bundle/maint/mine%20&%20yours/mbox/", "/all/first/raw", "/demo/lone%2Fx@example.org/raw", "/inbox/demo/first/raw",
	"/all/cover/t.mbox", "/demo/on-first/t.mbox", "/demo/first/t.mbox.gz", "/r/first",
	"/search/", "/search/?q=add", "/search/?q=add&x=t", "/search/?q=is:patch&t",
	"/search/help/",
	"/all/", "/demo/", "/inbox/demo/", "/demo/topics_new.html",
	"/all/topics_active.html", "/demo/new.html",
	"/demo/new.atom", "/all/topics_new.atom", "/demo/topics_active.atom", "/demo/description", "/demo/first/",
	"/all/lone%2Fx@example.org/", "/demo/on-first/T/", "/all/cover/t/", "/demo/second/t.atom", "/demo/first/1-x",
	"/demo/first/d/", "/all/cover/d/",
	"/series/{cover}/new.atom", "/user/delegated.atom",
	"/admin/", "/admin/failed/", "/admin/failed/0123/", "/admin/lists/", "/admin/users/", "/admin/users/{ann}/",
	"/admin/hooks/", "/admin/log/",
}

// in replaces the names in a text by numbers: {first} by that of the mail first, {ann} by that of the user ann.
func (s *whole) in(text string) string {
	s.t.Helper()
	if !strings.Contains(text, "{") {
		return text
	}
	var all []string
	for _, id := range []string{
		"cover", "first", "second", "on-first", "on-cover", "late",
		"spam", "spam-cover", "spam-member", "spam-talk", "on-spam",
	} {
		all = append(all, "{"+id+"}", fmt.Sprint(s.Mail("demo", id)))
	}
	all = append(all, "{lone}", fmt.Sprint(s.Mail("demo", "lone/x@example.org")))
	for name, u := range s.Users {
		all = append(all, "{"+name+"}", fmt.Sprint(u.ID))
	}
	return strings.NewReplacer(all...).Replace(text)
}
