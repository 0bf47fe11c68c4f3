package dbtest

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"patchwatch/track"
)

// with is a mail that has these trailers.
func with(m *track.Mail, trailers ...string) *track.Mail {
	for _, who := range trailers {
		m.Trailers = append(m.Trailers, track.Trailer{Key: "Reviewed-by", Value: who + " <" + who + "@example.org>"})
	}
	return m
}

// TestReviewsOfTheCoverCountForEveryPatch: lists count what mbox writes: what was given to the patch or to the cover of
// its series, each line once.
func (u suite) TestReviewsOfTheCoverCountForEveryPatch(t *testing.T) {
	s := u.open(t)
	add(t, s, made("c@1", 0, "[0/2] part"), with(made("p@1", 1, "[1/2] one", "c@1"), "ann"),
		made("p@2", 2, "[2/2] two", "c@1"),
		made("p@3", 3, "alone"),
		with(made("r@1", 4, "Re: part", "c@1"), "rev", "rev"), with(made("r@2", 5, "Re: one", "p@1"), "rev", "ann"),
		with(made("r@3", 6, "Re: Re: part", "r@1"), "bo"))
	patches, err := s.Patches(context.Background(), track.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]int{"<p@1>": {"Reviewed-by": 3}, "<p@2>": {"Reviewed-by": 2}, "<p@3>": {}}
	for _, p := range patches {
		if !maps.Equal(p.Trailers, want[p.MsgID]) {
			t.Errorf("%s has %v, want %v", p.MsgID, p.Trailers, want[p.MsgID])
		}
		all, err := s.Trailers(context.Background(), []int64{p.ID})
		if err != nil {
			t.Fatal(err)
		}
		if got := all[p.ID].Count(); !maps.Equal(got, want[p.MsgID]) {
			t.Errorf("%s alone has %v", p.MsgID, got)
		}
		if p.MsgID == "<p@1>" {
			const want = "[Reviewed-by: rev <rev@example.org> Reviewed-by: bo <bo@example.org>]"
			if got := fmt.Sprint(all[p.ID].Given); got != want {
				t.Errorf("given are %s", got)
			}
		}
	}
}
