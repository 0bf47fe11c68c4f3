package pages

import (
	"cmp"
	"net/url"
	"strings"

	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
)

// How to get a list's mail and where to send to is what the list says in each mail (RFC 2369). List managers differ in
// it, so it can't be guessed. A stranger may have written these fields too, so only what is at the list's own host
// counts: an address or a page anywhere else could be a trap.

// mostAsked is how many of the newest mails are looked at: some come directly, not through the list.
const mostAsked = 5

// listFields fills in what the list says of itself.
func (c *call) listFields(p *projectPage, of *track.Project) error {
	recent, err := c.Store.RecentMails(c.Ctx(), track.RecentQuery{Projects: []int64{of.ID}, Most: mostAsked})
	if err != nil {
		return err
	}
	var mails []int64
	for i := range recent {
		if !recent[i].Hidden {
			mails = append(mails, recent[i].Mail)
		}
	}
	var post layout.Link
	err = c.Store.Raws(c.Ctx(), mails, func(_ int64, raw []byte) error {
		for _, f := range ingest.Fields(raw) {
			switch strings.ToLower(f.Name) {
			case "list-subscribe":
				p.Subscribe = cmp.Or(p.Subscribe, ofList(of, f.Value))
			case "list-post":
				post = cmp.Or(post, ofList(of, f.Value))
			}
		}
		return nil
	})
	if strings.HasPrefix(post.URL, "mailto:") && !strings.Contains(post.URL, "?") {
		p.ListEmail = cmp.Or(p.ListEmail, post.Text)
	}
	return err
}

// ofList is the first address or page of a field that is at the list's own host; none if there is none.
func ofList(of *track.Project, field string) layout.Link {
	for part := range strings.SplitSeq(field, ",") {
		text := strings.TrimSpace(part)
		text, ok := strings.CutPrefix(text, "<")
		text, closed := strings.CutSuffix(text, ">")
		u, err := url.Parse(text)
		if !ok || !closed || err != nil || text != mailtext.Visible(text) {
			continue
		}
		switch u.Scheme {
		case "mailto":
			address, _, _ := strings.Cut(u.Opaque, "?")
			if _, host, ok := strings.Cut(address, "@"); ok && hosts(of, host) {
				return layout.Link{Text: address, URL: text}
			}
		case "http", "https":
			if u.User == nil && hosts(of, u.Hostname()) {
				return layout.Link{Text: text, URL: text}
			}
		}
	}
	return layout.Link{}
}

// hosts tells whether a list is at a host: its ID or its address ends in the host's name.
func hosts(of *track.Project, host string) bool {
	host = strings.ToLower(host)
	return host != "" && (strings.HasSuffix(strings.ToLower(of.ListID), "."+host) ||
		strings.HasSuffix(strings.ToLower(of.ListEmail), "@"+host))
}
