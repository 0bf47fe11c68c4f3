package dbtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

func addUser(t *testing.T, s *db.Store, name string, emails ...string) track.User {
	t.Helper()
	u, err := s.AddUser(context.Background(), by, track.User{Name: name, Emails: emails, PerPage: 100})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// userNamed is an account as it is stored.
func userNamed(t *testing.T, s *db.Store, name string) track.User {
	t.Helper()
	all, err := s.Users(context.Background())
	at := slices.IndexFunc(all, func(u track.User) bool { return u.Name == name })
	if err != nil || at < 0 {
		t.Fatalf("%s is not among %+v, %v", name, all, err)
	}
	return all[at]
}

// An account is stored as it was given, its addresses as mail has them, and what is changed later stays the rest.
func (u suite) TestAccount(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s := place.store(t)
	addProject(t, s, frob)
	frobs := projectOf(t, s, "frob").ID
	made, err := s.AddUser(ctx, by, track.User{
		Name: "Ann.B@x+1-_", FirstName: "Ann", LastName: "B",
		Emails: []string{"Ann@X.org", "b@x.org", "ann@x.org"}, Admin: true,
		Maintains: []int64{frobs, frobs}, SendEmail: true, PerPage: 25, ShowIDs: true,
	})
	if err != nil || made.ID == 0 || made.Made.IsZero() {
		t.Fatalf("%+v, %v", made, err)
	}
	is := userNamed(t, place.store(t), "Ann.B@x+1-_")
	if !slices.Equal(is.Emails, []string{"ann@x.org", "b@x.org"}) ||
		!slices.Equal(is.Maintains, []int64{frobs}) || !is.Admin ||
		is.Disabled || !is.SendEmail || is.PerPage != 25 || !is.ShowIDs || is.Shown() != "Ann B" || is.ID != made.ID {
		t.Errorf("stored is %+v", is)
	}
	is.Emails, is.Maintains, is.Admin = []string{"b@x.org"}, nil, false
	if err := s.SetUser(ctx, by, is); err != nil {
		t.Fatal(err)
	}
	now := userNamed(t, s, is.Name)
	if !slices.Equal(now.Emails, is.Emails) || len(now.Maintains) != 0 || now.Admin || now.FirstName != "Ann" ||
		!now.Made.Equal(is.Made) {
		t.Errorf("changed, it is %+v", now)
	}
	want := []string{
		`the suite user   "Ann.B@x+1-_ admin email=ann@x.org email=b@x.org maintainer=frob name=Ann B" ` +
			`"Ann.B@x+1-_ email=b@x.org name=Ann B"`,
		`the suite user   "" "Ann.B@x+1-_ admin email=ann@x.org email=b@x.org maintainer=frob name=Ann B"`,
	}
	if got := logged(t, s, engine.LogQuery{}); !slices.Equal(got[:2], want) {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got[:2], "\n"), strings.Join(want, "\n"))
	}
}

func projectOf(t *testing.T, s *db.Store, name string) track.Project {
	t.Helper()
	all, err := s.Projects(context.Background())
	at := slices.IndexFunc(all, func(p track.Project) bool { return p.LinkName == name })
	if err != nil || at < 0 {
		t.Fatalf("%s is not among %+v, %v", name, all, err)
	}
	return all[at]
}

