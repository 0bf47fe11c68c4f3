package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"patchwatch/db"
)

// maildirs are the named ones, else those that watch last fed into the database.
func (a *app) maildirs(ctx context.Context, named []string) (paths []string, err error) {
	if len(named) > 0 {
		for _, dir := range named {
			path, err := maildirPath(dir)
			if err != nil {
				return nil, err
			}
			paths = append(paths, path)
		}
		return paths, nil
	}
	err = a.reading(ctx, func(s *db.Store) error {
		known, err := s.Maildirs(ctx)
		for _, m := range known {
			paths = append(paths, m.Path)
		}
		return err
	})
	if err == nil && len(paths) == 0 {
		err = fmt.Errorf("no Maildir is watched into %s; name one", a.db)
	}
	return paths, err
}

// maildirPath checks that a folder which a person named is a Maildir.
func maildirPath(dir string) (string, error) {
	switch {
	case !exists(dir):
		return "", fmt.Errorf("there is no folder %s", dir)
	case !isFolder(dir):
		return "", fmt.Errorf("%s is a file, not a Maildir", dir)
	case !isFolder(filepath.Join(dir, "new")) || !isFolder(filepath.Join(dir, "cur")):
		return "", fmt.Errorf("%s is not a Maildir: it has no new and cur", dir)
	}
	return filepath.Abs(dir)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
