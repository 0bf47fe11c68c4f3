package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/db/postgres"
	"patchwatch/track"
)

// Those who ask together wait at the same time, and each gets its own answer, or its own error.
func TestAskingTogether(t *testing.T) {
	s, _ := storeOnServer(t)
	for _, n := range []int{1, 4} {
		if _, err := s.Add(t.Context(), []db.Delivery{{Mail: planMail(n, 5), Frame: db.Compress(nil)}}); err != nil {
			t.Fatal(err)
		}
	}
	var trace []string
	patch := func(id int64, questions int) func(context.Context) error {
		return func(ctx context.Context) error {
			for range questions {
				trace = append(trace, fmt.Sprint("asks for ", id))
				rows, err := s.PatchRows(ctx, []int64{id}, track.Scope{})
				if err != nil || rows[id].ID != id {
					t.Errorf("patch %d: %+v, %v", id, rows, err)
				}
			}
			trace = append(trace, fmt.Sprint("has ", id))
			return nil
		}
	}
	wrong := errors.New("wrong")
	told := 0
	ctx, _ := s.Ahead(t.Context(), []int64{0}, func(string, map[int64]int64) error { told++; return nil })
	err := s.Together(ctx, patch(1, 2), patch(2, 1), func(ctx context.Context) error {
		if _, err := s.SeriesRow(ctx, 999, track.Scope{}); err == nil {
			t.Error("there is a series 999")
		}
		return wrong
	}, func(ctx context.Context) error { // a question that has a snapshot of its own
		people, err := s.PersonPage(ctx, track.PersonQuery{Paging: track.Paging{Limit: 5}})
		if err == nil && len(people.Rows) == 0 {
			t.Error("there are no people")
		}
		return err
	})
	if err != wrong || told != 1 {
		t.Errorf("%v; told %d times", err, told)
	}
	if want := []string{"asks for 1", "asks for 2", "asks for 1", "has 2", "has 1"}; !reflect.DeepEqual(trace, want) {
		t.Errorf("%q", trace)
	}
	if err := s.Together(t.Context()); err != nil {
		t.Error("nobody asks: ", err)
	}
}

// Where one of those who ask together panics, the others are told that there is no answer.
func TestPanicTogether(t *testing.T) {
	s, _ := storeOnServer(t)
	var left error
	func() {
		defer func() {
			if r := recover(); r != "out of order" {
				t.Errorf("panic: %v", r)
			}
		}()
		t.Error(s.Together(t.Context(), func(ctx context.Context) error {
			_, left = s.PatchRows(ctx, []int64{1}, track.Scope{})
			return left
		}, func(context.Context) error { panic("out of order") }))
	}()
	if left == nil {
		t.Error("who waited got an answer")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.Together(ctx, func(ctx context.Context) error {
		_, err := s.PatchRows(ctx, []int64{1}, track.Scope{})
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Who asks together may ask again while the rows of a question are handed out, and after a question that had no answer.
func TestAskingWithinAnAnswer(t *testing.T) {
	s, e := storeOnServer(t)
	for _, n := range []int{1, 4} {
		if _, err := s.Add(t.Context(), []db.Delivery{{Mail: planMail(n, 5), Frame: db.Compress([]byte("x"))}}); err != nil {
			t.Fatal(err)
		}
	}
	names := 0
	if err := e.(engine.Distant).Together(t.Context(), func(ctx context.Context) error {
		return postgres.EachMailID(ctx, e, func(v engine.View, id int64) error {
			rows, err := v.PatchRows([]int64{id}, track.Scope{})
			if rows[id].ID == id {
				names++
			}
			return err
		})
	}); err != nil || names != 2 {
		t.Errorf("%d patches, %v", names, err)
	}
}
