package track

import (
	"cmp"
	"slices"
	"time"

	"patchwatch/internal/order"
)

// Sent is a series as it was sent, with what tells whether it replaces patches of another: people send only those
// patches again that a review asked to be changed, in reply to the series.
type Sent struct {
	Key            string
	Version, Total int
	Date           time.Time
	Submitter      string // address
	Cover          bool   // it has one
	Complete       bool
	Patches        []Slot // by number
	ByHand         []int  // the numbers of those that a person put there

	// Into is the key of the series that its mails reply into: that of the patch or cover to which the nearest reference
	// leads that is stored and not of the series itself. Empty: there is none, or not the same for all of its mails.
	Into string
}

// PartOf tells whether s is a part of o that was sent again: a few numbers of the same total, without a cover, in reply
// to o, by the same submitter, as the same version or a later one. What a person put into a series of its own is no
// part, nor what had to make room for a patch that a person put into o.
func (s *Sent) PartOf(o *Sent) bool {
	return s.MayBePart() && s.Into == o.Key && s.Key != o.Key && s.Total == o.Total && s.Version >= o.Version &&
		s.Submitter == o.Submitter && !s.Date.Before(o.Date) && !(s.Version == o.Version && s.madeRoomIn(o))
}

func (s *Sent) madeRoomIn(o *Sent) bool {
	return slices.ContainsFunc(s.Patches, func(p Slot) bool { return slices.Contains(o.ByHand, p.Number) })
}

// MayBePart tells whether s can be a part of any series.
func (s *Sent) MayBePart() bool {
	return !s.Cover && !s.Complete && len(s.ByHand) == 0 && len(s.Patches) > 0 && s.Patches[0].Number > 0 &&
		s.Patches[len(s.Patches)-1].Number <= s.Total
}

// Stands is a patch of a series as it now stands.
type Stands struct {
	Slot
	Series string // the key of the series that it was sent in
}

// Standing gives the patches of a series as it now stands, by number: of each number the one of the highest version,
// and of these the newest, among its own and those of the parts that were sent again. Parts may have parts. Others may
// hold any series; their order means nothing.
func Standing(base *Sent, others []*Sent) []Stands {
	into := map[string][]*Sent{}
	for _, o := range others {
		into[o.Into] = append(into[o.Into], o)
	}
	parts, seen := []*Sent{base}, map[string]bool{base.Key: true}
	for i := 0; i < len(parts); i++ {
		for _, o := range into[parts[i].Key] {
			if !seen[o.Key] && o.PartOf(parts[i]) {
				seen[o.Key] = true
				parts = append(parts, o)
			}
		}
	}
	slices.SortFunc(parts[1:], func(a, b *Sent) int {
		return cmp.Or(cmp.Compare(a.Version, b.Version), a.Date.Compare(b.Date), cmp.Compare(a.Key, b.Key))
	})
	newest := map[int]Stands{}
	for _, p := range parts {
		for _, s := range p.Patches {
			newest[s.Number] = Stands{s, p.Key}
		}
	}
	out := make([]Stands, 0, len(newest))
	for _, s := range newest {
		out = append(out, s)
	}
	order.By(out, func(a, b Stands) int { return cmp.Compare(a.Number, b.Number) })
	return out
}
