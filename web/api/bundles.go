package api

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/internal/site"
)

func (c *call) bundles() (*site.Answer, error) {
	q := c.query()
	p, err := q.paging("id", "name", "owner")
	if err != nil {
		return nil, err
	}
	found, err := c.Store.Bundles(c.ctx(), 0)
	if err != nil {
		return nil, err
	}
	found = q.chooseBundles(slices.Clone(found))
	sortBy(found, p.by, func(a, b *track.Bundle, column string) int {
		switch column {
		case "name":
			return cmp.Compare(a.Name, b.Name)
		case "owner":
			return cmp.Compare(a.Owner, b.Owner)
		}
		return cmp.Compare(a.ID, b.ID)
	})
	page, err := turn(&p, sliced(found))
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	if err := c.writeBundles(e, page.Rows); err != nil {
		return nil, err
	}
	return c.paged(e, q, p, page.Total, nil), nil
}

func (q *query) chooseBundles(all []track.Bundle) []track.Bundle {
	projects, owners, public, words := q.projects(), q.userList("owner"), q.flag("public"), q.words()
	return slices.DeleteFunc(all, func(b track.Bundle) bool {
		switch {
		case q.nothing, !q.seesBundle(&b),
			projects != nil && !slices.Contains(projects, b.Project),
			owners != nil && !slices.ContainsFunc(owners, func(u *track.User) bool { return u.ID == b.Owner }),
			public != nil && *public != b.Public:
			return true
		}
		return !hasWords(words, b.Name)
	})
}

// seesBundle tells whether the viewer may see a bundle: a public one, or their own, in a project that they see.
func (c *call) seesBundle(b *track.Bundle) bool {
	p := c.world.Project(b.Project)
	return p != nil && c.viewer.Sees(p) && (b.Public || c.ownsBundle(b)) && c.world.User(b.Owner) != nil
}

func (c *call) ownsBundle(b *track.Bundle) bool {
	return c.viewer.User != nil && c.viewer.User.ID == b.Owner
}

// oneBundle finds a bundle by its number in the URL.
func (c *call) oneBundle() (b track.Bundle, err error) {
	id, err := c.id(0)
	if err != nil {
		return b, err
	}
	if b, err = c.Store.Bundle(c.ctx(), id); err != nil {
		return b, err
	}
	if !c.seesBundle(&b) {
		return b, errNotFound
	}
	return b, nil
}

func (c *call) bundle() (*site.Answer, error) {
	b, err := c.oneBundle()
	if err != nil {
		return nil, err
	}
	return c.bundleDetail(&b)
}

func (c *call) bundleDetail(b *track.Bundle) (*site.Answer, error) {
	patches, err := c.bundled([]track.Bundle{*b})
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	e.bundle(b, patches)
	return answerOf(e, b.Project), nil
}

// patchName is how bundles call patches.
type patchName struct {
	project int64
	msgID   string
}

// bundled finds the patches of bundles, all at once.
func (c *call) bundled(bundles []track.Bundle) (map[patchName]track.MailBrief, error) {
	f := track.PatchQuery{Scope: c.scope(), Projects: track.In[int64]{}, MsgIDs: track.In[string]{}}
	for _, b := range bundles {
		f.Projects = append(f.Projects, b.Project)
		f.MsgIDs = append(f.MsgIDs, b.Patches...)
	}
	slices.Sort(f.Projects)
	f.Projects = slices.Compact(f.Projects)
	slices.Sort(f.MsgIDs)
	f.MsgIDs = slices.Compact(f.MsgIDs)
	found := map[patchName]track.MailBrief{}
	if len(f.MsgIDs) == 0 {
		return found, nil
	}
	f.Limit = len(f.MsgIDs) * len(f.Projects)
	page, err := c.Store.PatchPage(c.ctx(), f)
	for _, r := range page.Rows {
		found[patchName{r.Project, r.MsgID}] = r.MailBrief
	}
	return found, err
}

func (c *call) writeBundles(e *encoder, all []track.Bundle) error {
	patches, err := c.bundled(all)
	list(e, all, func(e *encoder, b *track.Bundle) { e.bundle(b, patches) })
	return err
}

