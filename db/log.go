package db

import (
	"cmp"
	"context"
	"slices"
	"time"

	"patchwatch/track"
)

// The log has a line for everything that a person decided: who, when, what, from what to what. Neither mail nor a rebuild
// changes it.

// logged is a line of the log whose project is known by number or by link name.
type logged struct {
	project int64
	LogEntry
}

// logAbout notes a decision about a mail; it is written at the end of the transaction.
func (w *writing) logAbout(what string, about Name, before, after string) {
	w.lines = append(w.lines, logged{about.Project, LogEntry{What: what, MsgID: about.MsgID, Before: before, After: after}})
}

// logProject notes a decision about a project, by its link name.
func (w *writing) logProject(linkName, before, after string) error {
	if before == after {
		return nil
	}
	return w.log("project", linkName, "", before, after)
}

func (w *writing) log(what, linkName, msgid, before, after string) error {
	w.lines = append(w.lines, logged{0, LogEntry{What: what, Project: linkName, MsgID: msgid, Before: before, After: after}})
	return nil
}

// addLog writes what was noted.
func (w *writing) addLog() error {
	if len(w.lines) == 0 {
		return nil
	}
	links, err := linkNames(w)
	if err != nil {
		return err
	}
	now := micros(time.Now())
	out := make([]LogEntry, len(w.lines))
	for i, l := range w.lines {
		out[i] = l.LogEntry
		out[i].Project = cmp.Or(l.Project, links[l.project])
		out[i].Time, out[i].Actor = now, cmp.Or(w.by, track.ActorUnknown)
	}
	return w.AddLog(out)
}

// Log lists what was decided, newest first.
func (s *Store) Log(ctx context.Context, q LogQuery) (out []LogEntry, err error) {
	err = s.view(ctx, func(v View) error {
		out, err = v.Log(q)
		return err
	})
	return out, err
}

// LogOf lists what was decided about several mails, newest first, at most so many (0: all). A project that was made on sight
// may have got another link name since.
func (s *Store) LogOf(ctx context.Context, mails []LogQuery, most int) (out []LogEntry, err error) {
	err = s.view(ctx, func(v View) error {
		names, err := linkNames(v)
		if err != nil {
			return err
		}
		tracked := map[string]bool{}
		for _, name := range names {
			tracked[name] = true
		}
		for _, q := range mails {
			found, err := v.Log(LogQuery{MsgID: q.MsgID})
			if err != nil {
				return err
			}
			for _, e := range found {
				if e.Project == q.Project || !tracked[e.Project] {
					out = append(out, e)
				}
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b LogEntry) int { return cmp.Compare(b.ID, a.ID) })
	if most > 0 {
		out = out[:min(most, len(out))]
	}
	return out, err
}

// compare is the order of the table of decisions.
func (n Name) compare(o Name) int {
	return cmp.Or(cmp.Compare(n.Project, o.Project), cmp.Compare(n.MsgID, o.MsgID))
}
