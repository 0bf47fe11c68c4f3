package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"patchwatch/web/internal/serve"
	"patchwatch/web/internal/site"
)

const contentType = "application/json"

// route is a path of the API, and what answers there.
type route struct {
	path  string // segments; {…} is any one
	since version
	own   bool // what is shown depends on who asks
	login bool // only for users

	get   func(*call) (*site.Answer, error)
	write map[string]write // by method
}

// write does what a request asks for, and answers with what is then there.
type write struct {
	since version
	do    func(*call) (status int, body []byte, err error)
}

// routes are all there are. A list comes before what is in it.
var routes = []route{
	{path: "", get: (*call).index},
	{path: "projects", get: (*call).projects},
	{path: "projects/{name}", get: (*call).project, write: changes((*call).changeProject)},
	{path: "users", get: (*call).users, login: true},
	{path: "users/{id}", get: (*call).user, login: true, own: true, write: changes((*call).changeUser)},
	{path: "people", get: (*call).people, login: true},
	{path: "people/{id}", get: (*call).person, login: true},
	{path: "patches", get: (*call).patches},
	{path: "patches/{id}", get: (*call).patch, write: changes((*call).changePatch)},
	{path: "patches/{id}/comments", since: v11, get: (*call).patchComments},
	{path: "patches/{id}/comments/{id}", since: v13, get: (*call).patchComment,
		write: changes((*call).changePatchComment)},
	{path: "patches/{id}/checks", get: (*call).checks, write: map[string]write{http.MethodPost: {do: (*call).addCheck}}},
	{path: "patches/{id}/checks/{id}", get: (*call).check},
	{path: "covers", get: (*call).covers},
	{path: "covers/{id}", get: (*call).cover},
	{path: "covers/{id}/comments", since: v11, get: (*call).coverComments},
	{path: "covers/{id}/comments/{id}", since: v13, get: (*call).coverComment, write: changes((*call).changeCoverComment)},
	{path: "series", get: (*call).seriesList},
	{path: "series/{id}", get: (*call).series, write: map[string]write{http.MethodPatch: {do: (*call).changeSeries}}},
	{path: "events", get: (*call).events},
	{path: "bundles", own: true, get: (*call).bundles, write: map[string]write{
		http.MethodPost: {since: v12, do: (*call).addBundle},
	}},
	{path: "bundles/{id}", own: true, get: (*call).bundle, write: map[string]write{
		http.MethodPatch: {since: v12, do: (*call).changeBundle}, http.MethodPut: {since: v12, do: (*call).changeBundle},
		http.MethodDelete: {since: v12, do: (*call).removeBundle},
	}},
}

func changes(do func(*call) (int, []byte, error)) map[string]write {
	return map[string]write{http.MethodPatch: {do: do}, http.MethodPut: {do: do}}
}

// maxQuery and maxParameters bound what a URL may ask for.
const (
	maxQuery      = 32 << 10
	maxParameters = 1000
)

// ServeHTTP answers a request under /api/. A path without the final slash is as good as one with it: programs ask so,
// and do not all follow.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{API: a, r: r, w: w}
	if err := c.answer(); err != nil {
		c.refuse(err)
	}
}

func (c *call) answer() error {
	if c.Viewer != nil {
		c.viewer = c.Viewer(c.r)
	}
	route, err := c.find()
	if err != nil {
		return err
	}
	if len(c.r.URL.RawQuery) > maxQuery {
		return errTooLongURL
	}
	if strings.Count(c.r.URL.RawQuery, "&") >= maxParameters {
		return errTooMany
	}
	serve.SetRoute(c.r, "/api/"+route.path)
	c.base = serve.Base(c.r)
	c.w.Header()["Allow"] = []string{route.allow()}
	if route.login && c.viewer.User == nil {
		return errNobody
	}
	switch c.r.Method {
	case http.MethodGet, http.MethodHead:
		return c.read(route)
	case http.MethodOptions:
		c.options()
		return nil
	}
	w, ok := route.write[c.r.Method]
	if !ok || c.version < w.since {
		return &refusal{status: http.StatusMethodNotAllowed, detail: `Method "` + c.r.Method + `" not allowed.`}
	}
	return c.change(route, w)
}

