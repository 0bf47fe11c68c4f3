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

// Users lists all accounts, by number.
func (s *Store) Users(ctx context.Context) (out []track.User, err error) {
	err = s.view(ctx, func(v engine.View) error {
		all, err := v.Users()
		for _, u := range all {
			out = append(out, u.User)
		}
		return err
	})
	return out, err
}

// AddUser makes an account, and gives it with its number. ErrConflict: the name or an address is another's.
func (s *Store) AddUser(ctx context.Context, by track.Actor, u track.User) (track.User, error) {
	err := s.decideBy(ctx, by, func(w *writing) error {
		u.ID = 0
		return w.putUser(&u, nil)
	})
	return u, err
}

// SetUser changes an account, found by its number. Whoever is disabled is logged out everywhere.
func (s *Store) SetUser(ctx context.Context, by track.Actor, u track.User) error {
	return s.decideBy(ctx, by, func(w *writing) error {
		is, err := w.user(u.ID)
		if err != nil {
			return err
		}
		if err := w.putUser(&u, is); err != nil {
			return err
		}
		if !u.Disabled {
			return nil
		}
		return w.dropCredentials(u.ID, func(c track.Credential) bool { return c.Kind != track.TokenCredential })
	})
}

// user finds an account.
func (w *writing) user(id int64) (*engine.User, error) { return userIn(w.Tx, id) }

func userIn(v engine.View, id int64) (*engine.User, error) {
	all, err := v.Users()
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == id {
			return &all[i], nil
		}
	}
	return nil, fmt.Errorf("user %d: %w", id, engine.ErrNotFound)
}

func isLetterOrDigit(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// putUser writes an account over what it is; nil: it is new.
func (w *writing) putUser(u *track.User, is *engine.User) error {
	if !track.IsAccountName(u.Name) {
		return fmt.Errorf("user %q: a name has letters, digits and @.+-_, at most 150 of them", u.Name)
	}
	row := &engine.User{User: *u}
	row.Emails = nil
	for _, email := range u.Emails {
		if email = strings.ToLower(strings.TrimSpace(email)); !slices.Contains(row.Emails, email) {
			row.Emails = append(row.Emails, email)
		}
	}
	row.Maintains = slices.Clone(u.Maintains)
	slices.Sort(row.Maintains)
	row.Maintains = slices.Compact(row.Maintains)
	before := ""
	if is != nil {
		row.Password, row.Made, before = is.Password, is.Made, w.accountOf(&is.User)
	} else if row.Made.IsZero() {
		row.Made = time.Now()
	}
	if err := w.freeForUser(row); err != nil {
		return err
	}
	if err := w.Tx.PutUsers([]*engine.User{row}); err != nil {
		return err
	}
	*u = row.User
	if after := w.accountOf(u); before != after {
		return w.Note("user", "", "", before, after)
	}
	return nil
}

// freeForUser refuses a name or an address that is another's, and projects that are not there.
func (w *writing) freeForUser(u *engine.User) error {
	all, err := w.Tx.Users()
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.ID == u.ID {
			continue
		}
		if strings.EqualFold(o.Name, u.Name) {
			return fmt.Errorf("there is a user %s already: %w", o.Name, engine.ErrConflict)
		}
		for _, email := range u.Emails {
			if slices.Contains(o.Emails, email) {
				return fmt.Errorf("%s is the address of %s: %w", email, o.Name, engine.ErrConflict)
			}
		}
	}
	return w.areProjects(u.Maintains)
}

// areProjects refuses numbers that are not those of projects.
func (w *writing) areProjects(ids []int64) error {
	links, err := engine.LinkNames(w.Tx)
	for _, id := range ids {
		if err == nil && links[id] == "" {
			err = fmt.Errorf("project %d: %w", id, engine.ErrNotFound)
		}
	}
	return err
}

// accountOf is an account as the log has it.
func (w *writing) accountOf(u *track.User) string {
	links, err := engine.LinkNames(w.Tx)
	if err != nil {
		return u.Name
	}
	text := []string{u.Name}
	for _, set := range []struct {
		on   bool
		what string
	}{{u.Admin, "admin"}, {u.Disabled, "disabled"}} {
		if set.on {
			text = append(text, set.what)
		}
	}
	for _, email := range u.Emails {
		text = append(text, "email="+email)
	}
	for _, id := range u.Maintains {
		text = append(text, "maintainer="+links[id])
	}
	if name := strings.TrimSpace(u.FirstName + " " + u.LastName); name != "" {
		text = append(text, "name="+name)
	}
	return strings.Join(text, " ")
}

// Password is what is stored of a user's password; empty: none is set.
func (s *Store) Password(ctx context.Context, user int64) (phc string, err error) {
	err = s.view(ctx, func(v engine.View) error {
		all, err := v.Users()
		for _, u := range all {
			if u.ID == user {
				phc = u.Password
			}
		}
		return err
	})
	return phc, err
}

// KeepAll has SetPassword end no session: the password is the same, stored otherwise.
const KeepAll = -1

