package db

import (
	"context"
	"slices"
	"sort"

	"patchwatch/track"
)

// Versions lists a series and all that it revises or that revise it, the oldest version first.
func (s *Store) Versions(ctx context.Context, series int64) (out []track.SeriesView, err error) {
	tx, done, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	ids, err := newRevisions(ctx, tx).family(series)
	if err != nil {
		return nil, explain(err)
	}
	for _, id := range ids {
		views, err := seriesViews(ctx, tx, track.Filter{Series: id})
		if err != nil {
			return nil, explain(err)
		}
		out = append(out, views...)
	}
	return out, nil
}

// revisers are the series that revise this one.
func (r *revisions) revisers(v *edition) ([]int64, error) {
	members, err := r.members(v.id)
	if err != nil {
		return nil, err
	}
	links := map[int64]track.Link{}
	hashes := map[int64]bool{}
	for _, m := range members {
		if err := r.laterTitles(v, m, links); err != nil {
			return nil, err
		}
		if err := r.hashesBelow(v, m, hashes); err != nil {
			return nil, err
		}
	}
	if err := r.series(links, track.SameThread, `
		SELECT coalesce(p.series, c.series) FROM json_each(?) j CROSS JOIN ref f
			LEFT JOIN patch p ON p.mail = f.mail LEFT JOIN cover c ON c.mail = f.mail
		WHERE f.hash = j.value`, list(keys(hashes))); err != nil {
		return nil, err
	}
	var out []int64
	for id := range links {
		revised, err := r.revised(id)
		if err != nil {
			return nil, err
		}
		if revised == v.id {
			out = append(out, id)
		}
	}
	return out, nil
}

func (r *revisions) laterTitles(v *edition, m member, links map[int64]track.Link) error {
	if !m.title.Valid {
		return nil
	}
	found, err := r.titled(`
		SELECT m.version, m.date, m.msgid, coalesce(p.series, c.series, 0)
		FROM mail m LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
		WHERE (m.id >> 16) = +? AND m.title = +? AND m.version > ? AND m.project = +? AND m.chosen
		ORDER BY m.version, m.date, m.msgid LIMIT ?`, (*namesake).later, m.title.Int64, v.Version.Version, v.project, sameTitle)
	noteSeries(links, found)
	return err
}

// hashesBelow collects what a later version may refer to: the mail, a comment on it, what it refers to itself.
func (r *revisions) hashesBelow(v *edition, m member, hashes map[int64]bool) error {
	hashes[refHash(v.project, m.msgID)] = true
	for _, ref := range m.refs {
		hashes[refHash(v.project, ref)] = true
	}
	return r.each(`SELECT m.msgid FROM reply r JOIN mail m ON m.id = r.mail WHERE r.parent = +?`, []any{m.mail}, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		hashes[refHash(v.project, id)] = true
		return err
	})
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
		found, err := r.load(out[i])
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
	all, err := r.load(out...)
	sort.Slice(all, func(i, j int) bool {
		if all[i].Version.Version != all[j].Version.Version {
			return all[i].Version.Version < all[j].Version.Version
		}
		return all[i].Date.Before(all[j].Date)
	})
	out = out[:0]
	for _, v := range all {
		out = append(out, v.id)
	}
	return out, err
}
