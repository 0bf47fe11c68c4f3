package dbtest

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// accounts are those who may log in, and what is theirs, before a transaction.
type accounts struct {
	users       []engine.User
	credentials []track.Credential
	bundles     []track.Bundle
	hashed      map[engine.Sum]bool // the hashes of credentials
	called      map[string]bool     // bundles, by owner and name
}

func (a *accounts) look(v engine.View) (err error) {
	if a.users, err = v.Users(); err != nil {
		return err
	}
	if a.credentials, err = v.CredentialsOf(0); err != nil {
		return err
	}
	if a.bundles, err = v.Bundles(0); err != nil {
		return err
	}
	a.called = map[string]bool{}
	for _, b := range a.bundles {
		a.called[bundleKey(b)] = true
	}
	a.hashed = map[engine.Sum]bool{}
	found, err := v.Credentials(someHashes())
	for hash := range found {
		a.hashed[hash] = true
	}
	return err
}

func bundleKey(b track.Bundle) string { return fmt.Sprint(b.Owner, " ", b.Name) }

// someHashes are those of all secrets here.
func someHashes() (out []engine.Sum) {
	for n := range 6 {
		out = append(out, sha256.Sum256(fmt.Append(nil, "secret ", n)))
	}
	return out
}

var (
	someAccounts = []string{"ann", "Ann", "bob", "ANN", "carol"}
	someEmails   = []string{"ann@x.org", "bob@x.org", "b_b@x.org", "carol@x.org", "c@x.org"}
	someContexts = []string{"default", "build", "lint"}
)

// program is what people with accounts do, and their programs.
func (r *rows) program() step {
	kinds := []func() step{r.user, r.user, r.ownStates, r.epoch, r.prune}
	if len(r.users) > 0 {
		kinds = append(kinds, r.user, r.credential, r.credential, r.useCredential, r.dropCredentials, r.check, r.check,
			r.moveChecks, r.bundle, r.bundle, r.dropBundles, r.mark)
	}
	return oneOf(r.t, "program", kinds...)()
}

// user makes an account or changes one. No name and no address is given twice.
func (r *rows) user() step {
	t := r.t
	u := engine.User{User: track.User{
		Name: oneOf(t, "account", someAccounts...), FirstName: oneOf(t, "first name", "", "Ann"),
		LastName: oneOf(t, "last name", "", "ä"),
		Admin:    rapid.Bool().Draw(t, "admin"), Disabled: rapid.Bool().Draw(t, "disabled"), Made: r.anyTime("made"),
		SendEmail: rapid.Bool().Draw(t, "notices"), PerPage: rapid.IntRange(1, 9).Draw(t, "a page"),
		ShowIDs: rapid.Bool().Draw(t, "ids"),
	}, Password: oneOf(t, "password", "", "$argon2id$x")}
	at := slices.IndexFunc(r.users, func(o engine.User) bool { return strings.EqualFold(o.Name, u.Name) })
	if at >= 0 {
		if u.ID = r.users[at].ID; u.ID == 0 { // made in this transaction, so its number is not known
			return r.notes()
		}
	}
	addresses := rapid.SliceOfNDistinct(rapid.SampledFrom(someEmails), 0, 3, rapid.ID[string])
	for _, email := range addresses.Draw(t, "addresses") {
		if !slices.ContainsFunc(r.users, func(o engine.User) bool {
			return !strings.EqualFold(o.Name, u.Name) && slices.Contains(o.Emails, email)
		}) {
			u.Emails = append(u.Emails, email)
		}
	}
	for _, p := range r.projects {
		if rapid.Bool().Draw(t, "maintains") {
			u.Maintains = append(u.Maintains, p.ID)
		}
	}
	slices.Sort(u.Maintains)
	if at >= 0 {
		r.users[at] = u
	} else {
		r.users = append(r.users, u)
	}
	return step{"user ", func(tx engine.Tx) (string, error) {
		c := u
		err := tx.PutUsers([]*engine.User{&c})
		return fmt.Sprint(c.ID), err
	}}
}

