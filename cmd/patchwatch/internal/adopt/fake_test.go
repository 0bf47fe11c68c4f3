package adopt

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// fake is a Patchwork server with lists of rows, as far as adopt asks.
type fake struct {
	*httptest.Server
	token   string
	version int                         // 1.N is the newest
	lists   map[string][]map[string]any // by path below the version
	before  func(w http.ResponseWriter, r *http.Request) (done bool)

	mu    sync.Mutex // guards all following fields
	asked []string   // paths with queries
}

func newFake(t *testing.T) *fake {
	f := &fake{version: 4, lists: map[string][]map[string]any{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.asked = append(f.asked, r.URL.RequestURI())
	f.mu.Unlock()
	if f.before != nil && f.before(w, r) {
		return
	}
	if f.token != "" && r.Header.Get("Authorization") != "Token "+f.token {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"detail":"Invalid token."}`)
		return
	}
	var version int
	path := r.URL.Path
	if n, err := fmt.Sscanf(path, "/api/1.%d/", &version); n != 1 || err != nil || version > f.version {
		http.NotFound(w, r)
		return
	}
	path = strings.TrimPrefix(path, fmt.Sprintf("/api/1.%d/", version))
	if path == "" {
		fmt.Fprint(w, "{}")
		return
	}
	rows, ok := f.lists[path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	f.page(w, r, rows)
}

// page writes a page of a list. Rows are of the project, the category and the time that are asked for.
func (f *fake) page(w http.ResponseWriter, r *http.Request, rows []map[string]any) {
	q := r.URL.Query()
	var all []map[string]any
	for _, row := range rows {
		if c := q.Get("category"); c != "" && row["category"] != c {
			continue
		}
		if since := q.Get("since"); since != "" && row["date"].(string) < since {
			continue
		}
		if p := q.Get("project"); p != "" && row["_project"] != nil && row["_project"] != p {
			continue
		}
		all = append(all, row)
	}
	page, _ := strconv.Atoi(q.Get("page"))
	size, _ := strconv.Atoi(q.Get("per_page"))
	page, size = max(page, 1), min(max(size, 1), 2) // small pages, so that there are several
	from := (page - 1) * size
	if from >= len(all) && page > 1 {
		http.NotFound(w, r)
		return
	}
	if page*size < len(all) {
		w.Header().Set("Link", fmt.Sprintf(`<%s?page=%d>; rel="next", <%s>; rel="first"`, f.URL, page+1, f.URL))
	}
	some := all[min(from, len(all)):min(from+size, len(all))]
	if some == nil {
		some = []map[string]any{}
	}
	_ = json.NewEncoder(w).Encode(some)
}

// requests gives what was asked for below the API's root since the last call.
func (f *fake) requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.asked
	f.asked = nil
	return out
}

type row = map[string]any

// filled has a project with three patches, and all that can be said of them.
func (f *fake) filled() *fake {
	carol := row{"id": 7, "username": "carol", "first_name": "Carol", "email": "carol@example.org"}
	mail := func(id int, msgid string) row { return row{"id": id, "msgid": msgid} }
	patch := func(id int, msgid, state string, more row) row {
		p := row{"id": id, "msgid": msgid, "state": state, "archived": false, "commit_ref": nil, "pull_url": nil,
			"delegate": nil, "check": "pending", "related": []row{}, "submitter": row{"id": 31, "email": "ann@example.org"}}
		for k, v := range more {
			p[k] = v
		}
		return p
	}
	f.lists = map[string][]row{
		"projects/": {{"id": 5, "name": "Frob", "link_name": "frob", "list_id": "frob.lists.example.org",
			"list_email": "frob@lists.example.org", "subject_match": "", "web_url": "https://frob.example.org",
			"maintainers": []row{carol}}},
		"patches/": {
			patch(101, "<1@x>", "accepted", row{"delegate": carol, "check": "success", "related": []row{mail(103, "<3@x>")}}),
			patch(102, "<2@x>", "needs-ack", row{"archived": true, "commit_ref": "c0ffee"}),
			patch(103, "<3@x>", "new", row{"related": []row{mail(101, "<1@x>")}}),
		},
		"covers/": {{"id": 9, "msgid": "<0@x>", "submitter": row{"id": 31, "email": "ann@example.org"}}},
		"series/": {{"id": 40, "cover_letter": mail(9, "<0@x>"), "patches": []row{mail(101, "<1@x>"), mail(102, "<2@x>")}},
			{"id": 41, "cover_letter": nil, "patches": []row{mail(103, "<3@x>")}}},
		"bundles/": {{"id": 2, "name": "next", "public": true, "owner": carol, "patches": []row{mail(103, "<3@x>"),
			mail(101, "<1@x>")}}},
		"events/": {
			{"id": 1, "category": "patch-created", "date": "2026-10-01T12:00:00", "payload": row{"patch": mail(101, "<1@x>")}},
			{"id": 2, "category": "patch-state-changed", "date": "2026-10-02T08:00:00.000100", "actor": carol,
				"payload": row{"patch": mail(101, "<1@x>")}},
			{"id": 3, "category": "check-created", "date": "2026-10-03T08:00:00", "payload": row{"patch": mail(103, "<3@x>")}},
		},
		"patches/101/checks/": {{"id": 61, "user": carol, "date": "2026-10-02T09:00:00.5", "state": "success",
			"context": "build", "target_url": "https://ci.example.org/1", "description": "fine"}},
		"patches/103/checks/": {{"id": 62, "user": carol, "date": "2026-10-03T08:00:00", "state": "pending",
			"context": "build", "target_url": "javascript:alert(1)", "description": nil}},
		"patches/101/comments/": {{"id": 71, "msgid": "<r1@x>", "addressed": true, "submitter": row{"id": 32,
			"email": "bob@x"}}},
		"patches/102/comments/": {}, "patches/103/comments/": {}, "covers/9/comments/": {{"id": 71, "msgid": "<r0@x>"}},
	}
	for path, rows := range f.lists {
		if path != "projects/" && strings.Count(path, "/") == 1 {
			for _, r := range rows {
				r["_project"] = "frob"
			}
		}
	}
	return f
}
