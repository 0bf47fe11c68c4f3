package main

import (
	"fmt"
	"strings"
	"testing"

	"patchwatch/track"
)

// Every series is listed once, below the one that it belongs to.
func TestByFamily(t *testing.T) {
	series := func(id, revises, partOf int64) track.SeriesView {
		return track.SeriesView{ID: id, Revises: revises, PartOf: partOf}
	}
	for _, tt := range []struct {
		name string
		all  []track.SeriesView
		want string
	}{
		{"versions", []track.SeriesView{series(3, 2, 0), series(4, 0, 0), series(2, 1, 0), series(1, 0, 0)}, "3 -2 -1 4"},
		{"two of one", []track.SeriesView{series(3, 1, 0), series(2, 1, 0), series(1, 0, 0)}, "3 -1 2"},
		{"an earlier one is not listed", []track.SeriesView{series(3, 2, 0), series(1, 0, 0)}, "3 1"},
		{"a part", []track.SeriesView{series(2, 1, 1), series(1, 0, 0)}, "1 -2"},
		{"a part of the same version", []track.SeriesView{series(2, 0, 1), series(1, 0, 0)}, "1 -2"},
		{"parts of parts", []track.SeriesView{series(3, 2, 1), series(2, 1, 1), series(1, 0, 0)}, "1 -3 -2"},
		{"a part alone", []track.SeriesView{series(2, 1, 1)}, "2"},
		{"a part of an earlier version", []track.SeriesView{series(3, 1, 0), series(2, 1, 1), series(1, 0, 0)}, "3 -1 -2"},
		{"a version after a part", []track.SeriesView{series(3, 2, 0), series(2, 1, 1), series(1, 0, 0)}, "3 -2 -1"},
	} {
		var got []string
		for _, l := range byFamily(tt.all) {
			got = append(got, strings.Repeat("-", map[bool]int{true: 1}[l.below])+fmt.Sprint(l.ID))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
}
