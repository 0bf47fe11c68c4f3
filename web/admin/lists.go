package admin

import (
	"errors"
	"net/http"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
)

// listsPage shows of which lists mail comes that nobody decided about: those that no project takes, and those that are
// tracked by themselves.
type listsPage struct {
	layout.Page
	Unrouted []listRow
	OnSight  []listRow
	Looked   int // mails
	Without  int // of them, without a list
	May      bool
}

type listRow struct {
	ID, Shown, Name, Address string
	Mails                    int
	Newest                   layout.Moment
	Subject                  string // of the newest
}

// trackForm is what the form by which a list is tracked shows.
type trackForm struct {
	Prefix string
	Row    listRow
}

// With is the form of a row.
func newTrackForm(prefix string, r listRow) trackForm { return trackForm{prefix, r} }

func (c *call) listsPage() (*shown, error) {
	p := &listsPage{Page: layout.Page{Title: "Lists"}}
	if name := c.R.URL.Query().Get("tracked"); name != "" {
		if of := c.World.ProjectCalled(name); of != nil {
			p.Done = mailtext.Visible(of.LinkName) + " is tracked. Its mail that is stored already follows in the next minutes."
		}
	}
	return c.listsShown(p)
}

func (c *call) listsShown(p *listsPage) (*shown, error) {
	found, err := c.lists.now(c.Ctx(), c.Store)
	if err != nil {
		return nil, err
	}
	p.Looked, p.Without, p.May = found.looked, found.without, c.AddProject != nil
	for i := range found.lists {
		l := &found.lists[i]
		row := c.listRow(l.id)
		row.Mails, row.Newest = l.mails, layout.MomentOf(l.newest, c.Now)
		row.Subject = mailtext.Visible(l.subject)
		p.Unrouted = append(p.Unrouted, row)
	}
	for i := range c.World.Projects {
		if of := &c.World.Projects[i]; of.OnSight {
			p.OnSight = append(p.OnSight, c.listRow(of.ListID))
		}
	}
	return &shown{template: "lists", page: p}, nil
}

// listRow proposes how a list could be called: by the first part of its id, if no project is.
func (c *call) listRow(id string) listRow {
	local, domain, _ := strings.Cut(id, ".")
	row := listRow{ID: id, Shown: mailtext.Visible(id), Name: local, Address: local + "@" + domain}
	if of := c.World.ProjectCalled(local); of != nil && of.ListID != id || track.CheckLinkName(local) != nil ||
		!track.IsLinkName(local) {
		row.Name = id
	}
	return row
}

// listsPost tracks a list.
func (c *call) listsPost() (*done, error) {
	if c.AddProject == nil {
		return nil, refusal(http.StatusNotFound, "Lists are tracked by patchwatch project add.")
	}
	p := track.Project{
		LinkName: strings.TrimSpace(c.R.PostFormValue("name")), ListID: track.CleanListID(c.R.PostFormValue("list")),
		ListEmail: strings.ToLower(strings.TrimSpace(c.R.PostFormValue("address"))),
	}
	status, problem := http.StatusBadRequest, ""
	switch {
	case !track.IsListID(p.ListID):
		problem = "This is no id of a list."
	case !track.IsLinkName(p.LinkName):
		problem = "A name has letters, digits and . _ + - only, and begins with a letter or digit."
	case p.ListEmail != "" && !strings.Contains(p.ListEmail, "@"):
		problem = "This is no address of a list."
	default:
		if err := track.CheckLinkName(p.LinkName); err != nil {
			problem = sentence(err)
		}
	}
	if problem == "" {
		err := c.AddProject(c.Ctx(), c.Viewer.Actor(), p)
		if err == nil {
			return &done{see: "lists/?tracked=" + p.LinkName}, nil
		}
		if !errors.Is(err, engine.ErrConflict) {
			return nil, err
		}
		status, problem = http.StatusConflict, sentence(err)
	}
	s, err := c.listsShown(&listsPage{Page: layout.Page{Title: "Lists", Problem: problem}})
	if err != nil {
		return nil, err
	}
	s.status = status
	return &done{page: s}, nil
}

// sentence is an error in words for people: what was wrapped around it stays out.
func sentence(err error) string {
	text := strings.TrimSuffix(err.Error(), ": "+engine.ErrConflict.Error())
	if text == "" {
		return ""
	}
	return mailtext.Visible(strings.ToUpper(text[:1]) + text[1:] + ".")
}
