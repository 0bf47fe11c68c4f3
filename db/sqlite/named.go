package sqlite

import (
	"cmp"
	"slices"

	"patchwatch/db/internal/named"
)

// namedRows are rows of lists by their names, in memory. Rows are added, and never changed, so those who have a copy
// need no lock.
type namedRows struct {
	named.Names
	exact []byte // the same at the same places, with their letters as they are, to sort by
	rows  []namedRow
}

type namedRow struct {
	key    int64 // a mail, or a series
	date   int64
	kept   uint32 // project<<1, and a bit that each kind of names gives a meaning; inNoList
	sender uint32 // of a mail: its place in people
}

const inNoList = ^uint32(0)

func (n *namedRows) add(key int64, name string, date, project int64, bit bool, sender uint32) {
	if n.Full() {
		return
	}
	kept := inNoList
	if 0 < project && project < 1<<31-1 {
		if kept = uint32(project) << 1; bit {
			kept++
		}
	}
	n.Add(name)
	n.rows = append(n.rows, namedRow{key: key, date: date, kept: kept, sender: sender})
	n.exact = append(append(n.exact, name...), afterName)
}

// afterName is after each exact name. It is of no meaning.
const afterName = 0

// sorted puts rows into the order of their keys.
func (n *namedRows) sorted() (out namedRows) {
	order := make([]int, len(n.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(n.rows[a].key, n.rows[b].key) })
	out.rows, out.exact = make([]namedRow, 0, len(n.rows)), make([]byte, 0, len(n.exact))
	out.Grow(len(n.rows), len(n.exact)-len(n.rows))
	for _, i := range order {
		out.rows = append(out.rows, n.rows[i])
		out.Copy(&n.Names, i)
		out.exact = append(append(out.exact, n.exactName(i)...), afterName)
	}
	return out
}

func (n *namedRows) exactName(i int) []byte {
	first, end := n.Place(i)
	return n.exact[first:end]
}

func (n *namedRows) allRows() []int32 {
	rows := make([]int32, len(n.rows))
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// upTo is all up to a mail: somebody may have read further than a transaction sees.
func (n *namedRows) upTo(last int64) namedRows {
	i, _ := slices.BinarySearchFunc(n.rows, last, func(r namedRow, last int64) int {
		if r.key <= last {
			return -1
		}
		return 1
	})
	return namedRows{n.First(i), n.exact, n.rows[:i]}
}

// rowOf finds a mail.
func (n *namedRows) rowOf(mail int64) (row int, there bool) {
	return slices.BinarySearchFunc(n.rows, mail, func(r namedRow, mail int64) int { return cmp.Compare(r.key, mail) })
}
