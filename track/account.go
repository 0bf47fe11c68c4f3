package track

import (
	"slices"
	"strings"
	"time"
)

// User is an account: somebody who may log in.
type User struct {
	ID        int64
	Name      string
	FirstName string
	LastName  string
	Emails    []string // confirmed, lower case; the first is shown
	Admin     bool
	Disabled  bool
	Maintains []int64 // projects, by number, ascending
	Made      time.Time

	SendEmail bool // notices are wanted
	PerPage   int  // rows of a page
	ShowIDs   bool // lists show numbers
}

// Shown is what a person is called: their name, or that of the account.
func (u *User) Shown() string {
	if name := strings.TrimSpace(u.FirstName + " " + u.LastName); name != "" {
		return name
	}
	return u.Name
}

// Email is the address that is shown; empty: there is none.
func (u *User) Email() string {
	if len(u.Emails) == 0 {
		return ""
	}
	return u.Emails[0]
}

// Is tells whether an address, or the name of an account without one, means this user.
func (u *User) Is(address string) bool {
	return address != "" && (slices.Contains(u.Emails, strings.ToLower(address)) || strings.EqualFold(address, u.Name))
}

// Delegate is how decisions call this user: by the address that is shown, else by name.
func (u *User) Delegate() string {
	if e := u.Email(); e != "" {
		return e
	}
	return strings.ToLower(u.Name)
}

// Actor is how the log calls this user.
func (u *User) Actor() Actor { return Actor(u.Name) }

// CredentialKind is what a secret opens.
type CredentialKind int

const (
	SessionCredential  CredentialKind = 1 // a browser's cookie
	TokenCredential    CredentialKind = 2 // an API token
	PasswordCredential CredentialKind = 3 // a link by which a password is set, once
)

// Credential is a secret that somebody was given, without the secret.
type Credential struct {
	ID       int64
	User     int64
	Kind     CredentialKind
	Label    string // of a session, the browser
	ReadOnly bool
	Made     time.Time
	Used     time.Time // some minutes late; zero: never
	Expires  time.Time // zero: never
	Network  string    // the address that a session began from
}
