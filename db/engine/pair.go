package engine

import "cmp"

// Pair says what a person decided about two series: that they are versions of each other, or that they are not. They
// are named by a mail of each, since series have no name that lasts.
type Pair struct {
	PairKey
	Linked bool
}

// PairKey names two series of one project.
type PairKey struct {
	Project      int64
	MsgID, Other string // the one that sorts first is MsgID
}

// PairOf puts two mails into the order of a PairKey.
func PairOf(project int64, one, other string) PairKey {
	return PairKey{project, min(one, other), max(one, other)}
}

// Compare is the order in which a Tx wants them.
func (k PairKey) Compare(o PairKey) int {
	return cmp.Or(cmp.Compare(k.Project, o.Project), cmp.Compare(k.MsgID, o.MsgID), cmp.Compare(k.Other, o.Other))
}
