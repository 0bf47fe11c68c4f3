package visit

import (
	"net/url"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/site"
)

// Bar leads around in a project, for a page that is in one of its places. name is what people call the project.
func (v *Visit) Bar(of *track.Project, name string, in layout.Place) *layout.Bar {
	prefix, escaped := layout.Prefix(v.Links.Base), url.PathEscape(of.LinkName)
	around := layout.Around{
		Project: layout.Link{Text: name, URL: prefix + "/project/" + escaped + "/"},
		Mail:    string(site.Links{Base: prefix}.List(nil, of)),
	}
	if v.Viewer.User != nil {
		around.Mine = prefix + "/user/todo/" + escaped + "/"
	}
	return around.Bar(in)
}
