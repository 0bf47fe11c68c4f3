package inbox

import (
	"slices"
	"strings"

	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// projects are those in which the viewer may see mail, the one in the URL first.
func (c *call) projects() []int64 {
	var all []int64
	if c.of != nil {
		all = append(all, c.of.ID)
	}
	for i := range c.World.Projects {
		if p := &c.World.Projects[i]; p != c.of && c.Viewer.Sees(p) {
			all = append(all, p.ID)
		}
	}
	return all
}

// listed are the projects whose mail is in the list that the URL names.
func (c *call) listed() []int64 {
	if c.of != nil {
		return []int64{c.of.ID}
	}
	return c.projects()
}

// called are the Message-IDs that a text in a URL may mean. Some programs escape a slash twice, others write a space as
// "+".
func called(text string) []string {
	var all []string
	plus := strings.ReplaceAll(text, "+", " ")
	for _, t := range []string{text, site.BareID(text), site.BareID(site.Unescape(text)), site.BareID(plus)} {
		for _, id := range []string{track.BoundID("<" + t + ">"), t} {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	return all
}

// mail is the mail that the URL names: in the list if it is there, otherwise where the viewer may see it. One that is
// hidden wherever the viewer may see it is gone.
func (c *call) mail() (*track.ArchivedMail, error) {
	all, err := c.copies(c.msgid)
	if err != nil {
		return nil, err
	}
	if c.of != nil {
		for i := range all {
			if all[i].Project == c.of.ID {
				return visible(all[i : i+1])
			}
		}
	}
	return visible(all)
}

// visible is the first of some mails that is not hidden.
func visible(all []track.ArchivedMail) (*track.ArchivedMail, error) {
	for i := range all {
		if !all[i].Hidden {
			return &all[i], nil
		}
	}
	if len(all) > 0 {
		return nil, visit.ErrGone
	}
	return nil, visit.ErrNotFound
}

// copies are the mails of a Message-ID on all lists that the viewer sees, hidden ones too, in the order in which texts
// in URLs and lists come first.
func (c *call) copies(msgid string) ([]track.ArchivedMail, error) {
	ids, projects := called(msgid), c.projects()
	all, err := c.Store.ArchivedCalled(c.Ctx(), projects, ids)
	order.By(all, func(a, b track.ArchivedMail) int {
		if n := slices.Index(ids, a.MsgID) - slices.Index(ids, b.MsgID); n != 0 {
			return n
		}
		return slices.Index(projects, a.Project) - slices.Index(projects, b.Project)
	})
	return all, err
}

// at is the path of a mail in a list, without the server's prefix.
func at(list, msgID string) string {
	bare := site.BareID(msgID)
	if len(bare) == 1 || bare == ".." {
		bare = msgID // what stands for a folder, or is in old URLs, is no name
	}
	return list + string(site.Escape(nil, bare)) + "/"
}

// listOf is the path of the list of a project.
func (c *call) listOf(project int64) string {
	p := c.World.Project(project)
	if p == nil {
		return "/all/"
	}
	return string(site.Links{}.List(nil, p))
}