// A name is one account's, however it is written, and so is an address.
func (u suite) TestAccountRefusals(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	ann, bob := addUser(t, s, "ann", "ann@x.org"), addUser(t, s, "bob", "bob@x.org")
	lines := len(logged(t, s, engine.LogQuery{}))
	for _, c := range []struct {
		what string
		user track.User
		want error // nil: any
	}{
		{"the same name", track.User{Name: "ANN"}, engine.ErrConflict},
		{"an address of another", track.User{Name: "carol", Emails: []string{"c@x.org", " BOB@x.org"}}, engine.ErrConflict},
		{"no name", track.User{}, nil},
		{"a space in it", track.User{Name: "a b"}, nil},
		{"a line in it", track.User{Name: "ann\n"}, nil},
		{"letters of another kind", track.User{Name: "änn"}, nil},
		{"too long", track.User{Name: strings.Repeat("a", 151)}, nil},
		{"no such project", track.User{Name: "carol", Maintains: []int64{99}}, engine.ErrNotFound},
	} {
		_, err := s.AddUser(ctx, by, c.user)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("added with %s: %v", c.what, err)
		}
		c.user.ID = ann.ID
		if c.what == "the same name" {
			c.user.Name = "Bob"
		}
		if err := s.SetUser(ctx, by, c.user); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("set with %s: %v", c.what, err)
		}
	}
	if err := s.SetUser(ctx, by, track.User{ID: 99, Name: "zoe"}); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("one that is not there: %v", err)
	}
	bob.Name, bob.Emails = "BOB", []string{"Bob@x.org", "more@x.org"} // its own may be written otherwise
	if err := s.SetUser(ctx, by, bob); err != nil {
		t.Error(err)
	}
	if got := userNamed(t, s, "ann"); !slices.Equal(got.Emails, []string{"ann@x.org"}) {
		t.Errorf("%+v", got)
	}
	if got := logged(t, s, engine.LogQuery{}); len(got) != lines+1 {
		t.Errorf("what was refused is in the log:\n%s", strings.Join(got, "\n"))
	}
}

// secret is the hash of a secret, by its name.
func secret(name string) engine.Sum { return sha256.Sum256([]byte(name)) }

func addCredential(t *testing.T, s *db.Store, c track.Credential, name string) int64 {
	t.Helper()
	if c.Made.IsZero() {
		c.Made = time.Now()
	}
	c, err := s.AddCredential(context.Background(), by, c, secret(name))
	if err != nil || c.ID == 0 {
		t.Fatalf("%+v, %v", c, err)
	}
	return c.ID
}

// wantOpens tells which secrets open something.
func wantOpens(t *testing.T, s *db.Store, when string, want map[string]bool) {
	t.Helper()
	for name, opens := range want {
		c, err := s.Credential(context.Background(), secret(name))
		switch {
		case opens && (err != nil || c.ID == 0):
			t.Errorf("%s: %s opens nothing: %v", when, name, err)
		case !opens && !errors.Is(err, engine.ErrNotFound):
			t.Errorf("%s: %s opens %+v, %v", when, name, c, err)
		}
	}
}

// Each secret opens its own account, for as long as it is good, and no other.
func (u suite) TestCredentials(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	ann, bob := addUser(t, s, "ann"), addUser(t, s, "bob")
	now := time.Now()
	session := addCredential(t, s, track.Credential{User: ann.ID, Kind: track.SessionCredential, Label: "Firefox",
		Network: "192.0.2.1"}, "session")
	token := addCredential(t, s, track.Credential{User: ann.ID, Kind: track.TokenCredential, Label: "ci",
		ReadOnly: true}, "token")
	addCredential(t, s, track.Credential{User: ann.ID, Kind: track.PasswordCredential,
		Expires: now.Add(-time.Second)}, "old link")
	others := addCredential(t, s, track.Credential{User: bob.ID, Kind: track.TokenCredential,
		Expires: now.Add(time.Hour)}, "bob's")
	wantOpens(t, s, "made", map[string]bool{
		"session": true, "token": true, "old link": false, "bob's": true, "none": false,
	})
	c, err := s.Credential(ctx, secret("session"))
	if err != nil || c.ID != session || c.User != ann.ID || c.Kind != track.SessionCredential || c.Label != "Firefox" ||
		c.Network != "192.0.2.1" || c.ReadOnly || !c.Used.IsZero() || !c.Expires.IsZero() {
		t.Errorf("%+v, %v", c, err)
	}
	at := now.Add(time.Minute).Truncate(time.Second)
	if err := s.UseCredential(ctx, token, at); err != nil {
		t.Error(err)
	}
	if c, err := s.Credential(ctx, secret("token")); err != nil || !c.Used.Equal(at) || !c.ReadOnly {
		t.Errorf("%+v, %v", c, err)
	}
	if err := s.Revoke(ctx, by, ann.ID, token, others); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("another's was revoked: %v", err)
	}
	wantOpens(t, s, "a refusal", map[string]bool{"token": true, "bob's": true})
	if err := s.Revoke(ctx, by, ann.ID, token); err != nil {
		t.Error(err)
	}
	wantOpens(t, s, "revoked", map[string]bool{"session": true, "token": false, "bob's": true})
	if all, err := s.Credentials(ctx, ann.ID); err != nil || len(all) != 2 || all[0].ID != session {
		t.Errorf("left are %+v, %v", all, err)
	}
	_, err = s.AddCredential(ctx, by, track.Credential{User: 99, Made: now}, secret("nobody's"))
	if !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("of nobody: %v", err)
	}
}

