package watcher

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"patchwatch/internal/order"
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
	order.By(mails, func(a, b FailedMail) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Name, b.Name))
	})
	return mails, nil
}

// FailedNames are the names of the mails in failed, in no order. None of them is opened. A missing folder is an empty
// one.
func FailedNames(dir string) (names []string, err error) {
	entries, err := os.ReadDir(filepath.Join(dir, "failed"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("failed(%s): %w", dir, err)
	}
	for _, entry := range entries {
		if isFailedMail(entry) {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// FailedNamed is the mail of a name in failed. The error wraps fs.ErrNotExist where there is none.
func FailedNamed(dir, name string) (FailedMail, error) {
	path, err := failedPath(dir, name)
	if err != nil {
		return FailedMail{}, fmt.Errorf("failed(%q): %w", name, err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		return FailedMail{}, fmt.Errorf("failed(%q): %w", name, err)
	}
	return failedMail(filepath.Dir(path), info), nil
}

func isFailedMail(entry fs.DirEntry) bool {
	name := entry.Name()
	return name[0] != '.' && entry.Type().IsRegular() && !strings.HasSuffix(name, reasonSuffix)
}

func failedMail(folder string, info fs.FileInfo) FailedMail {
	mail := FailedMail{Name: info.Name(), Size: info.Size(), Time: inCalendar(info.ModTime())}
	text, written, err := ReadFile(filepath.Join(folder, reasonName(mail.Name)), maxReason)
	if err != nil {
		return mail // somebody has put the mail there by hand
	}
	mail.Time = inCalendar(written.ModTime())
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
	from, err := failedPath(dir, name)
	if err != nil {
		return err
	}
	return moveFile(from, filepath.Join(dir, "new", name))
}

func failedPath(dir, name string) (string, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "failed", name)
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	if !isFailedMail(fs.FileInfoToDirEntry(info)) {
		return "", errors.New("is not a mail")
	}
	return path, nil
}

// Drop moves a mail and its reason from failed into the folder dropped, which it makes; it deletes nothing. Where
// others of that name were dropped before, it is given a number, as in failed. The error wraps fs.ErrNotExist when
// there is no such mail in failed.
func Drop(dir, name string) error {
	if err := drop(dir, name); err != nil {
		return fmt.Errorf("drop(%q): %w", name, err)
	}
	return nil
}

func drop(dir, name string) error {
	from, err := failedPath(dir, name)
	if err != nil {
		return err
	}
	to := filepath.Join(dir, droppedFolder)
	if err := os.Mkdir(to, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	for choice := range maxChoices {
		as := failedName(name, choice)
		if taken(to, as) || taken(to, reasonName(as)) {
			continue
		}
		err := moveFile(from, filepath.Join(to, as))
		if errors.Is(err, fs.ErrExist) {
			continue // another process was quicker
		}
		if err != nil {
			return err
		}
		err = moveFile(filepath.Join(dir, "failed", reasonName(name)), filepath.Join(to, reasonName(as)))
		if errors.Is(err, fs.ErrNotExist) {
			return nil // somebody had put the mail there by hand
		}
		return err
	}
	return errNoFreeName
}

func taken(folder, name string) bool {
	_, err := os.Lstat(filepath.Join(folder, name))
	return err == nil
}

const droppedFolder = "dropped"

// CountFailed counts the mails in failed, without opening any of them. A missing folder is an empty one.
func CountFailed(dir string) (mails int, err error) { return countMails(filepath.Join(dir, "failed")) }

// CountDropped counts the mails that Drop has moved.
func CountDropped(dir string) (mails int, err error) {
	return countMails(filepath.Join(dir, droppedFolder))
}

func countMails(folder string) (mails int, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("count(%s): %w", folder, err)
	}
	for _, entry := range entries {
		if isFailedMail(entry) {
			mails++
		}
	}
	return mails, nil
}
