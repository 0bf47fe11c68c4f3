package db

import (
	"time"

	"patchwatch/track"
)

// neighbourhood is what a change can reach in one project: the mails whose place must be found anew. It is gathered
// by indexed lookups only, so that adding a mail costs what it touches and not what is stored.
//
// Two walks make it. Talk spreads downwards: who refers to a mail that leads somewhere else than before, leads
// somewhere else too. Members spread sideways: by shared references, and by marker within track.Window.
type neighbourhood struct {
	*writer
	project int64
	byID    map[string]*row // looked up; nil: not stored
	byMail  map[int64]*row

	talk, members map[string]*row // the set
	covered       map[markerKey][]span
	err           error // of a lookup inside a callback that can't return one
}

func newNeighbourhood(w *writer, project int64) *neighbourhood {
	return &neighbourhood{
		writer: w, project: project, byID: map[string]*row{}, byMail: map[int64]*row{},
		talk: map[string]*row{}, members: map[string]*row{}, covered: map[markerKey][]span{},
	}
}

// gather finds all that the change reaches.
func (n *neighbourhood) gather(c *change) error {
	var talk []string
	var members []*row
	seed := func(id string) error {
		r, err := n.fetch(id)
		if err != nil {
			return err
		}
		if r != nil && r.Member() {
			members = append(members, r)
		}
		talk = append(talk, id)
		// Whether a member's references lead to anything stored is part of its fate (track's join).
		more, err := n.membersThatReferTo(id)
		members = append(members, more...)
		return err
	}
	for id := range c.fresh {
		if err := seed(id); err != nil {
			return err
		}
	}
	for id := range c.replaced {
		if err := seed(id); err != nil {
			return err
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
	if err := n.spreadTalk(talk, c); err != nil {
		return err
	}
	return n.spreadMembers(members)
}

// spreadTalk takes in all talk that leads through one of the mails, however far below.
func (n *neighbourhood) spreadTalk(queue []string, c *change) error {
	quiet := n.quiet(c)
	for len(queue) > 0 {
		id := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		r, err := n.fetch(id)
		if err != nil {
			return err
		}
		if isTalk(r) {
			n.talk[id] = r
		}
		// A new reply that leads nowhere is no news to those below it: they passed it by before, and do so now.
		// Without this a thread that arrives backwards would be looked at whole with every mail.
		if still, err := quiet(id); err != nil || still {
			if err != nil {
				return err
			}
			continue
		}
		err = n.eachID(`SELECT mail FROM ref WHERE hash = ? AND member = 0`, []any{refHash(n.project, id)}, func(mail int64) error {
			below, err := n.fetchMail(mail)
			if err != nil {
				return err
			}
			if isTalk(below) && n.talk[below.ID] == nil {
				n.talk[below.ID] = below
				queue = append(queue, below.ID)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func isTalk(r *row) bool { return r != nil && (r.Kind == track.Talk || r.Kind == track.Ignored) }

// quiet tells of a Message-ID whether it is new talk that leads to no patch or cover, as far as stored mails and the
// other new ones go.
func (n *neighbourhood) quiet(c *change) func(id string) (bool, error) {
	const unknown, quiet, leads = 0, 1, 2
	known := map[string]int{}
	var look func(id string, seen map[string]bool) (bool, error)
	look = func(id string, seen map[string]bool) (bool, error) {
		if known[id] != unknown {
			return known[id] == leads, nil
		}
		r, err := n.fetch(id)
		switch {
		case err != nil || r == nil:
			return false, err
		case !isTalk(r):
			return true, nil
		case !c.fresh[id]:
			return r.parent.Valid, nil
		}
		seen[id] = true
		for _, ref := range r.Refs {
			if seen[ref] {
				continue
			}
			if found, err := look(ref, seen); err != nil || found {
				known[id] = leads
				return found, err
			}
		}
		return false, nil
	}
	return func(id string) (bool, error) {
		if !c.fresh[id] {
			return false, nil
		}
		seen := map[string]bool{}
		found, err := look(id, seen)
		if err == nil && !found {
			for s := range seen { // nothing that was seen on the way leads anywhere
				known[s] = quiet
			}
		}
		return !found, err
	}
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

// besides finds the members that may share a series with r, more rather than fewer: who refers to it, whom it refers
// to, who of the same sender shares a reference, and who has its marker at about its time.
func (n *neighbourhood) besides(r *row) ([]*row, error) {
	out, err := n.membersThatReferTo(r.ID)
	if err != nil {
		return nil, err
	}
	for _, ref := range r.Refs {
		above, err := n.fetch(ref)
		if err != nil {
			return nil, err
		}
		aboveIsMember := above != nil && above.Member()
		if aboveIsMember {
			out = append(out, above)
		}
		siblings, err := n.membersThatReferTo(ref)
		if err != nil {
			return nil, err
		}
		for _, s := range siblings {
			if aboveIsMember || s.Sender == r.Sender {
				out = append(out, s)
			}
		}
	}
	marked, err := n.withMarkerOf(r)
	return append(out, marked...), err
}

func (n *neighbourhood) membersThatReferTo(id string) (out []*row, err error) {
	err = n.eachID(`SELECT mail FROM ref WHERE hash = ? AND member = 1`, []any{refHash(n.project, id)}, func(mail int64) error {
		r, err := n.fetchMail(mail)
		if r != nil {
			out = append(out, r)
		}
		return err
	})
	return out, err
}

type markerKey struct {
	sender         string
	version, total int
}

// span is a stretch of time, in seconds since 1970, both ends within.
type span struct{ from, to int64 }

// withMarkerOf finds members of the same sender, version and total within track.Window. What a marker's spans cover
// has been handed out before; ten thousand mails of one marker would else be read ten thousand times.
func (n *neighbourhood) withMarkerOf(r *row) (out []*row, err error) {
	if !r.Marked {
		return nil, nil
	}
	window := int64(track.Window / time.Second)
	key := markerKey{r.Sender, r.Version, r.Total}
	at := r.Date.Unix()
	for _, gap := range gaps(n.covered[key], span{at - window, at + window}) {
		n.covered[key] = append(n.covered[key], gap)
		err = n.eachID(`
			SELECT id FROM mail WHERE project = ? AND sender = ? AND version = ? AND total = ? AND date BETWEEN ? AND ?
			AND chosen AND kind IN (1, 2) AND marked`,
			[]any{n.project, r.Sender, r.Version, r.Total, gap.from, gap.to}, func(mail int64) error {
				o, err := n.fetchMail(mail)
				if err == nil && o.Member() {
					out = append(out, o)
				}
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
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
	r, err := n.oneRow(`SELECT `+rowColumns+` FROM `+rowTables+` WHERE m.msgid = ? AND m.project = ? AND m.chosen`, id, n.project)
	if err != nil {
		return nil, err
	}
	n.remember(id, r)
	return r, nil
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
