package dbtest

import (
	"context"
	"slices"
	"testing"

	"patchwatch/track"
)

// An overview has what is said of a series: its patches, trailers, comments, and the versions around it, without what
// is hidden.
func (u suite) TestOverviews(t *testing.T) {
	ctx, s := context.Background(), u.open(t)
	addProject(t, s, frob)
	review := made("r1@x", 5, "Re: [1/2] one", "a1@x")
	review.Trailers = []track.Trailer{{Key: "Reviewed-by", Value: "Bob <bob@x.org>"}}
	onCover := made("r0@x", 6, "Re: [0/2] all", "a0@x")
	onCover.Trailers = []track.Trailer{{Key: "Acked-by", Value: "Carl <carl@x.org>"}}
	newCover, newFirst := made("b0@x", 100, "[0/2] all"), made("b1@x", 101, "[1/2] one", "b0@x")
	newCover.Subject.Version, newFirst.Subject.Version = 2, 2
	add(t, s,
		made("a0@x", 0, "[0/2] all"), made("a1@x", 1, "[1/2] one", "a0@x"), made("a2@x", 2, "[2/2] two", "a0@x"),
		review, onCover, made("r2@x", 7, "Re: [2/2] two", "a2@x"),
		newCover, newFirst,
	)
	page, err := s.SeriesPage(ctx, track.SeriesQuery{Paging: track.Paging{Limit: 10}})
	if err != nil || len(page.Rows) != 2 {
		t.Fatalf("%+v, %v", page, err)
	}
	look := func() (old, newer *track.Overview) {
		all, err := s.Overviews(ctx, page.Rows, track.Scope{})
		if err != nil {
			t.Fatal(err)
		}
		return all[page.Rows[0].ID], all[page.Rows[1].ID]
	}
	old, newer := look()
	first, second := page.Rows[0].Patches[0].ID, page.Rows[0].Patches[1].ID
	if len(old.Patches) != 2 || old.Replies[first] != 1 || old.Replies[page.Rows[0].Cover.ID] != 1 ||
		!old.Last.After(page.Rows[0].Date) || old.Trailers[first].Count()["Reviewed-by"] != 1 ||
		old.Trailers[second].Count()["Acked-by"] != 1 || old.Trailers[second].Count()["Reviewed-by"] != 0 {
		t.Errorf("the first version: %+v", old)
	}
	if len(old.Mails) != 6 || len(newer.Mails) != 2 || !slices.Contains(old.Mails, number(t, s, "r1@x")) ||
		len(old.Voices) != 1 || !old.Voices[review.From.Email] || len(newer.Voices) != 0 {
		t.Errorf("mails and voices: %+v, %+v", old, newer)
	}
	if !old.FirstReply.IsZero() {
		t.Errorf("the sender's own reply counts as an answer: %v", old.FirstReply)
	}
	if old.Revised.ID != page.Rows[1].ID || newer.Revises.ID != page.Rows[0].ID || newer.Revised.ID != 0 ||
		len(newer.Patches) != 1 {
		t.Errorf("versions: %+v, %+v", old, newer)
	}
	if err := s.Hide(ctx, "admin", []int64{number(t, s, "r1@x"), newer.Patches[0].ID, number(t, s, "b0@x")},
		true); err != nil {
		t.Fatal(err)
	}
	if old, newer = look(); old.Replies[first] != 0 || old.Trailers[first].Count()["Reviewed-by"] != 0 ||
		old.Revised.ID != 0 || len(old.Mails) != 5 || len(newer.Patches) != 0 || len(newer.Mails) != 0 {
		t.Errorf("with something hidden: %+v, %+v", old, newer)
	}
}
