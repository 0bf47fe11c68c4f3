package dbtest

import (
	"context"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"patchwatch/db"
	"patchwatch/track"
)

// Whatever order mails and copies come in, a name is called by the copy that was stored first, and nothing else that
// comes changes that; nor does a rebuild, or one mail that is read by another project's rules.
func (u suite) TestNumbersInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		place := u.database(t)
		s, e := place.store(t), place.engine(t)
		ever := map[string]int64{}
		configured := rapid.Bool().Draw(t, "configured")
		for _, mails := range [][]*track.Mail{anyMails(t), anyMails(t)} {
			if configured {
				addProject(t, s, frob)
			}
			before := wantCalled(t, "at first", e)
			addInBatches(t, s, mails, func() {})
			now := wantCalled(t, "added", e)
			for name, id := range before.mails {
				if is, there := now.mails[name]; there && is > id {
					t.Fatalf("%v was called %d and is called %d", name, id, is)
				}
			}
			now.keep(t, "added", ever)
			if err := s.Rebuild(ctx, nil); err != nil {
				t.Fatal(err)
			}
			if again := wantCalled(t, "rebuilt", e); !reflect.DeepEqual(again, now) {
				t.Fatalf("rebuilt:\n%v\nbefore:\n%v", again, now)
			}
			if _, _, err := s.Reread(ctx, readJSON, nil); err != nil {
				t.Fatal(err)
			}
			if again := wantCalled(t, "read anew", e); !reflect.DeepEqual(again, now) {
				t.Fatalf("read anew:\n%v\nbefore:\n%v", again, now)
			}
			configured = !configured
		}
	})
}

// A patch keeps its number when a better copy of it comes, and all that is asked or decided by either number means it.
func (u suite) TestNumberOfAnyCopy(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s, e := place.store(t), place.engine(t)
	late, early := made("1@x", 0, "[1/2] one"), made("1@x", 0, "[1/2] one")
	early.Content, early.Delivered = "as it was sent", late.Delivered.Add(-1e9)
	add(t, s, late, made("2@x", 0, "[2/2] two", "1@x"), made("c@x", 1, "Re: one", "1@x"))
	add(t, s, early)
	wantCalled(t, "a better copy", e)
	raw := asJSON(early).Raw
	for _, id := range []int64{1, 4} {
		patches, err := s.Patches(ctx, track.Filter{ID: id, Archived: true})
		if err != nil || len(patches) != 1 || patches[0].ID != 1 || patches[0].Mail != 4 || patches[0].Series != 1 {
			t.Fatalf("by %d: %+v, %v", id, patches, err)
		}
		if is, err := s.Raw(ctx, patches[0].Mail); err != nil || string(is) != string(raw) {
			t.Errorf("by %d the bytes are %q, %v", id, is, err)
		}
		if err := s.SetState(ctx, by, []int64{id}, track.State([]string{"accepted", "rejected"}[id/4])); err != nil {
			t.Errorf("by %d: %v", id, err)
		}
		if comments, err := s.Comments(ctx, id); err != nil || len(comments) != 1 {
			t.Errorf("by %d: comments %v, %v", id, comments, err)
		}
		if trailers, err := s.Trailers(ctx, []int64{id}); err != nil || len(trailers) != 1 {
			t.Errorf("by %d: trailers %v, %v", id, trailers, err)
		}
		if why, err := s.Why(ctx, id); err != nil || len(why.Series) != 2 {
			t.Errorf("by %d: %+v, %v", id, why, err)
		}
	}
	wantEventsOf(t, s, 1, 2)
	if series, err := s.SeriesList(ctx, track.Filter{}); err != nil || len(series) != 1 || series[0].ID != 1 {
		t.Errorf("%+v, %v", series, err)
	}
}

// wantEventsOf wants all events of patches to be about patches of these numbers.
func wantEventsOf(t *testing.T, s *db.Store, numbers ...int64) {
	t.Helper()
	events, err := s.Events(context.Background(), 0, 0)
	if err != nil || len(events) < len(numbers) {
		t.Fatalf("%d events, %v", len(events), err)
	}
	for _, e := range events {
		known := e.Patch.ID == 0
		for _, n := range numbers {
			known = known || e.Patch.ID == n
		}
		if !known {
			t.Errorf("%+v", e)
		}
	}
}
