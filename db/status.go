package db

import (
	"context"
	"slices"
	"time"

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

// Maildirs lists those that were last watched.
func (s *Store) Maildirs(ctx context.Context) (all []engine.Maildir, err error) {
	err = s.view(ctx, func(v engine.View) error {
		all, err = v.Maildirs()
		return err
	})
	return all, err
}

// Watch notes the Maildirs that a watcher is starting on. Those that no watcher has scanned for an hour are forgotten,
// so that status does not go on about a folder that is no longer in use.
func (s *Store) Watch(ctx context.Context, paths []string) error {
	return s.write(ctx, func(w *writing) error {
		all, err := w.Maildirs()
		if err != nil {
			return err
		}
		now := time.Now().UTC().Truncate(time.Second)
		all = slices.DeleteFunc(all, func(m engine.Maildir) bool { return m.LastScan.Before(now.Add(-time.Hour)) })
		for _, path := range paths {
			at := maildirAt(all, path)
			if at < 0 {
				all = append(all, engine.Maildir{Path: path})
				at = len(all) - 1
			}
			all[at].LastScan, all[at].Paused = now, ""
		}
		return w.PutMaildirs(all)
	})
}

// Watched notes how Maildirs that are being watched do. A zero time leaves what is there.
func (s *Store) Watched(ctx context.Context, seen ...engine.Maildir) error {
	return s.write(ctx, func(w *writing) error {
		all, err := w.Maildirs()
		if err != nil {
			return err
		}
		for _, m := range seen {
			at := maildirAt(all, m.Path)
			if at < 0 {
				continue
			}
			is := &all[at]
			for _, t := range []struct {
				is  *time.Time
				now time.Time
			}{{&is.LastMail, m.LastMail}, {&is.LastEvent, m.LastEvent}, {&is.LastScan, m.LastScan}} {
				if !t.now.IsZero() {
					*t.is = t.now.UTC().Truncate(time.Second)
				}
			}
			is.Paused = m.Paused
		}
		return w.PutMaildirs(all)
	})
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
	return s.write(ctx, func(w *writing) error { return w.PutRepositories(repositories) })
}

func maildirAt(all []engine.Maildir, path string) int {
	return slices.IndexFunc(all, func(m engine.Maildir) bool { return m.Path == path })
}
