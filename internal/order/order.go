// Package order puts slices of structs in order.
package order

import "slices"

// By sorts s as slices.SortStableFunc does. It sorts the places of the elements, and then moves each element once: so
// there is one sort in the program, where slices has Go make another of 15 kB for every type of struct. The order of
// integers and strings, of which there is one type, is for slices.
func By[S ~[]E, E any](s S, compare func(a, b E) int) {
	if len(s) > 1 {
		move(s, placesBy(len(s), func(i, j int) int { return compare(s[i], s[j]) }))
	}
}

// placesBy gives for each place of a sorted slice the place at which its element stands before.
func placesBy(n int, compare func(i, j int) int) []int {
	places := make([]int, n)
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(i, j int) int {
		if c := compare(i, j); c != 0 {
			return c
		}
		return i - j
	})
	return places
}

// move brings to each place the element that stands at places[place].
func move[E any](s []E, places []int) {
	moved := make([]E, len(s))
	for to, from := range places {
		moved[to] = s[from]
	}
	copy(s, moved)
}

// Bools compares two truths as cmp.Compare does numbers: false comes first.
func Bools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