// anyUser is the number of an account that is there; 0: there is none.
func (r *rows) anyUser() int64 {
	var ids []int64
	for _, u := range r.users {
		if u.ID != 0 {
			ids = append(ids, u.ID)
		}
	}
	if len(ids) == 0 {
		return 0
	}
	return oneOf(r.t, "user", ids...)
}

func (r *rows) credential() step {
	t := r.t
	c := engine.Credential{Hash: oneOf(t, "hash", someHashes()...), Credential: track.Credential{
		User: r.anyUser(), Kind: oneOf(t, "kind", track.SessionCredential, track.TokenCredential, track.PasswordCredential),
		Label: oneOf(t, "label", "", "ci"), ReadOnly: rapid.Bool().Draw(t, "read only"), Made: r.anyTime("made"),
		Used: oneOf(t, "used", time.Time{}, epoch), Expires: oneOf(t, "expires", time.Time{}, epoch),
		Network: oneOf(t, "network", "", "::1"),
	}}
	if c.User == 0 || r.hashed[c.Hash] {
		return r.notes()
	}
	r.hashed[c.Hash] = true
	return step{"credential ", func(tx engine.Tx) (string, error) {
		row := c
		err := tx.AddCredentials([]*engine.Credential{&row})
		return fmt.Sprint(row.ID), err
	}}
}

func (r *rows) useCredential() step {
	id, at := rapid.Int64Range(1, 6).Draw(r.t, "credential"), r.anyTime("used").Add(time.Millisecond)
	return step{"use a credential", func(tx engine.Tx) (string, error) { return "", tx.UseCredential(id, at) }}
}

func (r *rows) dropCredentials() step {
	ids := rapid.SliceOfN(rapid.Int64Range(1, 6), 0, 2).Draw(r.t, "credentials")
	return step{"drop credentials", func(tx engine.Tx) (string, error) { return "", tx.DropCredentials(ids) }}
}

func (r *rows) check() step {
	t := r.t
	c := track.Check{
		Project: r.anyProject(), MsgID: oneOf(t, "of", someIDs...), User: r.anyUser(),
		Date:    r.anyTime("date").Add(5 * time.Microsecond),
		State:   oneOf(t, "state", track.CheckPending, track.CheckSuccess, track.CheckWarning, track.CheckFail),
		Context: oneOf(t, "context", someContexts...), TargetURL: oneOf(t, "target", "", "https://x"),
		Description: oneOf(t, "says", "", "ä"),
	}
	if c.Project == 0 || c.User == 0 {
		return r.project()
	}
	return step{"check ", func(tx engine.Tx) (string, error) {
		one, two := c, c
		two.Context = "second"
		err := tx.AddChecks([]*track.Check{&one, &two})
		return fmt.Sprint(one.ID, two.ID), err
	}}
}

func (r *rows) moveChecks() step {
	from, to := r.anyProject(), r.anyProject()
	if from == 0 || to == 0 {
		return r.project()
	}
	return step{"move checks", func(tx engine.Tx) (string, error) { return "", tx.MoveChecks(from, to) }}
}

// bundle makes a bundle or changes one. No owner has two of a name.
func (r *rows) bundle() step {
	t := r.t
	b := track.Bundle{
		Owner: r.anyUser(), Project: r.anyProject(), Name: oneOf(t, "bundle", "mine", "Mine", "urgent"),
		Public:  rapid.Bool().Draw(t, "public"),
		Patches: rapid.SliceOfNDistinct(rapid.SampledFrom(someIDs), 0, 3, rapid.ID[string]).Draw(t, "patches"),
	}
	if b.Owner == 0 || b.Project == 0 {
		return r.project()
	}
	if len(r.bundles) > 0 && rapid.Bool().Draw(t, "another of it") {
		was := oneOf(t, "which", r.bundles...)
		b.ID, b.Owner, b.Name = was.ID, was.Owner, was.Name
	} else if r.called[bundleKey(b)] {
		return r.notes()
	}
	r.called[bundleKey(b)] = true
	return step{"bundle ", func(tx engine.Tx) (string, error) {
		c := b
		err := tx.PutBundle(&c)
		return fmt.Sprint(c.ID), err
	}}
}

