package auth

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// identify finds out who asks.
func (a *Auth) identify(r *http.Request) (who, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		return a.byAuthorization(r, h)
	}
	if a.Header != "" && a.Believed(r) {
		if name := r.Header.Get(a.Header); name != "" {
			return a.byProxy(r, name)
		}
	}
	return a.bySession(r)
}

func (a *Auth) byAuthorization(r *http.Request, header string) (who, error) {
	scheme, rest, _ := strings.Cut(header, " ")
	switch rest = strings.TrimSpace(rest); strings.ToLower(scheme) {
	case "token", "bearer":
		return a.byToken(r, rest, errBadToken)
	case "basic":
		name, password, ok := r.BasicAuth()
		if !ok {
			return who{}, errBadPassword
		}
		return a.byPassword(r, name, password)
	}
	return who{}, errBadHeader
}

// byToken takes an API token. wrong is what is said where there is none of it.
func (a *Auth) byToken(r *http.Request, token string, wrong error) (who, error) {
	ctx := r.Context()
	c, err := a.Store.Credential(ctx, HashOf(token))
	switch {
	case errors.Is(err, engine.ErrNotFound), err == nil && c.Kind != track.TokenCredential:
		return who{}, wrong
	case err != nil:
		return who{}, err
	}
	u, err := a.users.numbered(ctx, c.User)
	if err != nil {
		return who{}, err
	}
	if u == nil || u.Disabled {
		return who{}, wrong
	}
	a.used(ctx, c)
	return who{Viewer: track.Viewer{User: u, ReadOnly: c.ReadOnly}, credential: c.ID}, nil
}

// byPassword takes a name with a password or an API token, as Basic authentication brings them.
func (a *Auth) byPassword(r *http.Request, name, password string) (who, error) {
	if looksLikeToken(password) {
		is, err := a.byToken(r, password, errBadPassword)
		if err == nil && strings.EqualFold(is.User.Name, name) {
			return is, nil
		}
		if err != nil && !errors.Is(err, errBadPassword) {
			return who{}, err
		}
	}
	u, err := a.login(r, name, password, true)
	if err != nil {
		return who{}, err
	}
	return who{Viewer: track.Viewer{User: u}}, nil
}

func looksLikeToken(s string) bool {
	return len(s) == len(NewToken()) && strings.Trim(s, "0123456789abcdef") == ""
}

// login finds the user of a name and a password. Programs that send a password with each request are known for a
// minute, so that it is not hashed each time.
func (a *Auth) login(r *http.Request, name, password string, remember bool) (*track.User, error) {
	ctx := r.Context()
	u, err := a.users.named(ctx, name)
	if err != nil {
		return nil, err
	}
	stored := ""
	if u != nil && !u.Disabled {
		if stored, err = a.Store.Password(ctx, u.ID); err != nil {
			return nil, err
		}
		if remember && a.known.is(u.ID, password, stored) {
			return u, nil
		}
	}
	keys := []string{network(a.Client(r)), byName(name)}
	if !a.limits.take(keys...) {
		return nil, errTooMany
	}
	ok, stale := a.hashing.verify(stored, password)
	if !ok {
		return nil, errBadPassword
	}
	a.limits.giveBack(keys...)
	if stale { // the parameters have grown since
		stored = a.hashing.hash(password)
		if err := a.Store.SetPassword(ctx, u.Actor(), u.ID, stored, allSessions); err != nil {
			return nil, err
		}
	}
	if remember {
		a.known.remember(u.ID, password, stored)
	}
	return u, nil
}

// allSessions has SetPassword keep all of them: the password is the same, stored otherwise.
const allSessions = -1

// byProxy takes the name that a proxy gives.
func (a *Auth) byProxy(r *http.Request, name string) (who, error) {
	u, err := a.users.named(r.Context(), name)
	switch {
	case err != nil:
		return who{}, err
	case u == nil || u.Disabled:
		return who{}, errNoAccount
	}
	return who{Viewer: track.Viewer{User: u}}, nil
}

// used notes that a credential was used, to some minutes: not each request writes.
func (a *Auth) used(ctx context.Context, c track.Credential) {
	const exact = 10 * time.Minute
	now := a.Clock()
	if now.Sub(c.Used) < exact {
		return
	}
	if err := a.Store.UseCredential(ctx, c.ID, now); err != nil {
		a.Log.WarnContext(ctx, "note the use of a credential", "err", err)
	}
}

// users keeps all accounts as long as nothing changes that is shown of all.
type users struct {
	store  Store
	mu     sync.Mutex
	number int64 // of changes, when they were read
	byID   map[int64]*track.User
	byName map[string]*track.User // lower case
}

func (u *users) numbered(ctx context.Context, id int64) (*track.User, error) {
	byID, _, err := u.now(ctx)
	return byID[id], err
}

func (u *users) named(ctx context.Context, name string) (*track.User, error) {
	_, byName, err := u.now(ctx)
	return byName[strings.ToLower(name)], err
}

// now gives all users of this moment. Nobody changes what it gave.
func (u *users) now(ctx context.Context) (map[int64]*track.User, map[string]*track.User, error) {
	changes, err := u.store.Changes(ctx, 0)
	if err != nil {
		return nil, nil, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.byID != nil && u.number == changes[0] {
		return u.byID, u.byName, nil
	}
	all, err := u.store.Users(ctx)
	if err != nil {
		return nil, nil, err
	}
	u.number, u.byID, u.byName = changes[0], map[int64]*track.User{}, map[string]*track.User{}
	for i := range all {
		u.byID[all[i].ID] = &all[i]
		u.byName[strings.ToLower(all[i].Name)] = &all[i]
	}
	return u.byID, u.byName, nil
}
