// Package remarks finds where in a patch the remarks of reviewers belong. A reply quotes pieces of what it answers; the
// words behind such a piece are about its last lines. What is quoted is looked for among the lines of the patch, and
// among what the mails in between said themselves, so that an answer to a remark is found below that remark.
//
// What people's programs do to a quotation does not matter: marks of any depth, white space that was added, lost or
// changed, lines that were broken or filled anew, lines that were left out. A quotation that is found nowhere is said
// to be so. All lines of a reply are either quoted, or of a remark, or neither, such as a signature.
//
// Anybody can send a reply, so all of this takes time and memory in proportion to the text.
package remarks

// A Line is one line of a reply.
type Line struct {
	Depth     int  // of quotation: how many marks it begins with
	Signature bool // it is no word of the reply: a signature, or what comes after it
	Text      string
}

// A Thread is a patch or cover letter, and what was said about it.
type Thread struct {
	mails   []*mail // the patch first
	replies []*Reply
	lines   map[string][]ref // by key: where it is, in order
	starts  partial          // of lines, for those that were broken
	triples partial          // of words, for text that was filled anew
}

// Root is the number of the patch; replies are counted from 1.
const Root = 0

// A Reply is what was found out about one reply.
type Reply struct {
	Quotes  []Quote  // in order
	Remarks []Remark // in order
}

// A Quote is lines that are quoted, from From up to To, and what answers them. Empty lines at both ends are not of it.
type Quote struct {
	From, To int
	Lines    int // that are not empty
	Found    int // lines of these of which it is known where they stand
	Mail     int // whose words its last line was that was found: Root, or the number of a reply; -1: none was
	At       int // the index of that line in its mail
}

// Placed tells that it is known what is quoted.
func (q *Quote) Placed() bool { return q.Mail >= 0 }

// A Remark is what a reply says at one place: its lines from From up to To.
type Remark struct {
	From, To int
	Quote    int // the index of the quotation that it follows; -1: none, so it is about the whole
	At       int // the index of the line of the patch that it belongs to; -1: none
	Under    *Remark
	Reply    int // the number of the reply that makes it
}
