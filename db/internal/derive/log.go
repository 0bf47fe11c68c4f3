package derive

import (
	"cmp"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// The log has a line for everything that a person decided: who, when, what, from what to what. Neither mail nor a
// rebuild changes it.

// logged is a line of the log whose project is known by number or by link name.
type logged struct {
	project int64
	engine.LogEntry
}

// LogAbout notes a decision about a mail; it is written at the end of the transaction.
func (w *Writing) LogAbout(what string, about engine.Name, before, after string) {
	w.lines = append(w.lines, logged{
		about.Project, engine.LogEntry{What: what, MsgID: about.MsgID, Before: before, After: after},
	})
}

// LogAs is LogAbout for what somebody else decided, at another time: what is taken over from elsewhere. An empty actor
// is whoever takes it over, a zero time is now.
func (w *Writing) LogAs(actor track.Actor, at time.Time, what string, about engine.Name, before, after string) {
	w.LogAbout(what, about, before, after)
	l := &w.lines[len(w.lines)-1]
	l.Actor, l.Time = actor, at
}

// LogProject notes a decision about a project, by its link name.
func (w *Writing) LogProject(linkName, before, after string) error {
	if before == after {
		return nil
	}
	return w.Note("project", linkName, "", before, after)
}

// Note is LogAbout for callers that know the project by its link name. msgid is empty if the decision is about the
// project.
func (w *Writing) Note(what, linkName, msgid, before, after string) error {
	w.lines = append(w.lines, logged{
		0, engine.LogEntry{What: what, Project: linkName, MsgID: msgid, Before: before, After: after},
	})
	return nil
}

// addLog writes what was noted.
func (w *Writing) addLog() error {
	if len(w.lines) == 0 {
		return nil
	}
	now := micros(time.Now())
	out := make([]engine.LogEntry, len(w.lines))
	for i, l := range w.lines {
		out[i] = l.LogEntry
		if l.project != 0 {
			var err error
			if out[i].Project, err = w.linkName(l.project); err != nil {
				return err
			}
		}
		if out[i].Time.IsZero() {
			out[i].Time = now
		}
		out[i].Actor = cmp.Or(out[i].Actor, w.By, track.ActorUnknown)
	}
	return w.Tx.AddLog(out)
}
