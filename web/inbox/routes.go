package inbox

import (
	"net/http"
	"strings"

	"patchwatch/web/internal/site"
)

// route is a place below a list. Of what follows the list, {msgid} stands for a Message-ID, and {name} for anything
// that has no slash.
type route struct {
	pattern string
	get     func(*call) (*site.Answer, error)
	post    func(*call) (*site.Answer, error)
	accept  bool // the answer depends on whether a browser asks
	ages    bool // it is a page with dates, and how long ago they were
}

// name is how the log and the metrics call the route.
func (r *route) name() string { return "/{list}/" + r.pattern }

func (r *route) allows() string {
	var all []string
	if r.get != nil {
		all = append(all, http.MethodGet, http.MethodHead)
	}
	if r.post != nil {
		all = append(all, http.MethodPost)
	}
	return strings.Join(all, ", ")
}

// routes are tried in this order, except that one without {msgid} comes before one with it. It is a function since the
// routes name functions that name them.
func routes() []route {
	return []route{
		{pattern: "", get: (*call).topics, ages: true},
		{pattern: "topics_active.html", get: (*call).topicsActive, ages: true},
		{pattern: "topics_new.html", get: (*call).topicsNew, ages: true},
		{pattern: "new.html", get: (*call).newMails, ages: true},
		{pattern: "new.atom", get: (*call).newAtom},
		{pattern: "atom.xml", get: legacy("new.atom")},
		{pattern: "index.atom.xml", get: legacy("new.atom")},
		{pattern: "index.html", get: legacy("")},
		{pattern: "topics_active.atom", get: (*call).activeAtom},
		{pattern: "topics_new.atom", get: (*call).topicsAtom},
		{pattern: "description", get: (*call).description},
		{pattern: "{msgid}/raw", get: (*call).raw},
		{pattern: "{msgid}/t.mbox.gz", get: (*call).threadMboxGz},
		{pattern: "{msgid}/t.mbox", get: (*call).threadMbox},
		{pattern: "{msgid}/t.atom", get: (*call).threadAtom},
		{pattern: "{msgid}/T/", get: (*call).flat, ages: true},
		{pattern: "{msgid}/t/", get: (*call).nested, ages: true},
		{pattern: "{msgid}/d/", get: (*call).differences, ages: true},
		{pattern: "{msgid}/T", get: (*call).addSlash},
		{pattern: "{msgid}/t", get: (*call).addSlash},
		{pattern: "{msgid}/d", get: (*call).addSlash},
		{pattern: "{msgid}/s/", get: (*call).object},
		{pattern: "{msgid}/{name}", get: (*call).attachment},
		{pattern: "{msgid}/", get: (*call).message, ages: true},
		{pattern: "{msgid}", get: (*call).addSlash},
	}
}

// findRoute finds the route of a path, and the Message-ID in it. A Message-ID may have slashes, which some proxies
// decode, so it may be several segments; the shortest that makes sense is taken.
func findRoute(p *path) (*route, string) {
	if p.segments == nil {
		return &route{pattern: "", get: (*call).addSlashToList}, ""
	}
	all := routes()
	for i := range all {
		if all[i].pattern == strings.Join(p.segments, "/") {
			return &all[i], ""
		}
	}
	if p.prefix == "/r/" {
		return &route{pattern: "{msgid}/", get: (*call).toMail}, strings.TrimSuffix(strings.Join(p.segments, "/"), "/")
	}
	if now, ok := oldPlace(p.escaped); ok {
		return &route{pattern: "{old}", get: legacy(now)}, ""
	}
	for i := range all {
		if msgid, ok := match(all[i].pattern, p.segments); ok {
			return &all[i], msgid
		}
	}
	return nil, ""
}

// match tells whether segments are those of a pattern that begins with {msgid}.
func match(pattern string, segments []string) (msgid string, ok bool) {
	parts := strings.Split(pattern, "/")
	n := len(segments) - len(parts)
	if parts[0] != "{msgid}" || n < 0 {
		return "", false
	}
	for i, part := range parts[1:] {
		got := segments[n+1+i]
		if part == "{name}" {
			if !isAttachment(got) {
				return "", false
			}
		} else if part != got {
			return "", false
		}
	}
	return strings.Join(segments[:n+1], "/"), segments[0] != "" && segments[n] != ""
}

// isAttachment tells whether a name is that of an attachment: "2-NAME".
func isAttachment(name string) bool {
	n := strings.TrimLeft(name, "0123456789")
	return n != name && len(n) > 1 && n[0] == '-'
}
