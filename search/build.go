package search

// The functions that build trees leave nil out, and return nil if nothing else is there.

// and is the mails that every node means, in the form that Node promises.
func and(nodes ...Node) Node {
	var wanted, unwanted []Node
	for _, n := range nodes {
		switch n := n.(type) {
		case nil:
		case And:
			for _, n := range n.Nodes {
				if _, is := n.(Not); is {
					unwanted = append(unwanted, n)
				} else {
					wanted = append(wanted, n)
				}
			}
		case Not:
			unwanted = append(unwanted, n)
		default:
			wanted = append(wanted, n)
		}
	}
	if len(wanted) > 1 {
		wanted = withoutAll(wanted)
	}
	switch {
	case len(wanted)+len(unwanted) == 0:
		return nil
	case len(wanted) == 0:
		wanted = []Node{All{}}
	}
	all := append(wanted, unwanted...)
	if len(all) == 1 {
		return all[0]
	}
	return And{all}
}

// withoutAll drops All, which takes nothing away from the others. One node at least is left.
func withoutAll(nodes []Node) []Node {
	var kept []Node
	for _, n := range nodes {
		if _, is := n.(All); !is {
			kept = append(kept, n)
		}
	}
	if len(kept) == 0 {
		return nodes[:1]
	}
	return kept
}

// or is the mails that any node means.
func or(nodes ...Node) Node {
	var any []Node
	for _, n := range nodes {
		switch n := n.(type) {
		case nil:
		case Or:
			any = append(any, n.Nodes...)
		default:
			any = append(any, n)
		}
	}
	switch len(any) {
	case 0:
		return nil
	case 1:
		return any[0]
	}
	return Or{any}
}

// not is the mails that a node does not mean. Like every result of and it can stand alone.
func not(n Node) Node {
	if n == nil {
		return nil
	}
	if a, is := n.(And); is && len(a.Nodes) == 2 {
		_, all := a.Nodes[0].(All)
		if inner, not := a.Nodes[1].(Not); all && not {
			return inner.Node
		}
	}
	return and(Not{n})
}

// xor is the mails that one of two nodes means, but not the other.
func xor(a, b Node) Node {
	if a == nil || b == nil {
		return or(a, b)
	}
	return or(and(a, not(b)), and(b, not(a)))
}

// size is how many words, values and ranges a tree has.
func size(n Node) int {
	switch n := n.(type) {
	case And:
		return sizes(n.Nodes)
	case Or:
		return sizes(n.Nodes)
	case Not:
		return size(n.Node)
	case Phrase:
		return len(n.Words)
	case Near:
		return len(n.Words)
	}
	return 1
}

func sizes(nodes []Node) int {
	sum := 0
	for _, n := range nodes {
		sum += size(n)
	}
	return sum
}

// depth is how many parentheses are within each other when a tree is written.
func depth(n Node) int {
	deepest := 0
	switch n := n.(type) {
	case And:
		for _, n := range n.Nodes {
			deepest = max(deepest, depth(n))
		}
	case Or:
		for _, n := range n.Nodes {
			deepest = max(deepest, depth(n))
		}
	case Not:
		return depth(n.Node)
	case Near:
		return 2
	default:
		return 0
	}
	return deepest + 1
}
