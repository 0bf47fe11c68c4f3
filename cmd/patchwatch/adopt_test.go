package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// All numbers of a server lead to the same here, with the same decisions, field by field, whether mail comes before or
// after them, and whether adopt is killed again and again; and each time the dump is the same. The server is a patchwatch
// that speaks Patchwork's API; with PATCHWATCH_TEST_PATCHWORK=URL it is that one, of whose project
// PATCHWATCH_TEST_PATCHWORK_PROJECT the mail is in the folder PATCHWATCH_TEST_PATCHWORK_MAIL.
func TestAdoptIsTheSame(t *testing.T) {
	t.Parallel()
	there, live := os.LookupEnv("PATCHWATCH_TEST_PATCHWORK")
	project, mails := os.Getenv("PATCHWATCH_TEST_PATCHWORK_PROJECT"), os.Getenv("PATCHWATCH_TEST_PATCHWORK_MAIL")
	if !live {
		there, project, mails = newWorkplace(t).decided()
	}
	dumps := map[string]string{}
	for _, order := range [][]string{{"adopt", "import"}, {"import", "adopt"}, {"adopt killed", "import"}} {
		t.Run(strings.Join(order, " then "), func(t *testing.T) {
			w := newWorkplace(t)
			for _, command := range order {
				switch command {
				case "adopt":
					w.run("adopt", there, "--project", project)
				case "adopt killed":
					w.adoptKilled(there, project)
				default:
					if order[0] == "import" && !live {
						list := (&sameServers{T: t}).one(there, "projects/"+project+"/") // or import makes others too
						w.run("project", "add", project, "--list-id", project, "--list-email", fmt.Sprint(list["list_email"]),
							"--name", fmt.Sprint(list["name"]))
					}
					w.run("import", "--quiet", mails)
				}
			}
			_, here := w.serve()
			s := &sameServers{T: t, there: there, here: here, byNumber: order[0] != "import"}
			s.compare(project)
			dumps[w.run("dump")] = t.Name()
		})
	}
	if len(dumps) != 1 {
		t.Errorf("there are %d different dumps, of %v", len(dumps), slices.Collect(maps.Values(dumps)))
	}
}

// adoptKilled kills adopt after so many of its requests, and then after more, until it comes to its end.
func (w *workplace) adoptKilled(there, project string) {
	w.t.Helper()
	at, err := url.Parse(there)
	if err != nil {
		w.t.Fatal(err)
	}
	var asked atomic.Int64
	var running atomic.Pointer[process]
	proxy := httptest.NewServer(&httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0),
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(at)
			r.Out.Host = r.In.Host
			if p := running.Load(); asked.Add(-1) == 0 && p != nil {
				p.kill()
			}
		}})
	defer proxy.Close()
	for kills := 0; ; kills++ {
		running.Store(nil)
		asked.Store(int64(2 + 3*kills))
		p := w.start("adopt", proxy.URL, "--project", project)
		running.Store(p)
		<-p.done
		if p.cmd.ProcessState.ExitCode() == exitDone {
			w.t.Logf("killed %d times", kills)
			if kills < 5 {
				w.t.Errorf("it was killed %d times, want at least 5", kills)
			}
			return
		}
		if asked.Load() > 0 {
			w.t.Fatalf("it failed before it was killed: %s", clip(p.said.String()))
		}
	}
}

