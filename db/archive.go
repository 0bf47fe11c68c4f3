package db

import (
	"context"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// ArchivedMails finds mails of projects by number, in the order of numbers. Mails that do not stand for their
// Message-ID, or are in no project, are not there; hidden ones are.
func (s *Store) ArchivedMails(ctx context.Context, ids []int64) ([]track.ArchivedMail, error) {
	return viewed(ctx, s, func(v engine.View) ([]track.ArchivedMail, error) { return v.Archived(ids) })
}

// ArchivedCalled finds the mails of Message-IDs in any of these projects, hidden ones too.
func (s *Store) ArchivedCalled(ctx context.Context, projects []int64, msgids []string) ([]track.ArchivedMail, error) {
	return viewed(ctx, s, func(v engine.View) ([]track.ArchivedMail, error) {
		ids, err := v.NamedIn(projects, msgids)
		if err != nil {
			return nil, err
		}
		return v.Archived(ids)
	})
}

// Beside finds the mails of projects that have one of these Message-IDs or refer to one, and are not known yet: a step
// on the way to a whole thread. At most so many are read; more: there are others. Hidden ones are there too.
func (s *Store) Beside(
	ctx context.Context, projects []int64, msgids []string, known func(mail int64) bool, most int,
) (out []track.ArchivedMail, more bool, err error) {
	err = s.view(ctx, func(v engine.View) error {
		named, err := v.NamedIn(projects, msgids)
		if err != nil {
			return err
		}
		referring, err := v.ReferringIn(projects, msgids)
		if err != nil {
			return err
		}
		var ids []int64
		for _, id := range engine.Distinct(append(named, referring...)) {
			if !known(id) {
				ids = append(ids, id)
			}
		}
		if more = len(ids) > most; more {
			ids = ids[:most]
		}
		out, err = v.Archived(ids)
		return err
	})
	return out, more, err
}

// RecentMails lists the newest mails of projects, the newest first, hidden ones too.
func (s *Store) RecentMails(ctx context.Context, q track.RecentQuery) ([]track.ArchivedMail, error) {
	return viewed(ctx, s, func(v engine.View) ([]track.ArchivedMail, error) {
		ids, err := v.Recent(q)
		if err != nil {
			return nil, err
		}
		mails, err := v.Archived(ids)
		return inOrder(mails, ids), err
	})
}

// inOrder puts mails into the order of their numbers in ids.
func inOrder(mails []track.ArchivedMail, ids []int64) []track.ArchivedMail {
	by := make(map[int64]*track.ArchivedMail, len(mails))
	for i := range mails {
		by[mails[i].Mail] = &mails[i]
	}
	out := make([]track.ArchivedMail, 0, len(mails))
	for _, id := range ids {
		if m := by[id]; m != nil {
			out = append(out, *m)
		}
	}
	return out
}
