package ops

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/watcher"
)

// Alarming reports whether a person should look after it.
func (r *Report) Alarming(maxAge time.Duration) bool {
	return slices.ContainsFunc(r.Maildirs, func(m MaildirStatus) bool { return len(m.alarms(maxAge)) > 0 })
}

// alarms are why a person should look after a Maildir.
func (m MaildirStatus) alarms(maxAge time.Duration) (reasons []string) {
	if m.Paused != "" {
		reasons = append(reasons, "no mail is taken: "+m.Paused)
	}
	if m.Stuck != "" {
		reasons = append(reasons, "mail stays in new: "+m.Stuck)
	}
	if m.Error != "" {
		reasons = append(reasons, m.Error)
	}
	if m.Silent {
		reasons = append(reasons, fmt.Sprintf("nothing was heard of %s for %s", m.Host,
			time.Since(*m.Seen).Round(time.Second)))
	}
	if waited := m.waited(); waited > maxAge {
		reasons = append(reasons, fmt.Sprintf("a mail has waited in new for %s", waited.Round(time.Second)))
	}
	return reasons
}

// waited is how long the oldest mail in new has; 0 if none waits.
func (m MaildirStatus) waited() time.Duration {
	if m.OldestWaiting == nil {
		return 0
	}
	return max(time.Since(*m.OldestWaiting), 0)
}

// Report is what status says.
type Report struct {
	Maildirs []MaildirStatus `json:"maildirs"`
	Database DatabaseStatus  `json:"database"`
}

// MaildirStatus says how a Maildir is.
type MaildirStatus struct {
	Host          string     `json:"host,omitempty"` // where several have one database
	Path          string     `json:"path"`
	Waiting       int        `json:"waiting"`        // mails in new
	OldestWaiting *time.Time `json:"oldest_waiting"` // null: none waits
	Odd           int        `json:"odd"`            // things in new that are no regular files, and stay there
	Failed        int        `json:"failed"`
	LastMail      *time.Time `json:"last_mail"`       // when a mail was last settled; null: never
	LastEvent     *time.Time `json:"last_event"`      // when the kernel last told of something there; null: never
	LastScan      *time.Time `json:"last_scan"`       // when new was last listed; null: never
	Paused        string     `json:"paused"`          // why no mail is taken; empty: it is
	Stuck         string     `json:"stuck,omitempty"` // why mail stays in new though other mail is taken
	Error         string     `json:"error,omitempty"`

	// Of another host's: what is said above is what it noted then.
	Seen   *time.Time `json:"seen,omitempty"`
	Silent bool       `json:"silent,omitempty"` // nothing was heard of it for SilentAfter
}

// DatabaseStatus says what a database holds.
type DatabaseStatus struct {
	Path     string `json:"path"`
	Error    string `json:"error,omitempty"` // why nothing can be said about it
	Bytes    int64  `json:"bytes"`
	WALBytes int64  `json:"wal_bytes"`
	Engine   string `json:"engine"` // its name and version
	SQLite   string `json:"sqlite"` // its version
	Mails    int    `json:"mails"`
	Projects int    `json:"projects"`
	Full     bool   `json:"projects_full"` // no more lists are tracked on sight: mail of others is unrouted
	Patches  int    `json:"patches"`
	Series   int    `json:"series"`
	Covers   int    `json:"covers"`
	Comments int    `json:"comments"`
	Pending  int    `json:"pending"`
	Ignored  int    `json:"ignored"`
	Unrouted int    `json:"unrouted"`
	Variants int    `json:"variants"`

	Outdated        bool  `json:"outdated"`          // mails were read by an older patchwatch, which read less
	NoSubject       int   `json:"no_subject"`        // mails in which no subject was found
	NewestNoSubject int64 `json:"newest_no_subject"` // the number of the one that was stored last; 0: there is none

	Unfinished int `json:"unfinished"` // mails to be looked at because projects or rules were changed

	Hooks        int `json:"hooks"`          // URLs to which events are sent
	HooksFailing int `json:"hooks_failing"`  // those that did not take the next event when it was sent last
	HooksGivenUp int `json:"hooks_given_up"` // those that are sent nothing more until a person has them tried again
	HooksWaiting int `json:"hooks_waiting"`  // events that wait to be sent

	NotIndexed int64 `json:"not_indexed"` // mails that search does not find yet
	IndexBytes int64 `json:"index_bytes"` // of the search index
}

