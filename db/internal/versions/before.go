package versions

import (
	"patchwatch/db/engine"
	"patchwatch/track"
)

// evidence is, by series, the series that it may revise, each with what references say of the two.
type evidence map[int64]map[int64]track.Link

func (e evidence) note(series, other int64, link track.Link) {
	if other == 0 || other == series {
		return
	}
	if e[series] == nil {
		e[series] = map[int64]track.Link{}
	}
	e[series][other] = max(e[series][other], link)
}

// Before finds what each of these series revises. Those that are not stored have no answer.
func (f *Finder) Before(ids []int64) (map[int64]Before, error) {
	if err := f.load(ids); err != nil {
		return nil, err
	}
	var asked []*sending
	for _, id := range engine.SortedKeys(numbers(ids)) {
		if _, known := f.before[id]; !known && f.sendings[id] != nil {
			asked = append(asked, f.sendings[id])
		}
	}
	if err := f.find(asked); err != nil {
		return nil, err
	}
	out := make(map[int64]Before, len(ids))
	for _, id := range ids {
		if b, ok := f.before[id]; ok {
			out[id] = b
		}
	}
	return out, nil
}

func numbers(ids []int64) map[int64]bool {
	out := make(map[int64]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out
}

func (f *Finder) find(asked []*sending) error {
	if len(asked) == 0 {
		return nil
	}
	e := evidence{}
	if err := f.decided(asked, e); err != nil {
		return err
	}
	if err := f.alikeBefore(asked, e); err != nil {
		return err
	}
	if err := f.threadBefore(asked, e); err != nil {
		return err
	}
	if err := f.choose(asked, e); err != nil {
		return err
	}
	return f.findByDiffs(asked, e)
}

// findByDiffs looks for the patches themselves where nothing else leads to a series before, or a title alone. The index
// of diffs is the largest, and of most series the one before has been found.
func (f *Finder) findByDiffs(asked []*sending, e evidence) error {
	var doubtful []*sending
	for _, s := range asked {
		if f.before[s.row.ID].Link <= track.SharedTitle && (s.Version > 1 || track.IsResend(s.Name)) {
			doubtful = append(doubtful, s)
		}
	}
	if err := f.diffsBefore(doubtful, e); err != nil {
		return err
	}
	return f.choose(doubtful, e)
}

// choose answers for series of which all evidence is there.
func (f *Finder) choose(asked []*sending, e evidence) error {
	var ids []int64
	for _, s := range asked {
		for id := range e[s.row.ID] {
			ids = append(ids, id)
		}
	}
	if err := f.load(ids); err != nil {
		return err
	}
	for _, s := range asked {
		var candidates []track.Earlier
		byKey := map[string]int64{}
		for id, link := range e[s.row.ID] {
			if o := f.sendings[id]; o != nil && !f.apart[[2]int64{s.row.ID, id}] {
				candidates = append(candidates, track.Earlier{Sending: &o.Sending, Link: link})
				byKey[o.Key] = id
			}
		}
		best := s.Revised(candidates)
		f.before[s.row.ID] = Before{Link: best.Link}
		if best.Sending != nil {
			f.before[s.row.ID] = Before{byKey[best.Key], best.Link}
		}
	}
	return nil
}