// SetPassword sets a user's password, as it is to be stored. All their sessions end but the one of the number keep, and
// links by which the password could be set are of no use any more.
func (s *Store) SetPassword(ctx context.Context, by track.Actor, user int64, phc string, keep int64) error {
	return s.decideBy(ctx, by, func(w *writing) error {
		u, err := w.user(user)
		if err != nil {
			return err
		}
		u.Password = phc
		if err := w.Tx.PutUsers([]*engine.User{u}); err != nil || keep == KeepAll {
			return err
		}
		if err := w.Note("password", "", "", "", u.Name); err != nil {
			return err
		}
		return w.dropCredentials(user, func(c track.Credential) bool {
			return c.Kind != track.TokenCredential && c.ID != keep
		})
	})
}

// dropCredentials takes a user's credentials out.
func (w *writing) dropCredentials(user int64, which func(track.Credential) bool) error {
	all, err := w.Tx.CredentialsOf(user)
	if err != nil {
		return err
	}
	var drop []int64
	for _, c := range all {
		if which(c) {
			drop = append(drop, c.ID)
		}
	}
	return w.Tx.DropCredentials(drop)
}

// AddCredential notes a secret by its hash, and gives it with its number.
func (s *Store) AddCredential(
	ctx context.Context, by track.Actor, c track.Credential, hash engine.Sum,
) (track.Credential, error) {
	err := s.decideBy(ctx, by, func(w *writing) error {
		u, err := w.user(c.User)
		if err != nil {
			return err
		}
		if u.Disabled {
			return fmt.Errorf("user %s is disabled", u.Name)
		}
		row := &engine.Credential{Credential: c, Hash: hash}
		if err := w.Tx.AddCredentials([]*engine.Credential{row}); err != nil {
			return err
		}
		c.ID = row.ID
		if what, text := credentialWords(&u.User, c); what != "" {
			return w.Note(what, "", "", "", text)
		}
		return nil
	})
	return c, err
}

// credentialWords says how the log names a credential, without its secret. Sessions are in no log: nobody decides them.
func credentialWords(u *track.User, c track.Credential) (what, text string) {
	switch c.Kind {
	case track.TokenCredential:
		return "token", strings.TrimSpace(u.Name + " " + c.Label)
	case track.PasswordCredential:
		return "password-link", u.Name
	}
	return "", ""
}

// Credential finds a credential by the hash of its secret. ErrNotFound: it opens nothing, or nothing any more.
func (s *Store) Credential(ctx context.Context, hash engine.Sum) (c track.Credential, err error) {
	err = s.view(ctx, func(v engine.View) error {
		found, err := v.Credentials([]engine.Sum{hash})
		if err != nil {
			return err
		}
		is, there := found[hash]
		if !there || !is.Expires.IsZero() && !time.Now().Before(is.Expires) {
			return errNoCredential
		}
		u, err := userIn(v, is.User)
		if err != nil {
			return err
		}
		if u.Disabled {
			return errNoCredential
		}
		c = is
		return nil
	})
	return c, err
}

var errNoCredential = fmt.Errorf("credential: %w", engine.ErrNotFound)

// Credentials lists those of a user, by number.
func (s *Store) Credentials(ctx context.Context, user int64) (out []track.Credential, err error) {
	err = s.view(ctx, func(v engine.View) error {
		out, err = v.CredentialsOf(user)
		return err
	})
	return out, err
}

// UseCredential notes when a credential was used last.
func (s *Store) UseCredential(ctx context.Context, id int64, at time.Time) error {
	return s.write(ctx, func(w *writing) error { return w.Tx.UseCredential(id, at) })
}

// Revoke ends credentials of a user, by number. ErrNotFound: the user has none of one of them.
func (s *Store) Revoke(ctx context.Context, by track.Actor, user int64, ids ...int64) error {
	return s.decideBy(ctx, by, func(w *writing) error {
		u, err := w.user(user)
		if err != nil {
			return err
		}
		all, err := w.Tx.CredentialsOf(user)
		if err != nil {
			return err
		}
		for _, id := range ids {
			at := slices.IndexFunc(all, func(c track.Credential) bool { return c.ID == id })
			if at < 0 {
				return fmt.Errorf("credential %d of %s: %w", id, u.Name, engine.ErrNotFound)
			}
			if what, text := credentialWords(&u.User, all[at]); what != "" {
				if err := w.Note(what, "", "", text, ""); err != nil {
					return err
				}
			}
		}
		return w.Tx.DropCredentials(ids)
	})
}

// keptFor is how long sessions are kept that nobody uses, and links that were not used in time.
const keptFor = 30 * 24 * time.Hour

// Sweep takes out sessions that were not used for thirty days, and what has expired.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	return s.write(ctx, func(w *writing) error {
		return w.dropCredentials(0, func(c track.Credential) bool {
			last := c.Made
			if c.Used.After(last) {
				last = c.Used
			}
			return c.Kind == track.SessionCredential && now.Sub(last) > keptFor || !c.Expires.IsZero() && now.After(c.Expires)
		})
	})
}

// errNoUser is for what needs an account and has none.
var errNoUser = errors.New("it needs an account")
