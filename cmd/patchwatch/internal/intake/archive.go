package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Archive is a source of mails that import reads to its end.
type Archive interface {
	Path() string
	Next() (name string, m Bytes, err error) // io.EOF after the last
	Share() float64                          // how much of it has been read, 0 to 1; 0 if not known
	Close() error
}

// OpenArchives opens every path before anything is stored, so that a mistyped one changes nothing.
func OpenArchives(ctx context.Context, stdin io.Reader, paths []string) ([]Archive, error) {
	var out []Archive
	for _, p := range paths {
		a, err := openArchive(ctx, stdin, p)
		if err != nil {
			for _, o := range out {
				o.Close()
			}
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

func openArchive(ctx context.Context, stdin io.Reader, path string) (Archive, error) {
	if path == "-" {
		return newMboxArchive("standard input", UntilDone(ctx, stdin), io.NopCloser(stdin), 0)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no %s", path)
	case err != nil:
		return nil, err
	case info.IsDir():
		if inbox, err := openInbox(ctx, path); inbox != nil || err != nil {
			return inbox, err
		}
		if other := foreignFolder(path); other != "" {
			return nil, errors.New(other)
		}
		return openFolder(path)
	}
	f, size, err := Open(ctx, path)
	if err != nil {
		return nil, err
	}
	return newMboxArchive(path, f, f, size)
}
