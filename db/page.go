package db

import (
	"context"
	"fmt"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// PatchPage gives a page of a list of patches, as do the others of their lists. Series, and of events patches and
// covers too, are named by any number by which they are known.
func (s *Store) PatchPage(ctx context.Context, q track.PatchQuery) (track.Page[track.PatchRow], error) {
	return listed(ctx, s, q.Words, func(v engine.View) (page track.Page[track.PatchRow], err error) {
		if q.Series, err = askedSeries(v, q.Series); err != nil {
			return page, err
		}
		return v.PatchPage(q, -1)
	})
}

// PatchCounts counts the patches of whole lists, of which the numbers of series are their own.
func (s *Store) PatchCounts(ctx context.Context, lists []track.PatchQuery) ([]int, error) {
	return viewed(ctx, s, func(v engine.View) ([]int, error) { return v.PatchCounts(lists) })
}

func (s *Store) CoverPage(ctx context.Context, q track.CoverQuery) (track.Page[track.CoverRow], error) {
	return listed(ctx, s, q.Words, func(v engine.View) (page track.Page[track.CoverRow], err error) {
		if q.Series, err = askedSeries(v, q.Series); err != nil {
			return page, err
		}
		return v.CoverPage(q, -1)
	})
}

func (s *Store) SeriesPage(ctx context.Context, q track.SeriesQuery) (track.Page[track.SeriesRow], error) {
	return listed(ctx, s, q.Words, func(v engine.View) (track.Page[track.SeriesRow], error) { return v.SeriesPage(q, -1) })
}

func (s *Store) CommentPage(ctx context.Context, q track.CommentQuery) (track.Page[track.CommentRow], error) {
	return asked(ctx, s, func(v engine.View) (track.Page[track.CommentRow], error) { return v.CommentPage(q, -1) })
}

func (s *Store) PersonPage(ctx context.Context, q track.PersonQuery) (track.Page[track.PersonView], error) {
	return viewed(ctx, s, func(v engine.View) (track.Page[track.PersonView], error) { return v.PersonPage(q, -1) })
}

func (s *Store) EventPage(ctx context.Context, q track.EventsQuery) (track.Page[track.EventRow], error) {
	return asked(ctx, s, func(v engine.View) (track.Page[track.EventRow], error) {
		q, err := askedEvents(v, q)
		if err != nil {
			return track.Page[track.EventRow]{}, err
		}
		return v.EventPage(q, -1)
	})
}

// PatchRows finds patches by the numbers of any of their copies, or by numbers that a Patchwork server gave them, as do
// the others covers and comments. What the scope leaves out is not there.
func (s *Store) PatchRows(ctx context.Context, ids []int64, scope track.Scope) (map[int64]track.PatchRow, error) {
	return asked(ctx, s, func(v engine.View) (map[int64]track.PatchRow, error) {
		return called(v, ids, func(ids []int64) (map[int64]track.PatchRow, error) { return v.PatchRows(ids, scope) },
			track.AliasPatch)
	})
}

func (s *Store) CoverRows(ctx context.Context, ids []int64, scope track.Scope) (map[int64]track.CoverRow, error) {
	return asked(ctx, s, func(v engine.View) (map[int64]track.CoverRow, error) {
		return called(v, ids, func(ids []int64) (map[int64]track.CoverRow, error) { return v.CoverRows(ids, scope) },
			track.AliasCover)
	})
}

func (s *Store) CommentRows(ctx context.Context, ids []int64, scope track.Scope) (map[int64]track.CommentRow, error) {
	return asked(ctx, s, func(v engine.View) (map[int64]track.CommentRow, error) {
		return called(v, ids, func(ids []int64) (map[int64]track.CommentRow, error) { return v.CommentRows(ids, scope) },
			track.AliasPatchComment, track.AliasCoverComment)
	})
}

// SeriesRow finds a series by the number of any of its mails, or by one that a Patchwork server gave it.
func (s *Store) SeriesRow(ctx context.Context, id int64, scope track.Scope) (track.SeriesRow, error) {
	return asked(ctx, s, func(v engine.View) (row track.SeriesRow, err error) {
		row, there, err := seriesRow(v, id, scope) // mostly it is the series' own number
		if err != nil || there {
			return row, err
		}
		in, err := seriesNumbers(v, []int64{id})
		if err == nil && in[id] != 0 && in[id] != id {
			row, there, err = seriesRow(v, in[id], scope)
		}
		if err == nil && !there {
			err = fmt.Errorf("series %d: %w", id, engine.ErrNotFound)
		}
		return row, err
	})
}

// seriesRow finds a series by its own number.
func seriesRow(v engine.View, id int64, scope track.Scope) (row track.SeriesRow, there bool, err error) {
	page, err := v.SeriesPage(track.SeriesQuery{Scope: scope, IDs: track.In[int64]{id}, Paging: track.Paging{Limit: 1}}, 1)
	if err != nil || len(page.Rows) == 0 {
		return row, false, err
	}
	return page.Rows[0], true, nil
}

// Changes tells how often what is shown of projects has changed; of 0: what is shown of all; of the negative number of
// a user: what is shown to this user alone. Whoever has kept an answer sees by it whether it still is the answer.
func (s *Store) Changes(ctx context.Context, projects ...int64) (map[int64]int64, error) {
	return asked(ctx, s, func(v engine.View) (map[int64]int64, error) { return v.Changes(projects) })
}

// Moment is Epoch and Changes together, for those who ask before everything that they answer.
func (s *Store) Moment(ctx context.Context, projects ...int64) (epoch string, changes map[int64]int64, err error) {
	if d, ok := s.engine.(engine.Distant); ok {
		return d.Moment(ctx, projects)
	}
	err = s.view(ctx, func(v engine.View) error {
		if epoch, err = v.Epoch(); err != nil {
			return err
		}
		changes, err = v.Changes(projects)
		return err
	})
	return epoch, changes, err
}

// Ahead is Moment for who makes an answer by a moment that most probably still is: the first question that is asked with
// the context takes it along, and told is called before that question is answered; where told returns an error, it is
// the answer. false: nothing would be gained by it.
func (s *Store) Ahead(
	ctx context.Context, projects []int64, told func(epoch string, changes map[int64]int64) error,
) (context.Context, bool) {
	if _, ok := s.engine.(engine.Distant); !ok {
		return ctx, false
	}
	return engine.WithAhead(ctx, projects, told), true
}

// Together runs fs, none of which needs what another one finds, with the contexts that they ask with. On a server what
// they ask at the same time takes one journey. Elsewhere one that fails is the last.
func (s *Store) Together(ctx context.Context, fs ...func(context.Context) error) error {
	if d, ok := s.engine.(engine.Distant); ok {
		return d.Together(ctx, fs...)
	}
	for _, f := range fs {
		if err := f(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Hidden tells whether a mail of this number is there and hidden.
func (s *Store) Hidden(ctx context.Context, id int64) (bool, error) {
	return viewed(ctx, s, func(v engine.View) (bool, error) {
		ids, all := []int64{id}, track.Scope{Whole: true}
		patches, err := v.PatchRows(ids, all)
		if err != nil || patches[id].Hidden {
			return patches[id].Hidden, err
		}
		covers, err := v.CoverRows(ids, all)
		if err != nil || covers[id].Hidden {
			return covers[id].Hidden, err
		}
		comments, err := v.CommentRows(ids, all)
		return comments[id].Hidden, err
	})
}

// viewed asks one question of a view.
func viewed[T any](ctx context.Context, s *Store, ask func(v engine.View) (T, error)) (answer T, err error) {
	err = s.view(ctx, func(v engine.View) error {
		answer, err = ask(v)
		return err
	})
	return answer, err
}

// asked is viewed where one question is asked, mostly, and a later one may see what came meanwhile.
func asked[T any](ctx context.Context, s *Store, ask func(v engine.View) (T, error)) (answer T, err error) {
	err = s.ask(ctx, func(v engine.View) error {
		answer, err = ask(v)
		return err
	})
	return answer, err
}

// listed is asked for a page of a list. Words are looked for in names that are those of one moment.
func listed[T any](ctx context.Context, s *Store, words []string, ask func(v engine.View) (T, error)) (T, error) {
	if len(words) > 0 {
		return viewed(ctx, s, ask)
	}
	return asked(ctx, s, ask)
}

func (s *Store) ask(ctx context.Context, f func(engine.View) error) error {
	if d, ok := s.engine.(engine.Distant); ok {
		return d.Ask(ctx, f)
	}
	return s.view(ctx, f)
}
