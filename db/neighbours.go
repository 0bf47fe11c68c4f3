package db

import (
	"sort"
	"time"

	"patchwatch/track"
)

// neighbourhood is what a change can reach in one project: the mails whose place must be found anew. It is gathered
// by indexed lookups only, so that adding a mail costs what it touches and not what is stored.
//
// Two walks make it. Talk spreads downwards (talk.go): who refers to a mail that leads somewhere else than before, may
// lead somewhere else too. Members spread sideways: by references, and by marker within track.Window.
type neighbourhood struct {
	*writer
	project int64
	byID    map[string]*row // looked up; nil: not stored
	byMail  map[int64]*row

	talk, members map[string]*row // the set
	clean         map[string]bool // of the talk in the set

	// What was handed out is not handed out again: ten thousand members of one marker, or below one mail, would otherwise
	// be read ten thousand times.
	referrers map[string]map[string][]*row // members that refer to a Message-ID, by sender: those still to be handed out
	stretches map[markerKey][]stretch

	err error // of a lookup inside a callback that can't return one
}

func newNeighbourhood(w *writer, project int64) *neighbourhood {
	return &neighbourhood{
		writer: w, project: project, byID: map[string]*row{}, byMail: map[int64]*row{},
		talk: map[string]*row{}, members: map[string]*row{}, clean: map[string]bool{},
		referrers: map[string]map[string][]*row{}, stretches: map[markerKey][]stretch{},
	}
}

// gather finds all that the change reaches.
func (n *neighbourhood) gather(c *change) error {
	var members []*row
	for _, ids := range []map[string]bool{c.fresh, c.replaced} {
		for id := range ids {
			r, err := n.fetch(id)
			if err != nil {
				return err
			}
			if r != nil && r.Member() {
				members = append(members, r)
			}
			// Whether a member's references lead to anything stored is part of its fate (track's join).
			more, err := n.allReferrers(id)
			if err != nil {
				return err
			}
			members = append(members, more...)
		}
	}
	for _, r := range c.gone {
		if !r.Member() {
			continue
		}
		more, err := n.besides(r)
		if err != nil {
			return err
		}
		members = append(members, more...)
	}
	if err := n.spreadTalk(c); err != nil {
		return err
	}
	return n.spreadMembers(members)
}

// spreadMembers takes in the members and all members beside them, until there are no more.
func (n *neighbourhood) spreadMembers(queue []*row) error {
	for len(queue) > 0 {
		r := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if n.members[r.ID] != nil {
			continue
		}
		n.members[r.ID] = r
		more, err := n.besides(r)
		if err != nil {
			return err
		}
		queue = append(queue, more...)
	}
	return nil
}

// besides finds the members that may share a series with r, but for those handed out before: who refers to it, whom
// it refers to, who of the same sender shares a reference, and who has its marker and another number at about its
// time. This is what track.Assemble calls closed.
func (n *neighbourhood) besides(r *row) ([]*row, error) {
	out, err := n.allReferrers(r.ID)
	if err != nil {
		return nil, err
	}
	for _, ref := range r.Refs {
		above, err := n.fetch(ref)
		if err != nil {
			return nil, err
		}
		if above != nil && above.Member() {
			out = append(out, above)
		}
		siblings, err := n.referrersOf(ref)
		if err != nil {
			return nil, err
		}
		out = append(out, siblings[r.Sender]...)
		delete(siblings, r.Sender)
	}
	marked, err := n.withMarkerOf(r)
	return append(out, marked...), err
}

// allReferrers hands out the members that refer to a Message-ID.
func (n *neighbourhood) allReferrers(id string) (out []*row, err error) {
	bySender, err := n.referrersOf(id)
	for _, rows := range bySender {
		out = append(out, rows...)
	}
	clear(bySender)
	return out, err
}

func (n *neighbourhood) referrersOf(id string) (map[string][]*row, error) {
	if known, ok := n.referrers[id]; ok {
		return known, nil
	}
	bySender := map[string][]*row{}
	n.referrers[id] = bySender
	rows, err := n.rows(`SELECT `+rowColumns+` FROM ref f CROSS JOIN `+rowTables+` WHERE f.hash = +? AND f.member = 1 AND m.id = f.mail`, refHash(n.project, id))
	for _, r := range rows {
		bySender[r.Sender] = append(bySender[r.Sender], r)
	}
	return bySender, err
}

type markerKey struct {
	sender         string
	version, total int
}

// span is a stretch of time, in seconds since 1970, both ends within.
type span struct{ from, to int64 }

// stretch is a span in which the members of a marker were handed out: all, or all but those of one number.
type stretch struct {
	span
	all bool
	but int
}

