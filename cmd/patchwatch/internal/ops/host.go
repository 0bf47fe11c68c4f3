package ops

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"slices"
	"time"

	"patchwatch/db"
	"patchwatch/internal/order"
	"patchwatch/watcher"
	"patchwatch/web/admin"
)

// Host tells the pages for administrators of the Maildirs that are watched into a database. Failed mail is that of this
// machine: the files of others are out of reach.
type Host struct {
	Store  *db.Store
	Name   string                                    // of this machine; empty: there is no other
	Search func(ctx context.Context) (Search, error) // how far the search index is
}

var _ admin.Host = &Host{}

// Report says how all is.
func (h *Host) Report(ctx context.Context) (out admin.Report, err error) {
	r, err := ReportOf(ctx, h.Store, h.Name, nil)
	if err != nil {
		return out, err
	}
	d := r.Database
	out = admin.Report{
		Database: d.Path, Engine: d.Engine, Bytes: d.Bytes, LogBytes: d.WALBytes, Mails: d.Mails, Patches: d.Patches,
		Series: d.Series, Projects: d.Projects, Unrouted: d.Unrouted, Unfinished: d.Unfinished, Outdated: d.Outdated,
		ListsFull: d.Full,
	}
	if found, err := h.Search(ctx); err == nil { // an index that cannot be read is made anew by whoever searches
		out.NotIndexed = found.Missing
	}
	for i := range r.Maildirs {
		m := &r.Maildirs[i]
		out.Maildirs = append(out.Maildirs, admin.Maildir{
			Host: m.Host, Seen: orZero(m.Seen), Silent: m.Silent, Path: m.Path,
			Waiting: m.Waiting, Oldest: orZero(m.OldestWaiting), Odd: m.Odd, Failed: m.Failed,
			LastMail: orZero(m.LastMail), LastScan: orZero(m.LastScan), Paused: m.Paused, Stuck: m.Stuck, Error: m.Error,
		})
	}
	return out, nil
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// failedFile is a mail in failed, which has not been opened.
type failedFile struct{ dir, name string }

// key names the mail for others. It says nothing of where it is, and no path can be made of it.
func (f failedFile) key() string {
	sum := sha256.Sum256([]byte(f.dir + "\x00" + f.name))
	return hex.EncodeToString(sum[:16])
}

// failedFiles are those of all Maildirs that are watched, those that came last first. Of a Maildir that cannot be read
// there are none, and the error says why.
func (h *Host) failedFiles(ctx context.Context) (all []failedFile, err error) {
	known, err := h.Store.Maildirs(ctx)
	if err != nil {
		return nil, err
	}
	known, _ = OwnDirs(known, h.Name)
	var errs []error
	for _, m := range known {
		names, err := watcher.FailedNames(m.Path)
		errs = append(errs, err)
		for _, name := range names {
			all = append(all, failedFile{m.Path, name})
		}
	}
	order.By(all, func(a, b failedFile) int {
		return cmp.Or(watcher.Delivered(b.name, time.Time{}).Compare(watcher.Delivered(a.name, time.Time{})),
			cmp.Compare(a.name, b.name), cmp.Compare(a.dir, b.dir))
	})
	return all, errors.Join(errs...)
}

// Failed lists failed mails, at most so many after the first ones.
func (h *Host) Failed(ctx context.Context, skip, most int) (mails []admin.FailedMail, total int, err error) {
	all, err := h.failedFiles(ctx)
	total = len(all)
	all = all[min(skip, total):]
	for _, f := range all[:min(most, len(all))] {
		m, err := f.read()
		if errors.Is(err, fs.ErrNotExist) {
			total-- // put back meanwhile
			continue
		}
		if err != nil {
			m = admin.FailedMail{Key: f.key(), Dir: f.dir, Name: f.name, Reason: err.Error()}
		}
		mails = append(mails, m)
	}
	return mails, total, err
}

func (f failedFile) read() (admin.FailedMail, error) {
	is, err := watcher.FailedNamed(f.dir, f.name)
	if err != nil {
		return admin.FailedMail{}, err
	}
	m := FailedMail{Dir: f.dir, Name: f.name, Size: is.Size, Time: is.Time.UTC(), Reason: is.Reason}
	m.ReadHeader()
	return admin.FailedMail{
		Key: f.key(), Dir: m.Dir, Name: m.Name, From: m.From, Subject: m.Subject, Size: m.Size, Time: m.Time,
		Reason: m.Reason,
	}, nil
}

// FailedMail finds a failed mail by its key, and gives how it begins.
func (h *Host) FailedMail(ctx context.Context, key string) (m admin.FailedMail, begin []byte, err error) {
	all, err := h.failedFiles(ctx)
	at := slices.IndexFunc(all, func(f failedFile) bool { return f.key() == key })
	if at < 0 {
		return m, nil, cmp.Or(err, db.ErrNotFound)
	}
	if m, err = all[at].read(); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = db.ErrNotFound
		}
		return m, nil, err
	}
	const shown = 4 << 10
	begin, _, err = watcher.ReadFile(FailedMail{Dir: m.Dir, Name: m.Name}.Path(), shown)
	return m, begin, err
}

// Retry moves failed mails back to new, by their keys.
func (h *Host) Retry(ctx context.Context, keys []string) (moved int, err error) {
	all, err := h.failedFiles(ctx)
	errs := []error{err}
	for _, f := range all {
		if !slices.Contains(keys, f.key()) {
			continue
		}
		switch err := watcher.Retry(f.dir, f.name); {
		case err == nil:
			moved++
		case !errors.Is(err, fs.ErrNotExist): // otherwise somebody else was quicker
			errs = append(errs, err)
		}
	}
	return moved, errors.Join(errs...)
}
