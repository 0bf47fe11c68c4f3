package versions

import (
	"maps"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Standing is a series as it now stands: people send single patches of it again, in reply to it.
type Standing struct {
	PartOf  int64   // the series of which this one is such a part; 0: of none
	Parts   []int64 // such parts of this one, by version and date
	Patches []Stands
}

// Stands is a patch of a series as it now stands.
type Stands struct {
	Number int
	Mail   int64
	MsgID  string
	Series int64 // that it was sent in
}

// mostParts is how many generations of parts are looked for: in reply to a series, to a part of it, and so on.
const mostParts = 20

// PartOf finds the series of which each of these is a part that was sent again. What is no part has no answer.
func (f *Finder) PartOf(ids []int64) (map[int64]int64, error) {
	if err := f.load(ids); err != nil {
		return nil, err
	}
	root, at := map[int64]int64{}, map[int64]bool{}
	for _, id := range ids {
		if f.sendings[id] != nil {
			root[id], at[id] = id, true
		}
	}
	for generation := 0; len(at) > 0 && generation < mostParts; generation++ {
		into, err := f.partsInto(engine.SortedKeys(at))
		if err != nil {
			return nil, err
		}
		at = map[int64]bool{}
		for id, r := range root {
			if o := into[r]; o != 0 {
				root[id], at[o] = o, true
			}
		}
	}
	for id, r := range root {
		if r == id {
			delete(root, id)
		}
	}
	return root, nil
}

// Standing finds how each of these series stands.
func (f *Finder) Standing(ids []int64) (map[int64]Standing, error) {
	partOf, err := f.PartOf(ids)
	if err != nil {
		return nil, err
	}
	parts, err := f.parts(ids)
	if err != nil {
		return nil, err
	}
	out := map[int64]Standing{}
	for _, id := range ids {
		s := f.sendings[id]
		if s == nil {
			continue
		}
		slices.SortFunc(parts[id], func(a, b int64) int { return byVersion(f.sendings[a], f.sendings[b]) })
		out[id] = Standing{PartOf: partOf[id], Parts: parts[id], Patches: f.stands(s, parts[id])}
	}
	return out, nil
}

// parts finds the parts of each series, and the parts of these.
func (f *Finder) parts(ids []int64) (map[int64][]int64, error) {
	base := map[int64]int64{} // of a part: what it is directly in reply to
	asked := map[int64]bool{}
	at := slices.DeleteFunc(engine.Distinct(slices.Clone(ids)), func(id int64) bool { return f.sendings[id] == nil })
	for generation := 0; len(at) > 0 && generation < mostParts; generation++ {
		for _, id := range at {
			asked[id] = true
		}
		into, err := f.partsBelow(at)
		if err != nil {
			return nil, err
		}
		maps.Copy(base, into)
		at = slices.DeleteFunc(engine.SortedKeys(into), func(id int64) bool { return asked[id] })
	}
	below := map[int64][]int64{}
	for _, part := range engine.SortedKeys(base) {
		below[base[part]] = append(below[base[part]], part)
	}
	out := map[int64][]int64{}
	for _, id := range ids {
		out[id] = allBelow(id, below)
	}
	return out, nil
}

// allBelow are those below an id, those below these, and so on, each once.
func allBelow(id int64, below map[int64][]int64) []int64 {
	all, seen := []int64{id}, map[int64]bool{id: true}
	for i := 0; i < len(all); i++ {
		for _, part := range below[all[i]] {
			if !seen[part] {
				seen[part] = true
				all = append(all, part)
			}
		}
	}
	return all[1:]
}

// partsBelow finds the parts that were sent in reply to these series, each with the one that it is in reply to.
func (f *Finder) partsBelow(ids []int64) (map[int64]int64, error) {
	var asked []*sending
	for _, id := range ids {
		asked = append(asked, f.sendings[id])
	}
	below, err := f.below(asked)
	if err != nil {
		return nil, err
	}
	var names []engine.Name
	for _, s := range asked {
		names = append(names, below[s.row.ID]...)
	}
	found, err := f.Beside(names, engine.Members)
	if err != nil {
		return nil, err
	}
	var series []int64
	for _, b := range found {
		series = append(series, b.Series)
	}
	return f.partsInto(engine.Distinct(series))
}

// partsInto finds which of these series are parts, each with the series that it is directly in reply to.
func (f *Finder) partsInto(ids []int64) (map[int64]int64, error) {
	if err := f.load(ids); err != nil {
		return nil, err
	}
	var asked []*sending
	var names []engine.Name
	for _, id := range ids {
		if s := f.sendings[id]; s != nil && s.part().MayBePart() {
			asked, names = append(asked, s), append(names, s.refs()...)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	leads, err := f.LeadTo(names)
	if err != nil {
		return nil, err
	}
	into, bases := map[int64]int64{}, []int64{}
	for _, s := range asked {
		into[s.row.ID] = s.into(leads)
		bases = append(bases, s.into(leads))
	}
	if err := f.load(bases); err != nil {
		return nil, err
	}
	if err := f.noteByHand(asked, bases); err != nil {
		return nil, err
	}
	if err := f.decided(asked, evidence{}); err != nil {
		return nil, err
	}
	for _, s := range asked {
		base := f.sendings[into[s.row.ID]]
		if base == nil || f.apart[[2]int64{s.row.ID, into[s.row.ID]}] {
			delete(into, s.row.ID)
			continue
		}
		s.repliesTo = base.Key
		if !s.part().PartOf(base.sent()) {
			delete(into, s.row.ID)
		}
	}
	return into, nil
}

// noteByHand notes which patches of these series a person put there.
func (f *Finder) noteByHand(asked []*sending, bases []int64) error {
	for _, id := range engine.Distinct(slices.Clone(bases)) {
		if s := f.sendings[id]; s != nil {
			asked = append(asked, s)
		}
	}
	var names []engine.Name
	for _, s := range asked {
		for _, m := range s.members {
			names = append(names, engine.Name{Project: s.row.Project, MsgID: m.MsgID})
		}
	}
	decided, err := f.Decisions(names)
	for _, s := range asked {
		s.byHand = nil
		for _, m := range s.members {
			if decided[engine.Name{Project: s.row.Project, MsgID: m.MsgID}].PutWith != nil {
				s.byHand = append(s.byHand, m.Number)
			}
		}
	}
	return err
}

// into is the series that all mails of s reply into (track.Sent.Into); 0: none.
func (s *sending) into(leads map[engine.Name]int64) (series int64) {
	for i, m := range s.members {
		at := slices.IndexFunc(m.Refs, func(ref string) bool {
			led := leads[engine.Name{Project: s.row.Project, MsgID: ref}]
			return led != 0 && led != s.row.ID
		})
		if at < 0 {
			return 0
		}
		led := leads[engine.Name{Project: s.row.Project, MsgID: m.Refs[at]}]
		if i > 0 && led != series {
			return 0
		}
		series = led
	}
	return series
}

// part is the series as one that may be a part, without what is hidden, which replaces nothing. Before partsInto has
// looked, Into is empty.
func (s *sending) part() *track.Sent {
	out := s.sent()
	out.Patches = nil
	for _, m := range s.members {
		if !m.Cover && !m.Hidden {
			out.Patches = append(out.Patches, track.Slot{Number: m.Number, ID: m.MsgID})
		}
	}
	return out
}

// sent is the series as it was sent.
func (s *sending) sent() *track.Sent {
	out := &track.Sent{
		Key: s.Key, Version: s.Version, Total: s.row.Total, Date: s.Date, Submitter: s.Submitter, Cover: s.row.Cover != 0,
		Complete: s.row.Complete, Into: s.repliesTo,
		ByHand: s.byHand,
	}
	for _, m := range s.members {
		if !m.Cover {
			out.Patches = append(out.Patches, track.Slot{Number: m.Number, ID: m.MsgID})
		}
	}
	return out
}

// stands puts a series and its parts together.
func (f *Finder) stands(s *sending, parts []int64) (out []Stands) {
	series, mails := map[string]int64{}, map[string]int64{}
	var others []*track.Sent
	for _, id := range append([]int64{s.row.ID}, parts...) {
		p := f.sendings[id]
		series[p.Key] = id
		for _, m := range p.members {
			mails[m.MsgID] = m.Mail
		}
		others = append(others, p.part())
	}
	for _, t := range track.Standing(s.sent(), others[1:]) {
		out = append(out, Stands{t.Number, mails[t.ID], t.ID, series[t.Series]})
	}
	return out
}
