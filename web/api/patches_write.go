package api

import (
	"net/http"
	"slices"

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
	if c.r.Method == http.MethodPut && !f.has("delegate") {
		f.fail("delegate", required)
	}
	d := track.Decided{
		State: f.state("state"), Delegate: f.delegate("delegate", project), Archived: f.flag("archived"),
		CommitRef: f.optional("commit_ref", maxText), PullURL: f.optional("pull_url", maxText),
	}
	related, relate := []int64(nil), false
	if c.version >= v12 {
		related, relate = f.numbers("related")
	}
	if err := f.err(); err != nil {
		return 0, nil, err
	}
	if relate {
		if err := c.relate(&row, related); err != nil {
			return 0, nil, err
		}
	}
	if d != (track.Decided{}) {
		if err := c.Store.Decide(c.ctx(), c.viewer.Actor(), []int64{row.ID}, d); err != nil {
			return 0, nil, err
		}
	}
	return c.again(c.patch)
}

// relate says to which patches a patch is related. That may those who maintain the projects of all of them.
func (c *call) relate(row *track.PatchRow, to []int64) error {
	to = slices.DeleteFunc(to, func(id int64) bool { return id == row.ID })
	found, err := c.Store.PatchRows(c.ctx(), to, c.scope())
	if err != nil {
		return err
	}
	projects := []int64{row.Project}
	for _, id := range to {
		p, ok := found[id]
		if !ok {
			return invalid("related", "Invalid pk \""+text(id)+"\" - object does not exist.")
		}
		projects = append(projects, p.Project)
	}
	for _, r := range row.Related {
		projects = append(projects, r.Project)
	}
	for _, id := range projects {
		if p := c.world.Project(id); p == nil || !c.viewer.Maintains(p) {
			return errForbidden
		}
	}
	return c.Store.Relate(c.ctx(), c.viewer.Actor(), row.ID, to)
}
