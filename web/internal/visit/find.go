package visit

import (
	"context"
	"strconv"

	"patchwatch/track"
	"patchwatch/web/internal/site"
)

// What a URL names.

// ID is the number in the URL.
func (v *Visit) ID() (int64, error) {
	id, err := strconv.ParseInt(v.R.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, ErrNotFound
	}
	return id, nil
}

// Project is the project in the URL. One that the viewer does not see is not there.
func (v *Visit) Project() (*track.Project, error) {
	p := v.World.ProjectCalled(v.R.PathValue("project"))
	if p == nil || !v.Viewer.Sees(p) {
		return nil, ErrNotFound
	}
	return p, nil
}

// msgIDs are the Message-IDs that the URL may mean.
func (v *Visit) msgIDs() track.In[string] {
	once := site.BareID(v.R.PathValue("msgid"))
	all := track.In[string]{track.BoundID("<" + once + ">"), once}
	if twice := site.Unescape(once); twice != once {
		all = append(all, track.BoundID("<"+twice+">"), twice)
	}
	return all
}

// Of each kind of row: its project, and whether it is hidden.
func OfPatch(r *track.PatchRow) (int64, bool)     { return r.Project, r.Hidden }
func OfCover(r *track.CoverRow) (int64, bool)     { return r.Project, r.Hidden }
func OfComment(r *track.CommentRow) (int64, bool) { return r.Project, r.Hidden }

// Numbered finds what has the number in the URL among patches, covers or comments.
func Numbered[R any](
	v *Visit, rows func(context.Context, []int64, track.Scope) (map[int64]R, error),
	is func(*R) (project int64, hidden bool),
) (row R, p *track.Project, err error) {
	id, err := v.ID()
	if err != nil {
		return row, nil, err
	}
	found, err := rows(v.Ctx(), []int64{id}, v.Whole())
	if err != nil {
		return row, nil, err
	}
	row, ok := found[id]
	project, hidden := is(&row)
	switch p = v.World.Project(project); {
	case !ok || p == nil:
		return row, nil, ErrNotFound
	case hidden:
		return row, nil, ErrGone
	}
	return row, p, nil
}

// first is the one row that was asked for. is tells its project, and whether it is hidden.
func first[R any](rows []R, is func(*R) (project int64, hidden bool)) (row R, err error) {
	if len(rows) == 0 {
		return row, ErrNotFound
	}
	if _, hidden := is(&rows[0]); hidden {
		return row, ErrGone
	}
	return rows[0], nil
}

// Patch is the patch in the URL, by project and Message-ID.
func (v *Visit) Patch() (row track.PatchRow, p *track.Project, err error) {
	if p, err = v.Project(); err != nil {
		return row, nil, err
	}
	page, err := v.store.PatchPage(v.Ctx(), track.PatchQuery{
		Scope: v.Whole(), Projects: track.In[int64]{p.ID}, MsgIDs: v.msgIDs(), Paging: track.Paging{Limit: 1},
	})
	if err == nil {
		row, err = first(page.Rows, OfPatch)
	}
	return row, p, err
}

func (v *Visit) Cover() (row track.CoverRow, p *track.Project, err error) {
	if p, err = v.Project(); err != nil {
		return row, nil, err
	}
	page, err := v.store.CoverPage(v.Ctx(), track.CoverQuery{
		Scope: v.Whole(), Projects: track.In[int64]{p.ID}, MsgIDs: v.msgIDs(), Paging: track.Paging{Limit: 1},
	})
	if err == nil {
		row, err = first(page.Rows, OfCover)
	}
	return row, p, err
}

// Series is the series in the URL, by its number or that of any of its mails.
func (v *Visit) Series() (row track.SeriesRow, err error) {
	id, err := v.ID()
	if err != nil {
		return row, err
	}
	if row, err = v.store.SeriesRow(v.Ctx(), id, v.Scope()); err == nil {
		return row, nil
	}
	if all, err := v.store.SeriesRow(v.Ctx(), id, v.Whole()); err == nil && all.Hidden {
		return row, ErrGone
	}
	return row, err
}

// Bundle is the bundle in the URL, by its owner and name: a public one, or the viewer's own.
func (v *Visit) Bundle() (track.Bundle, error) {
	owner := v.World.UserCalled(v.R.PathValue("user"))
	if owner == nil {
		return track.Bundle{}, ErrNotFound
	}
	all, err := v.store.Bundles(v.Ctx(), owner.ID)
	if err != nil {
		return track.Bundle{}, err
	}
	name := v.R.PathValue("bundle")
	own := v.Viewer.User != nil && v.Viewer.User.ID == owner.ID
	for _, b := range all {
		p := v.World.Project(b.Project)
		if (b.Name == name || b.Name == site.Unescape(name)) && (b.Public || own) && p != nil && v.Viewer.Sees(p) {
			return b, nil
		}
	}
	return track.Bundle{}, ErrNotFound
}

// Listed finds patches of one project in the order in which Message-IDs name them. Those that are hidden are left out.
func (v *Visit) Listed(project int64, ids []string) ([]track.PatchRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	page, err := v.store.PatchPage(v.Ctx(), track.PatchQuery{
		Scope: v.Scope(), Projects: track.In[int64]{project}, MsgIDs: ids, Paging: track.Paging{Limit: len(ids)},
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
