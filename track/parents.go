package track

// parents finds the patch or cover that each Talk leads to (and each Ignored, which may be between a reply and its
// patch). Of a mail's references, nearest first, it takes the first that is a patch or cover, or that itself leads to
// one.
//
// References may run in a loop, by mistake or by malice. The mails of a loop are taken together, after everything
// outside that the loop refers to. Those that refer to the outside take their first answer there; then those that
// refer to these take theirs, and so on. So the answer of each mail is a function of what it can reach, whichever
// came first, and a store may recompute only the mails that reach a change.
func (g *graph) parents() map[string]string {
	p := &parentSearch{graph: g, found: map[string]string{}}
	for _, loop := range g.loops() {
		if len(loop) == 1 {
			if lead := p.firstLead(loop[0]); lead != "" {
				p.found[loop[0].ID] = lead
			}
		} else {
			p.resolveLoop(loop)
		}
	}
	return p.found
}

type parentSearch struct {
	*graph
	found map[string]string
}

// lead is where the mail of this Message-ID leads, as far as is known by now.
func (p *parentSearch) lead(id string) string {
	if it, ok := p.byID[id]; ok {
		if it.target() {
			return id
		}
		return p.found[id]
	}
	s, ok := p.settled(id)
	switch {
	case !ok:
		return ""
	case s.Kind == Patch || s.Kind == Cover:
		return id
	}
	return s.Parent
}

// firstLead is where the first reference of the mail leads that leads anywhere.
func (p *parentSearch) firstLead(it *Item) string {
	for _, ref := range it.Refs {
		if ref == it.ID {
			continue
		}
		if lead := p.lead(ref); lead != "" {
			return lead
		}
	}
	return ""
}

// resolveLoop answers in waves, so that the answer of a mail cannot depend on which mail of the loop is looked at
// first.
func (p *parentSearch) resolveLoop(loop []*Item) {
	referrers := map[string][]*Item{} // within the loop
	for _, it := range loop {
		for _, ref := range it.Refs {
			referrers[ref] = append(referrers[ref], it)
		}
	}
	for wave := loop; len(wave) > 0; {
		answers := map[string]string{}
		for _, it := range wave {
			if lead := p.firstLead(it); lead != "" {
				answers[it.ID] = lead
			}
		}
		for id, lead := range answers {
			p.found[id] = lead
		}
		wave = p.unanswered(referrers, answers)
	}
}

// unanswered returns the mails that refer to one that was just answered and have no answer themselves, each once.
func (p *parentSearch) unanswered(referrers map[string][]*Item, answers map[string]string) []*Item {
	var out []*Item
	seen := map[*Item]bool{}
	for id := range answers {
		for _, it := range referrers[id] {
			if p.found[it.ID] == "" && !seen[it] {
				seen[it] = true
				out = append(out, it)
			}
		}
	}
	return out
}

// loops divides the talk of the set into its strongly connected components (Tarjan, SIAM J. Comput. 1, 1972), each
// after the components that it refers to. Almost every component is one mail. The stack is kept by hand: a thread can
// be deep enough to exhaust the stack of the language.
func (g *graph) loops() [][]*Item {
	s := &loopSearch{graph: g, index: map[*Item]int{}, low: map[*Item]int{}, open: map[*Item]bool{}}
	for _, it := range g.items {
		if !it.target() && s.index[it] == 0 {
			s.visit(it)
		}
	}
	return s.components
}

type loopSearch struct {
	*graph
	index, low map[*Item]int // 0: not seen yet
	open       map[*Item]bool
	stack      []*Item
	components [][]*Item
	count      int
}

type visiting struct {
	it   *Item
	next int // the reference to follow next
}

func (s *loopSearch) enter(it *Item) visiting {
	s.count++
	s.index[it], s.low[it] = s.count, s.count
	s.stack = append(s.stack, it)
	s.open[it] = true
	return visiting{it: it}
}

func (s *loopSearch) visit(root *Item) {
	path := []visiting{s.enter(root)}
	for len(path) > 0 {
		v := &path[len(path)-1]
		if child := s.nextChild(v); child != nil {
			path = append(path, s.enter(child))
			continue
		}
		done := v.it
		path = path[:len(path)-1]
		if len(path) > 0 {
			above := path[len(path)-1].it
			s.low[above] = min(s.low[above], s.low[done])
		}
		if s.low[done] == s.index[done] {
			s.close(done)
		}
	}
}

// nextChild is the next mail that v refers to and that has not been seen yet. On the way it notes references back
// into the path.
func (s *loopSearch) nextChild(v *visiting) *Item {
	for v.next < len(v.it.Refs) {
		child := s.byID[v.it.Refs[v.next]]
		v.next++
		switch {
		case child == nil || child.target():
		case s.index[child] == 0:
			return child
		case s.open[child]:
			s.low[v.it] = min(s.low[v.it], s.index[child])
		}
	}
	return nil
}

func (s *loopSearch) close(it *Item) {
	for i := len(s.stack) - 1; ; i-- {
		s.open[s.stack[i]] = false
		if s.stack[i] == it {
			part := append([]*Item(nil), s.stack[i:]...)
			s.stack = s.stack[:i]
			s.components = append(s.components, part)
			return
		}
	}
}
