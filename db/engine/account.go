package engine

import "patchwatch/track"

// Accounts finds who may log in, and how.
type Accounts interface {
	// Users gives all accounts, by number.
	Users() ([]User, error)
	// Credentials finds those of these hashes.
	Credentials(hashes []Sum) (map[Sum]track.Credential, error)
	// CredentialsOf gives those of a user, by number.
	CredentialsOf(user int64) ([]track.Credential, error)
}

// User is an account as it is stored.
type User struct {
	track.User
	Password string // argon2id in PHC's form; empty: none is set
}

// Credential is a credential as it is stored: by the SHA-256 of its secret.
type Credential struct {
	track.Credential
	Hash Sum
}

// OwnState is a state that Patchwork does not have.
type OwnState struct {
	Slug   track.State
	Number int  // by which the API calls it
	Open   bool // something is still to be done about a patch in it
}
