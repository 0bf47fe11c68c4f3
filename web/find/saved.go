package find

import (
	"context"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// A Saver has the queries that people have saved.
type Saver interface {
	SavedQueries(ctx context.Context, of track.Actor) ([]engine.SavedQuery, error)
}

func savedBy(ctx context.Context, s Saver, owner track.Actor) (map[string]string, error) {
	all, err := s.SavedQueries(ctx, owner)
	saved := make(map[string]string, len(all))
	for _, q := range all {
		saved[q.Name] = q.Query
	}
	return saved, err
}
