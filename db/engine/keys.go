package engine

import (
	"maps"
	"slices"
)

// Distinct sorts numbers and leaves out 0 and those that occur again.
func Distinct(ids []int64) []int64 {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) > 0 && ids[0] == 0 {
		ids = ids[1:]
	}
	return ids
}

// SortedKeys are the keys of a map in order, as Tx wants rows handed over.
func SortedKeys[K interface{ ~string | ~int64 }, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
