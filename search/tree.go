package search

// A Node is a query, or a part of one. The nodes are All, And, Or, Not, Word, Phrase, Near, Term and Range.
//
// A tree that Parse makes is in one form: an And is not directly in an And, nor an Or in an Or; both have two nodes at
// least; a Not is only directly in an And, after one node at least that is none. So whoever looks for mails always has
// something to look for, and something to take away from that. String gives a text of which Parse makes the same tree.
type Node interface {
	// String is the node as a query.
	String() string

	append(text []byte) []byte
}

// All is every mail.
type All struct{}

// And is the mails that each of its nodes means. Nots are last.
type And struct{ Nodes []Node }

// Or is the mails that any of its nodes means.
type Or struct{ Nodes []Node }

// Not is the mails that its node does not mean.
type Not struct{ Node Node }

// Word is the mails with a word in any part of a field.
type Word struct {
	Field Field
	Text  string // as AppendWords makes it; with Stem any word of that stem, not the stem itself
	Form  Form
}

// A Form is how the word of a query and the word of a mail must agree.
type Form int

// Exact, Stem and Prefix are the forms.
const (
	Exact  Form = iota // the same word
	Stem               // a word of the same stem: StemOf says so
	Prefix             // a word that begins so
)

// Phrase is the mails with words directly one after the other in one part of a field, and in one text of that part.
type Phrase struct {
	Field  Field
	Words  []string // as AppendWords makes them; two at least
	Prefix bool     // the last is only the beginning of a word
}

// Near is the mails with words close to each other in one part of a field, and in one text of that part.
type Near struct {
	Field   Field
	Words   []string // as AppendWords makes them; two at least
	Within  int      // from the first of them to the last there are at most Within+len(Words)-2 steps of one word
	Ordered bool     // as in Words
}

// Term is the mails of an exact value. Of what each field's Value looks like the Is... methods of Document tell.
type Term struct {
	Field Field
	Value string
}

// Range is the mails whose value is between two, both included. An open end is MinRange or MaxRange.
type Range struct {
	Field    Field
	From, To int64
}

// MinRange and MaxRange are the ends of ranges without an end.
const (
	MinRange = -1 << 63
	MaxRange = 1<<63 - 1
)
