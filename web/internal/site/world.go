package site

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// Store is what is asked of the database for a World, and to see whether answers still hold.
//
// Changes counts, for 0, every change of projects, users, states, and names of people: of all that answers about any
// project show. For a project it counts every change of what is in it, and for the negative number of a user every
// change of what only this user sees.
type Store interface {
	Projects(ctx context.Context) ([]track.Project, error)
	RemovedProjects(ctx context.Context) ([]int64, error)
	Users(ctx context.Context) ([]track.User, error)
	OwnStates(ctx context.Context) ([]engine.OwnState, error)
	Moment(ctx context.Context, projects ...int64) (epoch string, changes map[int64]int64, err error)
	Ahead(ctx context.Context, projects []int64, told func(epoch string, changes map[int64]int64) error) (
		with context.Context, gains bool)
}

// World is which projects, users and states there are at a moment. It does not change.
type World struct {
	Projects []track.Project // by number
	Users    []track.User    // by number
	States   []State         // by number
	Epoch    string

	changed     int64 // Changes of 0
	all         []int64
	private     []*track.Project
	removed     []int64 // nobody sees what is still in them, and what happened in them
	projects    map[int64]*track.Project
	linkNames   map[string]*track.Project // lower case
	users       map[int64]*track.User
	names       map[string]*track.User // lower case
	emails      map[string]*track.User
	maintainers map[int64][]*track.User
}

// State is a state with the number by which the API calls it.
type State struct {
	Slug   track.State
	Number int
	Open   bool // something is still to be done about a patch in it
}

// load reads the world. What changes meanwhile is seen by the number of changes, which is read first.
func load(ctx context.Context, s Store) (*World, error) {
	w := &World{}
	epoch, changes, err := s.Moment(ctx, 0)
	if err != nil {
		return nil, err
	}
	w.Epoch, w.changed = epoch, changes[0]
	if w.Projects, err = s.Projects(ctx); err != nil {
		return nil, err
	}
	if w.removed, err = s.RemovedProjects(ctx); err != nil {
		return nil, err
	}
	if w.Users, err = s.Users(ctx); err != nil {
		return nil, err
	}
	own, err := s.OwnStates(ctx)
	if err != nil {
		return nil, err
	}
	w.States = states(own)
	w.index()
	return w, nil
}

func states(own []engine.OwnState) (all []State) {
	for i, s := range track.States() {
		all = append(all, State{s, i + 1, s.Open()})
	}
	for _, s := range own {
		all = append(all, State{s.Slug, s.Number, s.Open})
	}
	return all
}

func (w *World) index() {
	w.Projects, w.Users = slices.Clone(w.Projects), slices.Clone(w.Users)
	order.By(w.Projects, func(a, b track.Project) int { return cmp.Compare(a.ID, b.ID) })
	order.By(w.Users, func(a, b track.User) int { return cmp.Compare(a.ID, b.ID) })
	w.projects, w.linkNames = map[int64]*track.Project{}, map[string]*track.Project{}
	w.all = []int64{0}
	for i := range w.Projects {
		p := &w.Projects[i]
		w.projects[p.ID], w.linkNames[strings.ToLower(p.LinkName)] = p, p
		w.all = append(w.all, p.ID)
		if p.Private {
			w.private = append(w.private, p)
		}
	}
	w.users, w.names = map[int64]*track.User{}, map[string]*track.User{}
	w.emails, w.maintainers = map[string]*track.User{}, map[int64][]*track.User{}
	for i := range w.Users {
		u := &w.Users[i]
		w.users[u.ID], w.names[strings.ToLower(u.Name)] = u, u
		for _, e := range u.Emails {
			w.emails[e] = u
		}
		for _, p := range u.Maintains {
			w.maintainers[p] = append(w.maintainers[p], u)
		}
	}
}

// Project of that number; nil: there is none.
func (w *World) Project(id int64) *track.Project { return w.projects[id] }

// ProjectCalled is the project of that number or link name, ignoring case; nil: there is none.
func (w *World) ProjectCalled(name string) *track.Project {
	if id, err := strconv.ParseInt(name, 10, 64); err == nil && w.projects[id] != nil {
		return w.projects[id]
	}
	return w.linkNames[strings.ToLower(name)]
}

// User of that number; nil: there is none.
func (w *World) User(id int64) *track.User { return w.users[id] }

// UserCalled is the user of that number or name, ignoring case; nil: there is none.
func (w *World) UserCalled(name string) *track.User {
	if id, err := strconv.ParseInt(name, 10, 64); err == nil && w.users[id] != nil {
		return w.users[id]
	}
	return w.names[strings.ToLower(name)]
}

// Owner is the user of an address, or, where an account has none, of that name, as decisions and the log call them;
// nil: there is none.
func (w *World) Owner(of string) *track.User {
	if of == "" {
		return nil
	}
	of = strings.ToLower(of)
	if u := w.emails[of]; u != nil {
		return u
	}
	return w.names[of]
}

// Maintainers of a project, by number.
func (w *World) Maintainers(project int64) []*track.User { return w.maintainers[project] }

// Without lists the projects that a viewer does not see: private ones, and those that are not tracked any more.
func (w *World) Without(v track.Viewer) []int64 {
	without := slices.Clip(w.removed)
	for _, p := range w.private {
		if !v.Sees(p) {
			without = append(without, p.ID)
		}
	}
	return without
}

// seen is 0 and the projects that a viewer sees: of others, not even that they change is told.
func (w *World) seen(v track.Viewer) []int64 {
	without := w.Without(v)
	if len(without) == 0 {
		return w.all
	}
	return slices.DeleteFunc(slices.Clone(w.all), func(p int64) bool { return slices.Contains(without, p) })
}

// State is that of a slug, a name or a number.
func (w *World) State(called string) (track.State, bool) {
	called = strings.ToLower(strings.TrimSpace(called))
	number, err := strconv.Atoi(called)
	slug := track.State(strings.ReplaceAll(called, " ", "-"))
	for _, s := range w.States {
		if s.Slug == slug || err == nil && s.Number == number {
			return s.Slug, true
		}
	}
	return "", false
}