func (r *rows) dropBundles() step {
	if len(r.bundles) == 0 {
		return r.bundle()
	}
	at := rapid.IntRange(0, len(r.bundles)-1).Draw(r.t, "bundle")
	id := r.bundles[at].ID
	r.bundles = slices.Delete(r.bundles, at, at+1) // its name stays taken in this transaction
	return step{"drop bundles", func(tx engine.Tx) (string, error) { return "", tx.DropBundles([]int64{id, 99}) }}
}

// mark is what somebody has looked at, or not any more. A user who is made in this transaction has no number yet.
func (r *rows) mark() step {
	var marks []track.Mark
	for _, u := range r.users {
		if u.ID != 0 && rapid.Bool().Draw(r.t, "looks") {
			marks = append(marks, track.Mark{
				User: u.ID, Series: rapid.Int64Range(1, 4).Draw(r.t, "at"), Upto: rapid.Int64Range(0, 3).Draw(r.t, "up to"),
			})
		}
	}
	return step{"mark ", func(tx engine.Tx) (string, error) { return "", tx.PutMarks(marks) }}
}

func (r *rows) ownStates() step {
	var states []engine.OwnState
	for i, slug := range []track.State{"queued", "needs-ack", "handled-elsewhere"} {
		if rapid.Bool().Draw(r.t, "has it") {
			states = append(states, engine.OwnState{Slug: slug, Number: 20 - 3*i, Open: rapid.Bool().Draw(r.t, "open")})
		}
	}
	return step{"own states", func(tx engine.Tx) (string, error) { return "", tx.PutOwnStates(states) }}
}

func (r *rows) epoch() step {
	name := oneOf(r.t, "epoch", "one", "another")
	return step{"epoch", func(tx engine.Tx) (string, error) { return "", tx.PutEpoch(name) }}
}

func (r *rows) prune() step {
	t := r.t
	before := func(what string) time.Time {
		return oneOf(t, what, time.Time{}, r.anyTime(what), r.anyTime(what), epoch.AddDate(1, 0, 0))
	}
	events, log := before("events before"), before("log before")
	return step{"prune ", func(tx engine.Tx) (string, error) {
		gone, err := tx.Prune(events, log)
		return fmt.Sprint(gone), err
	}}
}

// accounts asks who may log in.
func (a *asking) accounts() {
	users, err := a.Users()
	a.say("users", users, err)
	found, err := a.Credentials(append(someHashes(), someHashes()[0]))
	for _, hash := range someHashes() {
		c, there := found[hash]
		a.say(fmt.Sprintf("credential %x", hash[:2]), fmt.Sprintf("%v %+v", there, c), err)
	}
	for user := range int64(4) {
		all, err := a.CredentialsOf(user)
		a.say(fmt.Sprint("credentials of ", user), all, err)
	}
}

// programs asks what their programs need.
func (a *asking) programs() {
	checks, err := a.Checks(a.names())
	a.say("checks", checks, err)
	for mail := range int64(12) {
		on, err := a.ChecksOn(mail)
		a.say(fmt.Sprint("checks on ", mail), on, err)
	}
	newest, err := a.NewestChecks(a.names())
	a.say("newest checks", newest, err)
	numbered, err := a.ChecksNumbered(append(numbers(9), 1, 99))
	a.say("checks by number", numbered, err)
	for owner := range int64(4) {
		bundles, err := a.Bundles(owner)
		a.say(fmt.Sprint("bundles of ", owner), bundles, err)
	}
	for user := range int64(4) {
		all, err := a.Marks(user, nil, 3)
		a.say(fmt.Sprint("marks of ", user), all, err)
		some, err := a.Marks(user, track.In[int64]{4, 2, 2, 9}, 9)
		a.say(fmt.Sprint("some marks of ", user), some, err)
		none, err := a.Marks(user, track.In[int64]{}, 9)
		a.say(fmt.Sprint("no marks of ", user), none, err)
	}
	related, err := a.Related([]int64{7, 8, 7})
	a.say("related", related, err)
	states, err := a.OwnStates()
	a.say("own states", states, err)
	if name, err := a.Epoch(); err != nil || name == "one" || name == "another" {
		a.say("epoch", name, err) // each database begins with one of its own
	}
}
