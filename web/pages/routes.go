package pages

// routes are all pages. Each URL that Patchwork has means what it means there.
var routes = []route{
	{pattern: "/{$}", page: (*call).home},
	{pattern: "/project/{project}/{$}", page: (*call).project},
	{pattern: "/project/{project}/patch/{msgid}/{$}", page: (*call).patch, post: (*call).patchPost},
	{pattern: "/project/{project}/cover/{msgid}/{$}", page: (*call).cover},
	{pattern: "/series/{id}/diff/{other}/{$}", page: (*call).versionsPage},
	{pattern: "/series/{id}/{$}", page: (*call).series, post: (*call).seriesPost},
	{pattern: "/series/{id}/seen/{$}", post: (*call).seenPost},
	{pattern: "/series/{id}/why/{$}", page: (*call).why},
	{pattern: "/series/{id}/next/{$}", page: (*call).nextSeries},
	{pattern: "/series/{id}/previous/{$}", page: (*call).previousSeries},
	{pattern: "/project/{project}/series/{$}", page: (*call).seriesList, post: (*call).seriesListPost},
	{pattern: "/project/{project}/list/{$}", page: (*call).patchList, post: (*call).listPost},
	{pattern: "/user/todo/{$}", page: (*call).todo, post: (*call).todoPost},
	{pattern: "/user/todo/{project}/{$}", page: (*call).todo, post: (*call).todoPost},
	{pattern: "/bundle/{user}/{bundle}/{$}", page: (*call).bundle, post: (*call).bundlePost},
	{pattern: "/user/bundles/{$}", page: (*call).bundles, post: (*call).bundlesPost},
	{pattern: "/project/{project}/bundles/{$}", page: (*call).bundles, post: (*call).bundlesPost},
	{pattern: "/project/{project}/undo/{$}", post: (*call).undo},
}
