package db

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/db/internal/derive"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// Patches lists patches, newest first.
func (s *Store) Patches(ctx context.Context, f track.Filter) (out []track.PatchView, err error) {
	err = s.view(ctx, func(v engine.View) error {
		out, err = patches(v, f)
		return err
	})
	return out, err
}

// patches fills in how many trailers each patch has and is given. They are counted when asked for, so that no kept
// number can go stale.
func patches(v engine.View, f track.Filter) ([]track.PatchView, error) {
	out, err := v.Patches(f)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(out))
	for i := range out {
		ids[i] = out[i].Mail
	}
	trailers, err := trailersOf(v, ids)
	for i := range out {
		out[i].Trailers = trailers[out[i].Mail].Count()
	}
	return out, err
}

// SeriesList lists series, newest first.
func (s *Store) SeriesList(ctx context.Context, f track.Filter) (out []track.SeriesView, err error) {
	err = s.view(ctx, func(v engine.View) error {
		out, err = seriesViews(s.finder(v), f)
		return err
	})
	return out, err
}

// Comments lists the comments on a patch or cover, by the number of any copy, in canonical order.
func (s *Store) Comments(ctx context.Context, parent int64) (out []track.MailView, err error) {
	err = s.view(ctx, func(v engine.View) error {
		stands, err := v.Stands([]int64{parent})
		if err != nil {
			return err
		}
		replies, err := v.Replies([]int64{stands[parent]}, false, true)
		if err != nil {
			return err
		}
		out, err = v.MailViews(replies[stands[parent]])
		return err
	})
	return out, err
}

// Members lists the mails of a series, the cover first, then by number.
func (s *Store) Members(ctx context.Context, series int64) (out []track.MailView, err error) {
	err = s.view(ctx, func(v engine.View) error {
		members, err := v.Members([]int64{series})
		if err != nil {
			return err
		}
		var ids []int64
		for _, m := range members[series] {
			ids = append(ids, m.Mail)
		}
		out, err = v.MailViews(ids)
		return err
	})
	return out, err
}

// Find looks up stored mails by what a person may call one: its number, its Message-ID with or without <>, or a
// beginning of it that is enough. More than one is found when a mail came through several lists, or when the
// beginning is too short.
func (s *Store) Find(ctx context.Context, project, id string) (out []track.MailView, err error) {
	err = s.view(ctx, func(v engine.View) error {
		ids, err := find(v, project, id)
		if err != nil {
			return err
		}
		out, err = v.MailViews(ids)
		return err
	})
	return out, err
}

func find(v engine.View, project, id string) ([]int64, error) {
	const most = 20
	tries := []engine.Finding{
		{MsgIDs: []string{track.BoundID(bracketed(id)), id}},
		{Beginning: "<" + strings.TrimPrefix(id, "<"), Most: most},
	}
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && n > 0 {
		stands, err := v.Stands([]int64{n}) // it may be that of another copy
		if err != nil {
			return nil, err
		}
		if stands[n] == 0 {
			if stands[n], err = mailCalled(v, n); err != nil {
				return nil, err
			}
		}
		if stands[n] != 0 {
			tries = append([]engine.Finding{{ID: stands[n]}}, tries...)
		}
	}
	for _, q := range tries {
		q.Project = project
		if found, err := v.Find(q); err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

func bracketed(id string) string {
	return "<" + strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">") + ">"
}

// Raw is a stored mail's bytes, as they were delivered, by the number of that copy.
func (s *Store) Raw(ctx context.Context, mail int64) (raw []byte, err error) {
	err = s.Raws(ctx, []int64{mail}, func(_ int64, bytes []byte) error {
		raw = bytes
		return nil
	})
	return raw, err
}

// Raws calls f with the bytes of each of these mails, in this order and one after the other, so that no two of them
// have to be in memory. It stops at the first error of f and returns it.
func (s *Store) Raws(ctx context.Context, mails []int64, f func(mail int64, raw []byte) error) error {
	return s.ask(ctx, func(v engine.View) error {
		return v.Frames(mails, func(mail int64, frame []byte) error {
			if frame == nil {
				return fmt.Errorf("mail %d: %w", mail, engine.ErrNotFound)
			}
			raw, err := s.frames.DecompressIn(v, frame)
			if err != nil {
				return fmt.Errorf("mail %d: %w", mail, err)
			}
			return f(mail, raw)
		})
	})
}

// Copies takes the number of any mail with a Message-ID and lists the one that stands for it in its project, then its
// variants in the order in which they would take its place.
func (s *Store) Copies(ctx context.Context, mail int64) (out []engine.Copy, err error) {
	err = s.view(ctx, func(v engine.View) error {
		mails, err := v.Mails([]int64{mail})
		if err != nil || mails[mail] == nil {
			return err
		}
		name := engine.NameOf(mails[mail])
		copies, err := v.Copies([]engine.Name{name})
		out = copies[name]
		order.By(out, func(a, b engine.Copy) int { return cmp.Or(chosenFirst(a, b), a.Better(&b)) })
		return err
	})
	return out, err
}

// Known finds stored mails by their bytes.
func (s *Store) Known(ctx context.Context, keys []engine.Bytes) (map[engine.Bytes]engine.Known, error) {
	return viewed(ctx, s, func(v engine.View) (map[engine.Bytes]engine.Known, error) { return v.Known(keys) })
}

// Holds tells whether mails of these SHA-256 are stored, in the same order. It looks through all that are, so many are
// better asked for at once.
func (s *Store) Holds(ctx context.Context, sums []engine.Sum) (held []bool, err error) {
	err = s.view(ctx, func(v engine.View) error {
		held, err = v.Holds(sums)
		return err
	})
	return held, err
}

func chosenFirst(a, b engine.Copy) int {
	switch {
	case a.Chosen == b.Chosen:
		return 0
	case a.Chosen:
		return -1
	}
	return 1
}

// Why explains a mail, by the number of any copy.
func (s *Store) Why(ctx context.Context, mail int64) (why derive.Why, err error) {
	err = s.engine.Look(ctx, func(v engine.View) error {
		stands, err := v.Stands([]int64{mail})
		if err == nil {
			why, err = derive.Explain(v, stands[mail])
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("look up: %w", err)
	}
	return why, err
}

// Reasons says why each mail is in the series of a mail, by the number of any copy, the one that leads it first. nil:
// it is in no series with others.
func (s *Store) Reasons(ctx context.Context, mail int64) ([]track.Reason, error) {
	why, err := s.Why(ctx, mail)
	return why.Series, err
}