// withMarkerOf finds members of the same sender, version and total, and another number, within track.Window.
func (n *neighbourhood) withMarkerOf(r *row) (out []*row, err error) {
	if !r.Marked {
		return nil, nil
	}
	window := int64(track.Window / time.Second)
	want := span{r.Date.Unix() - window, r.Date.Unix() + window}
	key := markerKey{r.Sender, r.Version, r.Total}
	take := func(part span, number int, same bool) error {
		rows, err := n.marked(key, part, number, same)
		out = append(out, rows...)
		return err
	}
	var done []stretch
	covered := []span{}
	for _, s := range n.stretches[key] {
		covered = append(covered, s.span)
		both := span{max(s.from, want.from), min(s.to, want.to)}
		if s.all || s.but == r.Number || both.from > both.to {
			done = append(done, s)
			continue
		}
		if err := take(both, s.but, true); err != nil {
			return nil, err
		}
		done = append(done, stretch{span: both, all: true})
		for _, rest := range gaps([]span{both}, s.span) {
			done = append(done, stretch{span: rest, but: s.but})
		}
	}
	for _, gap := range gaps(covered, want) {
		if err := take(gap, r.Number, false); err != nil {
			return nil, err
		}
		done = append(done, stretch{span: gap, but: r.Number})
	}
	n.stretches[key] = merged(done)
	return out, nil
}

// marked finds the members of a marker in a span of time: those of a number, or all of others.
func (n *neighbourhood) marked(key markerKey, in span, number int, same bool) (out []*row, err error) {
	err = n.eachID(`
		SELECT id FROM mail WHERE project = ? AND sender = ? AND version = ? AND total = ? AND date BETWEEN ? AND ?
		AND (number = ?) = ? AND chosen AND kind IN (1, 2) AND marked`,
		[]any{n.project, key.sender, key.version, key.total, in.from, in.to, number, same}, func(mail int64) error {
			r, err := n.fetchMail(mail)
			if err == nil && r.Member() {
				out = append(out, r)
			}
			return err
		})
	return out, err
}

// merged puts stretches that touch and say the same into one, so that thousands of mails don't leave as many.
func merged(all []stretch) []stretch {
	sort.Slice(all, func(i, j int) bool { return all[i].from < all[j].from })
	var out []stretch
	for _, s := range all {
		if last := len(out) - 1; last >= 0 && out[last].all == s.all && (s.all || out[last].but == s.but) && out[last].to+1 == s.from {
			out[last].to = s.to
			continue
		}
		out = append(out, s)
	}
	return out
}

// gaps are the parts of want that none of the covered spans has.
func gaps(covered []span, want span) []span {
	open := []span{want}
	for _, c := range covered {
		var rest []span
		for _, o := range open {
			if c.to < o.from || c.from > o.to {
				rest = append(rest, o)
				continue
			}
			if o.from < c.from {
				rest = append(rest, span{o.from, c.from - 1})
			}
			if o.to > c.to {
				rest = append(rest, span{c.to + 1, o.to})
			}
		}
		open = rest
	}
	return open
}

// fetch looks up the mail that stands for a Message-ID; nil if none is stored.
func (n *neighbourhood) fetch(id string) (*row, error) {
	if r, ok := n.byID[id]; ok {
		return r, nil
	}
	r, err := n.oneRow(`SELECT `+rowColumns+` FROM `+rowTables+` WHERE m.msgid = +? AND m.project = +? AND m.chosen`, id, n.project)
	if err != nil {
		return nil, err
	}
	n.remember(id, r)
	return r, nil
}

// rows looks up many mails at once.
func (n *neighbourhood) rows(query string, args ...any) (out []*row, err error) {
	err = n.each(query, args, func(scan func(...any) error) error {
		r, err := scanRow(scan)
		if err != nil {
			return err
		}
		if known := n.byMail[r.mail]; known != nil {
			r = known
		}
		n.remember(r.ID, r)
		out = append(out, r)
		return nil
	})
	return out, err
}

// fetchMail looks up a mail by its number. Only chosen mails have references that lead here.
func (n *neighbourhood) fetchMail(mail int64) (*row, error) {
	if r, ok := n.byMail[mail]; ok {
		return r, nil
	}
	r, err := n.loadRow(mail)
	if err != nil {
		return nil, err
	}
	if known, ok := n.byID[r.ID]; ok && known != nil {
		return known, nil
	}
	n.remember(r.ID, r)
	return r, nil
}

func (n *neighbourhood) remember(id string, r *row) {
	n.byID[id] = r
	if r != nil {
		n.byMail[r.mail] = r
	}
}

// items is the set, for Assemble.
func (n *neighbourhood) items() []track.Item {
	out := make([]track.Item, 0, len(n.talk)+len(n.members))
	for _, r := range n.talk {
		out = append(out, r.Item)
	}
	for _, r := range n.members {
		out = append(out, r.Item)
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
	return track.Settled{Kind: r.Kind, Parent: r.parentID.String}, true
}
