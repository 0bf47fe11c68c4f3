package db

import (
	"context"
	"slices"
	"time"

	"patchwatch/db/engine"
)

// Maildirs lists those that were last watched, by host and path.
func (s *Store) Maildirs(ctx context.Context) (all []engine.Maildir, err error) {
	err = s.view(ctx, func(v engine.View) error {
		all, err = v.Maildirs()
		return err
	})
	return all, err
}

// How long a Maildir is remembered that no watcher scans: status is not to go on about a folder that is no longer in
// use. A host that has gone silent is to be seen by the others, though it may be a weekend until somebody looks.
const (
	forgetOwn   = time.Hour
	forgetOther = 7 * 24 * time.Hour
)

// Watch notes the Maildirs that a watcher of a host is starting on; empty: the only machine there is, or one that
// nobody gave a name. What that machine had before it got a name it has under its name from now on. Maildirs that are
// not in use any more are forgotten.
func (s *Store) Watch(ctx context.Context, host string, paths []string) error {
	return s.write(ctx, func(w *writing) error {
		all, err := w.Tx.Maildirs()
		if err != nil {
			return err
		}
		now := time.Now().UTC().Truncate(time.Second)
		if err := w.forgetSilent(all, host, now); err != nil {
			return err
		}
		own := maildirsOf(all, host)
		own = slices.DeleteFunc(own, func(m engine.Maildir) bool { return m.LastScan.Before(now.Add(-forgetOwn)) })
		for _, path := range paths {
			at := maildirAt(own, path)
			if at < 0 {
				own = append(own, engine.Maildir{Host: host, Path: path})
				at = len(own) - 1
			}
			own[at].LastScan, own[at].Paused = now, ""
			if host != "" {
				own[at].Seen = now
			}
		}
		return w.Tx.PutMaildirs(host, own)
	})
}

// forgetSilent takes out what hosts have left that nothing was heard of for long.
func (w *writing) forgetSilent(all []engine.Maildir, host string, now time.Time) error {
	longest := forgetOther
	if host == "" { // there are no others any more
		longest = forgetOwn
	}
	last := map[string]time.Time{}
	for _, m := range all {
		if m.Host != host && last[m.Host].Before(m.LastSaid()) {
			last[m.Host] = m.LastSaid()
		}
	}
	for _, other := range engine.SortedKeys(last) {
		if other == "" || last[other].Before(now.Add(-longest)) {
			if err := w.Tx.PutMaildirs(other, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// Watched notes how Maildirs of a host that are being watched do. A zero time leaves what is there.
func (s *Store) Watched(ctx context.Context, host string, seen ...engine.Maildir) error {
	return s.write(ctx, func(w *writing) error {
		all, err := w.Tx.Maildirs()
		if err != nil {
			return err
		}
		own := maildirsOf(all, host)
		for _, m := range seen {
			if at := maildirAt(own, m.Path); at >= 0 {
				note(&own[at], m)
			}
		}
		return w.Tx.PutMaildirs(host, own)
	})
}

// note notes what was seen of a Maildir.
func note(is *engine.Maildir, m engine.Maildir) {
	for _, t := range []struct {
		is  *time.Time
		now time.Time
	}{{&is.LastMail, m.LastMail}, {&is.LastEvent, m.LastEvent}, {&is.LastScan, m.LastScan}} {
		if !t.now.IsZero() {
			*t.is = t.now.UTC().Truncate(time.Second)
		}
	}
	is.Paused = m.Paused
	if is.Host != "" {
		is.Seen, is.Waiting, is.Failed = time.Now().UTC().Truncate(time.Second), m.Waiting, m.Failed
		is.Oldest = m.Oldest
		if !is.Oldest.IsZero() {
			is.Oldest = is.Oldest.UTC().Truncate(time.Second)
		}
	}
}

// maildirsOf are those of a host.
func maildirsOf(all []engine.Maildir, host string) []engine.Maildir {
	return slices.DeleteFunc(slices.Clone(all), func(m engine.Maildir) bool { return m.Host != host })
}

func maildirAt(all []engine.Maildir, path string) int {
	return slices.IndexFunc(all, func(m engine.Maildir) bool { return m.Path == path })
}
