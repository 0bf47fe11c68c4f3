package auth

import (
	"context"
	"slices"
	"sync"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// fake is a Store in memory.
type fake struct {
	mu          sync.Mutex
	users       []track.User
	passwords   map[int64]string
	credentials map[engine.Sum]track.Credential
	changes     int64
	last        int64
	down        error // the database does not answer
}

func newFake(users ...track.User) *fake {
	return &fake{users: users, passwords: map[int64]string{}, credentials: map[engine.Sum]track.Credential{}}
}

func (f *fake) Users(context.Context) ([]track.User, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.users), f.down
}

func (f *fake) Changes(context.Context, ...int64) (map[int64]int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return map[int64]int64{0: f.changes}, f.down
}

func (f *fake) Password(_ context.Context, user int64) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.passwords[user], f.down
}

func (f *fake) SetPassword(_ context.Context, _ track.Actor, user int64, phc string, keep int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.passwords[user] = phc
	for hash, c := range f.credentials {
		if keep != allSessions && c.User == user && c.Kind != track.TokenCredential && c.ID != keep {
			delete(f.credentials, hash)
		}
	}
	return f.down
}

func (f *fake) AddCredential(
	_ context.Context, _ track.Actor, c track.Credential, hash engine.Sum,
) (track.Credential, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	c.ID = f.last
	f.credentials[hash] = c
	return c, f.down
}

func (f *fake) Credential(_ context.Context, hash engine.Sum) (track.Credential, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, there := f.credentials[hash]
	if !there && f.down == nil {
		return c, engine.ErrNotFound
	}
	return c, f.down
}

func (f *fake) Credentials(_ context.Context, user int64) (out []track.Credential, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.credentials {
		if c.User == user {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b track.Credential) int { return int(a.ID - b.ID) })
	return out, f.down
}

func (f *fake) UseCredential(_ context.Context, id int64, at time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for hash, c := range f.credentials {
		if c.ID == id {
			c.Used = at
			f.credentials[hash] = c
		}
	}
	return f.down
}

func (f *fake) Revoke(_ context.Context, _ track.Actor, user int64, ids ...int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for hash, c := range f.credentials {
		if c.User == user && slices.Contains(ids, c.ID) {
			delete(f.credentials, hash)
		}
	}
	return f.down
}

// token gives a user an API token.
func (f *fake) token(user int64, readOnly bool) string {
	token := NewToken()
	c := track.Credential{User: user, Kind: track.TokenCredential, ReadOnly: readOnly}
	f.AddCredential(context.Background(), "", c, HashOf(token))
	return token
}

// set changes a user, as another process may.
func (f *fake) set(change func(*track.User)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.users = slices.Clone(f.users)
	change(&f.users[0])
	f.changes++
}
