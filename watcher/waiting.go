package watcher

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"
)

// Queue is what is in new.
type Queue struct {
	Mails  int
	Oldest time.Time // when the oldest of them was delivered; zero where there is none
	Odd    int       // things that are no regular files; they stay there
}

// Waiting counts what is in new, without opening any of it. A mail that is settled meanwhile may be counted or not.
func Waiting(dir string) (Queue, error) {
	q, err := waiting(filepath.Join(dir, "new"))
	if err != nil {
		return Queue{}, fmt.Errorf("waiting(%s): %w", dir, err)
	}
	return q, nil
}

func waiting(path string) (q Queue, err error) {
	folder, err := OpenListing(path)
	if err != nil {
		return q, err
	}
	defer folder.Close()
	for {
		entries, err := folder.ReadDir(readNames)
		for _, entry := range entries {
			q.add(entry)
		}
		if errors.Is(err, io.EOF) {
			return q, nil
		}
		if err != nil {
			return q, err
		}
	}
}

func (q *Queue) add(entry fs.DirEntry) {
	switch {
	case entry.Name()[0] == '.':
		return
	case !entry.Type().IsRegular():
		q.Odd++
		return
	}
	delivered, ok := entryDelivered(entry)
	if !ok {
		return
	}
	q.Mails++
	if q.Oldest.IsZero() || delivered.Before(q.Oldest) {
		q.Oldest = delivered
	}
}

// entryDelivered asks for the mtime only where the name has no time: that is one system call for each mail.
func entryDelivered(entry fs.DirEntry) (t time.Time, ok bool) {
	if t, ok := nameTime(entry.Name()); ok {
		return t, true
	}
	info, err := entry.Info()
	if err != nil {
		return t, false // settled meanwhile
	}
	return Delivered(entry.Name(), info.ModTime()), true
}
