package versions

import (
	"cmp"
	"sort"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// threadBefore finds the series that members of later versions refer to, or to a comment on which they refer, and those
// of which a mail of the same sender refers to the same mail as they do, whether that is stored or not. And it finds
// the series that any member names as the version before.
func (f *Finder) threadBefore(asked []*sending, e evidence) error {
	var refs, named []engine.Name
	for _, s := range asked {
		if s.Version > 1 {
			refs = append(refs, s.refs()...)
		}
		named = append(named, s.named()...)
	}
	if len(refs)+len(named) == 0 {
		return nil
	}
	above, err := f.LeadTo(append(named, refs...))
	if err != nil {
		return err
	}
	found, err := f.Beside(refs, engine.Members)
	if err != nil {
		return err
	}
	beside := sortBeside(found, engine.Lower)
	for _, s := range asked {
		for _, name := range s.named() {
			e.note(s.row.ID, above[name], track.NamedEarlier)
		}
		if s.Version == 1 {
			continue
		}
		for _, name := range s.refs() {
			e.note(s.row.ID, above[name], track.SameThread)
		}
		for _, place := range s.places() {
			for _, a := range beside.nearest(place, s.Version) {
				e.note(s.row.ID, a.Series, track.SameThread)
			}
		}
	}
	return nil
}

// refs are the mails that members refer to, each once.
func (s *sending) refs() (out []engine.Name) {
	seen := map[string]bool{}
	for _, m := range s.members {
		for _, ref := range m.Refs {
			if !seen[ref] {
				seen[ref] = true
				out = append(out, engine.Name{Project: s.row.Project, MsgID: ref})
			}
		}
	}
	return out
}

// named are the mails that the text of members names as the version before.
func (s *sending) named() (out []engine.Name) {
	for _, m := range s.members {
		if m.Earlier != "" {
			out = append(out, engine.Name{Project: s.row.Project, MsgID: m.Earlier})
		}
	}
	return out
}

// place is a mail that is referred to by mails of a sender.
type place struct {
	to     engine.Name
	sender string
}

// places are what members refer to, each with who refers to it, once.
func (s *sending) places() (out []place) {
	seen := map[place]bool{}
	for _, m := range s.members {
		for _, ref := range m.Refs {
			p := place{engine.Name{Project: s.row.Project, MsgID: ref}, m.Sender}
			if !seen[p] {
				seen[p] = true
				out = append(out, p)
			}
		}
	}
	return out
}

// neighbours are the mails at each place, in the order of which. Someone may send ten thousand to one place.
type neighbours struct {
	which engine.Which
	at    map[place][]engine.Alike
}

func sortBeside(found []engine.Beside, which engine.Which) neighbours {
	n := neighbours{which, map[place][]engine.Alike{}}
	for _, b := range found {
		p := place{b.To, b.Sender}
		n.at[p] = append(n.at[p], b.Alike)
	}
	for _, all := range n.at {
		order.By(all, which.Compare)
	}
	return n
}

// nearest are the first of lower versions, or of higher ones.
func (n neighbours) nearest(p place, version int) []engine.Alike {
	all := n.at[p]
	from := sort.Search(len(all), func(i int) bool {
		if n.which == engine.Lower {
			return all[i].Version < version
		}
		return all[i].Version > version
	})
	return all[from:min(from+mostAlike, len(all))]
}

// byVersion is the order in which versions are listed.
func byVersion(a, b *sending) int {
	return cmp.Or(cmp.Compare(a.Version, b.Version), a.Date.Compare(b.Date), cmp.Compare(a.Key, b.Key))
}
