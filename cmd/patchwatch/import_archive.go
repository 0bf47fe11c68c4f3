package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"patchwatch/ingest"
	"patchwatch/watcher"
)

// archive is a source of mails that import reads to its end.
type archive interface {
	path() string
	next() (name string, m bytesOfMail, err error) // errEnd after the last
	share() float64                                // how much of it has been read, 0 to 1; 0 if not known
	close() error
}

var errEnd = errors.New("end of archive")

// openArchives looks at every path before anything is stored, so that a mistyped one changes nothing.
func openArchives(ctx context.Context, stdin io.Reader, paths []string) ([]archive, error) {
	var out []archive
	for _, p := range paths {
		a, err := openArchive(ctx, stdin, p)
		if err != nil {
			for _, o := range out {
				o.close()
			}
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

func openArchive(ctx context.Context, stdin io.Reader, path string) (archive, error) {
	if path == "-" {
		return newMboxArchive("standard input", untilDone(ctx, stdin), io.NopCloser(stdin), 0)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no %s", path)
	case err != nil:
		return nil, err
	case info.IsDir():
		if other := otherArchive(path); other != "" {
			return nil, errors.New(other)
		}
		return openFolder(path)
	}
	f, size, err := openNamed(ctx, path)
	if err != nil {
		return nil, err
	}
	return newMboxArchive(path, f, f, size)
}

// mboxArchive is an mbox, compressed or not.
type mboxArchive struct {
	name  string
	file  io.Closer
	count *countingReader
	size  int64 // of the file; 0 if not known
	mbox  *ingest.Mbox
	mails int
}

func newMboxArchive(name string, r io.Reader, c io.Closer, size int64) (archive, error) {
	a := &mboxArchive{name: name, file: c, count: &countingReader{r: r}, size: size}
	in := bufio.NewReaderSize(a.count, 1<<16)
	if magic, _ := in.Peek(2); string(magic) == "\x1f\x8b" { // RFC 1952
		z, err := gzip.NewReader(in)
		if err != nil {
			c.Close()
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		in = bufio.NewReaderSize(z, 1<<16)
	}
	if start, err := in.Peek(5); string(start) != "From " {
		c.Close()
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return nil, otherFile(name, in)
	}
	a.mbox = ingest.NewMbox(in)
	return a, nil
}

func (a *mboxArchive) path() string { return a.name }
func (a *mboxArchive) close() error { return a.file.Close() }

func (a *mboxArchive) next() (string, bytesOfMail, error) {
	raw, delivered, err := a.mbox.Next()
	a.mails++
	m := bytesOfMail{raw: raw, delivered: delivered}
	switch {
	case err == io.EOF:
		err = errEnd
	case errors.Is(err, ingest.ErrTooLarge): // that mail's fault; those behind it can be read
		m.fault, err = err, nil
	}
	return fmt.Sprintf("mail %d of %s", a.mails, a.name), m, err
}

func (a *mboxArchive) share() float64 {
	if a.size == 0 {
		return 0
	}
	return float64(a.count.n) / float64(a.size)
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// fileArchive is a list of files, a mail each.
type fileArchive struct {
	name  string
	files []string
	done  int
}

// openFolder reads a Maildir's new and cur, or the files of any other folder; in order of names, in which a Maildir's
// mails are in order of delivery.
func openFolder(dir string) (archive, error) {
	folders := []string{dir}
	if isFolder(filepath.Join(dir, "new")) && isFolder(filepath.Join(dir, "cur")) {
		folders = []string{filepath.Join(dir, "new"), filepath.Join(dir, "cur")}
	}
	a := &fileArchive{name: dir}
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			// No symlink is followed, and nothing is opened that could hang.
			if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
				a.files = append(a.files, filepath.Join(folder, e.Name()))
			}
		}
	}
	a.files = onlyMails(a.files)
	if len(a.files) == 0 && len(folders) == 1 {
		return nil, fmt.Errorf("there are no mails in the folder %s, and it is not a Maildir", dir)
	}
	sort.Slice(a.files, func(i, j int) bool { return filepath.Base(a.files[i]) < filepath.Base(a.files[j]) })
	return a, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// onlyMails leaves out an archive's lists and notes: where some files are named as mails, the others are none.
func onlyMails(files []string) []string {
	var mails []string
	for _, f := range files {
		if strings.HasSuffix(f, ".eml") {
			mails = append(mails, f)
		}
	}
	if mails == nil {
		return withoutReasons(files)
	}
	return mails
}

// withoutReasons leaves out what a Maildir's failed says about the mails there.
func withoutReasons(files []string) []string {
	return slices.DeleteFunc(slices.Clone(files), func(f string) bool {
		mail, ok := strings.CutSuffix(f, ".reason")
		return ok && slices.Contains(files, mail)
	})
}

func (a *fileArchive) path() string { return a.name }
func (a *fileArchive) close() error { return nil }

func (a *fileArchive) next() (string, bytesOfMail, error) {
	for a.done < len(a.files) {
		file := a.files[a.done]
		a.done++
		raw, info, err := watcher.ReadFile(file, ingest.MaxMail+1)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, watcher.ErrNoFile) {
			continue // a watcher has moved it meanwhile
		}
		if err != nil {
			return file, bytesOfMail{}, err
		}
		if len(raw) > ingest.MaxMail {
			return file, bytesOfMail{fault: fmt.Errorf("it has %d bytes, more than the %d that a mail may have", info.Size(), ingest.MaxMail)}, nil
		}
		return file, bytesOfMail{raw: raw, delivered: watcher.Delivered(filepath.Base(file), info.ModTime())}, nil
	}
	return "", bytesOfMail{}, errEnd
}

func (a *fileArchive) share() float64 {
	if len(a.files) == 0 {
		return 1
	}
	return float64(a.done) / float64(len(a.files))
}
