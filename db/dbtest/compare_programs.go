package dbtest

import (
	"context"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// refusal is an answer that has no kind of its own.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w (%w)", err, engine.ErrConflict)
}

// anyProgram does what accounts and programs do, to things that may be there or not.
func (p *pair) anyProgram() (what string, do func(s *db.Store) error) {
	ctx, t := context.Background(), p.t
	what = oneOf(t, "program", "user", "bundle", "secret", "check", "bundle", "secret", "check", "bundle", "mark", "hide",
		"hide", "relate", "relate",
		"addressed", "several", "own state", "prune the log", "put", "put", "put", "pair", "pair", "hook", "hook",
		"adopt", "adopt")
	id, user := rapid.Int64Range(1, 30).Draw(t, "about"), rapid.Int64Range(1, 3).Draw(t, "whose")
	more := rapid.SliceOfN(rapid.Int64Range(1, 30), 0, 2).Draw(t, "and")
	yes := rapid.Bool().Draw(t, "yes")
	switch what {
	case "user":
		return what, p.anyUser(user)
	case "secret":
		return what, p.anySecret(user)
	case "check":
		c := track.Check{User: user, State: oneOf(t, "state", track.CheckPending, track.CheckSuccess, track.CheckFail),
			Context: oneOf(t, "context", someContexts...)}
		return what, func(s *db.Store) error { _, err := s.AddCheck(ctx, by, c, id); return err }
	case "bundle":
		return what, p.anyBundle(rapid.Int64Range(1, 2).Draw(t, "owner"))
	case "mark":
		return what, p.anyMark(user)
	case "hook":
		return what, p.anyHook(rapid.Int64Range(1, 4).Draw(t, "hook number"))
	case "hide":
		return what, func(s *db.Store) error { return s.Hide(ctx, by, append(more, id), yes) }
	case "relate":
		also := track.Decided{
			State: oneOf(t, "state", nil, nil, ptr(track.State("queued"))), Archived: oneOf(t, "archived", nil, nil, &yes),
		}
		return what, func(s *db.Store) error { return s.Relate(ctx, by, id, more, also) }
	case "pair":
		return what, func(s *db.Store) error {
			if yes {
				return s.LinkSeries(ctx, by, id, user+1)
			}
			return s.UnlinkSeries(ctx, by, id, user+1)
		}
	case "adopt":
		return what, p.anyAdoption(id)
	case "put":
		return what, p.anyPut(append(more, id), rapid.Int64Range(1, 30).Draw(t, "series"))
	case "addressed":
		addressed := oneOf(t, "addressed", nil, ptr(true), ptr(false))
		return what, func(s *db.Store) error { return s.SetAddressed(ctx, by, id, addressed) }
	case "several":
		d := track.Decided{Archived: oneOf(t, "archived", nil, &yes),
			CommitRef: oneOf(t, "commit", nil, ptr(""), ptr("c0ffee")),
			PullURL:   oneOf(t, "pull", nil, ptr(""), ptr("git://x")), State: oneOf(t, "state", nil, ptr(track.State("queued")))}
		return what, func(s *db.Store) error { return s.Decide(ctx, by, append(more, id), d) }
	case "own state":
		o := engine.OwnState{Slug: oneOf[track.State](t, "slug", "queued", "needs-ack", "new"),
			Number: rapid.IntRange(0, 13).Draw(t, "number"), Open: yes}
		return what, func(s *db.Store) error { _, err := s.AddOwnState(ctx, by, o); return err }
	}
	before := oneOf(t, "before", time.Time{}, epoch, time.Now().AddDate(1, 0, 0))
	return what, func(s *db.Store) error { _, err := s.Prune(ctx, by, time.Time{}, before); return err }
}

// anyPut puts mails into a series, there or not, or takes that back.
func (p *pair) anyPut(mails []int64, series int64) func(s *db.Store) error {
	ctx := context.Background()
	switch oneOf(p.t, "put", "move", "move", "split", "reset") {
	case "move":
		return func(s *db.Store) error { return s.MoveToSeries(ctx, by, mails, series) }
	case "split":
		return func(s *db.Store) error { return s.SplitSeries(ctx, by, mails) }
	}
	return func(s *db.Store) error { return s.ResetSeries(ctx, by, mails) }
}

// anyUser makes an account, or changes one.
func (p *pair) anyUser(id int64) func(s *db.Store) error {
	ctx, t := context.Background(), p.t
	u := track.User{
		Name: oneOf(t, "account", someAccounts...), Disabled: rapid.IntRange(0, 3).Draw(t, "disabled") == 0,
		Made: epoch, PerPage: 7,
		Emails:    rapid.SliceOfN(rapid.SampledFrom(someEmails), 0, 2).Draw(t, "addresses"),
		Maintains: rapid.SliceOfN(rapid.Int64Range(1, 3), 0, 2).Draw(t, "maintains"),
	}
	if rapid.Bool().Draw(t, "new") {
		return func(s *db.Store) error { _, err := s.AddUser(ctx, by, u); return err }
	}
	u.ID = id
	return func(s *db.Store) error { return s.SetUser(ctx, by, u) }
}

