package search

import "time"

// The limits of a query. What b4 asks for a series of 100 patches is a third of each.
const (
	MaxLength = 16 << 10 // bytes of its text
	MaxWords  = 512      // words, values and ranges, with those of saved queries
	MaxDepth  = 32       // parentheses within parentheses, also of the query as String writes it
	MaxSaved  = 8        // saved queries within saved queries
)

// Options are what a query may depend on beside its text.
type Options struct {
	Now time.Time // for "yesterday" and the like

	// Saved gives the text of a saved query; ok is false if there is none of that name. Nil: none are saved.
	Saved func(name string) (text string, ok bool)
}

// Parse reads a query. An error is a Mistake. Notes are small mistakes with which the query could still be read: a
// parenthesis without its end, a field that does not exist; each says how it was read.
func Parse(text string, opts Options) (n Node, notes []Mistake, err error) {
	if len(text) > MaxLength {
		return nil, nil, mistakeAt(text, MaxLength, "the query is longer than %d bytes", MaxLength)
	}
	p := parser{scanner: newScanner(text, opts, new(int))}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case Mistake:
			n, notes, err = nil, nil, r
		default:
			panic(r)
		}
	}()
	n = p.query()
	if depth(n) > MaxDepth {
		p.fail(0, "the query is more than %d deep", MaxDepth)
	}
	return n, p.notes, nil
}

// A parser reads a query. Its methods panic with a Mistake, which Parse returns.
type parser struct {
	scanner
	next *token // the one that was looked at, but not taken yet
}

// query reads all of the text. The methods below return nil for what is only phrases without words; what they are
// joined with stays as it is.
//
// The operators bind as in Xapian. From the loosest: OR, XOR, AND and NOT, side by side, "+" and "-". So "a NOT b c"
// is the mails with a that do not have both b and c.
func (p *parser) query() Node {
	if p.peek().kind == tokenEnd {
		p.fail(0, "the query is empty")
	}
	n := p.either()
	if p.peek().kind != tokenEnd {
		p.missing()
	}
	if n == nil {
		p.fail(0, "the query is empty")
	}
	return n
}

func (p *parser) peek() token {
	if p.next == nil {
		t := p.scan()
		p.next = &t
	}
	return *p.next
}

func (p *parser) take() token {
	t := p.peek()
	p.next = nil
	return t
}

// either reads what OR joins.
func (p *parser) either() Node {
	nodes := []Node{p.odd()}
	for p.peek().kind == tokenOr {
		p.take()
		nodes = append(nodes, p.odd())
	}
	return or(nodes...)
}

// odd reads what XOR joins.
func (p *parser) odd() Node {
	n := p.both()
	for p.peek().kind == tokenXor {
		at := p.take().at
		other := p.both()
		if n != nil && other != nil {
			p.count(at, size(n)+size(other)) // each is in the result twice
		}
		n = xor(n, other)
	}
	return n
}

// both reads what AND and NOT join.
func (p *parser) both() Node {
	var nodes []Node
	if p.peek().kind != tokenNot {
		nodes = append(nodes, p.beside())
	}
	for {
		switch p.peek().kind {
		case tokenAnd:
			p.take()
			nodes = append(nodes, p.afterAnd())
		case tokenNot:
			p.take()
			nodes = append(nodes, not(p.beside()))
		default:
			return and(nodes...)
		}
	}
}

// afterAnd reads what follows AND. A NOT or "-" there is for all that follows side by side.
func (p *parser) afterAnd() Node {
	switch p.peek().kind {
	case tokenNot, tokenMinus:
		p.take()
		return not(p.beside())
	}
	return p.beside()
}

// beside reads words, phrases, values and groups side by side: a mail must have all. But it has only one sender of one
// address, one id, one state; so of values of one field, or ranges of one, it must have any.
func (p *parser) beside() Node {
	var nodes []Node
	var groups orderedGroups
	for {
		sign := p.peek().kind
		if sign == tokenPlus || sign == tokenMinus {
			p.take()
		}
		n, group, ok := p.one()
		switch {
		case !ok && (sign == tokenPlus || sign == tokenMinus || len(nodes)+len(groups) == 0):
			p.missing()
		case !ok:
			return and(append(nodes, groups.nodes()...)...)
		case sign == tokenMinus:
			nodes = append(nodes, not(n))
		case group != "":
			groups.add(group, n)
		default:
			nodes = append(nodes, n)
		}
	}
}

// orderedGroups are nodes by what is before their colons, in the order of the first of each.
type orderedGroups []namedNodes

type namedNodes struct {
	name  string
	nodes []Node
}

func (g *orderedGroups) add(name string, n Node) {
	for i := range *g {
		if (*g)[i].name == name {
			(*g)[i].nodes = append((*g)[i].nodes, n)
			return
		}
	}
	*g = append(*g, namedNodes{name, []Node{n}})
}

// nodes are one for each group: any of those in it.
func (g orderedGroups) nodes() []Node {
	var nodes []Node
	for _, group := range g {
		nodes = append(nodes, or(group.nodes...))
	}
	return nodes
}

// missing complains that something should be where the next token is.
func (p *parser) missing() {
	t := p.peek()
	switch t.kind {
	case tokenEnd:
		p.fail(t.at, "the query ends where a word is expected")
	case tokenClose:
		p.fail(t.at, "a parenthesis ends where a word is expected")
	}
	p.fail(t.at, "%s stands where a word is expected", t.text)
}

// one reads a word, a phrase, a value, a range or a parenthesis. The group is that of the token.
func (p *parser) one() (n Node, group string, ok bool) {
	switch t := p.peek(); t.kind {
	case tokenLeaf:
		p.take()
		if p.peek().kind == tokenNear {
			return p.near(t), "", true
		}
		return t.node, t.group, true
	case tokenOpen:
		return p.inside(), "", true
	}
	return nil, "", false
}

// inside reads what is in parentheses. The last may lack its end.
func (p *parser) inside() Node {
	open := p.take()
	if p.depth++; p.depth > MaxDepth {
		p.fail(open.at, "parentheses are more than %d deep", MaxDepth)
	}
	around := p.field
	if open.hasField {
		p.field = open.field
	}
	n := p.either()
	switch p.peek().kind {
	case tokenClose:
		p.take()
	case tokenEnd:
		p.note(open.at, "a parenthesis without its end, which was taken to be at the end of the query")
	default:
		p.missing()
	}
	p.depth--
	p.field = around
	return n
}

// near reads words between which NEAR or ADJ stands.
func (p *parser) near(first token) Node {
	n := Near{}
	operator := p.peek()
	n.Ordered, n.Within = operator.ordered, operator.within
	for t := first; ; t = p.take() {
		word, ok := t.node.(Word)
		switch {
		case !ok || word.Form == Prefix:
			p.fail(t.at, "%s takes single words", operator.text)
		case len(n.Words) > 0 && word.Field != n.Field:
			p.fail(t.at, "the words beside %s must be of one field", operator.text)
		}
		n.Field, n.Words = word.Field, append(n.Words, word.Text)
		if p.peek().kind != tokenNear {
			return n
		}
		between := p.take()
		if between.ordered != n.Ordered {
			p.fail(between.at, "NEAR and ADJ side by side need parentheses")
		}
		n.Within = max(n.Within, between.within)
		if p.peek().kind != tokenLeaf {
			p.missing()
		}
	}
}