// Whoever is disabled gets in by nothing. What they had opens again when they are enabled, but for sessions and links.
func (u suite) TestDisabled(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	ann, bob := addUser(t, s, "ann"), addUser(t, s, "bob")
	for name, kind := range map[string]track.CredentialKind{
		"session": track.SessionCredential, "token": track.TokenCredential, "link": track.PasswordCredential,
	} {
		addCredential(t, s, track.Credential{User: ann.ID, Kind: kind}, name)
		addCredential(t, s, track.Credential{User: bob.ID, Kind: kind}, "bob's "+name)
	}
	ann.Disabled = true
	if err := s.SetUser(ctx, by, ann); err != nil {
		t.Fatal(err)
	}
	wantOpens(t, s, "disabled", map[string]bool{"session": false, "token": false, "link": false, "bob's session": true})
	if _, err := s.AddCredential(ctx, by, track.Credential{User: ann.ID, Made: time.Now()}, secret("new")); err == nil {
		t.Error("a disabled account got a secret")
	}
	ann.Disabled = false
	if err := s.SetUser(ctx, by, ann); err != nil {
		t.Fatal(err)
	}
	wantOpens(t, s, "enabled", map[string]bool{
		"session": false, "token": true, "link": false, "bob's session": true, "bob's link": true,
	})
}

// A new password ends all sessions but the one in which it was set, and links to set one; tokens are no affair of it.
func (u suite) TestPassword(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	ann, bob := addUser(t, s, "ann"), addUser(t, s, "bob")
	own := addCredential(t, s, track.Credential{User: ann.ID, Kind: track.SessionCredential}, "own")
	for name, kind := range map[string]track.CredentialKind{
		"other": track.SessionCredential, "token": track.TokenCredential, "link": track.PasswordCredential,
	} {
		addCredential(t, s, track.Credential{User: ann.ID, Kind: kind}, name)
	}
	addCredential(t, s, track.Credential{User: bob.ID, Kind: track.SessionCredential}, "bob's")
	if phc, err := s.Password(ctx, ann.ID); err != nil || phc != "" {
		t.Errorf("at first it is %q, %v", phc, err)
	}
	if err := s.SetPassword(ctx, by, ann.ID, "$argon2id$one", own); err != nil {
		t.Fatal(err)
	}
	if phc, err := s.Password(ctx, ann.ID); err != nil || phc != "$argon2id$one" {
		t.Errorf("it is %q, %v", phc, err)
	}
	wantOpens(t, s, "set", map[string]bool{"own": true, "other": false, "token": true, "link": false, "bob's": true})
	if err := s.SetPassword(ctx, by, ann.ID, "$argon2id$two", db.KeepAll); err != nil {
		t.Fatal(err)
	}
	wantOpens(t, s, "stored otherwise", map[string]bool{"own": true})
	ann.FirstName = "Ann"
	if err := s.SetUser(ctx, by, ann); err != nil {
		t.Fatal(err)
	}
	if phc, err := s.Password(ctx, ann.ID); err != nil || phc != "$argon2id$two" {
		t.Errorf("after a change of the account it is %q, %v", phc, err)
	}
	if err := s.SetPassword(ctx, by, ann.ID, "$argon2id$three", 0); err != nil {
		t.Fatal(err)
	}
	wantOpens(t, s, "set by another", map[string]bool{"own": false, "token": true})
	if err := s.SetPassword(ctx, by, 99, "x", 0); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("of nobody: %v", err)
	}
}

