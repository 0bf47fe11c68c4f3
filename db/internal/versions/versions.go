// Package versions finds which series are versions of which. It stores nothing: they are looked up, by index, when
// somebody asks, and so the answer is a function of what is stored and cannot go stale. Only where older versions show
// as superseded is it kept, as derived rows (derive/retire.go). What is asked for many series at once takes a fixed
// number of calls of the engine for each generation of versions.
package versions

import (
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Finder answers from one view, and remembers what it has found.
type Finder struct {
	engine.View
	ignoreChanges bool
	sendings      map[int64]*sending // by the number of the series
	before        map[int64]Before   // likewise
	after         map[int64][]int64  // likewise
	talk          map[int64][]engine.Name
	pairs         *bool             // people said of some series whether they are versions; nil: not asked yet
	apart         map[[2]int64]bool // of which two they said that they are not
}

// Before is the series that another one revises, and why.
type Before struct {
	Series int64 // 0: it revises none that is stored
	Link   track.Link
}

// New makes a Finder. One that ignores change-ids finds what there would be without them.
func New(v engine.View, ignoreChanges bool) *Finder {
	f := &Finder{View: v, ignoreChanges: ignoreChanges}
	f.Forget()
	return f
}

// Forget gives back the memory that answers take.
func (f *Finder) Forget() {
	f.sendings, f.before, f.apart = map[int64]*sending{}, map[int64]Before{}, map[[2]int64]bool{}
	f.after, f.talk = map[int64][]int64{}, map[int64][]engine.Name{}
}

// sending is a stored series.
type sending struct {
	track.Sending
	row       engine.SeriesRow
	members   []engine.Member
	repliesTo string // see track.Sent.Into
	byHand    []int  // see track.Sent.ByHand
}

// load fetches series that are not known yet. Those that are not stored stay unknown.
func (f *Finder) load(ids []int64) error {
	ids = f.unknown(ids)
	if len(ids) == 0 {
		return nil
	}
	rows, err := f.Series(ids)
	if err != nil {
		return err
	}
	members, err := f.Members(ids)
	if err != nil {
		return err
	}
	for _, r := range rows {
		f.sendings[r.ID] = f.newSending(r, members[r.ID])
	}
	return nil
}

func (f *Finder) unknown(ids []int64) []int64 {
	return slices.DeleteFunc(engine.Distinct(slices.Clone(ids)), func(id int64) bool { return f.sendings[id] != nil })
}

func (f *Finder) newSending(r engine.SeriesRow, members []engine.Member) *sending {
	s := &sending{row: r, members: members}
	s.Sending = track.Sending{Key: r.Key, Version: r.Version, Date: r.Date, Submitter: r.Submitter}
	if len(members) > 0 {
		s.Name, s.Title = members[0].Name, members[0].Title
	}
	for _, m := range members {
		if m.Change != 0 && !f.ignoreChanges && (m.Cover || !members[0].Cover || members[0].Change == 0) {
			s.Changes = append(s.Changes, m.Change)
		}
		if m.Cover {
			continue
		}
		if m.Title != 0 {
			s.Titles = append(s.Titles, m.Title)
		}
		if len(m.Hash) > 0 {
			s.Diffs = append(s.Diffs, string(m.Hash))
		}
	}
	s.Titles, s.Diffs, s.Changes = distinct(s.Titles), distinct(s.Diffs), distinct(s.Changes)
	return s
}

func distinct[T int64 | string](list []T) []T {
	slices.Sort(list)
	return slices.Compact(list)
}
