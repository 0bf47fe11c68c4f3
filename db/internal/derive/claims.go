package derive

import (
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// claims are what a transaction has claimed that is not alone. Where there are none (nil), all is allowed.
type claims struct {
	engine.Claims
	projects map[int64]bool
}

// ClaimBy has a transaction claim what it touches.
func (w *Writing) ClaimBy(c engine.Claims) { w.claims = &claims{Claims: c} }

// claimProjects claims the projects that the mails of a batch belong to, before anything is read that others may
// change. A project that would have to be made is nobody's yet.
func (a *Adder) claimProjects(batch []Delivery) error {
	if a.claims == nil {
		return nil
	}
	found := map[int64]bool{}
	for i := range batch {
		id, made := a.projectOf(batch[i].Mail)
		if !made {
			return engine.ErrUnclaimed
		}
		found[id] = true
	}
	a.claims.projects = found
	ids := make([]int64, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return a.claims.Projects(ids)
}

// projectOf is the project of a mail, 0 for none; made is false where it is not there yet.
func (a *Adder) projectOf(m *track.Mail) (id int64, made bool) {
	if a.configured {
		if p, _ := a.router.Route(m); p != nil {
			id = p.ID
		}
		return id, true
	}
	sight, ok := track.OnSight(m)
	if !ok {
		return 0, true
	}
	if p := a.router.OfList(sight.ListID); p != nil {
		return p.ID, true
	}
	return 0, a.onSight >= track.MaxOnSight
}

// claimPeople claims what people are called, before it is read. The addresses are sorted.
func (w *Writing) claimPeople(emails []string) error {
	if w.claims == nil {
		return nil
	}
	return w.claims.People(emails)
}

// mayTouch is ErrUnclaimed if any of these projects is not claimed.
func (w *Writing) mayTouch(projects ...int64) error {
	if w.claims == nil {
		return nil
	}
	for _, id := range projects {
		if !w.claims.projects[id] {
			return engine.ErrUnclaimed
		}
	}
	return nil
}

// mayEnd is mayTouch for all that was touched. What is shown of all projects is counted by whoever changes it.
func (w *Writing) mayEnd() error {
	if w.claims == nil {
		return nil
	}
	for id := range w.touched.projects {
		if err := w.mayTouch(id); id > 0 && err != nil {
			return err
		}
	}
	return nil
}
