package postgres_test

import (
	"errors"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// What is asked with the context of an Ahead is told of which moment it is, or of a later one; only the first question
// takes it along, and where its answer is refused, nothing else is asked.
func TestMomentIsToldWithTheFirstAnswer(t *testing.T) {
	s, _ := storeOnServer(t)
	if _, err := s.Add(t.Context(), []db.Delivery{{Mail: planMail(1, 5), Frame: db.Compress(nil)}}); err != nil {
		t.Fatal(err)
	}
	projects, err := s.Projects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	about := []int64{0, projects[0].ID, 99}
	epoch, changes, err := s.Moment(t.Context(), about...)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	refused := errors.New("not this one")
	var answer error
	ctx, gains := s.Ahead(t.Context(), about, func(e string, now map[int64]int64) error {
		told++
		if e != epoch || len(now) != 3 || now[0] != changes[0] || now[about[1]] != changes[about[1]] || now[99] != 0 {
			t.Errorf("told of %s %v, wanted are %s %v", e, now, epoch, changes)
		}
		return answer
	})
	if !gains {
		t.Fatal("a server gains nothing")
	}
	if _, err := s.PatchRows(ctx, nil, track.Scope{}); err != nil || told != 0 {
		t.Errorf("nothing was asked: told %d times, %v", told, err)
	}
	answer = refused
	if _, err := s.PatchRows(ctx, []int64{1}, track.Scope{}); !errors.Is(err, refused) || told != 1 {
		t.Errorf("refused: told %d times, %v", told, err)
	}
	answer = nil
	for range 2 {
		page, err := s.PatchPage(ctx, track.PatchQuery{Paging: track.Paging{Limit: 5}})
		if err != nil || page.Total != 1 || told != 1 {
			t.Errorf("told %d times, %d patches, %v", told, page.Total, err)
		}
	}
	if a := engine.TakeAhead(ctx); a != nil {
		t.Error("it is still to be asked")
	}
}
