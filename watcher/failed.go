package watcher

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// maxReason bounds what is read of a reason, in bytes; anybody may have put a file there.
const maxReason = 64 << 10

// FailedMail is one mail in failed.
type FailedMail struct {
	Name   string    // of the file, as Retry takes it
	Size   int64     // bytes
	Time   time.Time // when it was refused
	Reason string    // without the last newline; empty where there is none
}

// Failed lists the mails in failed by the time they were refused. A missing folder is an empty one.
func Failed(dir string) ([]FailedMail, error) {
	folder := filepath.Join(dir, "failed")
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("failed(%s): %w", dir, err)
	}
	var mails []FailedMail
	for _, entry := range entries {
		if !isFailedMail(entry) {
			continue
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // put back meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("failed(%s): %w", dir, err)
		}
		mails = append(mails, failedMail(folder, info))
	}
	slices.SortStableFunc(mails, func(a, b FailedMail) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Name, b.Name)) })
	return mails, nil
}

func isFailedMail(entry fs.DirEntry) bool {
	name := entry.Name()
	return name[0] != '.' && entry.Type().IsRegular() && !strings.HasSuffix(name, reasonSuffix)
}

func failedMail(folder string, info fs.FileInfo) FailedMail {
	mail := FailedMail{Name: info.Name(), Size: info.Size(), Time: info.ModTime()}
	f, err := os.OpenFile(filepath.Join(folder, reasonName(mail.Name)), os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
	if err != nil {
		return mail // somebody has put the mail there by hand
	}
	defer f.Close()
	if written, err := f.Stat(); err == nil {
		mail.Time = written.ModTime()
	}
	text, _ := io.ReadAll(io.LimitReader(f, maxReason))
	mail.Reason = strings.TrimSpace(string(text))
	return mail
}

// Retry moves a mail from failed back into new, where a watcher takes it once more. The reason stays until the mail is
// stored or refused again. Retry never replaces a mail in new: the error then wraps fs.ErrExist, and fs.ErrNotExist
// when there is no such mail in failed.
func Retry(dir, name string) error {
	if err := retry(dir, name); err != nil {
		return fmt.Errorf("retry(%q): %w", name, err)
	}
	return nil
}

func retry(dir, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	from := filepath.Join(dir, "failed", name)
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if !isFailedMail(fs.FileInfoToDirEntry(info)) {
		return errors.New("is not a mail")
	}
	return moveFile(from, filepath.Join(dir, "new", name))
}
