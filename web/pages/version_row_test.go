package pages

import (
	"slices"
	"testing"
	"time"

	"patchwatch/web/internal/layout"
)

// TestTellApart sees that versions with the same number have different names.
func TestTellApart(t *testing.T) {
	t.Parallel()
	at := func(day, hour int) moment {
		return layout.MomentOf(time.Date(2026, 2, day, hour, 0, 0, 0, time.UTC), time.Time{})
	}
	p := &letterPage{Versions: []version{
		{Name: "v1", When: at(1, 0), Diff: "1"}, {Name: "v2", When: at(2, 0), Diff: "2"}, {Name: "v2", When: at(3, 5), Diff: "3"},
		{Name: "v2", When: at(3, 6), Current: true}, {Name: "v3", When: at(4, 0), Diff: "4"},
	}}
	tellApart(p.Versions)
	var names []string
	for _, v := range p.Versions {
		names = append(names, v.Name)
	}
	want := []string{"v1", "v2 of 2 Feb 2026", "v2 of 3 Feb 2026 05:00 UTC", "v2 of 3 Feb 2026 06:00 UTC", "v3"}
	if !slices.Equal(names, want) {
		t.Errorf("the names are %q, want %q", names, want)
	}
	c := p.changes()
	if !slices.Equal(c.Since, []step{{want[2], "3"}, {want[1], "2"}, {want[0], "1"}}) || !slices.Equal(c.Until, []step{{"v3", "4"}}) {
		t.Errorf("the steps are %+v", c)
	}
}
