package api

import (
	"cmp"
	"slices"
	"strconv"

	"patchwatch/track"
	"patchwatch/web/internal/site"
)

func (c *call) users() (*site.Answer, error) {
	q := c.query()
	p, err := q.paging("id", "username", "email")
	if err != nil {
		return nil, err
	}
	words := q.words()
	found := slices.DeleteFunc(slices.Clone(c.world.Users), func(u track.User) bool {
		return !hasWords(words, u.Name, u.FirstName, u.LastName, u.Email())
	})
	sortBy(found, p.by, func(a, b *track.User, column string) int {
		switch column {
		case "username":
			return cmp.Compare(a.Name, b.Name)
		case "email":
			return cmp.Compare(a.Email(), b.Email())
		}
		return cmp.Compare(a.ID, b.ID)
	})
	page, err := turn(&p, sliced(found))
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	list(e, page.Rows, func(e *encoder, u *track.User) { e.userIn(u) })
	return c.paged(e, q, p, page.Total, []int64{}), nil
}

func (c *call) oneUser() (*track.User, error) {
	id, err := c.id(0)
	if err != nil {
		return nil, err
	}
	u := c.world.User(id)
	if u == nil {
		return nil, errNotFound
	}
	return u, nil
}

func (c *call) user() (*site.Answer, error) {
	u, err := c.oneUser()
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	e.userFields(u)
	if e.v >= v12 && c.viewer.User != nil && c.viewer.User.ID == u.ID {
		e.settings(u)
	}
	e.raw("}")
	return &site.Answer{Body: e.b, About: []int64{}}, nil
}

// settings are what users see of themselves only.
func (e *encoder) settings(u *track.User) {
	e.raw(`,"settings":{"send_email":`)
	e.yes(u.SendEmail)
	e.raw(`,"items_per_page":`)
	e.number(int64(u.PerPage))
	e.raw(`,"show_ids":`)
	e.yes(u.ShowIDs)
	e.raw("}")
}

// changeUser changes what users may change of themselves.
func (c *call) changeUser() (int, []byte, error) {
	u, err := c.oneUser()
	if err != nil {
		return 0, nil, err
	}
	if c.viewer.ReadOnly || c.viewer.User.ID != u.ID {
		return 0, nil, c.denied()
	}
	f, err := c.form()
	if err != nil {
		return 0, nil, err
	}
	changed := *u
	if name, ok := f.text("first_name", 150); ok {
		changed.FirstName = name
	}
	if name, ok := f.text("last_name", 150); ok {
		changed.LastName = name
	}
	if c.version >= v12 {
		f.settings(&changed)
	}
	if err := f.err(); err != nil {
		return 0, nil, err
	}
	if err := c.Store.SetUser(c.ctx(), c.viewer.Actor(), changed); err != nil {
		return 0, nil, err
	}
	return c.afresh(c.user)
}

// settings reads the object of that name: {"settings": {"show_ids": true}}, or in a form settings.show_ids=true.
func (f *form) settings(u *track.User) {
	within := f.within("settings")
	if on := within.flag("send_email"); on != nil {
		u.SendEmail = *on
	}
	if text, ok := within.text("items_per_page", maxText); ok {
		if n, err := strconv.ParseUint(text, 10, 31); err == nil {
			u.PerPage = int(n)
		} else {
			within.fail("items_per_page", "A valid integer is required.")
		}
	}
	if on := within.flag("show_ids"); on != nil {
		u.ShowIDs = *on
	}
	f.faults = append(f.faults, within.faults...)
}

// afresh answers after a change of what belongs to the world.
func (c *call) afresh(get func() (*site.Answer, error)) (status int, body []byte, err error) {
	if c.world, err = c.Keeper.World(c.ctx()); err != nil {
		return 0, nil, err
	}
	return c.again(get)
}
