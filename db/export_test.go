package db

import (
	"context"

	"patchwatch/track"
)

// What tests do of a decision about projects, so that all else can come in between: the decision alone, and some of the rest.

func (s *Store) DecideAdd(ctx context.Context, p track.Project) error {
	return s.write(ctx, func(w *writer) error { return w.addProject(p) })
}

func (s *Store) DecideSet(ctx context.Context, p track.Project) error {
	return s.write(ctx, func(w *writer) error { return w.setProject(p) })
}

func (s *Store) DecideRemove(ctx context.Context, linkName string) error {
	return s.write(ctx, func(w *writer) error { return w.removeProject(linkName) })
}

func (s *Store) DecideRule(ctx context.Context, linkName string, r track.Rule) error {
	return s.write(ctx, func(w *writer) error { return w.addRule(linkName, r) })
}

// FinishSome does that many parts of so many mails each.
func (s *Store) FinishSome(ctx context.Context, read Reader, parts, size int) (left bool, err error) {
	p := &pace{store: s, size: size}
	for ; parts > 0; parts-- {
		if left, _, err = p.part(ctx, read, nil); err != nil || !left {
			return left, err
		}
	}
	return true, nil
}

// SetLogSize has the log written back at so many bytes.
func (s *Store) SetLogSize(bytes int64) { s.writer.log = newLogKeeper(bytes) }
