package api

import (
	"patchwatch/track"
	"patchwatch/web/internal/site"
)

func (c *call) people() (*site.Answer, error) {
	q := c.query()
	p, err := q.paging("id", "name", "email")
	if err != nil {
		return nil, err
	}
	f := track.PersonQuery{Scope: c.scope(), Words: q.words()}
	page, err := turn(&p, func(at track.Paging) (track.Page[track.PersonView], error) {
		f.Paging = at
		return c.Store.PersonPage(c.ctx(), f)
	})
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	list(e, page.Rows, (*encoder).person)
	return c.paged(e, q, p, page.Total, nil), nil
}

func (c *call) person() (*site.Answer, error) {
	id, err := c.id(0)
	if err != nil {
		return nil, err
	}
	page, err := c.Store.PersonPage(c.ctx(), track.PersonQuery{
		Scope: c.scope(), IDs: track.In[int64]{id}, Paging: track.Paging{Limit: 1},
	})
	if err != nil {
		return nil, err
	}
	if len(page.Rows) == 0 {
		return nil, errNotFound
	}
	e := c.encoder()
	e.person(&page.Rows[0])
	return answerOf(e), nil
}

func (e *encoder) person(p *track.PersonView) {
	e.personFields(p)
	e.raw(`,"user":`)
	e.userIn(e.world.Owner(p.Email))
	e.raw("}")
}
