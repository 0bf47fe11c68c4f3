package derive

import (
	"fmt"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Routing is what is known of the projects while mails are stored. It is handed from one transaction to the next as
// long as nobody else has written anything. Otherwise all projects would be read again for each mail, at a cost that
// grows with the lists.
type Routing struct {
	router     *track.Router
	configured bool         // by a person: then none is made on sight
	supersede  bool         // in any project older versions show as superseded
	onSight    int          // how many were made on sight
	Stamped    engine.Stamp // of the transaction that left it
}

// TakeRouting gives what the transaction before left, or reads it. Only for a transaction that has not changed any
// project itself.
func (w *Writing) TakeRouting() (*Routing, error) {
	if r := w.routing; r != nil {
		w.routing = nil
		return r, nil
	}
	return w.ReadRouting()
}

// KeepRouting hands back what was taken, for the next transaction, if this one is committed.
func (w *Writing) KeepRouting(r *Routing) { w.routing = r }

// Leaves is what is known of the projects for the next transaction, if this one is committed; nil: nothing.
func (w *Writing) Leaves() *Routing { return w.routing }

// PutProject writes a project. What is known of the projects no longer holds, unless it is in the hands of the caller.
func (w *Writing) PutProject(p *engine.Project) error {
	if w.claims != nil { // all who store mail go by the projects
		return engine.ErrUnclaimed
	}
	w.routing, w.put = nil, true
	return w.Tx.PutProject(p)
}

// linkName is that of a project, by number; empty if there is none.
func (w *Writing) linkName(project int64) (string, error) {
	if w.knowRouting() == nil {
		if p := w.routing.router.Project(project); p != nil {
			return p.LinkName, nil
		}
	}
	links, err := engine.LinkNames(w.Tx) // the project was removed, or the subject rule of one can't be compiled
	return links[project], err
}

// knowRouting has the projects be known, unless they are in somebody's hands.
func (w *Writing) knowRouting() error {
	if w.routing != nil {
		return nil
	}
	r, err := w.ReadRouting()
	if err == nil {
		w.routing = r
	}
	return err
}

// superseding are the projects in which older versions show as superseded, by number.
func (w *Writing) superseding() (map[int64]*track.Project, error) {
	if w.knowRouting() == nil && !w.routing.supersede {
		return nil, nil
	}
	all, err := w.Tx.Projects()
	out := map[int64]*track.Project{}
	for i := range all {
		if all[i].Supersede && !all[i].Removed {
			out[all[i].ID] = &all[i].Project
		}
	}
	return out, err
}

// ReadRouting reads the projects as they are now.
func (w *Writing) ReadRouting() (*Routing, error) {
	all, err := w.Tx.Projects()
	if err != nil {
		return nil, err
	}
	r := &Routing{Stamped: w.Stamped}
	for _, p := range all {
		r.supersede = r.supersede || p.Supersede && !p.Removed
		switch {
		case !p.OnSight:
			r.configured = true // a project that was removed again is a decision too
		case !p.Removed:
			r.onSight++
		}
	}
	r.router, err = track.NewRouter(Tracked(all))
	return r, err
}

// Tracked are the projects that are not removed.
func Tracked(all []engine.Project) []track.Project {
	var out []track.Project
	for _, p := range all {
		if !p.Removed {
			out = append(out, p.Project)
		}
	}
	return out
}

// route finds the project of a mail, and makes one on sight where none was ever configured.
func (a *Adder) route(m *track.Mail) (*track.Project, bool, error) {
	if a.configured {
		p, byList := a.router.Route(m)
		return p, byList, nil
	}
	// Which projects are there already depends on the mails before this one, so that must not matter: a mail goes to
	// the project of its own first List-Id, never to one whose address it happens to have.
	made, ok := track.OnSight(m)
	if !ok {
		return nil, false, nil
	}
	if p := a.router.OfList(made.ListID); p != nil {
		return p, true, nil
	}
	// Here, and here alone, the order of arrival counts: the first lists are tracked, those beyond the bound are not. Any
	// bound that did not depend on it would have to take a list away, with all that was decided there, because some mail
	// came later. So a project on sight is kept as a decision is, and no mail and no rebuild takes it back.
	if a.onSight >= track.MaxOnSight {
		return nil, false, nil
	}
	if err := a.makeOnSight(&made); err != nil {
		return nil, false, fmt.Errorf("track %s: %w", made.ListID, err)
	}
	return a.router.Project(made.ID), true, nil
}

// makeOnSight adds a project to the database and to those that are known.
func (a *Adder) makeOnSight(p *track.Project) error {
	row := engine.Project{Project: *p}
	if err := a.PutProject(&row); err != nil {
		return err
	}
	p.ID = row.ID
	a.onSight++
	return a.router.Add(*p)
}