// Of all that is done to accounts, the log has no secret, be it hashed.
func (u suite) TestLogHasNoSecrets(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	ann := addUser(t, s, "ann")
	token := addCredential(t, s, track.Credential{User: ann.ID, Kind: track.TokenCredential, Label: "ci"}, "token")
	link := addCredential(t, s, track.Credential{User: ann.ID, Kind: track.PasswordCredential}, "link")
	session := addCredential(t, s, track.Credential{User: ann.ID, Kind: track.SessionCredential}, "session")
	if err := errors.Join(s.Revoke(ctx, by, ann.ID, token, link, session),
		s.SetPassword(ctx, by, ann.ID, "$argon2id$hidden", 0)); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`the suite password   "" "ann"`, `the suite password-link   "ann" ""`, `the suite token   "ann ci" ""`,
		`the suite password-link   "" "ann"`, `the suite token   "" "ann ci"`, `the suite user   "" "ann"`,
	}
	if got := logged(t, s, engine.LogQuery{}); !slices.Equal(got, want) {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Sessions that nobody uses, and what has expired, are swept out after thirty days; tokens stay.
func (u suite) TestSweep(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	ann := addUser(t, s, "ann")
	const day = 24 * time.Hour
	now := time.Now()
	add := func(name string, kind track.CredentialKind, made, used, expires time.Duration) {
		c := track.Credential{User: ann.ID, Kind: kind, Made: now.Add(made)}
		if used != 0 {
			c.Used = now.Add(used)
		}
		if expires != 0 {
			c.Expires = now.Add(expires)
		}
		addCredential(t, s, c, name)
	}
	add("unused", track.SessionCredential, -31*day, 0, 0)
	add("used", track.SessionCredential, -90*day, -29*day, 0)
	add("used long ago", track.SessionCredential, -90*day, -31*day, 0)
	add("new", track.SessionCredential, -day, 0, 0)
	add("token", track.TokenCredential, -900*day, 0, 0)
	add("link", track.PasswordCredential, -day, 0, 6*day)
	add("old link", track.PasswordCredential, -45*day, 0, -38*day)
	lines := logged(t, s, engine.LogQuery{})
	if err := s.Sweep(ctx, now); err != nil {
		t.Fatal(err)
	}
	wantOpens(t, s, "swept", map[string]bool{
		"unused": false, "used": true, "used long ago": false, "new": true, "token": true, "link": true, "old link": false,
	})
	if all, err := s.Credentials(ctx, ann.ID); err != nil || len(all) != 4 {
		t.Errorf("left are %+v, %v", all, err)
	}
	if got := logged(t, s, engine.LogQuery{}); !slices.Equal(got, lines) {
		t.Errorf("nobody decided that, and the log has\n%s", strings.Join(got, "\n"))
	}
}

// Numbers of what was taken out are not given to anything else, also after the database was opened again.
func (u suite) TestNumbersAreNotGivenTwice(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s := place.store(t)
	addProject(t, s, frob)
	add(t, s, made("s@x", 5, "single"))
	ann := addUser(t, s, "ann")
	b := track.Bundle{Owner: ann.ID, Project: projectOf(t, s, "frob").ID, Name: "one", Patches: []string{"<s@x>"}}
	for range 3 {
		token := addCredential(t, s, track.Credential{User: ann.ID, Kind: track.TokenCredential}, "token")
		bundle, err := s.AddBundle(ctx, by, b)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.Revoke(ctx, by, ann.ID, token), s.RemoveBundle(ctx, by, bundle.ID)); err != nil {
			t.Fatal(err)
		}
		again := place.store(t)
		later := addCredential(t, again, track.Credential{User: ann.ID, Kind: track.TokenCredential}, "next")
		if later <= token {
			t.Errorf("a credential got %d, and %d was given", later, token)
		} else if err := again.Revoke(ctx, by, ann.ID, later); err != nil {
			t.Fatal(err)
		}
		next, err := again.AddBundle(ctx, by, b)
		if err != nil || next.ID <= bundle.ID {
			t.Errorf("a bundle got %d, and %d was given, %v", next.ID, bundle.ID, err)
		}
		if err := again.RemoveBundle(ctx, by, next.ID); err != nil {
			t.Fatal(err)
		}
	}
}
