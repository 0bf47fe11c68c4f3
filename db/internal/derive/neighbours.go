package derive

import (
	"slices"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// neighbourhood is what a change can reach in one project: the mails whose place must be found anew. It is gathered by
// indexed lookups only, so that adding a mail costs what it touches and not what is stored.
//
// Two walks make it. Talk spreads downwards (replies.go): who refers to a mail that leads somewhere else than before,
// may lead somewhere else too. Members spread sideways: by references, and by marker within track.Window. Both go in
// waves: what all mails of a wave need is asked for at once.
type neighbourhood struct {
	from    engine.View
	project int64
	byID    map[string]*engine.Row // looked up; nil: not stored
	byMail  map[int64]*engine.Row

	// The set. A patch without a number is among the members only where people put mails together.
	talk, members map[string]*engine.Row
	clean         map[string]bool // of the talk in the set

	// What was handed out is not handed out again: ten thousand members of one marker, or below one mail, would otherwise
	// be read ten thousand times.
	referrers map[string]map[string][]*engine.Row // those left that refer to a Message-ID, by sender
	stretches map[markerKey][]stretch

	anyPut   *bool             // people put mails of the project into series; nil: not asked yet
	putAsked map[string]bool   // of these all is known
	putWith  map[string]string // what people put them with

	err error // of a lookup inside a callback that can't return one
}

func newNeighbourhood(v engine.View, project int64) *neighbourhood {
	return &neighbourhood{
		from: v, project: project, byID: map[string]*engine.Row{}, byMail: map[int64]*engine.Row{},
		talk: map[string]*engine.Row{}, members: map[string]*engine.Row{}, clean: map[string]bool{},
		referrers: map[string]map[string][]*engine.Row{}, stretches: map[markerKey][]stretch{},
		putAsked: map[string]bool{}, putWith: map[string]string{},
	}
}

// gather finds all that the change reaches.
func (n *neighbourhood) gather(c *change) error {
	ids := c.ids()
	if err := n.fetchAll(ids); err != nil {
		return err
	}
	if err := n.findReferrers(ids); err != nil {
		return err
	}
	var members []*engine.Row
	for _, id := range ids {
		if r := n.byID[id]; r != nil && r.Member() {
			members = append(members, r)
		}
		// Whether a member's references lead to anything stored is part of its fate (track's join).
		members = append(members, n.allReferrers(id)...)
	}
	var gone []*engine.Row
	for _, r := range c.gone {
		if r.Member() {
			gone = append(gone, r)
		}
	}
	besideGone, err := n.besides(gone)
	if err != nil {
		return err
	}
	if err := n.spreadTalk(c, ids); err != nil {
		return err
	}
	put := engine.SortedKeys(c.put)
	decided, err := n.targets(put)
	if err != nil {
		return err
	}
	together, err := n.putBeside(append(put, ids...))
	if err != nil {
		return err
	}
	return n.spreadMembers(slices.Concat(members, besideGone, decided, together))
}

// ids are the Message-IDs of all that is new or replaced, each once.
func (c *change) ids() []string {
	ids := engine.SortedKeys(c.fresh)
	for _, id := range engine.SortedKeys(c.replaced) {
		if !c.fresh[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// spreadMembers takes in the members and all members beside them, until there are no more.
func (n *neighbourhood) spreadMembers(wave []*engine.Row) error {
	for len(wave) > 0 {
		var next []*engine.Row
		for _, r := range wave {
			if n.members[r.ID] == nil {
				n.members[r.ID] = r
				next = append(next, r)
			}
		}
		var ids []string
		var members []*engine.Row
		for _, r := range next {
			ids = append(ids, r.ID)
			if r.Member() {
				members = append(members, r)
			}
		}
		together, err := n.putBeside(ids)
		if err != nil {
			return err
		}
		if wave, err = n.besides(members); err != nil {
			return err
		}
		wave = append(wave, together...)
	}
	return nil
}

// besides finds the members that may share a series with these, but for those handed out before: who refers to them,
// whom they refer to, who of the same sender shares a reference, and who has their marker and another number at about
// their time. This is what track.Assemble calls closed.
func (n *neighbourhood) besides(rows []*engine.Row) ([]*engine.Row, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	var ids, refs []string
	for _, r := range rows {
		ids = append(ids, r.ID)
		refs = append(refs, r.Refs...)
	}
	if err := n.fetchAll(refs); err != nil {
		return nil, err
	}
	if err := n.findReferrers(append(ids, refs...)); err != nil {
		return nil, err
	}
	var out []*engine.Row
	for _, r := range rows {
		out = append(out, n.allReferrers(r.ID)...)
		for _, ref := range r.Refs {
			if above := n.byID[ref]; above != nil && above.Member() {
				out = append(out, above)
			}
			siblings := n.referrers[ref]
			out = append(out, siblings[r.Sender]...)
			delete(siblings, r.Sender)
		}
	}
	marked, err := n.withMarkersOf(rows)
	return append(out, marked...), err
}

// allReferrers hands out the members that refer to a Message-ID.
func (n *neighbourhood) allReferrers(id string) (out []*engine.Row) {
	bySender := n.referrers[id]
	for _, rows := range bySender {
		out = append(out, rows...)
	}
	clear(bySender)
	return out
}

// findReferrers looks up the members that refer to these Message-IDs, if that was not done yet.
func (n *neighbourhood) findReferrers(ids []string) error {
	var ask []string
	for _, id := range ids {
		if n.referrers[id] == nil {
			n.referrers[id] = map[string][]*engine.Row{}
			ask = append(ask, id)
		}
	}
	if len(ask) == 0 {
		return nil
	}
	found, err := n.from.Referrers(engine.Referring{Project: n.project, To: ask, Who: engine.Members})
	for _, f := range found {
		r := n.known(f.Row)
		n.referrers[f.To][r.Sender] = append(n.referrers[f.To][r.Sender], r)
	}
	return err
}

type markerKey struct {
	sender         string
	version, total int
}

// withMarkersOf finds members of the same sender, version and total, and another number, within track.Window.
func (n *neighbourhood) withMarkersOf(rows []*engine.Row) (out []*engine.Row, err error) {
	window := int64(track.Window / time.Second)
	var ask []engine.Marking
	for _, r := range rows {
		if !r.Marked {
			continue
		}
		key := markerKey{r.Sender, r.Version, r.Total}
		want := span{r.Date.Unix() - window, r.Date.Unix() + window}
		parts, all := handOut(n.stretches[key], want, r.Number)
		n.stretches[key] = all
		for _, p := range parts {
			ask = append(ask, engine.Marking{
				Sender: r.Sender, Version: r.Version, Total: r.Total, From: p.from, To: p.to, Number: p.number, Same: p.same,
			})
		}
	}
	if len(ask) == 0 {
		return nil, nil
	}
	found, err := n.from.Marked(n.project, ask)
	for _, rows := range found {
		for _, r := range rows {
			if r := n.known(r); r.Member() {
				out = append(out, r)
			}
		}
	}
	return out, err
}

// fetchAll looks up the mails that stand for Message-IDs, if that was not done yet.
func (n *neighbourhood) fetchAll(ids []string) error {
	var ask []string
	for _, id := range ids {
		if _, known := n.byID[id]; !known {
			n.byID[id] = nil // unless it is found
			ask = append(ask, id)
		}
	}
	if len(ask) == 0 {
		return nil
	}
	found, err := n.from.RowsNamed(n.project, ask)
	if err != nil {
		for _, id := range ask {
			delete(n.byID, id)
		}
		return err
	}
	for _, r := range found {
		n.remember(r.ID, r)
	}
	return nil
}

// fetch looks up the mail that stands for a Message-ID; nil if none is stored.
func (n *neighbourhood) fetch(id string) (*engine.Row, error) {
	if r, known := n.byID[id]; known {
		return r, nil
	}
	err := n.fetchAll([]string{id})
	return n.byID[id], err
}

// known is the row that is in hand already of a mail, otherwise this one, which is remembered.
func (n *neighbourhood) known(r *engine.Row) *engine.Row {
	if k := n.byMail[r.Mail]; k != nil {
		return k
	}
	n.remember(r.ID, r)
	return r
}

func (n *neighbourhood) remember(id string, r *engine.Row) {
	n.byID[id] = r
	if r != nil {
		n.byMail[r.Mail] = r
	}
}

// items is the set, for Assemble.
func (n *neighbourhood) items() []track.Item {
	out := make([]track.Item, 0, len(n.talk)+len(n.members))
	for _, r := range n.talk {
		out = append(out, r.Item)
	}
	for _, r := range n.members {
		it := r.Item
		it.PutWith = n.putWith[r.ID]
		out = append(out, it)
	}
	return out
}

// settled answers Assemble's questions about mails beyond the set. An error of the lookup is kept for afterwards.
func (n *neighbourhood) settled(id string) (track.Settled, bool) {
	r, err := n.fetch(id)
	if err != nil {
		n.err = err
	}
	if r == nil {
		return track.Settled{}, false
	}
	return track.Settled{Kind: r.Kind, Parent: r.ParentID}, true
}
