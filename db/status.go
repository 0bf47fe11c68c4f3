package db

import (
	"context"
	"database/sql"
	"os"
	"time"
)

// Status is what the database holds.
type Status struct {
	Mails     int // stored, variants too
	Patches   int
	Covers    int
	Comments  int
	Pending   int // replies that wait for a parent
	Ignored   int
	Unrouted  int
	Variants  int
	Series    int
	Projects  int
	OnSight   int   // projects that were made on sight
	FileBytes int64 // of the database file
	WALBytes  int64 // of the log beside it
	SQLite    string

	NoSubject       int   // mails in which no subject was found
	NewestNoSubject int64 // the one of them that was stored last; 0: there is none

	Reading    int // the lowest number by which any mail was read (ReadBy); 0: not known
	Unfinished int // mails that a change of projects or rules has not come to yet; some may count twice
}

// Status counts what is stored, all in one view of the database.
func (s *Store) Status(ctx context.Context) (Status, error) {
	st := Status{SQLite: SQLiteVersion()}
	tx, done, err := s.view(ctx)
	if err != nil {
		return st, err
	}
	defer done()
	for _, q := range []struct {
		into  any
		query string
	}{
		{&st.Mails, `SELECT count(*) FROM mail`},
		{&st.Patches, `SELECT count(*) FROM patch`},
		{&st.Covers, `SELECT count(*) FROM cover`},
		{&st.Comments, `SELECT count(*) FROM reply WHERE parent IS NOT NULL AND NOT ignored`},
		{&st.Pending, `SELECT count(*) FROM reply WHERE parent IS NULL AND NOT ignored`},
		{&st.Ignored, `SELECT count(*) FROM reply WHERE ignored`},
		{&st.Unrouted, `SELECT count(*) FROM mail WHERE project IS NULL`},
		{&st.Variants, `SELECT count(*) FROM mail WHERE NOT chosen`},
		{&st.NoSubject, `SELECT count(*) FROM mail WHERE name = ''`},
		{&st.NewestNoSubject, `SELECT coalesce(max(id), 0) FROM mail WHERE name = ''`},
		{&st.Series, `SELECT count(*) FROM series`},
		{&st.Projects, `SELECT count(*) FROM project WHERE NOT removed`},
		{&st.Unfinished, unfinishedQuery},
		{&st.Reading, readingQuery},
		{&st.OnSight, `SELECT count(*) FROM project WHERE NOT removed AND on_sight`},
	} {
		if err := tx.QueryRowContext(ctx, q.query).Scan(q.into); err != nil {
			return st, explain(err)
		}
	}
	st.FileBytes, st.WALBytes = size(s.path), size(s.path+"-wal")
	return st, nil
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// Maildir is a folder that a watcher feeds into this database.
type Maildir struct {
	Path      string
	LastMail  time.Time // zero: none yet
	LastEvent time.Time // zero: none yet
	LastScan  time.Time
	Paused    string // why no mail is taken; empty: it is
}

// Maildirs lists those that were last watched.
func (s *Store) Maildirs(ctx context.Context) ([]Maildir, error) {
	r, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.done()
	rows, err := r.QueryContext(ctx, `SELECT path, last_mail, last_event, last_scan, coalesce(paused, '') FROM maildir ORDER BY path`)
	if err != nil {
		return nil, explain(err)
	}
	var out []Maildir
	err = eachRow(rows, func(scan func(...any) error) error {
		var m Maildir
		var mail, event, scanned sql.NullInt64
		if err := scan(&m.Path, &mail, &event, &scanned, &m.Paused); err != nil {
			return err
		}
		m.LastMail, m.LastEvent, m.LastScan = timeOrZero(mail), timeOrZero(event), timeOrZero(scanned)
		out = append(out, m)
		return nil
	})
	return out, explain(err)
}

func timeOrZero(seconds sql.NullInt64) time.Time {
	if !seconds.Valid {
		return time.Time{}
	}
	return unixSec(seconds.Int64)
}

// Watch notes the Maildirs that a watcher is starting on. Those that no watcher has scanned for an hour are forgotten,
// so that status does not go on about a folder that is no longer in use.
func (s *Store) Watch(ctx context.Context, paths []string) error {
	return s.write(ctx, func(w *writer) error {
		now := time.Now().Unix()
		if err := w.exec(`DELETE FROM maildir WHERE coalesce(last_scan, 0) < ?`, now-3600); err != nil {
			return err
		}
		for _, p := range paths {
			if err := w.exec(`INSERT INTO maildir (path, last_scan) VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET last_scan = excluded.last_scan, paused = NULL`, p, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// Watched notes how Maildirs that are being watched do. A zero time leaves what is there.
func (s *Store) Watched(ctx context.Context, all ...Maildir) error {
	return s.write(ctx, func(w *writer) error {
		for _, m := range all {
			if err := w.exec(`
				UPDATE maildir SET last_mail = coalesce(?, last_mail), last_event = coalesce(?, last_event),
					last_scan = coalesce(?, last_scan), paused = ? WHERE path = ?`,
				secondsOrNil(m.LastMail), secondsOrNil(m.LastEvent), secondsOrNil(m.LastScan), orNil(m.Paused), m.Path); err != nil {
				return err
			}
		}
		return nil
	})
}

func secondsOrNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Unix()
}
