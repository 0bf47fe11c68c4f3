// Package find is what the web asks of a search: which mails a query finds for a viewer. What answers is made where
// the database, the parser and the index meet.
package find

import (
	"context"
	"time"

	"patchwatch/search"
	"patchwatch/track"
)

// A Finder finds mails. Its methods may be called from any goroutine.
type Finder interface {
	// Find finds mails, newest first. Besides faults of the database, the error may be Refused, or ErrTooLong.
	Find(ctx context.Context, q Question) (Found, error)

	// Excerpts gives a line of each mail that shows why a query has found it, by the numbers of stored mails. Mails
	// without such a line are not there.
	Excerpts(ctx context.Context, n search.Node, mails []int64) (map[int64]search.Excerpt, error)

	// State tells how far the search is.
	State(ctx context.Context) (State, error)
}

// A Question is what a Finder is asked. Mail of no project is never found: its list may be a private one.
type Question struct {
	Tree  search.Node
	Scope track.Scope // what the viewer does not see
	Among []int64     // only these, by the numbers of stored mails; nil: all
	Skip  int         // so many are left out, the first ones
	Limit int         // at most so many; 0: all

	Oldest   bool // begin with the oldest; Limit is not 0 then, and not too much is skipped
	Relevant bool // the best first, as far as there are few; otherwise the newest
}

// Found is the answer to a Question.
type Found struct {
	Mails []int64 // numbers of stored mails
	More  bool    // there are more

	// Known says what has become of each, by the number of the stored mail. It is nil where there is no limit.
	Known map[int64]Known

	State // of the search that found them, without its Version
}

// Known is what has become of a mail.
type Known struct {
	Role  track.Role
	State track.State // of a patch
}

// A State says how far the search is.
type State struct {
	Indexed int64  // the number of the last mail that can be found
	Stored  int64  // the number of the last mail that there is
	Version string // another one whenever the search itself has changed; answers also depend on the database
}

// Missing is how many mails cannot be found yet.
func (s State) Missing() int64 { return max(s.Stored-s.Indexed, 0) }

// BeingMade tells that so much cannot be found yet that a program should not take an answer for the whole one.
func (s State) BeingMade() bool { return s.Missing() > behind || s.Indexed == 0 && s.Stored > 0 }

// behind is how many mails may be missing while the search merely follows the mail that comes.
const behind = 2000

// Refused is the error of a query that asks for too much, in words that may be told.
type Refused string

func (r Refused) Error() string { return string(r) }

// sentence is an error in words that may be told as they are.
type sentence string

func (s sentence) Error() string { return string(s) }

// ErrTooLong is the error of a query that was given up.
var ErrTooLong error = sentence("This query takes too long: more or rarer words, or a range of dates, make it shorter.")

// Parse reads a query of somebody who has saved others. Mistakes are of type search.Mistake.
func Parse(
	ctx context.Context, s Saver, text string, owner track.Actor, now time.Time,
) (n search.Node, notes []search.Mistake, err error) {
	var saved map[string]string
	var fault error
	n, notes, err = search.Parse(text, search.Options{Now: now, Saved: func(name string) (string, bool) {
		if saved == nil && fault == nil {
			saved, fault = savedBy(ctx, s, owner)
		}
		query, ok := saved[name]
		return query, ok
	}})
	if fault != nil {
		return nil, nil, fault
	}
	return n, notes, err
}

// In is the mails of a query that are in a project.
func In(n search.Node, linkName string) search.Node {
	is := search.Term{Field: search.Project, Value: linkName}
	switch n := n.(type) {
	case search.All:
		return is
	case search.And:
		nodes := n.Nodes
		if _, all := nodes[0].(search.All); all {
			nodes = nodes[1:]
		}
		return search.And{Nodes: append([]search.Node{is}, nodes...)}
	}
	return search.And{Nodes: []search.Node{is, n}}
}
