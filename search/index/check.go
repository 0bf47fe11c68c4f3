package index

import (
	"slices"

	"patchwatch/internal/order"
	"patchwatch/search"
)

// What FTS5 cannot decide is checked for each candidate: what the tracker knows, what depends on the order of words,
// and dates and sizes. A part of the tree that FTS5 can decide is not looked at in the mail: FTS5 is asked which of
// the candidates have it.

// A candidate is a document that may be meant.
type candidate struct {
	id, mail             int64
	date, received, size int64

	tracked search.Tracked
	has     []bool                                     // of each of compiledChecks.matches
	read    func(mail int64) (*search.Document, error) // nil is returned where the mail is gone
}

// A check tells whether a candidate is meant.
type check interface {
	holds(c *candidate) (bool, error)
}

// compiledChecks are the parts of a tree for which FTS5 is asked about candidates.
type compiledChecks struct {
	matches []string
	wants   Wants
}

// check is what is left to be checked of a tree when the candidates come from its bound. Nil: nothing.
func (c *compiler) check(n search.Node) (check, error) {
	nodes := []search.Node{n}
	if and, is := n.(search.And); is {
		nodes = and.Nodes
	}
	var left allOf
	for _, n := range nodes {
		b, err := c.bound(inner(n))
		if err != nil {
			return nil, err
		}
		if b.exact { // it is part of the bound
			continue
		}
		k, err := c.part(n)
		if err != nil {
			return nil, err
		}
		left = append(left, k)
	}
	if len(left) == 0 {
		return nil, nil
	}
	return left.inOrder(), nil
}

func inner(n search.Node) search.Node {
	if not, is := n.(search.Not); is {
		return not.Node
	}
	return n
}

// part is the check of a part of the tree, by itself.
func (c *compiler) part(n search.Node) (check, error) {
	b, err := c.bound(n)
	if err != nil {
		return nil, err
	}
	if b.exact {
		return c.exactly(b), nil
	}
	switch n := n.(type) {
	case search.And:
		all, err := c.parts(n.Nodes)
		return allOf(all).inOrder(), err
	case search.Or:
		any, err := c.parts(n.Nodes)
		return anyOf(any), err
	case search.Not:
		k, err := c.part(n.Node)
		return not{k}, err
	case search.Near:
		return whole{n}, nil
	case search.Range:
		if n.Field != search.Version {
			return within{n}, nil
		}
	case search.Term:
		c.checks.wants.Checks = c.checks.wants.Checks || n.Field == search.Check
		c.checks.wants.Trailers = c.checks.wants.Trailers || n.Field == search.Trailer
	}
	return known{n}, nil
}

func (c *compiler) parts(nodes []search.Node) (out []check, err error) {
	for _, n := range nodes {
		k, err := c.part(n)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

func (c *compiler) exactly(b bound) check {
	if b.scope != some {
		return always(b.scope == everything)
	}
	at := slices.Index(c.checks.matches, b.match)
	if at < 0 {
		at = len(c.checks.matches)
		c.checks.matches = append(c.checks.matches, b.match)
	}
	return matched(at)
}

type (
	always  bool
	matched int // a place in candidate.has
	allOf   []check
	anyOf   []check
	not     struct{ check }
	within  struct{ search.Range } // of Date, Received or Size
	known   struct{ search.Node }  // by the tracker
	whole   struct{ search.Near }  // the mail is read
)

func (k always) holds(*candidate) (bool, error)    { return bool(k), nil }
func (k matched) holds(c *candidate) (bool, error) { return c.has[k], nil }

func (k allOf) holds(c *candidate) (bool, error) {
	for _, k := range k {
		if is, err := k.holds(c); err != nil || !is {
			return false, err
		}
	}
	return true, nil
}

// inOrder puts last what reads mails.
func (k allOf) inOrder() allOf {
	order.By(k, func(a, b check) int { return cost(a) - cost(b) })
	return k
}

func cost(k check) int {
	switch k := k.(type) {
	case always, matched, within:
		return 0
	case known:
		return 1
	case not:
		return cost(k.check)
	case allOf:
		return highest(k)
	case anyOf:
		return highest(k)
	}
	return 2
}

func highest(k []check) (most int) {
	for _, k := range k {
		most = max(most, cost(k))
	}
	return most
}

func (k anyOf) holds(c *candidate) (bool, error) {
	for _, k := range k {
		if is, err := k.holds(c); err != nil || is {
			return is, err
		}
	}
	return false, nil
}

func (k not) holds(c *candidate) (bool, error) {
	is, err := k.check.holds(c)
	return !is, err
}

func (k within) holds(c *candidate) (bool, error) {
	value := c.date
	switch k.Field {
	case search.Received:
		value = c.received
	case search.Size:
		value = c.size
	}
	return k.From <= value && value <= k.To, nil
}

func (k known) holds(c *candidate) (bool, error) {
	return search.Match(k.Node, &search.Document{Tracked: c.tracked}), nil
}

func (k whole) holds(c *candidate) (bool, error) {
	d, err := c.read(c.mail)
	if err != nil || d == nil {
		return false, err
	}
	return search.Match(k.Near, d), nil
}

// dates is the stretch of dates in which all mails are that a tree means.
func dates(n search.Node) (from, to int64) {
	from, to = search.MinRange, search.MaxRange
	nodes := []search.Node{n}
	if and, is := n.(search.And); is {
		nodes = and.Nodes
	}
	for _, n := range nodes {
		if r, is := n.(search.Range); is && r.Field == search.Date {
			from, to = max(from, r.From), min(to, r.To)
		}
	}
	return from, to
}