func (e *encoder) bundle(b *track.Bundle, found map[patchName]track.MailBrief) {
	owner := e.world.User(b.Owner)
	e.raw(`{"id":`)
	e.number(b.ID)
	e.raw(`,"url":`)
	e.url("/bundles", b.ID)
	if e.v >= v11 {
		e.raw(`,"web_url":"`)
		e.b = e.links.Bundle(e.b, owner.Name, b.Name)
		e.raw(`"`)
	}
	e.raw(`,"project":`)
	e.projectIn(b.Project)
	e.raw(`,"name":`)
	e.text(b.Name)
	e.raw(`,"owner":`)
	e.userIn(owner)
	var patches []track.MailBrief
	for _, id := range b.Patches {
		if p, ok := found[patchName{b.Project, id}]; ok {
			patches = append(patches, p)
		}
	}
	e.raw(`,"patches":`)
	list(e, patches, (*encoder).patchIn)
	e.raw(`,"public":`)
	e.yes(b.Public)
	e.raw(`,"mbox":"`)
	e.b = e.links.Bundle(e.b, owner.Name, b.Name)
	e.raw(`mbox/"}`)
}

// addBundle makes a bundle of one's own.
func (c *call) addBundle() (int, []byte, error) {
	if c.viewer.User == nil || c.viewer.ReadOnly {
		return 0, nil, c.denied()
	}
	f, err := c.form()
	if err != nil {
		return 0, nil, err
	}
	b := track.Bundle{Owner: c.viewer.User.ID}
	f.require("name", "patches")
	if err := f.bundle(&b); err != nil {
		return 0, nil, err
	}
	if b, err = c.Store.AddBundle(c.ctx(), c.viewer.Actor(), b); err != nil {
		return 0, nil, nameTaken(err)
	}
	c.w.Header().Set("Location", c.base+c.path+"/bundles/"+text(b.ID)+"/")
	a, err := c.bundleDetail(&b)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, a.Body, nil
}

func nameTaken(err error) error {
	if errors.Is(err, engine.ErrConflict) {
		return invalid("name", "You have a bundle of this name already.")
	}
	return err
}

// bundle reads what a bundle is to be.
func (f *form) bundle(b *track.Bundle) error {
	if name, ok := f.text("name", 50); ok {
		switch b.Name = name; {
		case name == "":
			f.fail("name", notBlank)
		case strings.ContainsAny(name, "/\n\r"):
			f.fail("name", "A name has no slashes and no line breaks.")
		}
	}
	if public := f.flag("public"); public != nil {
		b.Public = *public
	}
	ids, ok := f.numbers("patches")
	if ok && len(ids) == 0 && f.faults == nil {
		f.fail("patches", "Bundles cannot be empty")
	}
	if err := f.err(); err != nil || !ok {
		return err
	}
	return f.bundlePatches(b, ids)
}

func (f *form) bundlePatches(b *track.Bundle, ids []int64) error {
	rows, err := f.Store.PatchRows(f.ctx(), ids, f.scope())
	if err != nil {
		return err
	}
	b.Patches, b.Project = nil, 0
	for _, id := range ids {
		r, ok := rows[id]
		switch {
		case !ok:
			return invalid("patches", noObject(id))
		case b.Project != 0 && b.Project != r.Project:
			return invalid("patches", "Bundle patches must belong to the same project")
		case !slices.Contains(b.Patches, r.MsgID):
			b.Patches = append(b.Patches, r.MsgID)
		}
		b.Project = r.Project
	}
	return nil
}

// ownBundle is a bundle that the viewer may change: their own. What others cannot see is not there for them.
func (c *call) ownBundle() (track.Bundle, error) {
	b, err := c.oneBundle()
	if err == nil && (!c.ownsBundle(&b) || c.viewer.ReadOnly) {
		err = c.denied()
	}
	return b, err
}

func (c *call) changeBundle() (int, []byte, error) {
	b, err := c.ownBundle()
	if err != nil {
		return 0, nil, err
	}
	f, err := c.form()
	if err != nil {
		return 0, nil, err
	}
	if c.r.Method == http.MethodPut {
		f.require("name", "patches")
	}
	if err := f.bundle(&b); err != nil {
		return 0, nil, err
	}
	if err := c.Store.SetBundle(c.ctx(), c.viewer.Actor(), b); err != nil {
		return 0, nil, nameTaken(err)
	}
	return c.again(c.bundle)
}

func (c *call) removeBundle() (int, []byte, error) {
	b, err := c.ownBundle()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusNoContent, nil, c.Store.RemoveBundle(c.ctx(), c.viewer.Actor(), b.ID)
}
