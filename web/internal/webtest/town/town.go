// Package town makes a small database that has something of everything in it, for tests of a whole server.
// webtest.Fake answers faster, but shows only what its author thought of.
package town

import (
	"context"
	"maps"
	"slices"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/web/auth"
)

// Town is a database and its users. The project demo has mail of ann and bob, and maint maintains it. del is the
// delegate of ann's first patch. root is an administrator, off is disabled, and strange has nothing to do with any
// project. inner maintains the project inside, once AddPrivate has made it.
type Town struct {
	*db.Store
	Users  map[string]track.User
	Tokens map[string]string // of API tokens by user; "reader" is maint with one that may only read
	Demo   track.Project

	tb testing.TB
}

// Build fills an empty database.
func Build(tb testing.TB, s *db.Store) *Town {
	tb.Helper()
	t := &Town{Store: s, Users: map[string]track.User{}, Tokens: map[string]string{}, tb: tb}
	t.Demo = t.Project(track.Project{
		LinkName: "demo", ListID: "demo.lists.example.org", ListEmail: "demo@lists.example.org", Name: "Demo",
		WebURL: "https://demo.example.org", ListArchiveURLFormat: "https://lists.example.org/{}/",
		CommitURLFormat: "https://git.example.org/{}", ShowDependencies: true,
	})
	t.state("queued", 13)
	t.people()
	t.Deliver(demoMails...)
	t.decide()
	return t
}

// Find finds the town that was built in a database before. Everybody who is not disabled gets another token.
func Find(tb testing.TB, s *db.Store) *Town {
	tb.Helper()
	t := &Town{Store: s, Users: map[string]track.User{}, Tokens: map[string]string{}, tb: tb}
	users, err := t.Store.Users(t.ctx())
	t.must(err)
	for _, u := range users {
		if t.Users[u.Name] = u; !u.Disabled {
			t.Tokens[u.Name] = t.token(u, false)
		}
	}
	return t
}

// Over is the same town with another Store: of the same database in another process, or of a copy of it.
func (t *Town) Over(s *db.Store) *Town {
	o := *t
	o.Store, o.Users = s, maps.Clone(t.Users)
	return &o
}

func (t *Town) state(slug track.State, number int) {
	_, err := t.AddOwnState(t.ctx(), "admin", engine.OwnState{Slug: slug, Number: number, Open: true})
	t.must(err)
}

func (t *Town) people() {
	for _, u := range []track.User{
		{Name: "root", Emails: []string{"root@example.org"}, Admin: true, FirstName: "Ruth"},
		{
			Name: "maint", Emails: []string{"maint@example.org"}, Maintains: []int64{t.Demo.ID},
			FirstName: "Mary", LastName: "Bøb",
		},
		{Name: "ann", Emails: []string{"ann@example.org"}},
		{Name: "del", Emails: []string{"del@example.org"}},
		{Name: "strange"},
		{Name: "inner", Emails: []string{"inner@example.org"}},
		{Name: "off", Emails: []string{"bob@example.org"}, Admin: true, Maintains: []int64{t.Demo.ID}},
	} {
		u, err := t.AddUser(t.ctx(), "admin", u)
		t.must(err)
		t.Users[u.Name], t.Tokens[u.Name] = u, t.token(u, false)
	}
	t.Tokens["reader"] = t.token(t.Users["maint"], true)
	off := t.Users["off"]
	off.Disabled = true
	t.must(t.SetUser(t.ctx(), "admin", off))
}

func (t *Town) token(u track.User, readOnly bool) string {
	token := auth.NewToken()
	c := track.Credential{User: u.ID, Kind: track.TokenCredential, ReadOnly: readOnly}
	_, err := t.AddCredential(t.ctx(), "admin", c, auth.HashOf(token))
	t.must(err)
	return token
}

// Project adds a project and returns it as it is stored.
func (t *Town) Project(p track.Project) track.Project {
	_, err := t.AddProject(t.ctx(), "admin", p, Read, nil)
	t.must(err)
	all, err := t.Projects(t.ctx())
	t.must(err)
	return all[slices.IndexFunc(all, func(o track.Project) bool { return o.LinkName == p.LinkName })]
}

// Read is how mail is read.
func Read(raw []byte) (*track.Mail, error) { return ingest.Parse(raw) }

// Write changes the settings of a project: it is what a server takes as SetProject.
func (t *Town) Write(ctx context.Context, by track.Actor, p track.Project) error {
	_, err := t.SetProject(ctx, by, p, Read, nil)
	return err
}

