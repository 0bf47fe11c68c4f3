package spec

import (
	"fmt"
	"strings"
	"testing"
)

// TestWrites holds the answers of all writes against the schema, whether they do something or are refused.
func TestWrites(t *testing.T) {
	for _, v := range versions {
		t.Run(v, func(t *testing.T) {
			schema := readSchema(t, v)
			s := newServer(t)
			for _, c := range s.writes() {
				if v < c.since {
					continue
				}
				w := s.do(c.as, c.method, "/api/"+v+"/"+c.path, c.body)
				if w.Code != c.status {
					t.Errorf("%s %s %s by %q: %d %s, want %d", c.method, c.path, c.body, c.as, w.Code, w.Body, c.status)
				}
				schema.hold(t, c.method, c.path, w)
			}
			for _, name := range schema.unheld("POST", "PUT", "PATCH", "DELETE") {
				t.Errorf("nothing was held against %s", name)
			}
		})
	}
}

type request struct {
	since            string
	as, method, path string
	body             string
	status           int
}

func (s *server) writes() []request {
	first := fmt.Sprintf("patches/%d/", s.Mail("demo", "first"))
	lone := fmt.Sprintf("patches/%d/", s.Mail("demo", "lone/x@example.org"))
	comment := fmt.Sprintf("%scomments/%d/", first, s.Mail("demo", "on-first"))
	onCover := fmt.Sprintf("covers/%d/comments/%d/", s.Mail("demo", "cover"), s.Mail("demo", "on-cover"))
	self := fmt.Sprintf("users/%d/", s.Users["maint"].ID)
	bundle := fmt.Sprintf(`{"name": "new", "patches": [%d], "public": true}`, s.Mail("demo", "second"))
	return []request{
		{"1.0", "maint", "PATCH", first,
			`{"state": "accepted", "archived": true, "commit_ref": "12ab", "pull_url": "git://x.org/y"}`, 200},
		{"1.0", "maint", "PATCH", first, fmt.Sprintf(`{"delegate": %d}`, s.Users["maint"].ID), 200},
		{"1.0", "maint", "PATCH", first, `{"delegate": null, "commit_ref": null, "pull_url": null}`, 200},
		{"1.0", "maint", "PUT", first, fmt.Sprintf(`{"state": "new", "delegate": %d}`, s.Users["maint"].ID), 200},
		{"1.2", "maint", "PATCH", first, `{"related": []}`, 200},
		{"1.2", "maint", "PATCH", first, fmt.Sprintf(`{"related": [%d]}`, s.Mail("demo", "second")), 200},
		{"1.0", "maint", "PATCH", first, `{"state": "nonsense", "archived": 7, "delegate": 99}`, 400},
		{"1.0", "", "PATCH", first, `{"state": "accepted"}`, 403},
		{"1.0", "strange", "PATCH", first, `{"state": "accepted"}`, 403},
		{"1.0", "maint", "PATCH", "patches/999/", `{"state": "accepted"}`, 404},
		{"1.0", "maint", "POST", lone + "checks/",
			`{"state": "fail", "context": "ci", "target_url": "https://ci.example.org/2", "description": "x"}`, 201},
		{"1.0", "maint", "POST", lone + "checks/", `{"state": "pending"}`, 201},
		{"1.0", "maint", "POST", lone + "checks/", `{"state": "nonsense", "context": "a b", "target_url": "nonsense"}`, 400},
		{"1.0", "strange", "POST", lone + "checks/", `{"state": "pending"}`, 403},
		{"1.3", "maint", "PATCH", comment, `{"addressed": true}`, 200},
		{"1.3", "maint", "PATCH", onCover, `{"addressed": null}`, 200},
		{"1.3", "maint", "PATCH", comment, `{"addressed": "nonsense"}`, 400},
		{"1.3", "strange", "PATCH", comment, `{"addressed": true}`, 403},
		{"1.2", "maint", "POST", "bundles/", bundle, 201},
		{"1.2", "maint", "POST", "bundles/", bundle, 400},
		{"1.2", "maint", "POST", "bundles/", `{}`, 400},
		{"1.2", "", "POST", "bundles/", bundle, 403},
		{"1.2", "maint", "PATCH", "bundles/2/", `{"public": true}`, 200},
		{"1.2", "maint", "PUT", "bundles/2/", strings.Replace(bundle, "new", "newer", 1), 200},
		{"1.2", "maint", "PATCH", "bundles/2/", `{"patches": []}`, 400},
		{"1.2", "strange", "PATCH", "bundles/1/", `{"public": true}`, 403},
		{"1.2", "strange", "PATCH", "bundles/999/", `{"public": true}`, 404},
		{"1.0", "maint", "PATCH", "projects/demo/",
			`{"web_url": "https://demo.example.org/new", "scm_url": "git://x.org/y"}`, 200},
		{"1.0", "maint", "PUT", "projects/1/", `{"webscm_url": "https://x.org/"}`, 200},
		{"1.0", "maint", "PATCH", "projects/1/", `{"web_url": null}`, 400},
		{"1.0", "strange", "PATCH", "projects/1/", `{"web_url": "x"}`, 403},
		{"1.0", "strange", "PATCH", "projects/999/", `{"web_url": "x"}`, 404},
		{"1.0", "maint", "PATCH", self, `{"first_name": "Märy"}`, 200},
		{"1.0", "maint", "PUT", self, `{"first_name": "Märy", "last_name": "Bøb"}`, 200},
		{"1.2", "maint", "PATCH", self, `{"settings": {"items_per_page": 50}}`, 200},
		{"1.0", "maint", "PATCH", self, `{"first_name": null}`, 400},
		{"1.0", "strange", "PATCH", self, `{"first_name": "x"}`, 403},
		{"1.0", "maint", "PATCH", "users/999/", `{"first_name": "x"}`, 404},
	}
}