// ReportOf looks at the named Maildirs, or at all that the database knows, and at the database. host is the name of
// this machine, where it needs one.
func ReportOf(ctx context.Context, s *db.Store, host string, dirs []string) (Report, error) {
	r := Report{Maildirs: []MaildirStatus{}} // not null
	if len(dirs) > 0 {
		watched, err := WatchedDirs(ctx, s, host, dirs)
		if err != nil {
			return r, err
		}
		for _, m := range watched {
			r.Maildirs = append(r.Maildirs, MaildirStatusOf(m))
		}
	} else {
		all, err := s.Maildirs(ctx)
		if err != nil {
			return r, err
		}
		r.Maildirs = append(r.Maildirs, statusOfAll(all, host)...)
	}
	st, err := s.Status(ctx)
	if err != nil {
		return r, err
	}
	r.Database = DatabaseStatus{
		Path: s.Path(), Bytes: st.Bytes, WALBytes: st.LogBytes, Engine: st.Engine,
		SQLite: versionOfSQLite(st.Engine), Mails: st.Mails, Projects: st.Projects,
		Full:    st.OnSight >= track.MaxOnSight,
		Patches: st.Patches, Series: st.Series, Covers: st.Covers, Comments: st.Comments, Pending: st.Pending,
		Ignored: st.Ignored, Unrouted: st.Unrouted, Variants: st.Variants,
		NoSubject: st.NoSubject, NewestNoSubject: st.NewestNoSubject,
		Unfinished: st.Unfinished, Outdated: st.Mails > 0 && st.Reading < ingest.ParserVersion,
	}
	return r, r.Database.countHooks(ctx, s)
}

// versionOfSQLite is empty where another engine has the database.
func versionOfSQLite(engine string) string {
	version, _ := strings.CutPrefix(engine, "SQLite ")
	if version == engine {
		return ""
	}
	return version
}

func (d *DatabaseStatus) countHooks(ctx context.Context, s *db.Store) error {
	all, err := s.HooksWaiting(ctx)
	for _, h := range all {
		d.Hooks++
		d.HooksWaiting += h.Waiting
		switch {
		case !h.GivenUp.IsZero():
			d.HooksGivenUp++
		case h.Failures > 0:
			d.HooksFailing++
		}
	}
	return err
}

func MaildirStatusOf(m db.Maildir) MaildirStatus {
	st := MaildirStatus{Path: m.Path, LastMail: timeOrNull(m.LastMail), LastEvent: timeOrNull(m.LastEvent),
		LastScan: timeOrNull(m.LastScan), Paused: cmp.Or(ReadPaused(m.Path), m.Paused),
		Stuck: ReadStuck(m.Path)}
	queue, err := watcher.Waiting(m.Path)
	if err != nil {
		st.Error = err.Error()
		return st
	}
	st.Waiting, st.OldestWaiting, st.Odd = queue.Mails, timeOrNull(queue.Oldest), queue.Odd
	if st.Failed, err = watcher.CountFailed(m.Path); err != nil {
		st.Error = err.Error()
	}
	return st
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}

// ReportWithout looks at Maildirs when the database can't be read.
func ReportWithout(database, engine string, fault error, dirs []string) (Report, error) {
	r := Report{
		Maildirs: []MaildirStatus{},
		Database: DatabaseStatus{Path: database, Error: fault.Error(),
			Engine: engine, SQLite: versionOfSQLite(engine)},
	}
	for _, dir := range dirs {
		path, err := MaildirPath(dir)
		if err != nil {
			return r, err
		}
		r.Maildirs = append(r.Maildirs, MaildirStatusOf(db.Maildir{Path: path}))
	}
	return r, nil
}
