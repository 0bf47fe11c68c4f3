package api

import (
	"errors"
	"net/http"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// changePatch decides about a patch. That may its submitter, its delegate and the maintainers of its project.
func (c *call) changePatch() (int, []byte, error) {
	row, err := c.onePatch()
	if err != nil {
		return 0, nil, err
	}
	project := c.world.Project(row.Project)
	if !c.viewer.Decides(project, row.Submitter.Email, row.Delegate) {
		return 0, nil, c.denied()
	}
	f, err := c.form()
	if err != nil {
		return 0, nil, err
	}
	if c.r.Method == http.MethodPut {
		f.require("state", "delegate")
	}
	d := track.Decided{
		CommitRef: f.optional("commit_ref", maxText), PullURL: f.optional("pull_url", maxText),
		State: f.state("state"), Archived: f.flag("archived"), Delegate: f.delegate("delegate", project),
	}
	related, relate := []int64(nil), false
	if c.version >= v12 {
		related, relate = f.numbers("related")
	}
	if err := f.err(); err != nil {
		return 0, nil, err
	}
	switch {
	case relate:
		err = c.relate(&row, related, d)
	case d != (track.Decided{}):
		err = c.Store.Decide(c.ctx(), c.viewer.Actor(), []int64{row.ID}, d)
	}
	if err != nil {
		return 0, nil, err
	}
	return c.again(c.patch)
}

// relate says to which patches a patch is related, and decides what else is asked for in the same transaction. That may
// those who maintain the projects of all of them.
func (c *call) relate(row *track.PatchRow, to []int64, also track.Decided) error {
	to = slices.DeleteFunc(to, func(id int64) bool { return id == row.ID })
	if len(to) > 0 { // what is related stays so
		for _, r := range row.Related {
			to = append(to, r.ID)
		}
		slices.Sort(to)
		to = slices.Compact(to)
	}
	found, err := c.Store.PatchRows(c.ctx(), to, c.scope())
	if err != nil {
		return err
	}
	projects := []int64{row.Project}
	for _, id := range to {
		p, ok := found[id]
		if !ok {
			return invalid("related", noObject(id))
		}
		projects = append(projects, p.Project)
	}
	for _, r := range row.Related {
		projects = append(projects, r.Project)
	}
	for _, id := range projects {
		if p := c.world.Project(id); p == nil || !c.viewer.Maintains(p) {
			const detail = "At least one patch is part of a project you are not maintaining."
			return &refusal{status: http.StatusForbidden, detail: detail}
		}
	}
	err = c.Store.Relate(c.ctx(), c.viewer.Actor(), row.ID, to, also)
	if errors.Is(err, engine.ErrConflict) {
		const detail = "At least one patch is already part of another relation. Remove it from there first."
		return &refusal{status: http.StatusConflict, detail: detail}
	}
	return err
}
