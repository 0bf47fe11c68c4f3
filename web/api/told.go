package api

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/internal/site"
)

// Wanted is of which events somebody is told as they happen.
type Wanted struct {
	Projects   []string // numbers or link names; none: all that the viewer sees
	Categories []track.Category
	Viewer     track.Viewer

	Version string // of the API whose JSON they get, such as "1.2"; empty: the newest
	Base    string // the URL under which they find the server, without a final slash
}

// Told is what somebody is told at once.
type Told struct {
	Events []ToldEvent
	UpTo   int64  // the number up to which these are all that is wanted
	Epoch  string // in which the numbers mean what they mean
}

// ToldEvent is an event as the API shows it.
type ToldEvent struct {
	ID       int64
	Category track.Category
	JSON     []byte // on one line
}

// ErrUnwanted is the error for something wanted that cannot be.
var ErrUnwanted = errors.New("that is not here")

// WantedIn reads the parameters project, category and version. project and category may be there several times, and
// then any of them is meant. Its error is an ErrUnwanted for more than a thousand.
func WantedIn(values url.Values) (Wanted, error) {
	if len(values["project"])+len(values["category"]) > maxParameters {
		return Wanted{}, fmt.Errorf("%w: these are too many projects and categories", ErrUnwanted)
	}
	w := Wanted{Version: strings.TrimSpace(values.Get("version"))}
	for _, p := range values["project"] {
		if p = strings.TrimSpace(p); p != "" {
			w.Projects = append(w.Projects, p)
		}
	}
	for _, k := range values["category"] {
		if k = strings.TrimSpace(k); k != "" {
			w.Categories = append(w.Categories, track.Category(k))
		}
	}
	return w, nil
}

// EventsAfter gives the first events above a number that are wanted, at most so many, in the order of commits. Its
// error is an ErrUnwanted where a project or a version is not there, and says which.
//
// An event is shown as it is now: of the same event, others may be told otherwise later.
func (a *API) EventsAfter(ctx context.Context, w Wanted, above int64, most int) (Told, error) {
	told, err := a.eventsAfter(ctx, w, above, most)
	if errors.Is(err, engine.ErrReplaced) {
		told, err = a.eventsAfter(ctx, w, above, most)
	}
	return told, err
}

func (a *API) eventsAfter(ctx context.Context, w Wanted, above int64, most int) (told Told, err error) {
	world, err := a.Keeper.World(ctx)
	if err != nil {
		return told, err
	}
	for {
		q, err := w.query(world)
		if err != nil {
			return told, err
		}
		q.Above, q.Limit = above, most
		rows, upTo, err := a.Store.EventsAfter(ctx, q)
		if err != nil {
			return told, err
		}
		// What the events name may have come after the world was read, or be private since.
		now, err := a.Keeper.World(ctx)
		if err != nil {
			return told, err
		}
		if now == world {
			return Told{Events: w.encode(a, world, rows), UpTo: upTo, Epoch: world.Epoch}, nil
		}
		world = now
	}
}

// query finds what is wanted in the world of this moment.
func (w *Wanted) query(world *site.World) (q track.EventsQuery, err error) {
	v, err := w.version()
	if err != nil {
		return q, err
	}
	q.Scope = track.Scope{Without: world.Without(w.Viewer)}
	for _, name := range w.Projects {
		p := world.ProjectCalled(name)
		if p == nil || !w.Viewer.Sees(p) {
			return q, noSuch("project", name)
		}
		if !slices.Contains(q.Projects, p.ID) {
			q.Projects = append(q.Projects, p.ID)
		}
	}
	for _, name := range w.Categories {
		at := slices.IndexFunc(categories, func(k category) bool { return k.Category == name })
		if at < 0 || v < categories[at].since {
			return q, noSuch("category", string(name))
		}
		if !slices.Contains(q.Categories, name) {
			q.Categories = append(q.Categories, name)
		}
	}
	if q.Categories == nil {
		q.Categories = categoriesOf(v)
	}
	return q, nil
}

// noSuch says of a name that it is nobody's, or nobody's whom the viewer sees.
func noSuch(what, name string) error {
	const most = 100 // bytes of a name that are repeated
	return fmt.Errorf("%w: there is no %s %q", ErrUnwanted, what, name[:min(len(name), most)])
}

func (w *Wanted) version() (version, error) {
	if w.Version == "" {
		return latest, nil
	}
	v, ok := parseVersion(w.Version)
	if !ok {
		return 0, noSuch("version of the API", w.Version)
	}
	return v, nil
}

// encode writes events as the API does.
func (w *Wanted) encode(a *API, world *site.World, rows []track.EventRow) (out []ToldEvent) {
	c := &call{API: a, version: latest, path: "/api", base: w.Base, viewer: w.Viewer, world: world}
	if w.Version != "" {
		c.version, _ = parseVersion(w.Version) // query has read it before
		c.path += "/" + w.Version
	}
	e := c.encoderFor(len(rows))
	for i := range rows {
		from := len(e.b)
		e.event(&rows[i])
		out = append(out, ToldEvent{ID: rows[i].ID, Category: rows[i].Category, JSON: slices.Clone(e.b[from:])})
	}
	return out
}
