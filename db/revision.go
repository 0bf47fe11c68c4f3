package db

import (
	"maps"
	"slices"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// revisions finds which series is a new version of which. Nothing of this is stored: it is looked up, by index, when it
// is asked for, and so is a function of what is stored and cannot go stale. Most series are of version 1, which revises
// nothing and costs no lookup.
type revisions struct {
	engine.View
	known map[int64]int64 // answers: the series that a series revises, 0 for none
}

func newRevisions(v engine.View) *revisions { return &revisions{View: v, known: map[int64]int64{}} }

// sameTitle is how many mails of one title and sender are looked at, the first in the order of Titling: someone may
// send ten thousand.
const sameTitle = 100

// revised is the number of the series that this one revises; 0 if it revises none that is stored.
func (r *revisions) revised(series int64) (int64, error) {
	if id, ok := r.known[series]; ok {
		return id, nil
	}
	found, err := r.Series([]int64{series})
	if err != nil || len(found) == 0 {
		return 0, err
	}
	id, err := r.find(&found[0])
	r.known[series] = id
	return id, err
}

func (r *revisions) find(s *engine.SeriesRow) (int64, error) {
	if s.Version <= 1 {
		return 0, nil
	}
	all, err := r.Members([]int64{s.ID})
	if err != nil {
		return 0, err
	}
	members := all[s.ID]
	links := map[int64]track.Link{}
	if err := r.byTitle(s, members, links); err != nil {
		return 0, err
	}
	if err := r.byThread(s, members, links); err != nil {
		return 0, err
	}
	rows, err := r.Series(slices.Sorted(maps.Keys(links)))
	if err != nil {
		return 0, err
	}
	byKey := map[string]int64{}
	title := track.Title(s.Name)
	var candidates []track.Earlier
	for _, c := range rows {
		link := links[c.ID]
		if its := track.Title(c.Name); link == track.SharedTitle && its != "" && its == title {
			link = track.SameTitle
		}
		candidates = append(candidates, track.Earlier{Version: versionOf(&c), Link: link})
		byKey[c.Key] = c.ID
	}
	key, _ := versionOf(s).Revised(candidates)
	return byKey[key], nil
}

func versionOf(r *engine.SeriesRow) track.Version {
	return track.Version{Key: r.Key, Version: r.Version, Date: r.Date}
}

func (r *revisions) byTitle(s *engine.SeriesRow, members []engine.Member, links map[int64]track.Link) error {
	const day = 24 * time.Hour // that a clock may be wrong
	return r.titled(members, links, engine.Titling{
		Project: s.Project, Version: s.Version, Until: s.Date.Add(day), Most: sameTitle,
	})
}

// titled notes the series of mails that have a title of one of these members. ask says what else is asked of them.
func (r *revisions) titled(members []engine.Member, links map[int64]track.Link, ask engine.Titling) error {
	var queries []engine.Titling
	for _, m := range members {
		if m.Title != 0 {
			ask.Title = m.Title
			queries = append(queries, ask)
		}
	}
	if len(queries) == 0 {
		return nil
	}
	found, err := r.Titled(queries)
	for _, of := range found {
		for _, n := range of {
			if n.Series != 0 {
				links[n.Series] = max(links[n.Series], track.SharedTitle)
			}
		}
	}
	return err
}

// byThread finds the series that members refer to, or to a comment on which they refer, and those of which a mail of
// the same sender refers to the same mail as they do, whether that is stored or not.
func (r *revisions) byThread(s *engine.SeriesRow, members []engine.Member, links map[int64]track.Link) error {
	refs, senders := map[string]bool{}, map[string]bool{}
	for _, m := range members {
		senders[m.Sender] = true
		for _, ref := range m.Refs {
			refs[ref] = true
		}
	}
	if len(refs) == 0 {
		return nil
	}
	above, err := r.RowsNamed(s.Project, engine.SortedKeys(refs))
	if err != nil {
		return err
	}
	var parents []int64
	for _, row := range above {
		if row.Parent != 0 {
			parents = append(parents, row.Parent)
		}
	}
	commented, err := r.Rows(engine.Distinct(parents))
	if err != nil {
		return err
	}
	beside, err := r.Referrers(engine.Referring{
		Project: s.Project, To: engine.SortedKeys(refs), Who: engine.Members, Senders: engine.SortedKeys(senders),
	})
	if err != nil {
		return err
	}
	sameThread(links, above)
	sameThread(links, commented)
	sameThread(links, rowsOfReferrers(beside))
	return nil
}

func rowsOfReferrers(found []engine.Referrer) []*engine.Row {
	out := make([]*engine.Row, len(found))
	for i, f := range found {
		out[i] = f.Row
	}
	return out
}

// sameThread notes the series of patches and covers, with the strongest of links.
func sameThread(links map[int64]track.Link, rows []*engine.Row) {
	for _, row := range rows {
		if row.Series != 0 {
			links[row.Series] = max(links[row.Series], track.SameThread)
		}
	}
}
