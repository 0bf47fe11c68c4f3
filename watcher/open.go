package watcher

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// A file in a Maildir need not be what its name says: whoever may write there can put a link to any file, or a FIFO on
// which opening and reading wait for ever. So only OpenFile, OpenListing and claims open anything there.

// ErrNoFile is for what is no regular file.
var ErrNoFile = errors.New("it is no regular file")

// OpenFile opens a regular file for reading, and nothing else: no link is followed, no FIFO is waited for.
func OpenFile(path string) (*os.File, fs.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
	if err != nil {
		if errors.Is(err, unix.ELOOP) {
			return nil, nil, fmt.Errorf("%s: it is a link: %w", path, ErrNoFile)
		}
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: %w", path, ErrNoFile)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// ReadFile reads a regular file of a Maildir, or its beginning where it has more than limit bytes. A link or a FIFO
// is an error at once.
func ReadFile(path string, limit int64) ([]byte, fs.FileInfo, error) {
	f, info, err := OpenFile(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	data := make([]byte, 0, min(info.Size(), limit)+1) // one byte more, so that it need not grow to see the end
	for int64(len(data)) < limit {
		n, err := f.Read(data[len(data):min(int64(cap(data)), limit)])
		data = data[:len(data)+n]
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		if len(data) == cap(data) { // it has grown
			data = append(data, 0)[:len(data)]
		}
	}
	return data, info, nil
}

// OpenListing opens a folder for listing. It follows links, which the folders of a Maildir may be.
func OpenListing(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|unix.O_DIRECTORY, 0)
}

// WriteFile replaces a small file of a Maildir. It writes a new file beside it and renames that, so the file is there
// whole or not at all. Whatever stands at either name is replaced, and never written to.
func WriteFile(path, text string) error {
	tmp := path + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		os.Remove(tmp)
	}
	return err
}
