package webtest

import (
	"context"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// A Fake has saved nothing.

func (s *Fake) SavedQueries(context.Context, track.Actor) ([]engine.SavedQuery, error) {
	s.Calls++
	return nil, s.Fails
}

func (s *Fake) SaveQuery(_ context.Context, by track.Actor, name, query string) error {
	return s.write(nil, "%s saves %s: %s", by, name, query)
}
