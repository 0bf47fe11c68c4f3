package engine

import (
	"time"

	"patchwatch/track"
)

// Project is a tracked list as it is stored.
type Project struct {
	track.Project
	Removed bool // kept for its decisions, should it be added again
}

// Work is what a change of projects or rules left to do.
type Work struct {
	ID         int64 // at random, so that no work is taken for an earlier one
	Project    int64 // whose patches are to be decided about; 0: every mail is to be routed
	Done, Last int64 // the last mail that was looked at, and the last that is to be
}

// Dictionary is a text that frames are compressed against. It is never changed or deleted.
type Dictionary struct {
	ID    int64
	Mails int64  // stored when it was made
	Frame []byte // the text, compressed without a dictionary
}

// Maildir is a folder that a watcher feeds into this database.
type Maildir struct {
	Host      string // of the watcher, where several machines have one database; empty: nobody gave it a name
	Path      string
	LastMail  time.Time // zero: none yet
	LastEvent time.Time // zero: none yet
	LastScan  time.Time // zero: none yet
	Paused    string    // why no mail is taken; empty: it is

	// What other hosts can't look at. Of a watcher whose host has no name it is not noted.
	Seen    time.Time // when the watcher noted anything last; zero: never
	Waiting int       // mails in new
	Oldest  time.Time // of them; zero: none waits
	Failed  int       // mails
}

// LastSaid is when the watcher of a Maildir was last heard of.
func (m *Maildir) LastSaid() time.Time {
	if m.Seen.After(m.LastScan) {
		return m.Seen
	}
	return m.LastScan
}

// Repository is a git repository of mail, as far as it has been imported.
type Repository struct {
	Path   string
	ListID string // that its mail was imported as; empty: the mails name their list
	ReadTo string // a commit: the mail of it and of all before it is stored
}

// LinkNames are those of all projects, by number.
func LinkNames(v View) (map[int64]string, error) {
	all, err := v.Projects()
	out := make(map[int64]string, len(all))
	for _, p := range all {
		out[p.ID] = p.LinkName
	}
	return out, err
}
