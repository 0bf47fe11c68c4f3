package db

import (
	"context"
	"errors"
	"maps"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/db/internal/derive"
	"patchwatch/db/internal/frame"
	"patchwatch/track"
)

// StoredMail is a mail as it was delivered.
type StoredMail struct {
	engine.MailKey
	frame  []byte
	frames *frame.Frames
}

// Raw is its bytes.
func (m *StoredMail) Raw() ([]byte, error) {
	if m.frame == nil {
		return nil, engine.ErrNotFound
	}
	return m.frames.Decompress(m.frame)
}

// LastMail is the highest number of a mail; 0: there is none.
func (s *Store) LastMail(ctx context.Context) (int64, error) {
	return viewed(ctx, s, engine.View.LastMail)
}

// Unrouted lists the mails that no project takes, those that were stored last first: at most so many.
func (s *Store) Unrouted(ctx context.Context, most int) ([]engine.MailKey, error) {
	return viewed(ctx, s, func(v engine.View) ([]engine.MailKey, error) { return v.Unrouted(most) })
}

// MailsAfter reads the mails above a number, by number: at most so many, and as many as may be held at once.
func (s *Store) MailsAfter(ctx context.Context, id int64, most int) ([]StoredMail, error) {
	return viewed(ctx, s, func(v engine.View) ([]StoredMail, error) {
		keys, err := v.After(id, most)
		if err != nil {
			return nil, err
		}
		return s.storedMails(v, keys)
	})
}

// MailsNumbered reads mails by number, each once. Those that are not stored are left out.
func (s *Store) MailsNumbered(ctx context.Context, ids []int64) ([]StoredMail, error) {
	return viewed(ctx, s, func(v engine.View) ([]StoredMail, error) {
		mails, err := v.Mails(ids)
		if err != nil {
			return nil, err
		}
		var keys []engine.MailKey
		for _, id := range engine.SortedKeys(mails) {
			m := mails[id]
			keys = append(keys, engine.MailKey{ID: id, MsgID: m.MsgID, SHA256: m.SHA256, Delivered: m.Delivered,
				ImportedAs: m.ImportedAs})
		}
		return s.storedMails(v, keys)
	})
}

func (s *Store) storedMails(v engine.View, keys []engine.MailKey) (out []StoredMail, err error) {
	ids := make([]int64, len(keys))
	for i, k := range keys {
		ids[i] = k.ID
	}
	held := 0
	err = v.Frames(ids, func(id int64, bytes []byte) error {
		out = append(out, StoredMail{keys[len(out)], bytes, s.frames})
		if held += frame.Size(bytes); held > derive.BatchBytes {
			return derive.ErrEnough
		}
		return nil
	})
	if errors.Is(err, derive.ErrEnough) {
		err = nil
	}
	return out, err
}

// Restated lists the mails whose date or lists have changed, or that are gone, in the order in which that was noted.
func (s *Store) Restated(ctx context.Context, above int64, most int) ([]engine.Restated, error) {
	return viewed(ctx, s, func(v engine.View) ([]engine.Restated, error) { return v.Restated(above, most) })
}

// Tracked is what the tracker knows of a mail.
type Tracked struct {
	engine.Tracked
	Project  string // link name; empty: none
	Checks   []track.Check
	Trailers []track.Trailer // of the mail; of a patch, those given in comments on it and on its cover too
}

// TrackedQuery says which mails are looked at, and what of them.
type TrackedQuery struct {
	track.Scope
	Copies   bool // also mails that do not stand for their Message-ID
	Checks   bool
	Trailers bool
}

// Tracked gives what has become of mails, by number, in a fixed number of calls however many there are. Mails that do
// not stand for their Message-ID, or are out of the scope, are not there.
func (s *Store) Tracked(ctx context.Context, ids []int64, q TrackedQuery) (map[int64]Tracked, error) {
	return viewed(ctx, s, func(v engine.View) (map[int64]Tracked, error) {
		all, err := v.Tracked(ids)
		if err != nil {
			return nil, err
		}
		projects, err := v.Projects()
		if err != nil {
			return nil, err
		}
		names := make(map[int64]string, len(projects))
		for _, p := range projects {
			names[p.ID] = p.LinkName
		}
		out := make(map[int64]Tracked, len(all))
		for id, is := range all {
			if (is.Chosen || q.Copies) && (q.Whole || !is.Hidden) && !slices.Contains(q.Without, is.Name.Project) {
				out[id] = Tracked{Tracked: is, Project: names[is.Name.Project]}
			}
		}
		if q.Checks {
			err = addChecks(v, out)
		}
		if q.Trailers && err == nil {
			err = addTrailers(v, out)
		}
		return out, err
	})
}

// addChecks adds the checks of patches that count.
func addChecks(v engine.View, to map[int64]Tracked) error {
	var names []engine.Name
	for _, is := range to {
		if is.Role == track.RolePatch {
			names = append(names, is.Name)
		}
	}
	checks, err := v.NewestChecks(names)
	for id, is := range to {
		is.Checks = checks[is.Name]
		to[id] = is
	}
	return err
}

func addTrailers(v engine.View, to map[int64]Tracked) error {
	given, err := trailersOf(v, slices.Collect(maps.Keys(to)))
	for id, is := range to {
		is.Trailers = given[id].Own
		if is.Role == track.RolePatch {
			is.Trailers = slices.Concat(is.Trailers, given[id].Given)
		}
		to[id] = is
	}
	return err
}

// Having gives the mails of a value, as engine.View does.
func (s *Store) Having(ctx context.Context, h engine.Having, most int) ([]int64, error) {
	return viewed(ctx, s, func(v engine.View) ([]int64, error) { return v.Having(h, most) })
}

// SavedQueries gives what somebody has saved, by name.
func (s *Store) SavedQueries(ctx context.Context, of track.Actor) ([]engine.SavedQuery, error) {
	return viewed(ctx, s, func(v engine.View) ([]engine.SavedQuery, error) { return v.SavedQueries(of) })
}

// SaveQuery saves a query under a name, in the place of one that was there; an empty one forgets it.
func (s *Store) SaveQuery(ctx context.Context, by track.Actor, name, query string) error {
	return s.decideBy(ctx, by, func(w *writing) error {
		all, err := w.Tx.SavedQueries(by)
		if err != nil {
			return err
		}
		before := ""
		for _, o := range all {
			if o.Name == name {
				before = o.Query
			}
		}
		if before == query {
			return nil
		}
		if err := w.Tx.PutSavedQuery(engine.SavedQuery{Owner: by, Name: name, Query: query}); err != nil {
			return err
		}
		return w.Note("saved-query", "", "", quoteSaved(name, before), quoteSaved(name, query))
	})
}

func quoteSaved(name, query string) string {
	if query == "" {
		return ""
	}
	return name + ": " + query
}

// MailViews gives mails as they are shown, by number of the stored mails, in this order.
func (s *Store) MailViews(ctx context.Context, ids []int64) ([]track.MailView, error) {
	return viewed(ctx, s, func(v engine.View) ([]track.MailView, error) { return v.MailViews(ids) })
}
