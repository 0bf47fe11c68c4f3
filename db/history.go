package db

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// Log lists what was decided, newest first.
func (s *Store) Log(ctx context.Context, q engine.LogQuery) (out []engine.LogEntry, err error) {
	err = s.view(ctx, func(v engine.View) error {
		out, err = v.Log(q)
		return err
	})
	return out, err
}

// LogOf lists what was decided about several mails, newest first, at most so many (0: all). A project that was made on
// sight may have got another link name since.
func (s *Store) LogOf(ctx context.Context, mails []engine.LogQuery, most int) (out []engine.LogEntry, err error) {
	err = s.view(ctx, func(v engine.View) error {
		names, err := engine.LinkNames(v)
		if err != nil {
			return err
		}
		tracked := map[string]bool{}
		for _, name := range names {
			tracked[name] = true
		}
		for _, q := range mails {
			found, err := v.Log(engine.LogQuery{MsgID: q.MsgID})
			if err != nil {
				return err
			}
			for _, e := range found {
				if e.Project == q.Project || !tracked[e.Project] {
					out = append(out, e)
				}
			}
		}
		return nil
	})
	order.By(out, func(a, b engine.LogEntry) int { return cmp.Compare(b.ID, a.ID) })
	if most > 0 {
		out = out[:min(most, len(out))]
	}
	return out, err
}

// Events gives what happened after the event of a number, in the order of commits, at most so many (0: all).
func (s *Store) Events(ctx context.Context, since int64, most int) (out []track.Event, err error) {
	err = s.view(ctx, func(v engine.View) error {
		rows, err := v.Events(engine.EventQuery{Above: since, Most: most})
		if err != nil {
			return err
		}
		out, err = eventsOf(v, rows)
		return err
	})
	return out, err
}

// eventsOf puts names to what events are about.
func eventsOf(v engine.View, rows []engine.Event) ([]track.Event, error) {
	var mails, series, checks []int64
	for _, e := range rows {
		mails, series, checks = append(mails, e.Mail, e.Comment), append(series, e.Series), append(checks, e.Check)
	}
	links, err := engine.LinkNames(v)
	if err != nil {
		return nil, err
	}
	refs, err := mailRefs(v, engine.Distinct(mails))
	if err != nil {
		return nil, err
	}
	sets, err := seriesRefs(v, engine.Distinct(series))
	if err != nil {
		return nil, err
	}
	results, err := v.ChecksNumbered(engine.Distinct(checks))
	if err != nil {
		return nil, err
	}
	out := make([]track.Event, len(rows))
	for i, e := range rows {
		out[i] = track.Event{
			ID: e.ID, Date: e.Date, Category: e.Category, Project: links[e.Project], Actor: e.Actor,
			Comment: refs[e.Comment], Series: sets[e.Series], Before: e.Before, After: e.After,
		}
		if c, there := results[e.Check]; there {
			out[i].Check = &c
		}
		switch e.Category {
		case track.CoverCreated, track.CoverCommentCreated:
			out[i].Cover = refs[e.Mail]
		default:
			out[i].Patch = refs[e.Mail]
		}
	}
	return out, nil
}

// mailRefs names mails by the copies that stand for them today.
func mailRefs(v engine.View, ids []int64) (map[int64]track.MailRef, error) {
	stands, err := v.Stands(ids)
	if err != nil {
		return nil, err
	}
	mails, err := v.Mails(engine.Distinct(slices.Collect(maps.Values(stands))))
	out := make(map[int64]track.MailRef, len(ids))
	for id, stand := range stands {
		if m := mails[stand]; m != nil {
			out[id] = track.MailRef{ID: cmp.Or(m.First, m.ID), MsgID: m.MsgID, Name: m.Name}
		}
	}
	return out, err
}

// seriesRefs has the numbers also of series that are no more.
func seriesRefs(v engine.View, ids []int64) (map[int64]track.SeriesRef, error) {
	out := make(map[int64]track.SeriesRef, len(ids))
	for _, id := range ids {
		out[id] = track.SeriesRef{ID: id}
	}
	rows, err := v.Series(ids)
	for _, r := range rows {
		name := r.Name
		if r.Given != "" {
			name = r.Given
		}
		out[r.ID] = track.SeriesRef{ID: r.ID, Name: name, Version: r.Version}
	}
	return out, err
}
