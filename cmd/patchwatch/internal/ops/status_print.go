package ops

import (
	"fmt"
	"io"
	"time"

	"patchwatch/cmd/patchwatch/internal/term"
)

// Print writes it for people.
func (r Report) Print(w io.Writer) error {
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
	if d.SQLite == "" {
		line("Database", "%s, %s; %s", d.Path, term.Bytes(d.Bytes), d.Engine)
	} else {
		line("Database", "%s, %s, and %s in the log beside it; %s", d.Path, term.Bytes(d.Bytes), term.Bytes(d.WALBytes),
			d.Engine)
	}
	line("  mails", "%d stored, in %s", d.Mails, term.Count(d.Projects, "project"))
	line("  patches", "%d in %d series, %s", d.Patches, d.Series, term.Count(d.Covers, "cover"))
	if d.Full {
		line("  no more lists", "%d are tracked on sight, and no others will be: "+
			"patchwatch project add tracks one, and takes in its mail", d.Projects)
	}
	line("  comments", "%d, and %d pending: replies whose parent has not come", d.Comments, d.Pending)
	if d.Unfinished > 0 {
		line("  UNFINISHED", "projects or rules were changed, and %s are still to follow; "+
			"a watcher or patchwatch rebuild goes on with it",
			term.Count(d.Unfinished, "mail"))
	}
	d.printHooks(line)
	switch {
	case d.IndexBytes > 0 && d.NotIndexed == 0:
		line("  search", "all mails are indexed, in %s", term.Bytes(d.IndexBytes))
	case d.IndexBytes > 0 || d.NotIndexed > 0:
		line("  search", "%d of %s are not indexed yet; a watcher, a server or patchwatch search does that", d.NotIndexed,
			term.Count(d.Mails, "mail"))
	}
	if d.Outdated {
		line("  OUTDATED", "mail was read by an older patchwatch, which read less of it: "+
			"patchwatch rebuild --reparse reads it anew")
	}
	if d.NoSubject > 0 {
		line("  no subject", "%s without one, perhaps damaged; patchwatch raw %d | less shows the newest",
			term.Count(d.NoSubject, "mail"), d.NewestNoSubject)
	}
	line("  others", "%d unrouted: of no list that is tracked; %d ignored; %s", d.Unrouted, d.Ignored,
		term.Count(d.Variants, "variant"))
	return nil
}

func (m MaildirStatus) print(line func(label, format string, args ...any)) {
	if m.Host == "" {
		line("Maildir", "%s", m.Path)
	} else {
		line("Maildir", "%s on %s", m.Path, m.Host)
	}
	if m.Silent {
		line("  SILENT", "nothing was heard of %s for %s; what follows is from then", m.Host, term.Since(*m.Seen))
	}
	if m.Error != "" {
		line("  error", "%s", m.Error)
	}
	if m.Paused != "" {
		line("  PAUSED", "no mail is taken: %s", m.Paused)
	}
	if m.Stuck != "" {
		line("  STUCK", "mail stays in new: %s", m.Stuck)
	}
	if m.OldestWaiting != nil {
		line("  waiting", "%s in new, the oldest for %s", term.Count(m.Waiting, "mail"), term.Since(*m.OldestWaiting))
	} else {
		line("  waiting", "none")
	}
	if m.Odd > 0 {
		line("  left alone", "%s in new that are no regular files", term.Count(m.Odd, "thing"))
	}
	switch {
	case m.Failed > 0 && m.Seen != nil:
		line("  failed", "%s; patchwatch failed list says why, on %s", term.Count(m.Failed, "mail"), m.Host)
	case m.Failed > 0:
		line("  failed", "%s; patchwatch failed list says why", term.Count(m.Failed, "mail"))
	default:
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

func (d *DatabaseStatus) printHooks(line func(label, format string, args ...any)) {
	switch {
	case d.HooksGivenUp > 0:
		line("  HOOKS", "%d of %d given up; patchwatch hook list says why", d.HooksGivenUp, d.Hooks)
	case d.Hooks > 0:
		line("  hooks", "%d, of which %d fail; %s to be sent", d.Hooks, d.HooksFailing, term.Count(d.HooksWaiting, "event"))
	}
}
