package sqlite

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// rankedRows have numbers in the order of their names, so that to sort a list by names no name is read. Those that came
// since they were ranked last have no ranks, and are compared by their names.
type rankedRows struct {
	namedRows
	ranks []int32 // of the first of the rows; equal names have one rank
}

// rank has all names ranked, if it is worth it.
func (n *names) rank() {
	n.rankRows(&n.mails)
	n.rankRows(&n.series)
}

func (n *names) rankRows(of *rankedRows) {
	n.mu.Lock()
	rows, ranked, read := of.namedRows, len(of.ranks), n.read
	n.mu.Unlock()
	if len(rows.rows) <= ranked+ranked/20 || rows.Full() {
		return
	}
	ranks := rows.rank()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.read == read { // otherwise all were read again meanwhile
		of.ranks = ranks
	}
}

func (n *namedRows) rank() []int32 {
	order, starts := make([]int32, len(n.rows)), make([]uint64, len(n.rows))
	for i := range order {
		order[i] = int32(i)
		var start [8]byte // of the name: what most differ by
		copy(start[:], n.exactName(i))
		starts[i] = binary.BigEndian.Uint64(start[:])
	}
	compare := func(a, b int32) int {
		return cmp.Or(cmp.Compare(starts[a], starts[b]), bytes.Compare(n.exactName(int(a)), n.exactName(int(b))))
	}
	slices.SortFunc(order, compare)
	ranks := make([]int32, len(n.rows))
	for at, row := range order {
		if at > 0 && compare(order[at-1], row) == 0 {
			ranks[row] = ranks[order[at-1]]
		} else {
			ranks[row] = int32(at)
		}
	}
	return ranks
}

// byName compares the names of two rows.
func (n *rankedRows) byName(a, b int32) int {
	if int(a) < len(n.ranks) && int(b) < len(n.ranks) {
		return cmp.Compare(n.ranks[a], n.ranks[b])
	}
	return bytes.Compare(n.exactName(int(a)), n.exactName(int(b)))
}
