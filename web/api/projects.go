package api

import (
	"cmp"
	"slices"
	"strings"

	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/internal/site"
)

func (c *call) projects() (*site.Answer, error) {
	q := c.query()
	p, err := q.paging("id", "name", "link_name", "list_id")
	if err != nil {
		return nil, err
	}
	words := q.words()
	found := slices.DeleteFunc(slices.Clone(c.world.Projects), func(p track.Project) bool {
		return !c.viewer.Sees(&p) || !hasWords(words, p.Name, p.LinkName, p.ListID)
	})
	sortBy(found, p.by, func(a, b *track.Project, column string) int {
		switch column {
		case "name":
			return cmp.Compare(a.Name, b.Name)
		case "link_name":
			return cmp.Compare(a.LinkName, b.LinkName)
		case "list_id":
			return cmp.Compare(a.ListID, b.ListID)
		}
		return cmp.Compare(a.ID, b.ID)
	})
	page, err := turn(&p, sliced(found))
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	list(e, page.Rows, (*encoder).project)
	return c.paged(e, q, p, page.Total, []int64{}), nil
}

func (c *call) oneProject() (*track.Project, error) {
	p := c.world.ProjectCalled(c.names[0])
	if p == nil || !c.viewer.Sees(p) || p.LinkName != c.names[0] && strings.EqualFold(p.LinkName, c.names[0]) {
		return nil, errNotFound
	}
	return p, nil
}

func (c *call) project() (*site.Answer, error) {
	p, err := c.oneProject()
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	e.project(p)
	return &site.Answer{Body: e.b, About: []int64{}}, nil
}

func (e *encoder) project(p *track.Project) {
	e.projectFields(p)
	e.raw(`,"maintainers":`)
	list(e, e.world.Maintainers(p.ID), func(e *encoder, u **track.User) { e.userIn(*u) })
	if e.v >= v11 {
		e.raw(`,"subject_match":`)
		e.text(p.SubjectMatch)
	}
	e.archiveFields(p)
	if e.v >= v14 {
		e.raw(`,"show_dependencies":`)
		e.yes(p.ShowDependencies)
	}
	e.raw("}")
}

// projectFields are those up to webscm_url, and archiveFields those that came later.
func (e *encoder) projectFields(p *track.Project) {
	e.raw(`{"id":`)
	e.number(p.ID)
	e.raw(`,"url":`)
	e.url("/projects", p.ID)
	e.raw(`,"name":`)
	e.text(cmp.Or(p.Name, p.LinkName))
	e.raw(`,"link_name":`)
	e.text(p.LinkName)
	e.raw(`,"list_id":`)
	e.text(p.ListID)
	e.raw(`,"list_email":`)
	e.text(p.ListEmail)
	e.raw(`,"web_url":`)
	e.text(p.WebURL)
	e.raw(`,"scm_url":`)
	e.text(p.ScmURL)
	e.raw(`,"webscm_url":`)
	e.text(p.WebScmURL)
}

func (e *encoder) archiveFields(p *track.Project) {
	if e.v < v12 {
		return
	}
	e.raw(`,"list_archive_url":`)
	e.text(p.ListArchiveURL)
	e.raw(`,"list_archive_url_format":`)
	e.text(p.ListArchiveURLFormat)
	e.raw(`,"commit_url_format":`)
	e.text(p.CommitURLFormat)
}

// changeProject changes what those who maintain a project may change.
func (c *call) changeProject() (int, []byte, error) {
	p, err := c.oneProject()
	if err != nil {
		return 0, nil, err
	}
	if !c.viewer.Maintains(p) {
		return 0, nil, c.denied()
	}
	f, err := c.form()
	if err != nil {
		return 0, nil, err
	}
	changed := *p
	fields := map[string]*string{
		"web_url": &changed.WebURL, "scm_url": &changed.ScmURL, "webscm_url": &changed.WebScmURL,
		"list_archive_url": &changed.ListArchiveURL, "list_archive_url_format": &changed.ListArchiveURLFormat,
		"commit_url_format": &changed.CommitURLFormat,
	}
	if on := f.flag("show_dependencies"); on != nil {
		changed.ShowDependencies = *on
	}
	for name, to := range fields {
		if text, ok := f.text(name, 2000); ok {
			*to = text
		}
	}
	order.By(f.faults, func(a, b fault) int { return cmp.Compare(a.field, b.field) })
	if err := f.err(); err != nil {
		return 0, nil, err
	}
	if err := c.SetProject(c.ctx(), c.viewer.Actor(), changed); err != nil {
		return 0, nil, err
	}
	return c.afresh(c.project)
}
