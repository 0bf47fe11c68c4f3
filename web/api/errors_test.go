package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"patchwatch/db/engine"
)

func TestFaultsOfTheDatabase(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]int{
		engine.ErrClosed: 503, fmt.Errorf("x: %w", engine.ErrReadOnly): 503, errors.New("secret words"): 500,
		context.DeadlineExceeded: 503, fmt.Errorf("x: %w", engine.ErrAway): 503,
	} {
		for _, place := range every {
			s := newServer().by("Maint")
			s.get("/api/")
			s.store.Fails = err
			w := s.get("/api/" + place)
			if w.Code != want || strings.Contains(w.Body.String(), "secret") || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%v: %s: %d %s", err, place, w.Code, w.Body)
			}
		}
	}
}
