package browser

// shown is a page of the table.
type shown struct {
	name   string // of its picture
	route  string // the pattern of its route, without the method; empty: it is a page about an error
	path   string // where it is, with {NAME} for a number of the sample
	link   string // a selector: it is the page to which the first such link of path leads; empty: it is path
	as     string // who looks at it; empty: nobody
	status int    // 0: 200
	large  bool   // it has a diff or a thread, and may be large
}

// table has a page for each route that answers with pages, and more where a page can look quite different.
// TestEveryRouteIsListed sees to it that it has all routes.
var table = []shown{
	{name: "home", route: "/{$}", path: "/", as: maintainer},
	{name: "home-nobody", route: "/{$}", path: "/"},
	{name: "project", route: "/project/{project}/{$}", path: "/project/frob/", as: maintainer},
	{name: "series-list", route: "/project/{project}/series/{$}", path: "/project/frob/series/", as: maintainer},
	{name: "series-list-nobody", route: "/project/{project}/series/{$}", path: "/project/frob/series/"},
	{name: "series-list-none", route: "/project/{project}/series/{$}", path: "/project/frob/series/?q=nothing-has-this", as: maintainer},
	{name: "patch-list", route: "/project/{project}/list/{$}", path: "/project/frob/list/", as: maintainer},
	{name: "patch-list-narrow", route: "/project/{project}/list/{$}", path: "/project/frob/list/?q=frob&state=*&archive=both&order=-name", as: maintainer},
	{name: "series", route: "/series/{id}/{$}", path: "/series/{v2}/", as: maintainer, large: true},
	{name: "series-nobody", route: "/series/{id}/{$}", path: "/series/{v1}/", large: true},
	{name: "series-partial", route: "/series/{id}/{$}", path: "/series/{partial}/", as: maintainer, large: true},
	{name: "series-hostile", route: "/series/{id}/{$}", path: "/series/{hostile}/", as: maintainer, large: true},
	{name: "why", route: "/series/{id}/why/{$}", path: "/series/{partial}/why/"},
	{name: "patch", route: "/project/{project}/patch/{msgid}/{$}", path: "/project/frob/patch/" + secondV2 + "/", as: maintainer, large: true},
	{name: "patch-remark", route: "/project/{project}/patch/{msgid}/{$}", path: "/project/frob/patch/" + reviewed + "/", large: true},
	{name: "patch-binary", route: "/project/{project}/patch/{msgid}/{$}", path: "/project/frob/patch/" + binary + "/", large: true},
	{name: "patch-escapes", route: "/project/{project}/patch/{msgid}/{$}", path: "/project/frob/patch/" + escapes + "/", large: true},
	{name: "patch-hostile", route: "/project/{project}/patch/{msgid}/{$}", path: "/project/hostile/patch/" + hostile + "/", as: maintainer, large: true},
	{name: "patch-wide", route: "/project/{project}/patch/{msgid}/{$}", path: "/project/hostile/patch/" + wide + "/", as: maintainer, large: true},
	{name: "cover", route: "/project/{project}/cover/{msgid}/{$}", path: "/project/frob/cover/" + coverV1 + "/", large: true},
	{name: "versions", route: "/series/{id}/diff/{other}/{$}", path: "/series/{v2}/diff/{v1}/", large: true},
	{name: "mine", route: "/user/todo/{$}", path: "/user/todo/", as: maintainer},
	{name: "mine-project", route: "/user/todo/{project}/{$}", path: "/user/todo/frob/", as: maintainer},
	{name: "bundles", route: "/user/bundles/{$}", path: "/user/bundles/", as: maintainer},
	{name: "bundles-project", route: "/project/{project}/bundles/{$}", path: "/project/frob/bundles/", as: maintainer},
	{name: "bundle", route: "/bundle/{user}/{bundle}/{$}", path: "/bundle/ada/for-next/", as: maintainer},
	{name: "search", route: "/search/{$}", path: "/search/?q=frob", as: maintainer},
	{name: "search-empty", route: "/search/{$}", path: "/search/"},
	{name: "search-none", route: "/search/{$}", path: "/search/?q=nothing-has-this", status: 404},
	{name: "search-threads", route: "/search/{$}", path: "/search/?q=frob&x=t", large: true},
	{name: "login", route: "/user/login/{$}", path: "/user/login/"},
	{name: "welcome", route: "/user/welcome/{secret}/{$}", path: "{welcome}"},
	{name: "profile", route: "/user/{$}", path: "/user/", as: maintainer},
	{name: "archive", route: "/{list}/", path: "/frob/", large: true},
	{name: "archive-active", route: "/{list}/topics_active.html", path: "/frob/topics_active.html", large: true},
	{name: "archive-new-topics", route: "/{list}/topics_new.html", path: "/frob/topics_new.html", large: true},
	{name: "archive-new", route: "/{list}/new.html", path: "/frob/new.html", large: true},
	{name: "archive-mail", route: "/{list}/{msgid}/", path: "/frob/" + remark + "/", large: true},
	{name: "archive-attachments", route: "/{list}/{msgid}/", path: "/hostile/" + attachments + "/", large: true},
	{name: "archive-flat", route: "/{list}/{msgid}/T/", path: "/frob/" + coverV1 + "/T/", large: true},
	{name: "archive-nested", route: "/{list}/{msgid}/t/", path: "/frob/" + coverV1 + "/t/", large: true},
	{name: "archive-copies", route: "/{list}/{msgid}/d/", path: "/frob/" + secondV2 + "/d/", large: true},
	{name: "archive-search", route: "/{list}/", path: "/frob/?q=frob", large: true},
	{name: "archive-hostile", route: "/{list}/{msgid}/T/", path: "/hostile/" + hostile + "/T/", large: true},
	{name: "archive-deep", route: "/{list}/{msgid}/t/", path: "/hostile/" + wide + "/t/", large: true},
	{name: "admin", route: "/admin/{$}", path: "/admin/", as: admin},
	{name: "admin-failed", route: "/admin/failed/{$}", path: "/admin/failed/", as: admin},
	{name: "admin-failed-mail", route: "/admin/failed/{key}/{$}", path: "/admin/failed/", link: "table.list td.name a", as: admin},
	{name: "admin-lists", route: "/admin/lists/{$}", path: "/admin/lists/", as: admin},
	{name: "admin-users", route: "/admin/users/{$}", path: "/admin/users/", as: admin},
	{name: "admin-user", route: "/admin/users/{id}/{$}", path: "/admin/users/1/", as: admin},
	{name: "admin-hooks", route: "/admin/hooks/{$}", path: "/admin/hooks/", as: admin},
	{name: "admin-log", route: "/admin/log/{$}", path: "/admin/log/", as: admin},
	{name: "forbidden", path: "/admin/", as: maintainer, status: 403},
	{name: "not-found", path: "/series/999999/", status: 404},
	{name: "not-found-mail", path: "/frob/nothing@example.org/", status: 404},
	{name: "hidden", path: "/project/frob/patch/" + hidden + "/", status: 410},
	{name: "refused", path: "/user/welcome/none/", status: 404},
}

