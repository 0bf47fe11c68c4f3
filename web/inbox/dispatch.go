package inbox

import (
	"net/http"
	"net/url"
	"strings"

	"patchwatch/track"
	"patchwatch/web/internal/serve"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// Takes tells whether a path may be a list's, or that of a Message-ID: its first segment is no reserved name. Those
// that are reserved for the archive have routes of their own.
func (x *Inbox) Takes(r *http.Request) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	name, err := url.PathUnescape(first)
	return err == nil && name != "" && track.CheckLinkName(name) == nil
}

// path is one that was taken apart.
type path struct {
	prefix   string   // of the list, escaped, with a final slash: "/all/", "/inbox/P/", "/P/" or "/r/"
	list     string   // the name of the list; empty: all lists
	segments []string // what follows, unescaped; the last one is empty if the path ends in a slash
	escaped  string   // the same, as it is in the URL
}

// split takes an escaped path apart. It is not ok if there is no list in it.
func split(escaped string) (p path, ok bool) {
	first, rest, slash := strings.Cut(strings.TrimPrefix(escaped, "/"), "/")
	p.prefix, p.escaped = "/"+first+"/", rest
	switch first {
	case "all", "r":
	case "inbox":
		var name string
		if name, p.escaped, slash = strings.Cut(rest, "/"); name == "" {
			return p, false
		}
		p.prefix += name + "/"
		first = name
		fallthrough
	default:
		var err error
		if p.list, err = url.PathUnescape(first); err != nil {
			return p, false
		}
	}
	if !slash {
		return p, true
	}
	for s := range strings.SplitSeq(p.escaped, "/") {
		text, err := url.PathUnescape(s)
		if err != nil {
			return p, false
		}
		p.segments = append(p.segments, text)
	}
	return p, true
}

// ServeHTTP answers a request for a path that the archive has.
func (x *Inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p, ok := split(r.URL.EscapedPath())
	if !ok {
		serve.Error(w, r, http.StatusNotFound, visit.ErrNotFound.Detail)
		return
	}
	at, msgid := findRoute(&p)
	if at == nil {
		serve.Error(w, r, http.StatusNotFound, visit.ErrNotFound.Detail)
		return
	}
	serve.SetRoute(r, at.name())
	if searches(at, r) {
		x.search(p, msgid).ServeHTTP(w, r)
		return
	}
	do := at.get
	if r.Method == http.MethodPost {
		do = at.post
	}
	if do == nil || r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost {
		w.Header().Set("Allow", at.allows())
		serve.Error(w, r, http.StatusMethodNotAllowed, "This method is not allowed here.")
		return
	}
	answer := func(v *visit.Visit) (*site.Answer, error) {
		c := &call{Inbox: x, Visit: v, path: p, msgid: msgid}
		if err := c.findList(); err != nil {
			return nil, err
		}
		return do(c)
	}
	if r.Method == http.MethodPost {
		x.Desk.Writes(func(v *visit.Visit, w http.ResponseWriter) error {
			a, err := answer(v)
			if err == nil {
				send(w, a)
			}
			return err
		})(w, r)
		return
	}
	x.Desk.Reads(visit.Kind{Accept: at.accept, Ages: at.ages}, answer)(w, r)
}

// send sends an answer that is not kept.
func send(w http.ResponseWriter, a *site.Answer) {
	for _, h := range a.Header {
		w.Header().Set(h[0], h[1])
	}
	_, _ = w.Write(a.Body) // the client has gone
}

// call is a request that is being answered.
type call struct {
	*Inbox
	*visit.Visit
	path
	msgid string // in the URL, as it was escaped once; empty: there is none

	of *track.Project // the list; nil: all
}

// findList finds the project that the path names. A name that is none may be a Message-ID: such a URL leads to a list
// that has the mail.
func (c *call) findList() error {
	if c.list == "" {
		return nil
	}
	c.of = c.World.ProjectCalled(c.list)
	if c.of != nil && c.Viewer.Sees(c.of) {
		return nil
	}
	if strings.HasPrefix(c.prefix, "/inbox/") {
		return visit.ErrNotFound
	}
	return c.leadToMail(c.list, c.escaped)
}
