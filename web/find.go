package web

import (
	"context"
	"strconv"

	"patchwatch/track"
	"patchwatch/web/internal/site"
)

// What a URL names.

// id is the number in the URL.
func (c *call) id() (int64, error) {
	id, err := strconv.ParseInt(c.r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, errNotFound
	}
	return id, nil
}

// inURL is the project in the URL. One that the viewer does not see is not there.
func (c *call) inURL() (*track.Project, error) {
	p := c.world.ProjectCalled(c.r.PathValue("project"))
	if p == nil || !c.viewer.Sees(p) {
		return nil, errNotFound
	}
	return p, nil
}

// msgIDs are the Message-IDs that the URL may mean.
func (c *call) msgIDs() track.In[string] {
	once := site.BareID(c.r.PathValue("msgid"))
	all := track.In[string]{track.BoundID("<" + once + ">"), once}
	if twice := site.Unescape(once); twice != once {
		all = append(all, track.BoundID("<"+twice+">"), twice)
	}
	return all
}

// Of each kind of row: its project, and whether it is hidden.
func ofPatch(r *track.PatchRow) (int64, bool)     { return r.Project, r.Hidden }
func ofCover(r *track.CoverRow) (int64, bool)     { return r.Project, r.Hidden }
func ofComment(r *track.CommentRow) (int64, bool) { return r.Project, r.Hidden }

// numbered finds what has the number in the URL among patches, covers or comments.
func numbered[R any](
	c *call, rows func(context.Context, []int64, track.Scope) (map[int64]R, error),
	is func(*R) (project int64, hidden bool),
) (row R, p *track.Project, err error) {
	id, err := c.id()
	if err != nil {
		return row, nil, err
	}
	found, err := rows(c.ctx(), []int64{id}, c.whole())
	if err != nil {
		return row, nil, err
	}
	row, ok := found[id]
	project, hidden := is(&row)
	switch p = c.world.Project(project); {
	case !ok || p == nil:
		return row, nil, errNotFound
	case hidden:
		return row, nil, errGone
	}
	return row, p, nil
}

// first is the one row that was asked for. is tells its project, and whether it is hidden.
func first[R any](rows []R, is func(*R) (project int64, hidden bool)) (row R, err error) {
	if len(rows) == 0 {
		return row, errNotFound
	}
	if _, hidden := is(&rows[0]); hidden {
		return row, errGone
	}
	return rows[0], nil
}

// patch is the patch in the URL, by project and Message-ID.
func (c *call) patch() (row track.PatchRow, p *track.Project, err error) {
	if p, err = c.inURL(); err != nil {
		return row, nil, err
	}
	page, err := c.Store.PatchPage(c.ctx(), track.PatchQuery{
		Scope: c.whole(), Projects: track.In[int64]{p.ID}, MsgIDs: c.msgIDs(), Paging: track.Paging{Limit: 1},
	})
	if err == nil {
		row, err = first(page.Rows, ofPatch)
	}
	return row, p, err
}

func (c *call) cover() (row track.CoverRow, p *track.Project, err error) {
	if p, err = c.inURL(); err != nil {
		return row, nil, err
	}
	page, err := c.Store.CoverPage(c.ctx(), track.CoverQuery{
		Scope: c.whole(), Projects: track.In[int64]{p.ID}, MsgIDs: c.msgIDs(), Paging: track.Paging{Limit: 1},
	})
	if err == nil {
		row, err = first(page.Rows, ofCover)
	}
	return row, p, err
}

// series is the series in the URL, by its number or that of any of its mails.
func (c *call) series() (row track.SeriesRow, err error) {
	id, err := c.id()
	if err != nil {
		return row, err
	}
	if row, err = c.Store.SeriesRow(c.ctx(), id, c.scope()); err == nil {
		return row, nil
	}
	if all, err := c.Store.SeriesRow(c.ctx(), id, c.whole()); err == nil && all.Hidden {
		return row, errGone
	}
	return row, err
}

// bundle is the bundle in the URL, by its owner and name: a public one, or the viewer's own.
func (c *call) bundle() (track.Bundle, error) {
	owner := c.world.UserCalled(c.r.PathValue("user"))
	if owner == nil {
		return track.Bundle{}, errNotFound
	}
	all, err := c.Store.Bundles(c.ctx(), owner.ID)
	if err != nil {
		return track.Bundle{}, err
	}
	name := c.r.PathValue("bundle")
	own := c.viewer.User != nil && c.viewer.User.ID == owner.ID
	for _, b := range all {
		p := c.world.Project(b.Project)
		if (b.Name == name || b.Name == site.Unescape(name)) && (b.Public || own) && p != nil && c.viewer.Sees(p) {
			return b, nil
		}
	}
	return track.Bundle{}, errNotFound
}

// listed finds patches of one project in the order in which Message-IDs name them. Those that are hidden are left out.
func (c *call) listed(project int64, ids []string) ([]track.PatchRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	page, err := c.Store.PatchPage(c.ctx(), track.PatchQuery{
		Scope: c.scope(), Projects: track.In[int64]{project}, MsgIDs: ids, Paging: track.Paging{Limit: len(ids)},
	})
	by := map[string]track.PatchRow{}
	for _, r := range page.Rows {
		by[r.MsgID] = r
	}
	var rows []track.PatchRow
	for _, id := range ids {
		if r, ok := by[id]; ok {
			rows = append(rows, r)
		}
	}
	return rows, err
}