// Mail is the number of a mail of a project, by its Message-ID without brackets.
func (t *Town) Mail(project, id string) int64 {
	t.tb.Helper()
	all, err := t.Find(t.ctx(), project, "<"+id+">")
	t.must(err)
	if len(all) != 1 {
		t.tb.Fatalf("%d mails are <%s>", len(all), id)
	}
	return all[0].ID
}

func (t *Town) demo(id string) int64 { return t.Mail("demo", id) }

func ptr[T any](v T) *T { return &v }

// decide makes a decision of each kind, so that there is an event of each.
func (t *Town) decide() {
	maint := t.Users["maint"]
	first, second, lone := t.demo("first"), t.demo("second"), t.demo("lone/x@example.org")
	t.must(t.Decide(t.ctx(), maint.Actor(), []int64{first}, track.Decided{Delegate: ptr("del@example.org")}))
	t.must(t.Decide(t.ctx(), maint.Actor(), []int64{second}, track.Decided{
		State: ptr(track.StateAccepted), Archived: ptr(true), CommitRef: ptr("1234567"),
		PullURL: ptr("git://git.example.org/x"),
	}))
	t.must(t.Decide(t.ctx(), maint.Actor(), []int64{lone}, track.Decided{State: ptr(track.State("queued"))}))
	t.must(t.Relate(t.ctx(), maint.Actor(), first, []int64{lone}, track.Decided{}))
	t.must(t.SetAddressed(t.ctx(), maint.Actor(), t.demo("on-first"), ptr(false)))
	for _, k := range []track.Check{
		{State: track.CheckSuccess, Context: "build", TargetURL: "https://ci.example.org/1", Description: "fine"},
		{State: track.CheckWarning, Context: "lint"},
	} {
		k.User = maint.ID
		_, err := t.AddCheck(t.ctx(), maint.Actor(), k, first)
		t.must(err)
	}
	t.Bundle("maint", "mine & yours", true, "demo", "<second>", "<first>")
	t.Bundle("maint", "own", false, "demo", "<second>")
	t.Bundle("ann", "drafts", false, "demo", "<first>")
	t.must(t.Hide(t.ctx(), "admin", []int64{
		t.demo("spam"), t.demo("spam-cover"), t.demo("spam-member"), t.demo("spam-talk"),
	}, true))
}

// Bundle makes a bundle and returns its number.
func (t *Town) Bundle(owner, name string, public bool, project string, patches ...string) int64 {
	t.tb.Helper()
	all, err := t.Projects(t.ctx())
	t.must(err)
	at := slices.IndexFunc(all, func(p track.Project) bool { return p.LinkName == project })
	u := t.Users[owner]
	b, err := t.AddBundle(t.ctx(), u.Actor(), track.Bundle{
		Owner: u.ID, Project: all[at].ID, Name: name, Public: public, Patches: patches,
	})
	t.must(err)
	return b.ID
}

// AddPrivate adds the private project inside, with insideMails, decisions about them, a check and two bundles.
func (t *Town) AddPrivate() {
	p := t.Project(track.Project{
		LinkName: "inside", ListID: "inside.lists.example.org", ListEmail: "inside@lists.example.org", Name: "Inside",
		Private: true,
	})
	inner := t.Users["inner"]
	inner.Maintains = []int64{p.ID}
	t.must(t.SetUser(t.ctx(), "admin", inner))
	t.Users["inner"] = inner
	t.Deliver(insideMails...)
	first := t.Mail("inside", "in-first")
	t.must(t.Decide(t.ctx(), inner.Actor(), []int64{first}, track.Decided{
		State: ptr(track.StateAccepted), Delegate: ptr("maint@example.org"),
	}))
	check := track.Check{User: inner.ID, State: track.CheckFail, Context: "secret"}
	_, err := t.AddCheck(t.ctx(), inner.Actor(), check, first)
	t.must(err)
	t.must(t.Relate(t.ctx(), inner.Actor(), first, []int64{t.Mail("inside", "in-second")}, track.Decided{}))
	t.must(t.SetAddressed(t.ctx(), inner.Actor(), t.Mail("inside", "in-talk"), ptr(true)))
	t.Bundle("inner", "secret", true, "inside", "<in-first>")
	t.Bundle("ann", "secret", true, "inside", "<in-ann>")
}

func (t *Town) ctx() context.Context { return t.tb.Context() }

func (t *Town) must(err error) {
	t.tb.Helper()
	if err != nil {
		t.tb.Fatal(err)
	}
}