// decided serves the sample mails with decisions of all kinds.
func (w *workplace) decided() (url, project, mails string) {
	w.t.Helper()
	mails = w.path("mails")
	if err := os.Mkdir(mails, 0o755); err != nil {
		w.t.Fatal(err)
	}
	for i, m := range samples(w.t) {
		if err := os.WriteFile(fmt.Sprintf("%s/%04d.eml", mails, i), m.raw, 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
	w.run("import", "--quiet", mails)
	for _, command := range []string{
		"project state add needs-ack", "user add carol --email carol@example.org", "user add ci",
		"user set carol --first-name Carol --last-name Example",
		"state 1 accepted", "state 6 needs-ack", "state 7 rejected",
		"delegate 8 carol@example.org", "archive 1 7",
		"check-result 1 fail --user ci --context build --description no",
		"check-result 1 success --user ci --context build --url https://ci.example.org/2",
		"check-result 6 warning --user ci",
		"bundle create next s5 1 --owner carol --public", "bundle create later 1 --owner ci --public",
	} {
		w.run(strings.Fields(command)...)
	}
	_, url = w.serve()
	return url, "frob-devel.lists.example.org", mails
}

// sameServers compares what two servers say by API.
type sameServers struct {
	*testing.T
	there, here string
	byNumber    bool // checks and bundles keep their numbers here
	compared    map[string]int
}

// fields are those that must be the same of each kind. A field of a field has a dot; of a list all are compared.
var fields = map[string][]string{
	"patches": {"msgid", "state", "archived", "commit_ref", "pull_url", "check", "delegate.username",
		"delegate.first_name",
		"delegate.last_name", "delegate.email", "related.msgid", "project.link_name", "hash", "name"},
	"covers":   {"msgid", "name"},
	"series":   {"cover_letter.msgid", "patches.msgid", "version", "total"},
	"bundles":  {"name", "public", "owner.username", "patches.msgid"},
	"checks":   {"date", "state", "context", "target_url", "description", "user.username"},
	"comments": {"msgid", "addressed"},
}

func (s *sameServers) compare(project string) {
	s.compared = map[string]int{}
	for _, kind := range []string{"patches", "covers", "series", "bundles"} {
		for _, row := range s.list(s.there, kind+"/?order=id&project="+project) {
			number := fmt.Sprint(row["id"])
			detail := s.one(s.there, kind+"/"+number+"/")
			s.same(kind, kind+"/"+number, detail, s.one(s.here, kind+"/"+number+"/"))
			s.lists(kind, number)
			if kind == "patches" {
				s.checks(number)
			}
			if kind == "patches" || kind == "covers" {
				s.comments(kind, number)
			}
		}
	}
	s.Logf("compared %v", s.compared)
	for kind := range fields {
		if s.compared[kind] == 0 {
			s.Errorf("no %s were compared", kind)
		}
	}
}

// lists compares lists of what a number names.
func (s *sameServers) lists(kind, number string) {
	for _, l := range map[string][]struct{ path, field string }{
		"series": {{"patches/?series=", "msgid"}, {"events/?category=series-completed&series=", "payload.series.name"}},
		"patches": {{"events/?category=patch-created&patch=", "payload.patch.msgid"},
			{"events/?category=patch-completed&patch=", "payload.series.name"}},
		"covers": {{"events/?category=cover-created&cover=", "payload.cover.msgid"}},
	}[kind] {
		if !s.byNumber { // the number may be that of another here
			break
		}
		var all [2][]string
		for i, server := range []string{s.there, s.here} {
			for _, row := range s.list(server, l.path+number) {
				all[i] = append(all[i], fmt.Sprint(at(row, strings.Split(l.field, "."))))
			}
			slices.Sort(all[i])
		}
		s.compared[l.path] += len(all[0])
		if !slices.Equal(all[0], all[1]) {
			s.Errorf("%s%s: %s there, %s here", l.path, number, all[0], all[1])
		}
	}
}

func (s *sameServers) checks(patch string) {
	path := "patches/" + patch + "/checks/?order=id"
	there, here := s.list(s.there, path), s.list(s.here, path)
	if len(there) != len(here) {
		s.Errorf("%s: %d there, %d here", path, len(there), len(here))
		return
	}
	for i := range there {
		s.same("checks", path, there[i], here[i])
		if s.byNumber && there[i]["id"] != here[i]["id"] {
			s.Errorf("%s: number %v there, %v here", path, there[i]["id"], here[i]["id"])
		}
	}
}

func (s *sameServers) comments(kind, on string) {
	path := kind + "/" + on + "/comments/"
	for _, c := range s.list(s.there, path+"?order=id") {
		one := path + fmt.Sprint(c["id"]) + "/"
		s.same("comments", one, c, s.one(s.here, one))
	}
}

func (s *sameServers) same(kind, path string, there, here map[string]any) {
	s.compared[kind]++
	for _, field := range fields[kind] {
		a, b := at(there, strings.Split(field, ".")), at(here, strings.Split(field, "."))
		if field == "related.msgid" { // in the order of numbers, which are others here
			a, b = sorted(a), sorted(b)
		}
		if !reflect.DeepEqual(a, b) {
			s.Errorf("%s: %s is %v there, %v here", path, field, a, b)
		}
	}
}

// at is a field of a value; of a list that of all, in order. Empty is the same as null.
func at(v any, names []string) any {
	switch v := v.(type) {
	case map[string]any:
		if len(names) > 0 {
			return at(v[names[0]], names[1:])
		}
	case []any:
		var out []string
		for _, e := range v {
			out = append(out, fmt.Sprint(at(e, names)))
		}
		return out
	case string:
		if v == "" {
			return nil
		}
	}
	return v
}

func sorted(v any) any {
	if list, ok := v.([]string); ok {
		slices.Sort(list)
	}
	return v
}

func (s *sameServers) one(server, path string) (out map[string]any) {
	s.Helper()
	s.ask(server, path, &out)
	return out
}

func (s *sameServers) list(server, path string) (out []map[string]any) {
	s.Helper()
	for page := 1; ; page++ {
		var rows []map[string]any
		more := s.ask(server, fmt.Sprintf("%s&page=%d&per_page=250", path, page), &rows)
		out = append(out, rows...)
		if !more {
			return out
		}
	}
}

func (s *sameServers) ask(server, path string, into any) (more bool) {
	s.Helper()
	res, err := http.Get(server + "/api/1.3/" + path)
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		s.Errorf("%s%s: %s", server, path, res.Status)
		return false
	}
	if err := json.Unmarshal(text, into); err != nil {
		s.Fatalf("%s: %v", path, err)
	}
	return strings.Contains(res.Header.Get("Link"), `rel="next"`)
}

// A move that is said again says nothing new, and what has no mail is named.
func TestAdoptSays(t *testing.T) {
	t.Parallel()
	there, project, mails := newWorkplace(t).decided()
	w := newWorkplace(t)
	if said := w.run("adopt", there, "-p", project); !strings.Contains(said, "can't be shown yet") ||
		!strings.Contains(said, "its mail is not here yet") || !strings.Contains(said, "state 3") {
		t.Errorf("it says\n%s", said)
	}
	w.run("import", "--quiet", mails)
	if said := w.run("adopt", there, "-p", project); strings.Contains(said, "can't be shown yet") ||
		!strings.Contains(said, "taken over: nothing") {
		t.Errorf("it says\n%s", said)
	}
	if said := w.run("show", "--json", "1"); !strings.Contains(said, `"accepted"`) {
		t.Errorf("show 1 says\n%s", said)
	}
}
