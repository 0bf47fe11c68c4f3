package db

import (
	"fmt"

	"patchwatch/track"
)

// routing is what is known of the projects while mails are stored. It is handed from one transaction to the next as
// long as nobody else has written anything. Otherwise all projects would be read again for each mail, at a cost that
// grows with the lists.
type routing struct {
	router     *track.Router
	configured bool  // by a person: then none is made on sight
	onSight    int   // how many were made on sight
	version    int64 // of the database, which other connections' commits change
	after      int64 // the transaction of this connection that left it
}

// takeRouting gives what the transaction before left, or reads it. Only for a transaction that has not changed any
// project itself.
func (w *writer) takeRouting() (*routing, error) {
	if r := w.routing; r != nil && r.after == w.begun-1 {
		w.routing = nil
		if version, err := w.dataVersion(); err != nil || version == r.version {
			return r, err
		}
	}
	return w.readRouting()
}

// keepRouting leaves it to the next transaction. A rollback throws it away.
func (w *writer) keepRouting(r *routing) {
	r.after = w.begun
	w.routing = r
}

func (w *writer) dataVersion() (version int64, err error) {
	_, err = w.row(`PRAGMA data_version`, nil, &version)
	return version, err
}

func (w *writer) readRouting() (*routing, error) {
	w.routing = nil
	version, err := w.dataVersion()
	if err != nil {
		return nil, err
	}
	projects, err := w.projects()
	if err != nil {
		return nil, err
	}
	r := &routing{version: version}
	// A project that was removed again is a decision too.
	if r.configured, err = w.row(`SELECT 1 FROM project WHERE NOT on_sight LIMIT 1`, nil, new(int)); err != nil {
		return nil, err
	}
	for _, p := range projects {
		if p.OnSight {
			r.onSight++
		}
	}
	r.router, err = track.NewRouter(projects)
	return r, err
}

// route finds the project of a mail, and makes one on sight where none was ever configured.
func (a *adder) route(m *track.Mail) (*track.Project, bool, error) {
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
func (a *adder) makeOnSight(p *track.Project) error {
	res, err := a.run(`
		INSERT INTO project (link_name, list_id, list_email, name, on_sight) VALUES (?, ?, ?, ?, 1)`,
		p.LinkName, p.ListID, p.ListEmail, p.Name)
	if err != nil {
		return err
	}
	if p.ID, err = res.LastInsertId(); err != nil {
		return err
	}
	a.onSight++
	return a.router.Add(*p)
}
