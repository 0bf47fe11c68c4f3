package db

import (
	"container/heap"
	"database/sql"
	"sort"

	"patchwatch/track"
)

// talkWalk finds the talk that a change gives another parent, or may give one, and takes it into the set.
//
// It goes down from what has changed, in canonical order. A reply comes after what it answers, so that, when the walk
// gets to it, all that it refers to has its final answer, and the walk can say what its own will be: where that is what
// is stored, nothing below it changes either, and the walk ends there. Without this a thread that arrives in disorder
// would be looked at whole with every mail.
//
// Clocks are wrong, and references run in loops, by mistake or by malice. A loop has a mail that refers to a later one;
// so a mail of which no mail above, itself included, does so is in no loop, and is called clean. The walk ends at clean
// mails only; what is not, is taken in with all below it, and track.Assemble finds out.
type talkWalk struct {
	*neighbourhood
	change *change
	queue  rowHeap
	queued map[string]bool // waiting in queue
	seen   map[string]visit
	leads  map[string]string // final answers of clean talk in the set
}

// visit is what has become of a mail so far. It only ever grows.
type visit int

const (
	unseen    visit = iota
	unchanged       // its answer is what is stored
	taken           // into the set
	takenAll        // and it is not clean: all below it were put into the queue
)

// spreadTalk takes in all talk whose answer the change may alter.
func (n *neighbourhood) spreadTalk(c *change) error {
	w := &talkWalk{neighbourhood: n, change: c, queued: map[string]bool{}, seen: map[string]visit{}, leads: map[string]string{}}
	for _, ids := range []map[string]bool{c.fresh, c.replaced} {
		for id := range ids {
			if err := w.start(id); err != nil {
				return err
			}
		}
	}
	for len(w.queue) > 0 {
		r := heap.Pop(&w.queue).(*row)
		delete(w.queued, r.ID)
		if err := w.visit(r); err != nil {
			return err
		}
	}
	return nil
}

func (w *talkWalk) start(id string) error {
	r, err := w.fetch(id)
	if err != nil {
		return err
	}
	if isTalk(r) {
		w.push(r)
	}
	if w.change.fresh[id] && isTalk(r) {
		return nil // what it leads to is known when its turn comes
	}
	return w.pushAllBelow(id)
}

func (w *talkWalk) visit(r *row) error {
	clean, lead, err := w.answer(r)
	if err != nil {
		return err
	}
	parent, err := w.mailOf(lead)
	if err != nil {
		return err
	}
	fresh, replaced := w.change.fresh[r.ID], w.change.replaced[r.ID]
	if clean && r.clean && r.derived && !fresh && !replaced && r.parent == parent {
		w.seen[r.ID] = max(w.seen[r.ID], unchanged)
		return nil
	}
	w.talk[r.ID], w.clean[r.ID] = r, clean
	if !clean {
		if w.seen[r.ID] == takenAll {
			return nil
		}
		w.seen[r.ID] = takenAll
		return w.pushAllBelow(r.ID)
	}
	w.seen[r.ID], w.leads[r.ID] = taken, lead
	switch {
	case replaced || r.derived && !r.clean:
		return w.pushAllBelow(r.ID)
	case fresh && lead == "":
		return w.pushEarlierBelow(r)
	}
	return w.pushChangedBelow(r, parent)
}

// answer tells whether a mail is clean, and then where it leads: of its references the first that leads anywhere.
func (w *talkWalk) answer(r *row) (clean bool, lead string, err error) {
	for _, ref := range r.Refs {
		if ref == r.ID {
			continue
		}
		above, err := w.fetch(ref)
		if err != nil {
			return false, "", err
		}
		switch {
		case above == nil:
		case !isTalk(above):
			if lead == "" {
				lead = ref
			}
		case !above.Before(&r.Item) || !w.isClean(above):
			return false, "", nil
		case lead == "":
			lead = w.leadOf(above)
		}
	}
	return true, lead, nil
}

