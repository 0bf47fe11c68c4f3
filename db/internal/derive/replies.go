package derive

import (
	"container/heap"
	"sort"
	"time"

	"patchwatch/db/engine"
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
// so a mail is in no loop, and is called clean, if neither it nor any mail above it does so. The walk ends at clean
// mails only. A mail that is not clean is taken in with all below it, and track.Assemble finds out.
type talkWalk struct {
	*neighbourhood
	change *change
	queue  rowHeap
	queued map[string]bool // waiting in queue
	seen   map[string]visit
	leads  map[string]string // final answers of clean talk in the set

	below   map[string][]*engine.Row // who refers to a Message-ID and can't share a series; absent: not looked up
	earlier map[string][]*engine.Row // likewise, of those that are not later; absent: not looked up
}

// visit is what has become of a mail so far. It only ever grows.
type visit int

const (
	unseen    visit = iota
	unchanged       // its answer is what is stored
	taken           // into the set
	takenAll        // and it is not clean: all below it were put into the queue
)

// spreadTalk takes in all talk whose answer the change may alter. ids are those of the change.
func (n *neighbourhood) spreadTalk(c *change, ids []string) error {
	w := &talkWalk{
		neighbourhood: n, change: c, queued: map[string]bool{}, seen: map[string]visit{}, leads: map[string]string{},
		below: map[string][]*engine.Row{}, earlier: map[string][]*engine.Row{},
	}
	if err := w.start(ids); err != nil {
		return err
	}
	for len(w.queue) > 0 {
		r := heap.Pop(&w.queue).(*engine.Row)
		delete(w.queued, r.ID)
		if err := w.visit(r); err != nil {
			return err
		}
	}
	return nil
}

// start puts into the queue what has changed and what is below it. What new talk leads to is known when its turn comes.
func (w *talkWalk) start(ids []string) error {
	var others []string
	var fresh []*engine.Row
	for _, id := range ids {
		r := w.byID[id]
		if isTalk(r) {
			w.push(r)
		}
		if w.change.fresh[id] && isTalk(r) {
			fresh = append(fresh, r)
		} else {
			others = append(others, id)
		}
	}
	if err := w.findBelow(others); err != nil {
		return err
	}
	for _, id := range others {
		if err := w.pushAllBelow(id); err != nil {
			return err
		}
	}
	return w.lookAhead(fresh)
}

// lookAhead looks up at once what the visits of new talk will ask for, as far as that can be told.
func (w *talkWalk) lookAhead(fresh []*engine.Row) error {
	if err := w.fetchRefs(fresh); err != nil {
		return err
	}
	sort.Slice(fresh, func(i, j int) bool { return fresh[i].Before(&fresh[j].Item) })
	var some, all []string
	var until time.Time
	guessed := w.leads
	w.leads = map[string]string{}
	for _, r := range fresh {
		clean, lead, err := w.answer(r)
		if err != nil {
			return err
		}
		w.leads[r.ID] = lead
		if clean && lead == "" {
			some, until = append(some, r.ID), r.Date // they are in the order of dates
		} else {
			all = append(all, r.ID)
		}
	}
	w.leads = guessed
	if err := w.findBelow(all); err != nil {
		return err
	}
	return w.findEarlier(some, until)
}

// aheadOfQueue is how many mails of the queue are looked up together with the one whose turn it is.
const aheadOfQueue = 256

// fetchRefs looks up what these mails refer to.
func (w *talkWalk) fetchRefs(rows []*engine.Row) error {
	var refs []string
	for _, r := range rows {
		refs = append(refs, r.Refs...)
	}
	return w.fetchAll(refs)
}

// fetchAhead looks up what a mail refers to, and with it what those after it in the queue do.
func (w *talkWalk) fetchAhead(r *engine.Row) error {
	for _, ref := range r.Refs {
		if _, known := w.byID[ref]; !known {
			return w.fetchRefs(append([]*engine.Row{r}, w.queue[:min(len(w.queue), aheadOfQueue)]...))
		}
	}
	return nil
}

// findBelow looks up the talk that refers to these Message-IDs.
func (w *talkWalk) findBelow(ids []string) error {
	return w.find(ids, w.below, time.Time{})
}

// findEarlier looks up the talk that refers to these Message-IDs and is not dated later.
func (w *talkWalk) findEarlier(ids []string, until time.Time) error {
	return w.find(ids, w.earlier, until)
}

func (w *talkWalk) find(ids []string, into map[string][]*engine.Row, until time.Time) error {
	var ask []string
	for _, id := range ids {
		if _, known := into[id]; !known {
			into[id] = nil
			ask = append(ask, id)
		}
	}
	if len(ask) == 0 {
		return nil
	}
	found, err := w.from.Referrers(engine.Referring{Project: w.project, To: ask, Who: engine.NonMembers, Until: until})
	for _, f := range found {
		into[f.To] = append(into[f.To], w.known(f.Row))
	}
	return err
}

func (w *talkWalk) visit(r *engine.Row) error {
	if err := w.fetchAhead(r); err != nil {
		return err
	}
	clean, lead, err := w.answer(r)
	if err != nil {
		return err
	}
	parent, err := w.mailOf(lead)
	if err != nil {
		return err
	}
	fresh, replaced := w.change.fresh[r.ID], w.change.replaced[r.ID]
	if clean && r.Clean && r.Derived && !fresh && !replaced && r.Parent == parent {
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
	case replaced || r.Derived && !r.Clean:
		return w.pushAllBelow(r.ID)
	case fresh && lead == "":
		return w.pushEarlierBelow(r)
	}
	return w.pushChangedBelow(r, parent)
}

// answer tells whether a mail is clean, and then where it leads: of its references the first that leads anywhere.
func (w *talkWalk) answer(r *engine.Row) (clean bool, lead string, err error) {
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
func (w *talkWalk) mailOf(id string) (mail int64, err error) {
	if id == "" {
		return 0, nil
	}
	r, err := w.fetch(id)
	if err != nil || r == nil {
		return 0, err
	}
	return r.Mail, nil
}

func (w *talkWalk) isClean(r *engine.Row) bool {
	if clean, ok := w.clean[r.ID]; ok {
		return clean
	}
	return r.Clean || !r.Derived // new ones are visited before those that are after them
}

func (w *talkWalk) leadOf(r *engine.Row) string {
	if lead, ok := w.leads[r.ID]; ok {
		return lead
	}
	return r.ParentID
}

// push puts a mail into the queue, also one that was visited: something that it could not know has changed since.
func (w *talkWalk) push(r *engine.Row) {
	if w.queued[r.ID] || w.seen[r.ID] == takenAll {
		return
	}
	w.queued[r.ID] = true
	heap.Push(&w.queue, r)
}

func (w *talkWalk) pushAllBelow(id string) error {
	return w.eachBelow(id, func(below *engine.Row) { w.push(below) })
}

// pushChangedBelow queues the talk below r, which leads to parent now, but for clean replies that lead to parent
// already. Of the references of such a reply the first that leads anywhere is either the same as before, or r, which
// leads to the same.
func (w *talkWalk) pushChangedBelow(r *engine.Row, parent int64) error {
	return w.eachBelow(r.ID, func(below *engine.Row) {
		if parent == 0 || !below.Derived || !below.Clean || !r.Before(&below.Item) || below.Parent != parent {
			w.push(below)
		}
	})
}

// pushEarlierBelow is for a new mail that leads nowhere. The replies below it passed it by before and still do, but
// those that are earlier than the mail are no longer clean.
func (w *talkWalk) pushEarlierBelow(r *engine.Row) error {
	if err := w.findEarlier([]string{r.ID}, r.Date); err != nil {
		return err
	}
	for _, below := range w.earlier[r.ID] {
		if isTalk(below) && below.ID != r.ID && !r.Before(&below.Item) {
			w.push(below)
		}
	}
	return nil
}

// eachBelow calls f with the talk that refers to a Message-ID.
func (w *talkWalk) eachBelow(id string, f func(below *engine.Row)) error {
	if _, known := w.below[id]; !known {
		ids, err := w.willAsk(id)
		if err != nil {
			return err
		}
		if err := w.findBelow(ids); err != nil {
			return err
		}
	}
	for _, r := range w.below[id] {
		if isTalk(r) && r.ID != id {
			f(r)
		}
	}
	return nil
}

// willAsk gives the Message-ID, and with it those in the queue that will probably have to know who is below them too.
func (w *talkWalk) willAsk(id string) ([]string, error) {
	ahead := w.queue[:min(len(w.queue), aheadOfQueue)]
	if err := w.fetchRefs(ahead); err != nil {
		return nil, err
	}
	ids := []string{id}
	for _, r := range ahead {
		clean, lead, err := w.answer(r)
		if err != nil {
			return nil, err
		}
		parent, err := w.mailOf(lead)
		if err != nil {
			return nil, err
		}
		if !clean || !r.Clean || !r.Derived || r.Parent != parent {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}

func isTalk(r *engine.Row) bool { return r != nil && (r.Kind == track.Talk || r.Kind == track.Ignored) }

// allClean says of all the talk of a project which is clean.
func allClean(talk map[string]*engine.Row) map[string]bool {
	inOrder := make([]*engine.Row, 0, len(talk))
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
type rowHeap []*engine.Row

func (h rowHeap) Len() int           { return len(h) }
func (h rowHeap) Less(i, j int) bool { return h[i].Before(&h[j].Item) }
func (h rowHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *rowHeap) Push(x any)        { *h = append(*h, x.(*engine.Row)) }
func (h *rowHeap) Pop() any {
	last := len(*h) - 1
	r := (*h)[last]
	*h = (*h)[:last]
	return r
}
