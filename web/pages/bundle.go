package pages

import (
	"cmp"
	"errors"
	"slices"
	"strconv"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// bundlePage shows a bundle: patches that somebody put together, in their order.
type bundlePage struct {
	layout.Page
	By     string
	Public bool
	Owned  bool // the viewer may change it
	Lines  []patchLine
	Gone   int    // patches that are in it and not shown: they are hidden
	At     string // where the forms are sent
	Mbox   string
	API    string
	Acts   *acts
}

func (c *call) bundle() (*shown, error) {
	b, err := c.Bundle()
	if err != nil {
		return nil, err
	}
	of, owner := c.World.Project(b.Project), c.World.User(b.Owner)
	rows, err := c.Listed(b.Project, b.Patches)
	if err != nil {
		return nil, err
	}
	at := string(site.Links{Base: c.prefix()}.Bundle(nil, owner.Name, b.Name))
	p := &bundlePage{
		Page: c.inProject(of, named(b.Name), layout.Nowhere), By: mailtext.Visible(owner.Shown()), Public: b.Public,
		Owned: c.ownsBundle(&b), Gone: len(b.Patches) - len(rows), At: at,
		Mbox: string(c.Links.Bundle(nil, owner.Name, b.Name)) + "mbox/",
		API:  c.prefix() + "/api/bundles/" + strconv.FormatInt(b.ID, 10) + "/",
	}
	p.Wide = true
	if p.Lines, err = c.patchLines(of, rows); err != nil {
		return nil, err
	}
	for i := range p.Lines {
		p.Lines[i].Place = i + 1
	}
	q := c.query()
	if slices.ContainsFunc(p.Lines, func(l patchLine) bool { return l.MayDecide }) {
		p.Acts = c.acts(of, q)
	}
	return &shown{template: "bundle", page: p, about: []int64{of.ID}}, c.sayDone(of, q, &p.Page)
}

func (c *call) ownsBundle(b *track.Bundle) bool {
	return c.Viewer.User != nil && !c.Viewer.ReadOnly && c.Viewer.User.ID == b.Owner
}

// bundlePost changes the bundle, or decides about its patches.
func (c *call) bundlePost() (string, error) {
	b, err := c.Bundle()
	if err != nil {
		return "", err
	}
	ids, err := c.ticked("patch_id")
	if err != nil {
		return "", err
	}
	do := c.R.PostFormValue("do")
	if do == "" {
		return c.decideAbout(c.World.Project(b.Project), ids)
	}
	if c.Viewer.User == nil {
		return "", errLogin
	}
	if !c.ownsBundle(&b) {
		return "", visit.ErrForbidden
	}
	if do == "delete" {
		return "/user/bundles/", c.Store.RemoveBundle(c.Ctx(), c.Viewer.Actor(), b.ID)
	}
	if err := c.changed(&b, do, ids); err != nil {
		return "", err
	}
	err = c.Store.SetBundle(c.Ctx(), c.Viewer.Actor(), b)
	if errors.Is(err, engine.ErrConflict) {
		return "", bad("You have a bundle of that name already.")
	}
	return string(here.Bundle(nil, c.World.User(b.Owner).Name, b.Name)), err
}

// changed changes what a bundle is.
func (c *call) changed(b *track.Bundle, do string, ids []int64) (err error) {
	switch do {
	case "order":
		b.Patches, err = c.inNewOrder(b)
	case "remove":
		var rows map[int64]track.PatchRow
		rows, err = c.Store.PatchRows(c.Ctx(), ids, c.Scope())
		for _, r := range rows {
			b.Patches = slices.DeleteFunc(b.Patches, func(id string) bool { return id == r.MsgID })
		}
	case "public", "private":
		b.Public = do == "public"
	case "name":
		b.Name, err = bundleName(c.R.PostFormValue("name"))
	default:
		err = bad("What is done with a bundle is order, remove, public, private, name or delete.")
	}
	return err
}

// inNewOrder are the patches of a bundle by the places that the form gives them. What has none keeps its own.
func (c *call) inNewOrder(b *track.Bundle) ([]string, error) {
	rows, err := c.Listed(b.Project, b.Patches)
	if err != nil {
		return nil, err
	}
	places := map[string]float64{}
	for i, id := range b.Patches {
		places[id] = float64(i + 1)
	}
	for i := range rows {
		text, there := c.R.PostForm["place:"+strconv.FormatInt(rows[i].ID, 10)]
		if !there {
			continue
		}
		place, err := strconv.ParseFloat(text[0], 64)
		if err != nil || !(place >= 0 && place <= 1e6) {
			return nil, bad("A place is a number from 0.")
		}
		places[rows[i].MsgID] = place
	}
	out := slices.Clone(b.Patches)
	slices.SortStableFunc(out, func(x, y string) int { return cmp.Compare(places[x], places[y]) })
	return out, nil
}

// bundlesPage lists the viewer's bundles.
type bundlesPage struct {
	layout.Page
	At      string
	Bundles []bundleLine
}

type bundleLine struct {
	ID          int64
	At, Project layout.Link
	Count       int
	Public      bool
}

// bundles are the viewer's own: all, or those of the project in the URL.
func (c *call) bundles() (*shown, error) {
	if err := c.needsUser(); err != nil {
		return nil, err
	}
	u := c.Viewer.User
	p := &bundlesPage{Page: layout.Page{Title: "Your bundles"}, At: c.prefix() + c.R.URL.EscapedPath()}
	var of *track.Project
	if c.R.PathValue("project") != "" {
		var err error
		if of, err = c.Project(); err != nil {
			return nil, err
		}
		p.Page = c.inProject(of, "Your bundles", layout.Nowhere)
	}
	all, err := c.Store.Bundles(c.Ctx(), u.ID)
	for i := range all {
		b := &all[i]
		in := c.World.Project(b.Project)
		if in == nil || !c.Viewer.Sees(in) || of != nil && in != of {
			continue
		}
		at := string(site.Links{Base: c.prefix()}.Bundle(nil, u.Name, b.Name))
		p.Bundles = append(p.Bundles, bundleLine{
			ID: b.ID, At: layout.Link{Text: named(b.Name), URL: at}, Project: c.projectLink(in), Count: len(b.Patches),
			Public: b.Public,
		})
	}
	return &shown{template: "bundles", page: p}, err
}

// bundlesPost deletes a bundle, by Patchwork's form.
func (c *call) bundlesPost() (string, error) {
	if err := c.mayMark(); err != nil {
		return "", err
	}
	id, err := strconv.ParseInt(c.R.PostFormValue("bundle_id"), 10, 64)
	if err != nil || c.R.PostFormValue("form_name") != "deletebundleform" {
		return "", bad("form_name is deletebundleform, and bundle_id the number of a bundle.")
	}
	b, err := c.Store.Bundle(c.Ctx(), id)
	if errors.Is(err, engine.ErrNotFound) || err == nil && b.Owner != c.Viewer.User.ID {
		return "", visit.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	return c.R.URL.EscapedPath(), c.Store.RemoveBundle(c.Ctx(), c.Viewer.Actor(), b.ID)
}
