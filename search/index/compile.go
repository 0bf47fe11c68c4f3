package index

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"patchwatch/search"
)

// A bound is what FTS5 can find for a node: the documents that the node means, and perhaps others.
type bound struct {
	scope scope
	match string // of some: a query of FTS5, which stands alone or in parentheses
	exact bool   // there are no others
}

type scope int

const (
	some scope = iota
	everything
	nothing
)

// undecided is the bound of what FTS5 knows nothing about.
var undecided = bound{scope: everything}

// A compiler makes queries of FTS5 of nodes. Every word of a query is in quotes there, so that none is taken for an
// operator.
type compiler struct {
	lexicon
	checks compiledChecks
}

func newCompiler(ctx context.Context, tx *sql.Tx) *compiler {
	return &compiler{lexicon: lexicon{ctx: ctx, tx: tx, stems: map[string][]string{}, narrowed: map[string]bool{},
		room: roomForBeginnings}}
}

func (c *compiler) bound(n search.Node) (bound, error) {
	switch n := n.(type) {
	case search.All:
		return bound{scope: everything, exact: true}, nil
	case search.And:
		return c.and(n.Nodes)
	case search.Or:
		return c.or(n.Nodes)
	case search.Not:
		return c.and([]search.Node{n})
	case search.Word:
		return c.word(n)
	case search.Phrase:
		return c.phrase(n)
	case search.Near:
		return c.near(n), nil
	case search.Term:
		return c.term(n)
	}
	return undecided, nil
}

// and leaves out what FTS5 cannot decide. What is not meant can be taken away only if it is known exactly.
func (c *compiler) and(nodes []search.Node) (bound, error) {
	out := bound{exact: true}
	var wanted, unwanted []string
	for _, n := range nodes {
		not, isNot := n.(search.Not)
		if isNot {
			n = not.Node
		}
		b, err := c.bound(n)
		if err != nil {
			return b, err
		}
		out.exact = out.exact && b.exact
		switch {
		case isNot && !b.exact, !isNot && b.scope == everything, isNot && b.scope == nothing:
		case isNot && b.scope == everything, !isNot && b.scope == nothing:
			return bound{scope: nothing, exact: true}, nil
		case isNot:
			unwanted = append(unwanted, b.match)
		default:
			wanted = append(wanted, b.match)
		}
	}
	if len(wanted)+len(unwanted) == 0 {
		out.scope = everything
		return out, nil
	}
	if len(wanted) == 0 {
		wanted = []string{identifier(everyMail)} // FTS5 takes away only from something
	}
	out.match = joined(wanted, " AND ")
	if len(unwanted) > 0 {
		out.match = "(" + out.match + " NOT " + joined(unwanted, " OR ") + ")"
	}
	return out, nil
}

func (c *compiler) or(nodes []search.Node) (bound, error) {
	out := bound{exact: true}
	var any []string
	for _, n := range nodes {
		b, err := c.bound(n)
		if err != nil {
			return b, err
		}
		out.exact = out.exact && b.exact
		switch b.scope {
		case everything:
			out.scope = everything
		case some:
			any = append(any, b.match)
		}
	}
	switch {
	case out.scope == everything:
		out.exact = out.exact || c.hasAll(nodes)
	case len(any) == 0:
		out.scope = nothing
	default:
		out.match = joined(any, " OR ")
	}
	return out, nil
}

// hasAll tells that one of the nodes surely is every mail.
func (c *compiler) hasAll(nodes []search.Node) bool {
	for _, n := range nodes {
		if _, is := n.(search.All); is {
			return true
		}
	}
	return false
}

func joined(matches []string, operator string) string {
	if len(matches) == 1 {
		return matches[0]
	}
	return "(" + strings.Join(matches, operator) + ")"
}

// word is a word, all words of its stem, or all that begin so, and the identifiers that it may be.
func (c *compiler) word(n search.Word) (bound, error) {
	var any []string
	switch n.Form {
	case search.Prefix:
		if err := c.narrow(n.Text); err != nil {
			return bound{}, err
		}
		any = append(any, quoted(n.Text)+" *")
	case search.Stem:
		words, err := c.words(n.Text)
		if err != nil {
			return bound{}, err
		}
		for _, word := range words {
			any = append(any, quoted(word))
		}
	default:
		any = append(any, quoted(n.Text))
	}
	var all []string
	if len(any) > 0 {
		all = append(all, inColumns(n.Field)+joined(any, " OR "))
	}
	for _, id := range n.IDs() {
		all = append(all, identifiersMeant(id, n.Form == search.Prefix)...)
	}
	if len(all) == 0 {
		return bound{scope: nothing, exact: true}, nil
	}
	return bound{match: joined(all, " OR "), exact: true}, nil
}

func (c *compiler) phrase(n search.Phrase) (bound, error) {
	match := inColumns(n.Field) + quoted(strings.Join(n.Words, " "))
	if n.Prefix {
		if err := c.narrow(n.Words[len(n.Words)-1]); err != nil {
			return bound{}, err
		}
		match += " *"
	}
	return bound{match: match, exact: true}, nil
}

// near knows no order, and may reach from one text to the next. The distance of FTS5 is how many words are between
// the first and the last.
func (c *compiler) near(n search.Near) bound {
	var words []string
	for _, word := range n.Words {
		words = append(words, quoted(word))
	}
	within := max(n.Within+len(n.Words)-3, 0)
	return bound{match: fmt.Sprintf("%sNEAR(%s, %d)", inColumns(n.Field), strings.Join(words, " "), within)}
}

// term is a value that the mail itself has. What the tracker knows is not in the index.
func (c *compiler) term(n search.Term) (bound, error) {
	meant := identifiersMeant(n, false)
	if len(meant) == 0 {
		return undecided, nil
	}
	return bound{match: joined(meant, " OR "), exact: true}, nil
}

// identifiersMeant are those that a value stands for. The ids of blobs are found by their beginning; that of a patch
// too, if it is the beginning of a word.
func identifiersMeant(n search.Term, beginning bool) []string {
	switch n.Field {
	case search.MsgID:
		return []string{identifier(hashed(msgIDMark, n.Value))}
	case search.References:
		return []string{identifier(hashed(refMark, n.Value))}
	case search.ListID:
		return []string{identifier(hashed(listMark, n.Value))}
	case search.PreBlob:
		return []string{identifier(preMark+n.Value) + " *"}
	case search.PostBlob:
		return []string{identifier(postMark+n.Value) + " *"}
	case search.Blob:
		return []string{identifier(preMark+n.Value) + " *", identifier(postMark+n.Value) + " *"}
	case search.PatchID:
		if beginning {
			return []string{identifier(patchIDMark+n.Value) + " *"}
		}
		return []string{identifier(patchIDMark + n.Value)}
	}
	return nil
}

func identifier(id string) string { return identifiers + " : " + quoted(id) }

func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }

// inColumns restricts what follows to the columns of a field.
func inColumns(f search.Field) string {
	var names []string
	for _, p := range search.PartsOf(f) {
		names = append(names, columnOf(p))
	}
	return "{" + strings.Join(names, " ") + "} : "
}
