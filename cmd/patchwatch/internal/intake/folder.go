package intake

import (
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

// fileArchive is a list of files, a mail each.
type fileArchive struct {
	name  string
	files []string
	done  int
}

// openFolder reads a Maildir's new and cur, or the files of any other folder, in order of their names. Of a Maildir
// that is the order of delivery.
func openFolder(dir string) (Archive, error) {
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

// onlyMails leaves out an archive's lists and notes: if some files are named as mails, the others are none.
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

// withoutReasons leaves out the .reason files that stand beside mails in a Maildir's failed.
func withoutReasons(files []string) []string {
	return slices.DeleteFunc(slices.Clone(files), func(f string) bool {
		mail, ok := strings.CutSuffix(f, ".reason")
		return ok && slices.Contains(files, mail)
	})
}

func (a *fileArchive) Path() string { return a.name }
func (a *fileArchive) Close() error { return nil }

func (a *fileArchive) Next() (string, Bytes, error) {
	for a.done < len(a.files) {
		file := a.files[a.done]
		a.done++
		raw, info, err := watcher.ReadFile(file, ingest.MaxMail+1)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, watcher.ErrNoFile) {
			continue // a watcher has moved it meanwhile
		}
		if err != nil {
			return file, Bytes{}, err
		}
		if len(raw) > ingest.MaxMail {
			return file, Bytes{Fault: fmt.Errorf("it has %d bytes, more than the %d that a mail may have", info.Size(),
				ingest.MaxMail)}, nil
		}
		return file, Bytes{Raw: raw, Delivered: watcher.Delivered(filepath.Base(file), info.ModTime())}, nil
	}
	return "", Bytes{}, io.EOF
}

func (a *fileArchive) Share() float64 {
	if len(a.files) == 0 {
		return 1
	}
	return float64(a.done) / float64(len(a.files))
}
