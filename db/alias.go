package db

import (
	"context"
	"fmt"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Numbers that a Patchwork server gave lead where they led. A number of ours comes first: it can only be one of theirs
// too where mail was stored before its number was known to be taken.

// called finds things by number: by ours, else by those that a Patchwork server gave to things of these kinds.
func called[R any](
	v engine.View, ids []int64, rows func([]int64) (map[int64]R, error), kinds ...track.AliasKind,
) (map[int64]R, error) {
	found, err := rows(ids)
	if err != nil {
		return nil, err
	}
	for _, kind := range kinds {
		missing := notAmong(ids, found)
		if len(missing) == 0 {
			break
		}
		mails, err := mailsCalled(v, kind, missing)
		if err != nil || len(mails) == 0 {
			if err != nil {
				return nil, err
			}
			continue
		}
		var theirs []int64
		for _, mail := range mails {
			theirs = append(theirs, mail)
		}
		more, err := rows(theirs)
		if err != nil {
			return nil, err
		}
		for number, mail := range mails {
			if row, there := more[mail]; there {
				found[number] = row
			}
		}
	}
	return found, nil
}

func notAmong[R any](ids []int64, found map[int64]R) (out []int64) {
	for _, id := range ids {
		if _, there := found[id]; !there && id > 0 {
			out = append(out, id)
		}
	}
	return out
}

// mailsCalled gives the mails that stand for what has these numbers elsewhere, as far as they are here.
func mailsCalled(v engine.View, kind track.AliasKind, numbers []int64) (map[int64]int64, error) {
	aliases, err := v.Aliases(kind, numbers)
	if err != nil || len(aliases) == 0 {
		return nil, err
	}
	names := make([]engine.Name, 0, len(aliases))
	for _, a := range aliases {
		names = append(names, a.Name)
	}
	copies, err := v.Copies(names)
	out := make(map[int64]int64, len(aliases))
	for number, a := range aliases {
		for _, c := range copies[a.Name] {
			if c.Chosen {
				out[number] = c.ID
			}
		}
	}
	return out, err
}

// mailCalled is the mail that has a number elsewhere, of whatever kind; 0: none.
func mailCalled(v engine.View, number int64) (int64, error) {
	for _, kind := range []track.AliasKind{
		track.AliasPatch, track.AliasCover, track.AliasPatchComment, track.AliasCoverComment,
	} {
		found, err := mailsCalled(v, kind, []int64{number})
		if err != nil || found[number] != 0 {
			return found[number], err
		}
	}
	return 0, nil
}

// CommentRow finds a comment on a patch or on a cover by its number, or by one that a Patchwork server gave it: there
// the two are counted each by itself.
func (s *Store) CommentRow(ctx context.Context, id int64, onCover bool, scope track.Scope) (track.CommentRow, error) {
	return viewed(ctx, s, func(v engine.View) (track.CommentRow, error) {
		kind := track.AliasPatchComment
		if onCover {
			kind = track.AliasCoverComment
		}
		rows, err := called(v, []int64{id}, func(ids []int64) (map[int64]track.CommentRow, error) {
			return v.CommentRows(ids, scope)
		}, kind)
		row, there := rows[id]
		if err == nil && !there {
			err = fmt.Errorf("comment %d: %w", id, engine.ErrNotFound)
		}
		return row, err
	})
}

// SeriesNumbers finds series by number: by their own, by that of any mail in them, since mail that comes later may
// change the series' own, or by one that a Patchwork server gave. A number that is no series' has no answer.
func (s *Store) SeriesNumbers(ctx context.Context, ids []int64) (map[int64]int64, error) {
	return viewed(ctx, s, func(v engine.View) (map[int64]int64, error) { return seriesNumbers(v, ids) })
}

func seriesNumbers(v engine.View, ids []int64) (map[int64]int64, error) {
	return called(v, ids, func(ids []int64) (map[int64]int64, error) {
		in, err := v.SeriesWith(ids)
		for id, series := range in {
			if series == 0 {
				delete(in, id)
			}
		}
		return in, err
	}, track.AliasSeries)
}

// adoptedAs finds what is no mail by a number that a Patchwork server gave; 0: nothing.
func adoptedAs(v engine.View, kind track.AliasKind, number int64) (here int64, err error) {
	found, err := v.Aliases(kind, []int64{number})
	return found[number].Here, err
}
