package web_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"patchwatch/web/internal/webtest/town"
)

// TestRemovedIsAbsent stops tracking a private project. Nothing of it is shown to anybody, neither while its mail is
// still being routed nor after that.
func TestRemovedIsAbsent(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	s.AddPrivate()
	absent := func(when string) {
		t.Helper()
		for _, place := range places {
			for _, who := range []string{"", "ann", "inner"} {
				if strings.HasPrefix(place, "/admin/") || who == "" && forUsers(place) {
					continue
				}
				body := s.get(who, s.in(place)).Body.String()
				for _, word := range []string{"in-first", "in-second", "in-cover", "hermit", "/inside/", "secret"} {
					if strings.Contains(body, word) {
						t.Errorf("%s: %s by %q has %s: %s", when, place, who, word, body)
					}
				}
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.RemoveProject(ctx, "admin", "inside", town.Read, func(int, int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	absent("at once")
	if _, err := s.Finish(t.Context(), town.Read, nil); err != nil {
		t.Fatal(err)
	}
	absent("in the end")
}
