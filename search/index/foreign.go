package index

import (
	"context"
	"errors"

	"patchwatch/search"
)

// foreign is an error of the source. Whatever it says of a file, it is not said of that of the index: a database that
// is damaged is an SQLite file too.
type foreign struct{ error }

func (f foreign) Unwrap() error { return f.error }

func foreignIf(err error) error {
	if err == nil {
		return nil
	}
	return foreign{err}
}

func isForeign(err error) bool {
	var f foreign
	return errors.As(err, &f)
}

// apart is a source whose errors are foreign.
type apart struct{ from Source }

func (a apart) Identity(ctx context.Context) (string, error) {
	identity, err := a.from.Identity(ctx)
	return identity, foreignIf(err)
}

func (a apart) After(ctx context.Context, id int64, most int) ([]Mail, error) {
	mails, err := a.from.After(ctx, id, most)
	return mails, foreignIf(err)
}

func (a apart) LastMail(ctx context.Context) (int64, error) {
	last, err := a.from.LastMail(ctx)
	return last, foreignIf(err)
}

func (a apart) Mails(ctx context.Context, ids []int64) ([]Mail, error) {
	mails, err := a.from.Mails(ctx, ids)
	return mails, foreignIf(err)
}

func (a apart) Restated(ctx context.Context, above int64, most int) ([]Restated, error) {
	notes, err := a.from.Restated(ctx, above, most)
	return notes, foreignIf(err)
}

func (a apart) Tracked(ctx context.Context, mails []int64, w Wants) (map[int64]search.Tracked, error) {
	tracked, err := a.from.Tracked(ctx, mails, w)
	return tracked, foreignIf(err)
}

func (a apart) Few(ctx context.Context, n search.Term, most int) ([]int64, bool, error) {
	mails, ok, err := a.from.Few(ctx, n, most)
	return mails, ok, foreignIf(err)
}

func (a apart) Document(ctx context.Context, mail int64) (*search.Document, error) {
	d, err := a.from.Document(ctx, mail)
	return d, foreignIf(err)
}
