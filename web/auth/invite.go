package auth

import (
	"context"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// invitationLasts is how long a link is good by which a password is set.
const invitationLasts = 7 * 24 * time.Hour

// Inviting is what Invite asks of the database.
type Inviting interface {
	AddCredential(ctx context.Context, by track.Actor, c track.Credential, hash engine.Sum) (track.Credential, error)
}

// Invite makes a link by which a user sets a password, and gives its path. It is a secret, and kept nowhere.
func Invite(ctx context.Context, s Inviting, by track.Actor, user int64, now time.Time) (path string, err error) {
	secret := NewSecret()
	_, err = s.AddCredential(ctx, by, track.Credential{
		User: user, Kind: track.PasswordCredential, Made: now, Expires: now.Add(invitationLasts),
	}, HashOf(secret))
	return WelcomePath(secret), err
}