// mailOf is the number of the mail that stands for a Message-ID, which may be another than before the change.
func (w *talkWalk) mailOf(id string) (mail sql.NullInt64, err error) {
	if id == "" {
		return mail, nil
	}
	r, err := w.fetch(id)
	if err != nil || r == nil {
		return mail, err
	}
	return sql.NullInt64{Int64: r.mail, Valid: true}, nil
}

func (w *talkWalk) isClean(r *row) bool {
	if clean, ok := w.clean[r.ID]; ok {
		return clean
	}
	return r.clean || !r.derived // new ones are visited before those that are after them
}

func (w *talkWalk) leadOf(r *row) string {
	if lead, ok := w.leads[r.ID]; ok {
		return lead
	}
	return r.parentID.String
}

// push puts a mail into the queue, also one that was visited: something that it could not know has changed since.
func (w *talkWalk) push(r *row) {
	if w.queued[r.ID] || w.seen[r.ID] == takenAll {
		return
	}
	w.queued[r.ID] = true
	heap.Push(&w.queue, r)
}

func (w *talkWalk) pushAllBelow(id string) error {
	return w.eachBelow(id, func(below *row) { w.push(below) })
}

// pushChangedBelow leaves out who leads there already: of its references one did so before, and is the first that leads
// anywhere, or r comes before that one and leads to the same.
func (w *talkWalk) pushChangedBelow(r *row, parent sql.NullInt64) error {
	return w.eachBelow(r.ID, func(below *row) {
		if !parent.Valid || !below.derived || !below.clean || !r.Before(&below.Item) || below.parent != parent {
			w.push(below)
		}
	})
}

// pushEarlierBelow is for a new mail that leads nowhere: those below it passed it by before and will do so now, but those
// that are earlier than it are no longer clean.
func (w *talkWalk) pushEarlierBelow(r *row) error {
	return w.eachID(`
		SELECT f.mail FROM ref f CROSS JOIN mail m WHERE f.hash = +? AND f.member = 0 AND m.id = f.mail AND m.date <= ?`,
		[]any{refHash(w.project, r.ID), r.Date.Unix()}, func(mail int64) error {
			below, err := w.fetchMail(mail)
			if err == nil && isTalk(below) && below.ID != r.ID && !r.Before(&below.Item) {
				w.push(below)
			}
			return err
		})
}

// eachBelow calls f with the talk that refers to a Message-ID.
func (w *talkWalk) eachBelow(id string, f func(below *row)) error {
	below, err := w.rows(`SELECT `+rowColumns+` FROM ref f CROSS JOIN `+rowTables+` WHERE f.hash = +? AND f.member = 0 AND m.id = f.mail`, refHash(w.project, id))
	for _, r := range below {
		if isTalk(r) && r.ID != id {
			f(r)
		}
	}
	return err
}

func isTalk(r *row) bool { return r != nil && (r.Kind == track.Talk || r.Kind == track.Ignored) }

// allClean says of all the talk of a project which is clean.
func allClean(talk map[string]*row) map[string]bool {
	inOrder := make([]*row, 0, len(talk))
	for _, r := range talk {
		inOrder = append(inOrder, r)
	}
	sort.Slice(inOrder, func(i, j int) bool { return inOrder[i].Before(&inOrder[j].Item) })
	clean := make(map[string]bool, len(talk))
	for _, r := range inOrder {
		ok := true
		for _, ref := range r.Refs {
			if above := talk[ref]; above != nil && above != r {
				ok = ok && clean[ref] // false of later ones too
			}
		}
		clean[r.ID] = ok
	}
	return clean
}

// rowHeap is a heap by canonical order.
type rowHeap []*row

func (h rowHeap) Len() int           { return len(h) }
func (h rowHeap) Less(i, j int) bool { return h[i].Before(&h[j].Item) }
func (h rowHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *rowHeap) Push(x any)        { *h = append(*h, x.(*row)) }
func (h *rowHeap) Pop() any {
	last := len(*h) - 1
	r := (*h)[last]
	*h = (*h)[:last]
	return r
}
