// Package order puts slices of structs in order.
package order

import "slices"

// By sorts s as slices.SortStableFunc does. It sorts the places of the elements, and then moves each element once: so
// there is one sort in the program, where slices has Go make another of 15 kB for every type of struct. The order of
// integers and strings, of which there is one type, is for slices.
func By[S ~[]E, E any](s S, compare func(a, b E) int) {
	if len(s) < 2 {
		return
	}
	places := make([]int, len(s))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(i, j int) int {
		if c := compare(s[i], s[j]); c != 0 {
			return c
		}
		return i - j
	})
	move(s, places)
}

// move brings to each place the element that stands at places[place]. It goes around each ring of places, with one
// element in its hand, and marks those that are done.
func move[E any](s []E, places []int) {
	for start := range places {
		if places[start] < 0 {
			continue
		}
		first, at := s[start], start
		for places[at] != start {
			from := places[at]
			s[at], places[at], at = s[from], -1, from
		}
		s[at], places[at] = first, -1
	}
}
