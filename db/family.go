package db

import (
	"context"
	"slices"
	"sort"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Versions lists a series and all that it revises or that revise it, the oldest version first.
func (s *Store) Versions(ctx context.Context, series int64) (out []track.SeriesView, err error) {
	err = s.view(ctx, func(v engine.View) error {
		ids, err := newRevisions(v).family(series)
		if err != nil {
			return err
		}
		for _, id := range ids {
			views, err := seriesViews(v, track.Filter{Series: id})
			if err != nil {
				return err
			}
			out = append(out, views...)
		}
		return nil
	})
	return out, err
}

// revisers are the series that revise this one.
func (r *revisions) revisers(s *engine.SeriesRow) ([]int64, error) {
	all, err := r.Members([]int64{s.ID})
	if err != nil {
		return nil, err
	}
	members := all[s.ID]
	links := map[int64]track.Link{}
	if err := r.titled(members, links, engine.Titling{
		Project: s.Project, Later: true, Version: s.Version, Most: sameTitle,
	}); err != nil {
		return nil, err
	}
	below, err := r.idsBelow(members)
	if err != nil {
		return nil, err
	}
	found, err := r.Referrers(engine.Referring{Project: s.Project, To: below})
	if err != nil {
		return nil, err
	}
	sameThread(links, rowsOfReferrers(found))
	var out []int64
	for _, id := range engine.SortedKeys(links) {
		revised, err := r.revised(id)
		if err != nil {
			return nil, err
		}
		if revised == s.ID {
			out = append(out, id)
		}
	}
	return out, nil
}

// idsBelow are the Message-IDs that a later version may refer to: of the mails, of comments on them, and those that
// they refer to themselves.
func (r *revisions) idsBelow(members []engine.Member) ([]string, error) {
	ids := map[string]bool{}
	var mails []int64
	for _, m := range members {
		mails = append(mails, m.Mail)
		ids[m.MsgID] = true
		for _, ref := range m.Refs {
			ids[ref] = true
		}
	}
	replies, err := r.Replies(mails, true)
	if err != nil {
		return nil, err
	}
	var comments []int64
	for _, of := range replies {
		comments = append(comments, of...)
	}
	rows, err := r.Rows(engine.Distinct(comments))
	for _, row := range rows {
		ids[row.ID] = true
	}
	return engine.SortedKeys(ids), err
}

// family is all versions that hang together with this one, itself too, by version and date.
func (r *revisions) family(series int64) ([]int64, error) {
	const most = 100 // a person reads this
	first := series
	for {
		before, err := r.revised(first)
		if err != nil {
			return nil, err
		}
		if before == 0 {
			break
		}
		first = before // of a lower version, so this comes to an end
	}
	out := []int64{first}
	for i := 0; i < len(out) && len(out) < most; i++ {
		found, err := r.Series(out[i : i+1])
		if err != nil || len(found) == 0 {
			return out, err
		}
		later, err := r.revisers(&found[0])
		if err != nil {
			return nil, err
		}
		slices.Sort(later)
		out = append(out, later...)
	}
	all, err := r.Series(out)
	sort.Slice(all, func(i, j int) bool {
		switch {
		case all[i].Version != all[j].Version:
			return all[i].Version < all[j].Version
		case !all[i].Date.Equal(all[j].Date):
			return all[i].Date.Before(all[j].Date)
		}
		return all[i].ID < all[j].ID
	})
	out = out[:0]
	for _, v := range all {
		out = append(out, v.ID)
	}
	return out, err
}