// anySecret makes or ends a credential, or sets a password.
func (p *pair) anySecret(user int64) func(s *db.Store) error {
	ctx, t := context.Background(), p.t
	id := rapid.Int64Range(0, 5).Draw(t, "credential")
	c := track.Credential{User: user, Made: epoch,
		Kind: oneOf(t, "kind", track.SessionCredential, track.TokenCredential, track.PasswordCredential)}
	switch oneOf(t, "secret", "add", "add", "revoke", "password", "sweep") {
	case "add":
		p.secrets++
		hash := secret(fmt.Sprint(p.secrets)) // they are random, so no two are the same
		return func(s *db.Store) error { _, err := s.AddCredential(ctx, by, c, hash); return refusal(err) }
	case "revoke":
		return func(s *db.Store) error { return s.Revoke(ctx, by, user, id) }
	case "password":
		return func(s *db.Store) error { return s.SetPassword(ctx, by, user, "$argon2id$x", id) }
	}
	return func(s *db.Store) error { return s.Sweep(ctx, epoch.AddDate(0, 0, int(id)*10)) }
}

// anyBundle makes a bundle, changes one or takes one out.
func (p *pair) anyBundle(owner int64) func(s *db.Store) error {
	ctx, t := context.Background(), p.t
	b := track.Bundle{
		ID: rapid.Int64Range(1, 4).Draw(t, "bundle"), Owner: owner, Project: rapid.Int64Range(1, 3).Draw(t, "project"),
		Name: oneOf(t, "name", "mine", "urgent"), Public: rapid.Bool().Draw(t, "public"),
	}
	at := rapid.SliceOfN(rapid.IntRange(0, 9), 0, 4).Draw(t, "patches")
	stray := rapid.IntRange(0, 9).Draw(t, "stray") == 0
	filled := func(s *db.Store) (track.Bundle, error) { // mostly with patches of one project
		b := b
		page, err := s.PatchPage(ctx, track.PatchQuery{Scope: track.Scope{Whole: true}, Paging: wholePage})
		for i, n := range at {
			if len(page.Rows) == 0 {
				break
			}
			r := page.Rows[n%len(page.Rows)]
			if i == 0 {
				b.Project = r.Project
			}
			if r.Project == b.Project || stray {
				b.Patches = append(b.Patches, r.MsgID)
			}
		}
		return b, err
	}
	switch oneOf(t, "do", "add", "add", "set", "remove") {
	case "add":
		return func(s *db.Store) error {
			b, err := filled(s)
			if err == nil {
				_, err = s.AddBundle(ctx, by, b)
			}
			return err
		}
	case "set":
		return func(s *db.Store) error {
			b, err := filled(s)
			if err == nil {
				err = s.SetBundle(ctx, by, b)
			}
			return err
		}
	}
	return func(s *db.Store) error { return s.RemoveBundle(ctx, by, b.ID) }
}

// anyMark notes that somebody has looked at something, or has not.
func (p *pair) anyMark(user int64) func(s *db.Store) error {
	m := track.Mark{User: user, Series: rapid.Int64Range(1, 9).Draw(p.t, "series"), Upto: rapid.Int64Range(0, 9).Draw(p.t,
		"up to")}
	return func(s *db.Store) error { return s.Mark(context.Background(), by, []track.Mark{m}) }
}

// sayPrograms says all that accounts and programs have.
func sayPrograms(say func(question string, answer any, err error), s *db.Store) {
	ctx := context.Background()
	users, err := s.Users(ctx)
	say("users", users, err)
	for _, u := range users {
		all, err := s.Credentials(ctx, u.ID)
		say("credentials", all, err)
		marks, err := s.Marks(ctx, u.ID, nil, 99)
		say("marks", marks, err)
	}
	bundles, err := s.Bundles(ctx, 0)
	say("bundles", bundles, err)
	sayHooks(say, s)
	states, err := s.OwnStates(ctx)
	say("own states", states, err)
	patches, err := s.PatchPage(ctx, track.PatchQuery{Scope: track.Scope{Whole: true}, Paging: wholePage})
	say("whole patches", patches, err)
	visible, err := s.PatchPage(ctx, track.PatchQuery{Paging: wholePage})
	say("patches that are seen", visible, err)
	series, err := s.SeriesPage(ctx, track.SeriesQuery{Paging: wholePage})
	say("series that are seen", series, err)
	var ids []int64
	for _, r := range patches.Rows {
		ids = append(ids, r.ID)
	}
	checks, err := s.Checks(ctx, ids)
	for _, of := range checks {
		for i := range of {
			of[i].Date = time.Time{}
		}
	}
	say("checks", checks, err)
}
