package engine

import "patchwatch/track"

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
