package admin

import (
	"context"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Store is what the pages ask of the database.
type Store interface {
	Log(ctx context.Context, q engine.LogQuery) ([]engine.LogEntry, error)
	HiddenOf(ctx context.Context, names []engine.Name) (map[engine.Name]bool, error)
	HooksWaiting(ctx context.Context) ([]track.HookWaiting, error)
	RetryHook(ctx context.Context, by track.Actor, id int64, skip bool) error
	RemoveHook(ctx context.Context, by track.Actor, id int64) error
	AddUser(ctx context.Context, by track.Actor, u track.User) (track.User, error)
	SetUser(ctx context.Context, by track.Actor, u track.User) error
	AddCredential(ctx context.Context, by track.Actor, c track.Credential, hash engine.Sum) (track.Credential, error)
	Unrouted(ctx context.Context, most int) ([]engine.MailKey, error)
	Raws(ctx context.Context, mails []int64, f func(mail int64, raw []byte) error) error
}
