package pages

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"patchwatch/search"
	"patchwatch/track"
	"patchwatch/web/find"
	"patchwatch/web/internal/visit"
)

// mostFound is how many mails that a search finds a list looks at, the newest.
const mostFound = 2000

// finds gives the stored mails that a query in the language of searches finds in a project (nil: in all that the viewer
// sees), among those of some kinds. more: there are others, which are older.
func (c *call) finds(of *track.Project, text string, kinds ...string) (mails []int64, more bool, err error) {
	if c.Finder == nil {
		return nil, false, &visit.Refusal{Status: http.StatusServiceUnavailable, Detail: "Nothing can be searched here."}
	}
	n, _, err := search.Parse(text, search.Options{Now: c.Now})
	if err != nil {
		return nil, false, bad("The search cannot be read: %s.", err)
	}
	var is []search.Node
	for _, kind := range kinds {
		is = append(is, search.Term{Field: search.Is, Value: kind})
	}
	tree := search.Node(search.And{Nodes: []search.Node{oneOf(is), n}})
	if _, all := n.(search.All); all {
		tree = oneOf(is)
	}
	if of != nil {
		tree = find.In(tree, strings.ToLower(of.LinkName))
	}
	leave, err := c.Gate.Enter(c.Ctx(), c.Client())
	if err != nil {
		return nil, false, searchRefusal(err)
	}
	defer leave()
	found, err := c.Finder.Find(c.Ctx(), find.Question{Tree: tree, Scope: c.Scope(), Limit: mostFound})
	return found.Mails, found.More, searchRefusal(err)
}

func oneOf(nodes []search.Node) search.Node {
	if len(nodes) == 1 {
		return nodes[0]
	}
	return search.Or{Nodes: nodes}
}

// searchRefusal is an error of a search as it is told.
func searchRefusal(err error) error {
	var refused find.Refused
	var overspent find.Overspent
	switch {
	case errors.As(err, &overspent):
		return &visit.Refusal{Status: http.StatusTooManyRequests, Detail: err.Error()}
	case errors.Is(err, find.ErrFull):
		return &visit.Refusal{Status: http.StatusServiceUnavailable, Detail: err.Error()}
	case errors.As(err, &refused), errors.Is(err, find.ErrTooLong):
		return &visit.Refusal{Status: http.StatusBadRequest, Detail: err.Error()}
	}
	return err
}

// seriesFound are the series of which a query finds a patch or the cover letter.
func (c *call) seriesFound(of *track.Project, text string) (ids track.In[int64], more bool, err error) {
	mails, more, err := c.finds(of, text, "patch", "cover")
	if err != nil {
		return nil, false, err
	}
	patches, err := c.Store.PatchRows(c.Ctx(), mails, c.Scope())
	if err != nil {
		return nil, false, err
	}
	covers, err := c.Store.CoverRows(c.Ctx(), mails, c.Scope())
	ids = track.In[int64]{}
	for _, r := range patches {
		ids = append(ids, r.Series.ID)
	}
	for _, r := range covers {
		ids = append(ids, r.Series.ID)
	}
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id int64) bool { return id == 0 })
	return ids, more, err
}
