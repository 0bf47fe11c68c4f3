package sqlite

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// rank has mails numbered in the order of their names, so that to sort a list by names no name is read. Those that came
// since it was done last have no ranks, and are compared by their names; it is done again when they are many.
func (n *names) rank() {
	n.mu.Lock()
	mails, ranked, of := n.mails, len(n.ranks), n.read
	n.mu.Unlock()
	if len(mails.rows) <= ranked+ranked/20 || mails.full() {
		return
	}
	ranks := mails.rank()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.read == of { // otherwise all were read again meanwhile
		n.ranks = ranks
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

// byName compares the names of two mails.
func (k *keptNames) byName(a, b int32) int {
	if int(a) < len(k.ranks) && int(b) < len(k.ranks) {
		return cmp.Compare(k.ranks[a], k.ranks[b])
	}
	return bytes.Compare(k.mails.exactName(int(a)), k.mails.exactName(int(b)))
}

// bySender compares what the senders of two mails are called.
func (k *keptNames) bySender(a, b int32) int {
	x, y := k.mails.rows[a].sender, k.mails.rows[b].sender
	if x == y {
		return 0
	}
	return cmp.Compare(k.people[x], k.people[y])
}