// noPages are the routes that answer with something else: mail, feeds, data, files, redirects.
var noPages = []string{
	"/api/", "/events/stream", "/robots.txt", "/static/{name}", "/project/{project}/pwclientrc/{$}",
	"/project/{project}/patch/{msgid}/mbox/{$}", "/project/{project}/patch/{msgid}/raw/{$}",
	"/project/{project}/cover/{msgid}/mbox/{$}", "/project/{project}/cover/{rest...}", "/patch/{id}/{$}", "/patch/{id}/mbox/{$}", "/patch/{id}/raw/{$}",
	"/cover/{id}/{$}", "/cover/{id}/mbox/{$}", "/comment/{id}/{$}", "/series/{id}/mbox/{$}",
	"/series/{id}/next/{$}", "/series/{id}/previous/{$}",
	"/bundle/{user}/{bundle}/mbox/{$}", "/series/{id}/new.atom", "/user/delegated.atom", "/search/help/{$}",
	"/{list}/atom.xml", "/{list}/index.atom.xml", "/{list}/index.html", "/{list}/description", "/{list}/new.atom",
	"/{list}/topics_active.atom", "/{list}/topics_new.atom", "/{list}/{old}", "/{list}/{msgid}", "/{list}/{msgid}/T",
	"/{list}/{msgid}/d", "/{list}/{msgid}/t", "/{list}/{msgid}/raw", "/{list}/{msgid}/s/", "/{list}/{msgid}/t.atom",
	"/{list}/{msgid}/t.mbox", "/{list}/{msgid}/t.mbox.gz", "/{list}/{msgid}/{name}",
}