// find takes the path apart.
func (c *call) find() (*route, error) {
	rest := strings.TrimSuffix(strings.TrimPrefix(c.r.URL.EscapedPath(), "/api"), "/")
	segments := strings.Split(strings.TrimPrefix(rest, "/"), "/")
	c.version, c.path = latest, "/api"
	if v, ok := parseVersion(segments[0]); ok {
		c.version, c.path = v, "/api/"+segments[0]
		segments = segments[1:]
	}
	if len(segments) > 4 {
		return nil, errNotFound
	}
	for i, s := range segments {
		plain, err := url.PathUnescape(s)
		if err != nil || !utf8.ValidString(plain) || strings.IndexByte(plain, 0) >= 0 {
			return nil, errNotFound
		}
		segments[i] = plain
	}
	for i := range routes {
		if names, ok := match(routes[i].path, segments); ok && c.version >= routes[i].since {
			c.names = names
			return &routes[i], nil
		}
	}
	return nil, errNotFound
}

func match(path string, segments []string) (names []string, ok bool) {
	if path == "" {
		return nil, len(segments) == 0 || len(segments) == 1 && segments[0] == ""
	}
	for _, s := range segments {
		var want string
		want, path, _ = strings.Cut(path, "/")
		switch {
		case want == "" || s == "":
			return nil, false
		case want[0] == '{':
			names = append(names, s)
		case want != s:
			return nil, false
		}
	}
	return names, path == "" && len(segments) > 0
}

// allow lists the methods in the order in which Patchwork has them.
func (r *route) allow() string {
	all := []string{http.MethodGet}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if _, ok := r.write[method]; ok {
			all = append(all, method)
		}
	}
	return strings.Join(append(all, http.MethodHead, http.MethodOptions), ", ")
}

// Allow lists the methods that a path has, for those who refuse a request before the API sees it. It is empty if the
// API has no such path.
func Allow(r *http.Request) string {
	route, err := (&call{r: r}).find()
	if err != nil {
		return ""
	}
	return route.allow()
}

func (c *call) options() {
	c.w.Header().Set("Content-Type", contentType)
	_, _ = c.w.Write([]byte(`{"renders":["application/json"],` +
		`"parses":["application/json","application/x-www-form-urlencoded","multipart/form-data"]}`))
}

// read answers from what is kept, or makes the answer.
func (c *call) read(route *route) error {
	ask := site.Ask{Key: c.base + c.r.URL.EscapedPath() + "?" + c.r.URL.RawQuery, Viewer: c.viewer, Own: route.own,
		Stored: true}
	a, err := c.Keeper.Answer(c.ctx(), ask, func(ctx context.Context, w *site.World) (*site.Answer, error) {
		c.asks, c.world = ctx, w
		return route.get(c)
	})
	if err != nil {
		return err
	}
	c.w.Header()["Content-Type"] = []string{contentType}
	a.Write(c.w, c.r)
	return nil
}

// change does what is asked for. Who has not logged in can change nothing, nor who came with a token that may only
// read.
func (c *call) change(route *route, w write) (err error) {
	if c.world, err = c.Keeper.World(c.ctx()); err != nil {
		return err
	}
	status, body, err := w.do(c)
	if err != nil {
		return err
	}
	h := c.w.Header()
	if status != http.StatusNoContent {
		h.Set("Content-Type", contentType)
	}
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body) // the client has gone
	return nil
}

// denied says why somebody may not do something: they are nobody, or they are not the right one.
func (c *call) denied() error {
	if c.viewer.User == nil {
		return errNobody
	}
	return errForbidden
}

// answerOf is an answer about some projects: about all that the viewer sees if none are named.
func answerOf(e *encoder, about ...int64) *site.Answer {
	return &site.Answer{Body: e.b, About: about}
}
