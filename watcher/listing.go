package watcher

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
)

const (
	// scanNames bounds the names of one Maildir in memory. Only the names in memory are sorted: up to so many mails
	// are taken in order, the oldest first, and more of them nearly so.
	scanNames = 1 << 16
	readNames = 4096 // entries that are read from the folder at a time
)

// listing reads the names in new piece by piece, while mails are moved out of it. POSIX readdir gives each file that
// is there all the time exactly once.
type listing struct {
	folder *os.File // nil: read to the end
	names  []string // not yet given out, in order
}

func (l *listing) open() bool { return l.folder != nil || len(l.names) > 0 }

func (l *listing) start(path string) (err error) {
	l.close()
	l.folder, err = OpenListing(path)
	return err
}

func (l *listing) close() {
	if l.folder != nil {
		l.folder.Close()
	}
	*l = listing{}
}

// next returns the next names, at most limit, of entries that are wanted. It returns none at the end of the listing.
func (l *listing) next(limit int, wanted func(fs.DirEntry) bool) ([]string, error) {
	if len(l.names) == 0 {
		if err := l.fill(wanted); err != nil {
			l.close()
			return nil, err
		}
	}
	n := min(limit, len(l.names))
	names := l.names[:n]
	l.names = l.names[n:]
	return names, nil
}

func (l *listing) fill(wanted func(fs.DirEntry) bool) error {
	for l.folder != nil && len(l.names) < scanNames {
		entries, err := l.folder.ReadDir(readNames)
		for _, entry := range entries {
			if wanted(entry) {
				l.names = append(l.names, entry.Name())
			}
		}
		if errors.Is(err, io.EOF) {
			l.folder.Close()
			l.folder = nil
		} else if err != nil {
			return err
		}
	}
	slices.Sort(l.names)
	return nil
}
