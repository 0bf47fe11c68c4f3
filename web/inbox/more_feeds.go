package inbox

import (
	"net/http"
	"slices"
	"time"

	"patchwatch/track"
	"patchwatch/web/internal/serve"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// Install puts the routes into a mux that are not below a list.
func (x *Inbox) Install(mux *http.ServeMux) {
	for _, at := range []string{"/all/", "/inbox/", "/r/"} {
		mux.Handle(at, x)
	}
	for pattern, get := range map[string]func(*call) (*site.Answer, error){
		"GET /series/{id}/new.atom": (*call).seriesAtom, "GET /user/delegated.atom": (*call).delegatedAtom,
	} {
		mux.HandleFunc(pattern, x.Desk.Reads(visit.Kind{}, func(v *visit.Visit) (*site.Answer, error) {
			return get(&call{Inbox: x, Visit: v})
		}))
	}
	mux.HandleFunc("GET /robots.txt", robots)
}

// seriesAtom has the newest mails of the threads that a series is in: reviews, answers, new versions.
func (c *call) seriesAtom() (*site.Answer, error) {
	s, err := c.Series()
	if err != nil {
		return nil, err
	}
	ids := []string{s.Cover.MsgID}
	for _, m := range s.Patches {
		ids = append(ids, m.MsgID)
	}
	c.of = c.World.Project(s.Project)
	c.prefix = c.listOf(s.Project)
	mails, err := c.Store.ArchivedCalled(c.Ctx(), c.listed(), ids)
	if err != nil {
		return nil, err
	}
	w := c.newWalk()
	for i := range mails {
		w.name(&mails[i])
	}
	all, err := w.rest(mostInThread)
	if err != nil {
		return nil, err
	}
	self := c.Links.Base + c.R.URL.EscapedPath()
	f := &feed{title: titleOf(s.Name), self: self, page: self[:len(self)-len("new.atom")], id: urn(c.R.URL.EscapedPath())}
	return c.feedOfMails(f, newestOf(all, 2*mostInFeed))
}

// delegatedAtom has the patches that the viewer is to look after, as long as something is to be done about them.
func (c *call) delegatedAtom() (*site.Answer, error) {
	u := c.Viewer.User
	if u == nil {
		return nil, visit.ErrForbidden
	}
	open := track.In[track.State]{}
	for _, s := range c.World.States {
		if own := !slices.Contains(track.States(), s.Slug); own || s.Slug.Open() {
			open = append(open, s.Slug)
		}
	}
	shown := false
	page, err := c.Store.PatchPage(c.Ctx(), track.PatchQuery{
		Scope: c.Scope(), Delegates: append(slices.Clone(u.Emails), u.Name), States: open, Archived: &shown,
		Paging: track.Paging{Limit: 2 * mostInFeed, Order: []track.Order{{By: "date", Desc: true}}},
	})
	if err != nil {
		return nil, err
	}
	self := c.Links.Base + c.R.URL.EscapedPath()
	f := &feed{title: titleOf("Delegated to " + u.Name), self: self, page: c.Links.Base + "/user/", id: urn("delegated " +
		u.Name)}
	var updated time.Time
	for i := range page.Rows {
		if d := page.Rows[i].Date; d.After(updated) {
			updated = d
		}
	}
	f.begin(updated)
	for i := range page.Rows {
		r := &page.Rows[i]
		p := c.World.Project(r.Project)
		if p == nil {
			continue
		}
		f.add(&entry{
			title: titleOf("[" + string(r.State) + "] " + r.Name), id: urn("delegated " + r.MsgID + " " + p.LinkName),
			url: string(c.Links.Patch(nil, p, r.MsgID)), updated: r.Date,
			author: track.Person{Name: r.Submitter.Name, Email: r.Submitter.Email},
		})
	}
	return &site.Answer{Body: f.end(), Header: [][2]string{{"Content-Type", atomType}}}, nil
}

// robotsText keeps programs that follow every link away from what is dear, or there in another form too. Pages of mails
// and threads are cheap.
const robotsText = `User-agent: *
Disallow: /api/
Disallow: /events/
Disallow: /user/
Disallow: /search/
Disallow: /*?q=
Disallow: /*?o=
Disallow: /*/raw$
Disallow: /*/mbox/$
Disallow: /*/t/$
Disallow: /*/t.mbox
Disallow: /*/t.atom$
Disallow: /*/s/$
Crawl-delay: 1
`

func robots(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", rawType)
	w.Header().Set("Cache-Control", "public, max-age=86400")
	if !serve.NotModified(w, r, urn(robotsText)) {
		_, _ = w.Write([]byte(robotsText)) // the client has gone
	}
}
