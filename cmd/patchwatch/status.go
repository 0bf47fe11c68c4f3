package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/watcher"
)

func (a *app) statusCommand() *cobra.Command {
	var asJSON, check bool
	var maxAge time.Duration
	c := &cobra.Command{
		Use:   "status [MAILDIR...]",
		Short: "Show what waits, what is stored, and what is wrong",
		Long: `Shows the queue of each Maildir (without any named: those that were last watched into this database), how long its
oldest mail has waited, what is in failed, and what the database holds.

For monitoring, --check makes the exit code 1 when a watcher takes no mail, when a mail has waited in new for longer
than --max-age, or when a Maildir or the database can't be read.`,
		Example: `  patchwatch status
  patchwatch status --json ~/Maildir
  patchwatch status --check --max-age 5m /var/mail/netdev`,
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := a.status(cmd.Context(), args)
			if err != nil {
				return err
			}
			if asJSON {
				err = term.JSON(a.out, r)
			} else {
				err = r.print(a.out)
			}
			if err == nil && (r.Database.Error != "" || check && r.alarming(maxAge)) {
				return exitCode(exitFailed)
			}
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	c.Flags().BoolVar(&check, "check", false, "exit 1 if something needs a person")
	c.Flags().DurationVar(&maxAge, "max-age", 10*time.Minute, "with --check, how long a mail may wait in new")
	return c
}

// status looks at the Maildirs that are named also when the database can't be read: that is when one wants to know.
func (a *app) status(ctx context.Context, dirs []string) (r statusReport, err error) {
	err = a.reading(ctx, func(s *db.Store) error {
		r, err = statusOf(ctx, s, dirs)
		return err
	})
	if err == nil || len(dirs) == 0 {
		return r, err
	}
	r = statusReport{Maildirs: []maildirStatus{}, Database: databaseStatus{Path: a.db, Error: err.Error(), SQLite: db.SQLiteVersion()}}
	for _, dir := range dirs {
		path, err := maildirPath(dir)
		if err != nil {
			return r, err
		}
		r.Maildirs = append(r.Maildirs, statusOfMaildir(db.Maildir{Path: path}))
	}
	return r, nil
}

// alarming tells whether a person should look after it.
func (r *statusReport) alarming(maxAge time.Duration) bool {
	return slices.ContainsFunc(r.Maildirs, func(m maildirStatus) bool { return len(m.alarms(maxAge)) > 0 })
}

// alarms are why a person should look after a Maildir.
func (m maildirStatus) alarms(maxAge time.Duration) (reasons []string) {
	if m.Paused != "" {
		reasons = append(reasons, "no mail is taken: "+m.Paused)
	}
	if m.Error != "" {
		reasons = append(reasons, m.Error)
	}
	if waited := m.waited(); waited > maxAge {
		reasons = append(reasons, fmt.Sprintf("a mail has waited in new for %s", waited.Round(time.Second)))
	}
	return reasons
}

// waited is how long the oldest mail in new has; 0 if none waits.
func (m maildirStatus) waited() time.Duration {
	if m.OldestWaiting == nil {
		return 0
	}
	return max(time.Since(*m.OldestWaiting), 0)
}

type statusReport struct {
	Maildirs []maildirStatus `json:"maildirs"`
	Database databaseStatus  `json:"database"`
}

type maildirStatus struct {
	Path          string     `json:"path"`
	Waiting       int        `json:"waiting"`        // mails in new
	OldestWaiting *time.Time `json:"oldest_waiting"` // null: none waits
	Odd           int        `json:"odd"`            // things in new that are no regular files, and stay there
	Failed        int        `json:"failed"`
	LastMail      *time.Time `json:"last_mail"`  // when a mail was last settled; null: never
	LastEvent     *time.Time `json:"last_event"` // when the kernel last told of something there; null: never
	LastScan      *time.Time `json:"last_scan"`  // when new was last listed; null: never
	Paused        string     `json:"paused"`     // why no mail is taken; empty: it is
	Error         string     `json:"error,omitempty"`
}

type databaseStatus struct {
	Path     string `json:"path"`
	Error    string `json:"error,omitempty"` // why nothing can be said about it
	Bytes    int64  `json:"bytes"`
	WALBytes int64  `json:"wal_bytes"`
	SQLite   string `json:"sqlite"`
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
}

func statusOf(ctx context.Context, s *db.Store, dirs []string) (statusReport, error) {
	r := statusReport{Maildirs: []maildirStatus{}} // no null for programs
	watched, err := watchedDirs(ctx, s, dirs)
	if err != nil {
		return r, err
	}
	for _, m := range watched {
		r.Maildirs = append(r.Maildirs, statusOfMaildir(m))
	}
	st, err := s.Status(ctx)
	if err != nil {
		return r, err
	}
	r.Database = databaseStatus{
		Path: s.Path(), Bytes: st.FileBytes, WALBytes: st.WALBytes, SQLite: st.SQLite, Mails: st.Mails, Projects: st.Projects,
		Full:    st.OnSight >= track.MaxOnSight,
		Patches: st.Patches, Series: st.Series, Covers: st.Covers, Comments: st.Comments, Pending: st.Pending,
		Ignored: st.Ignored, Unrouted: st.Unrouted, Variants: st.Variants,
		NoSubject: st.NoSubject, NewestNoSubject: st.NewestNoSubject,
		Unfinished: st.Unfinished, Outdated: st.Mails > 0 && st.Reading < ingest.ParserVersion,
	}
	return r, nil
}

// watchedDirs are the Maildirs that were named, with what the database knows of them, or all that it knows.
func watchedDirs(ctx context.Context, s *db.Store, dirs []string) ([]db.Maildir, error) {
	known, err := s.Maildirs(ctx)
	if err != nil || len(dirs) == 0 {
		return known, err
	}
	byPath := map[string]db.Maildir{}
	for _, m := range known {
		byPath[m.Path] = m
	}
	out := make([]db.Maildir, len(dirs))
	for i, dir := range dirs {
		path, err := maildirPath(dir)
		if err != nil {
			return nil, err
		}
		out[i] = byPath[path]
		out[i].Path = path
	}
	return out, nil
}

func statusOfMaildir(m db.Maildir) maildirStatus {
	st := maildirStatus{Path: m.Path, LastMail: timeOrNull(m.LastMail), LastEvent: timeOrNull(m.LastEvent),
		LastScan: timeOrNull(m.LastScan), Paused: cmp.Or(readPaused(m.Path), m.Paused)}
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

func (r statusReport) print(w io.Writer) error {
	line := func(label, format string, args ...any) {
		fmt.Fprintf(w, "%-16s %s\n", label, term.Printable(fmt.Sprintf(format, args...)))
	}
	for _, m := range r.Maildirs {
		m.print(line)
		fmt.Fprintln(w)
	}
	if len(r.Maildirs) == 0 {
		line("Maildirs", "none is watched into this database")
		fmt.Fprintln(w)
	}
	d := r.Database
	if d.Error != "" {
		line("Database", "%s", d.Error)
		return nil
	}
	line("Database", "%s, %s, and %s in the log beside it; SQLite %s", d.Path, term.Bytes(d.Bytes), term.Bytes(d.WALBytes), d.SQLite)
	line("  mails", "%d stored, in %s", d.Mails, term.Count(d.Projects, "project"))
	line("  patches", "%d in %d series, %s", d.Patches, d.Series, term.Count(d.Covers, "cover"))
	if d.Full {
		line("  no more lists", "%d are tracked on sight, and no others will be: patchwatch project add tracks one, and takes in its mail", d.Projects)
	}
	line("  comments", "%d, and %d pending: replies whose parent has not come", d.Comments, d.Pending)
	if d.Unfinished > 0 {
		line("  UNFINISHED", "projects or rules were changed, and %s are still to follow; a watcher or patchwatch rebuild goes on with it",
			term.Count(d.Unfinished, "mail"))
	}
	if d.Outdated {
		line("  OUTDATED", "mail was read by an older patchwatch, which read less of it: patchwatch rebuild --reparse reads it anew")
	}
	if d.NoSubject > 0 {
		line("  no subject", "%s without one, perhaps damaged; patchwatch raw %d | less shows the newest", term.Count(d.NoSubject, "mail"), d.NewestNoSubject)
	}
	line("  others", "%d unrouted: of no list that is tracked; %d ignored; %s", d.Unrouted, d.Ignored, term.Count(d.Variants, "variant"))
	return nil
}

func (m maildirStatus) print(line func(label, format string, args ...any)) {
	line("Maildir", "%s", m.Path)
	if m.Error != "" {
		line("  error", "%s", m.Error)
	}
	if m.Paused != "" {
		line("  PAUSED", "no mail is taken: %s", m.Paused)
	}
	if m.OldestWaiting != nil {
		line("  waiting", "%s in new, the oldest for %s", term.Count(m.Waiting, "mail"), term.Since(*m.OldestWaiting))
	} else {
		line("  waiting", "none")
	}
	if m.Odd > 0 {
		line("  left alone", "%s in new that are no regular files", term.Count(m.Odd, "thing"))
	}
	if m.Failed > 0 {
		line("  failed", "%s; patchwatch failed list says why", term.Count(m.Failed, "mail"))
	} else {
		line("  failed", "none")
	}
	line("  last mail", "%s", agoOrNever(m.LastMail))
	line("  last event", "%s", agoOrNever(m.LastEvent))
	line("  last scan", "%s", agoOrNever(m.LastScan))
}

func agoOrNever(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return term.Since(*t) + " ago"
}
