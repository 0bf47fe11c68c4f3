package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// What people and programs decided on a Patchwork server is taken over by Message-ID, whether the mail is here or not:
// a mail that comes later finds its decisions, checks and bundles as it would after a rebuild. So nothing has to wait.
//
// A server is read again and again while it is being left. Each value is merged as git merges: with the value that was
// seen there last as the base. What has not changed there stays as it is here; what has changed there only is taken;
// of what was decided in both places the later decision stands, and that of here where it is not known when it was
// decided there.

// AdoptFrom says from where something is taken over, and into which project.
type AdoptFrom struct {
	Source  int64 // engine.Source.ID
	Project int64
	Untold  bool // readers of events are not told
}

// Adoption says what became of what was to be taken over.
type Adoption struct {
	Taken map[string]int // how many, by what was decided, in the words of the log
	Left  []string       // why other things were not taken, a sentence each
}

// Add adds what another says.
func (a *Adoption) Add(o Adoption) {
	if a.Taken == nil {
		a.Taken = map[string]int{}
	}
	for what, n := range o.Taken {
		a.Taken[what] += n
	}
	a.Left = append(a.Left, o.Left...)
}

// adopting is a transaction that takes over.
type adopting struct {
	*writing
	from     AdoptFrom
	linkName string
	users    map[int64]*track.User // by their number there
	out      Adoption
}

// adopt lets f take over in one transaction.
func (s *Store) adopt(ctx context.Context, by track.Actor, from AdoptFrom, f func(a *adopting) error) (Adoption,
	error) {
	var out Adoption
	err := s.decideBy(ctx, by, func(w *writing) error {
		w.Quiet = from.Untold
		a := &adopting{writing: w, from: from, users: map[int64]*track.User{}, out: Adoption{Taken: map[string]int{}}}
		links, err := engine.LinkNames(w.Tx)
		if err != nil {
			return err
		}
		a.linkName = links[from.Project]
		err = f(a)
		out = a.out
		return err
	})
	return out, err
}

func (a *adopting) took(what string) { a.out.Taken[what]++ }

func (a *adopting) leave(format string, args ...any) {
	a.out.Left = append(a.out.Left, fmt.Sprintf(format, args...))
}

func (a *adopting) key(kind track.AliasKind, number int64) engine.AdoptedKey {
	return engine.AdoptedKey{Source: a.from.Source, Kind: kind, Number: number}
}

// name is that of a mail in the project that is taken over.
func (a *adopting) name(msgid string) engine.Name {
	return engine.Name{Project: a.from.Project, MsgID: msgid}
}

// isNumber tells whether a Patchwork server can have given a number.
func (a *adopting) isNumber(what string, number int64) bool {
	if number > 0 && number <= track.MaxAlias {
		return true
	}
	a.leave("%s %d: no Patchwork server gives such a number", what, number)
	return false
}

// Source finds a Patchwork server by its URL. One that is not known yet is noted.
func (s *Store) Source(ctx context.Context, by track.Actor, url string) (src engine.Source, err error) {
	err = s.decideBy(ctx, by, func(w *writing) error {
		all, err := w.Tx.Sources()
		if err != nil {
			return err
		}
		if at := slices.IndexFunc(all, func(s engine.Source) bool { return s.URL == url }); at >= 0 {
			src = all[at]
			return nil
		}
		src = engine.Source{URL: url, Progress: "{}"}
		return w.Tx.PutSource(&src)
	})
	return src, err
}

// SetSource notes how far the reading of a server is.
func (s *Store) SetSource(ctx context.Context, src engine.Source) error {
	return s.write(ctx, func(w *writing) error { return w.Tx.PutSource(&src) })
}

// adoptUser finds the account here of somebody who has one there: the one that was made for them, one that has their
// address or name, or a new one. A new one has no password, so nobody can log in by it until somebody gives it one.
func (a *adopting) adoptUser(u *track.AdoptedUser) (*track.User, error) {
	if u == nil || !a.isNumber("user", u.Number) {
		return nil, nil
	}
	if known, ok := a.users[u.Number]; ok {
		return known, nil
	}
	key := a.key(track.AliasUser, u.Number)
	adopted, err := a.Tx.Adopted([]engine.AdoptedKey{key})
	if err != nil {
		return nil, err
	}
	all, err := a.Tx.Users()
	if err != nil {
		return nil, err
	}
	here := ownerOf(all, adopted[key].Here, u)
	if here == nil {
		if here, err = a.makeUser(all, u); err != nil || here == nil {
			return nil, err
		}
	}
	a.users[u.Number] = here
	if adopted[key].Here == here.ID {
		return here, nil
	}
	return here, a.Tx.PutAdopted([]engine.Adopted{{AdoptedKey: key, Here: here.ID}})
}

