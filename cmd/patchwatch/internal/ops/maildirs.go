package ops

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"patchwatch/db"
	"patchwatch/watcher"
)

// MaildirPath checks that a folder that was named is a Maildir, and returns its full path.
func MaildirPath(dir string) (string, error) {
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

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// WatchedDirs returns the named Maildirs with what the database knows of them or, without any, all that it knows of
// this host, which has this name.
func WatchedDirs(ctx context.Context, s *db.Store, host string, dirs []string) ([]db.Maildir, error) {
	known, err := s.Maildirs(ctx)
	known, _ = OwnDirs(known, host)
	if err != nil || len(dirs) == 0 {
		return known, err
	}
	byPath := map[string]db.Maildir{}
	for _, m := range known {
		byPath[m.Path] = m
	}
	out := make([]db.Maildir, len(dirs))
	for i, dir := range dirs {
		path, err := MaildirPath(dir)
		if err != nil {
			return nil, err
		}
		out[i] = byPath[path]
		out[i].Path = path
	}
	return out, nil
}

// PrepareMaildirs makes Maildirs of the named folders that are none yet, and returns their full paths, by which
// status knows them.
func PrepareMaildirs(dirs []string, log *slog.Logger) ([]string, error) {
	for _, dir := range dirs { // make no folder in one if another is mistyped
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no folder %s", dir)
		}
	}
	full := make([]string, len(dirs))
	for i, dir := range dirs {
		path, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		made, err := watcher.EnsureMaildir(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("there is no folder %s", dir)
		case err != nil:
			return nil, err
		}
		if made {
			log.Info("made a Maildir of the folder: cur, new, tmp and failed", "folder", path)
		}
		full[i] = path
	}
	return full, nil
}
