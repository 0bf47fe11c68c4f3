package adopt

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// Run takes over what a server has. How far it is stands in the database after each page, so a run that was broken off
// goes on there; one that follows a finished run reads the lists again, which say all that may have changed, and of
// checks, comments and events only what is new.
type Run struct {
	*Client
	Store *db.Store
	By    track.Actor // who takes over

	Untold     bool // readers of events are not told
	NoComments bool // comments are left out: they take a request for each patch

	// AddProject adds a project that is not here. It refuses one that can't be added, in a sentence.
	AddProject func(ctx context.Context, p track.Project) error
	// Tell is told of what has been read, Left of what could not be taken over.
	Tell func(what string, rows int)
	Left func(project, sentence string)

	source   engine.Source
	progress map[string]*progress // by link name there
}

// progress says how far a project is.
type progress struct {
	Phase    string `json:",omitempty"` // that is under way; empty: none
	Page     int    `json:",omitempty"` // of the phase, that comes next
	Above    int64  `json:",omitempty"` // in the phases of comments, the number that was done last
	Since    string `json:",omitempty"` // events before that are done with, as the server writes dates
	Next     string `json:",omitempty"` // Since of the next run
	Patches  int64  `json:",omitempty"` // comments on patches and covers up to these numbers are done with
	Covers   int64  `json:",omitempty"`
	Finished bool   `json:",omitempty"` // a run came to its end
}

// Result says what became of a project.
type Result struct {
	Project string // link name here
	db.Adoption
}

// Projects reads which projects the server has. With names, those that are named; it is an error if one is not there.
func (r *Run) Projects(ctx context.Context, names []string) ([]project, error) {
	var all []project
	if err := pages(ctx, r.Client, "projects/", nil, 1, func(_ int, rows []project) error {
		all = append(all, rows...)
		return nil
	}); err != nil || len(names) == 0 {
		return all, err
	}
	var out []project
	for _, name := range names {
		found := false
		for _, p := range all {
			if strings.EqualFold(p.LinkName, name) {
				out, found = append(out, p), true
			}
		}
		if !found {
			return nil, fmt.Errorf("%s has no project %s", r.URL, name)
		}
	}
	return out, nil
}

// Open finds what the last run left.
func (r *Run) Open(ctx context.Context) (err error) {
	if r.source, err = r.Store.Source(ctx, r.By, r.URL); err != nil {
		return err
	}
	r.progress = map[string]*progress{}
	if err := json.Unmarshal([]byte(r.source.Progress), &r.progress); err != nil {
		return fmt.Errorf("what is noted of %s can't be read: %w", r.URL, err)
	}
	return nil
}

// Source is the number of the server in the database.
func (r *Run) Source() int64 { return r.source.ID }

// save notes how far it is.
func (r *Run) save(ctx context.Context) error {
	text, err := json.Marshal(r.progress)
	if err != nil {
		return err
	}
	r.source.Progress = string(text)
	return r.Store.SetSource(ctx, r.source)
}

// project is a project that is being taken over.
type adopting struct {
	*Run
	there project
	from  db.AdoptFrom
	at    *progress
	out   Result
	heard heard
}

// phases in their order.
var phases = []struct {
	name string
	do   func(*adopting, context.Context) error
}{
	{"patches", (*adopting).patches}, {"covers", (*adopting).covers}, {"series", (*adopting).series},
	{"related", (*adopting).relations}, {"bundles", (*adopting).bundles},
	{"comments on patches", (*adopting).patchComments}, {"comments on covers", (*adopting).coverComments},
}

// Project takes one project over.
func (r *Run) Project(ctx context.Context, there project) (Result, error) {
	a := &adopting{Run: r, there: there, at: r.progress[there.LinkName]}
	if a.at == nil {
		a.at = &progress{}
		r.progress[there.LinkName] = a.at
	}
	if err := a.begin(ctx); err != nil {
		return a.out, err
	}
	begun := false
	for _, phase := range phases {
		if begun = begun || phase.name == a.at.Phase; !begun {
			continue
		}
		if a.at.Phase != phase.name {
			a.at.Phase, a.at.Page, a.at.Above = phase.name, 1, 0
			if err := r.save(ctx); err != nil {
				return a.out, err
			}
		}
		if err := phase.do(a, ctx); err != nil {
			return a.out, err
		}
	}
	since := a.at.Next
	*a.at = progress{Since: since, Patches: a.at.Patches, Covers: a.at.Covers, Finished: true}
	return a.out, r.save(ctx)
}

// begin finds or makes the project, and reads the events: the lists that are read afterwards are newer.
func (a *adopting) begin(ctx context.Context) error {
	here, err := a.local(ctx)
	if err != nil {
		return err
	}
	a.out.Project = here.LinkName
	a.from = db.AdoptFrom{Source: a.source.ID, Project: here.ID, Untold: a.Untold}
	if err := a.Store.AdoptProject(ctx, a.By, a.from, a.there.ID); err != nil {
		return err
	}
	var maintainers []track.AdoptedUser
	for _, m := range a.there.Maintainers {
		if u := m.adopted(); u != nil {
			maintainers = append(maintainers, *u)
		}
	}
	if err := a.add(a.Store.AdoptUsers(ctx, a.By, a.from, nil, maintainers)); err != nil {
		return err
	}
	if a.at.Phase == "" {
		if a.at.Next, err = a.newest(ctx); err != nil {
			return err
		}
		a.at.Phase, a.at.Page, a.at.Above = phases[0].name, 1, 0
		if err := a.save(ctx); err != nil {
			return err
		}
	}
	return a.hear(ctx)
}

// add notes what became of a page.
func (a *adopting) add(some db.Adoption, err error) error {
	if err == nil {
		a.out.Add(db.Adoption{Taken: some.Taken})
		for _, sentence := range some.Left {
			a.Left(a.out.Project, sentence)
		}
	}
	return err
}

// read notes that a page was taken over.
func (a *adopting) read(ctx context.Context, what string, rows, page int) error {
	a.Tell(what, rows)
	a.out.Add(db.Adoption{Taken: map[string]int{what: rows}})
	a.at.Page = page + 1
	return a.save(ctx)
}

// ofProject are the parameters of a list of one project, in the order of numbers.
func (a *adopting) ofProject() url.Values {
	return url.Values{"project": {a.there.LinkName}, "order": {"id"}}
}