// ownerOf is the account of a number, else the one that has somebody's address, else the one of their name.
func ownerOf(all []engine.User, id int64, u *track.AdoptedUser) *track.User {
	for _, is := range []func(*engine.User) bool{
		func(o *engine.User) bool { return o.ID == id },
		func(o *engine.User) bool { return u.Email != "" && slices.Contains(o.Emails, strings.ToLower(u.Email)) },
		func(o *engine.User) bool { return strings.EqualFold(o.Name, u.Name) },
	} {
		for i := range all {
			if is(&all[i]) {
				return &all[i].User
			}
		}
	}
	return nil
}

// mostAccounts bounds how many accounts a server can have us make.
const mostAccounts = 5000

// makeUser makes an account, under the same number where that is free. It is nil if it can't be made.
func (a *adopting) makeUser(all []engine.User, u *track.AdoptedUser) (*track.User, error) {
	made := track.User{ID: u.Number, Name: u.Name, FirstName: clip(u.FirstName, 150), LastName: clip(u.LastName, 150),
		SendEmail: false, PerPage: 100, Made: time.Now()}
	if isAddress(u.Email) {
		made.Emails = []string{u.Email}
	}
	if slices.ContainsFunc(all, func(o engine.User) bool { return o.ID == u.Number }) {
		made.ID = 0
	}
	if len(all) >= mostAccounts {
		a.leave("user %d %q: there are %d accounts already", u.Number, clip(u.Name, 150), len(all))
		a.users[u.Number] = nil
		return nil, nil
	}
	if !track.IsAccountName(made.Name) {
		a.leave("user %d %q: an account here has a name of letters, digits and @.+-_, so what they decided is nobody's",
			u.Number, clip(u.Name, 150))
		a.users[u.Number] = nil
		return nil, nil
	}
	if err := a.putUser(&made, nil); err != nil {
		return nil, err
	}
	a.took("user")
	return &made, nil
}

// isAddress tells whether an account may have an address.
func isAddress(email string) bool {
	local, domain, ok := strings.Cut(email, "@")
	return ok && local != "" && domain != "" && len(email) <= 254 && !strings.ContainsFunc(email, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r > 0x7e
	})
}

// clip bounds a text, in bytes.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// AdoptUsers takes over accounts. Those in maintainers maintain the project from now on if their accounts are new.
func (s *Store) AdoptUsers(
	ctx context.Context, by track.Actor, from AdoptFrom, users, maintainers []track.AdoptedUser,
) (Adoption, error) {
	return s.adopt(ctx, by, from, func(a *adopting) error {
		for i := range users {
			if _, err := a.adoptUser(&users[i]); err != nil {
				return err
			}
		}
		for i := range maintainers {
			if err := a.adoptMaintainer(&maintainers[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// adoptMaintainer has a new account maintain the project. No server can give rights to an account that was there
// before.
func (a *adopting) adoptMaintainer(u *track.AdoptedUser) error {
	before, err := a.Tx.Users()
	if err != nil {
		return err
	}
	here, err := a.adoptUser(u)
	if err != nil || here == nil {
		return err
	}
	fresh := !slices.ContainsFunc(before, func(o engine.User) bool { return o.ID == here.ID })
	switch {
	case slices.Contains(here.Maintains, a.from.Project):
		return nil
	case !fresh:
		a.leave("user %s maintains %s there, but had an account here before; patchwatch user set gives them the right",
			here.Name, a.linkName)
		return nil
	}
	is, err := a.user(here.ID)
	if err != nil {
		return err
	}
	u2 := *here
	u2.Maintains = append(slices.Clone(here.Maintains), a.from.Project)
	return a.putUser(&u2, is)
}

// errNoState is for a state that can't be made.
var errNoState = errors.New("it is not a state")

// mostOwnStates bounds how many states a server can have us make.
const mostOwnStates = 100

// adoptState makes a state of the server's own one of ours.
func (a *adopting) adoptState(slug track.State) error {
	if slices.Contains(track.States(), slug) {
		return nil
	}
	all, err := a.Tx.OwnStates()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(o engine.OwnState) bool { return o.Slug == slug }) {
		return nil
	}
	if len(all) >= mostOwnStates || !stateSlug.MatchString(string(slug)) || len(slug) > 100 {
		return errNoState
	}
	if err := a.addOwnState(&engine.OwnState{Slug: slug}); err != nil {
		return errors.Join(errNoState, err)
	}
	a.took("project-state")
	return nil
}
