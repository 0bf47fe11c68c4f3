package db

import (
	"context"

	"patchwatch/db/engine"
)

// Status is what the database holds.
type Status struct {
	engine.Counts
	engine.About
	Projects   int
	OnSight    int // projects that were made on sight
	Reading    int // the lowest number by which any mail was read (ReadBy); 0: not known
	Unfinished int // mails that a change of projects or rules has not come to yet; some may count twice
}

// Status counts what is stored, all at one moment.
func (s *Store) Status(ctx context.Context) (st Status, err error) {
	if st.About, err = s.engine.About(ctx); err != nil {
		return st, err
	}
	err = s.view(ctx, func(v engine.View) error {
		if st.Counts, err = v.Counts(); err != nil {
			return err
		}
		projects, err := v.Projects()
		if err != nil {
			return err
		}
		for _, p := range projects {
			if !p.Removed {
				st.Projects++
				if p.OnSight {
					st.OnSight++
				}
			}
		}
		works, err := v.Works()
		if err != nil {
			return err
		}
		st.Unfinished = leftToDo(works)
		st.Reading, err = v.Reading()
		return err
	})
	return st, err
}

// Repositories lists the git repositories that mail has been imported of, by path and list.
func (s *Store) Repositories(ctx context.Context) (all []engine.Repository, err error) {
	err = s.view(ctx, func(v engine.View) error {
		all, err = v.Repositories()
		return err
	})
	return all, err
}

// ReadTo notes up to where repositories have been imported, once that mail is stored.
func (s *Store) ReadTo(ctx context.Context, repositories []engine.Repository) error {
	if len(repositories) == 0 {
		return nil
	}
	return s.write(ctx, func(w *writing) error { return w.Tx.PutRepositories(repositories) })
}
