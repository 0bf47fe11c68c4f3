package lookup

import (
	"context"
	"strconv"

	"patchwatch/db"
	"patchwatch/search"
)

// withOurNumbers is a query in which series have the numbers that they have here: people may name them by that of any
// mail in them, or by one that a Patchwork server gave.
func withOurNumbers(ctx context.Context, store *db.Store, n search.Node) (search.Node, error) {
	asked := seriesIn(n, nil)
	if len(asked) == 0 {
		return n, nil
	}
	ours, err := store.SeriesNumbers(ctx, asked)
	return renumbered(n, ours), err
}

// seriesIn adds the numbers of the series that a query names.
func seriesIn(n search.Node, out []int64) []int64 {
	for _, below := range parts(n) {
		out = seriesIn(below, out)
	}
	if t, ok := n.(search.Term); ok && t.Field == search.Series {
		if id, err := strconv.ParseInt(t.Value, 10, 64); err == nil {
			out = append(out, id)
		}
	}
	return out
}

// parts are the nodes right below a node.
func parts(n search.Node) []search.Node {
	switch n := n.(type) {
	case search.And:
		return n.Nodes
	case search.Or:
		return n.Nodes
	case search.Not:
		return []search.Node{n.Node}
	}
	return nil
}

// renumbered is a query with other numbers of series.
func renumbered(n search.Node, ours map[int64]int64) search.Node {
	all := make([]search.Node, 0, len(parts(n)))
	for _, below := range parts(n) {
		all = append(all, renumbered(below, ours))
	}
	switch n := n.(type) {
	case search.And:
		return search.And{Nodes: all}
	case search.Or:
		return search.Or{Nodes: all}
	case search.Not:
		return search.Not{Node: all[0]}
	case search.Term:
		if id, err := strconv.ParseInt(n.Value, 10, 64); n.Field == search.Series && err == nil && ours[id] != 0 {
			n.Value = strconv.FormatInt(ours[id], 10)
		}
		return n
	}
	return n
}
