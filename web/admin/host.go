package admin

import (
	"context"
	"time"
)

// A Host knows the machine: its Maildirs, and the database as a whole. Its methods may be called from any goroutine.
type Host interface {
	// Report says how all is, as patchwatch status does.
	Report(ctx context.Context) (Report, error)

	// Failed lists the mails that could not be read, of all Maildirs that are watched, those that came last first: at most
	// so many after the first ones.
	Failed(ctx context.Context, skip, most int) (mails []FailedMail, total int, err error)

	// FailedMail finds one by its key, and gives the first bytes of it. engine.ErrNotFound: it is not there, or not any
	// more.
	FailedMail(ctx context.Context, key string) (m FailedMail, begin []byte, err error)

	// Retry moves mails back to where a watcher takes them once more, and tells how many. Those that are not there any
	// more are left out.
	Retry(ctx context.Context, keys []string) (moved int, err error)
}

// Report says how all is.
type Report struct {
	Maildirs []Maildir

	Database         string // what people call it
	Engine           string
	Bytes, LogBytes  int64
	Mails, Patches   int
	Series, Projects int
	Unrouted         int
	Unfinished       int   // mails to be looked at because projects or rules were changed
	Outdated         bool  // mails were read by an older program, which read less
	NotIndexed       int64 // mails that search does not find yet
	ListsFull        bool  // no more lists are tracked by themselves
}

// Maildir says how a Maildir is.
type Maildir struct {
	Host     string // where several have one database
	Path     string
	Waiting  int       // mails in new
	Oldest   time.Time // of them; zero: none waits
	Odd      int       // things in new that are no regular files
	Failed   int
	LastMail time.Time // when a mail was last settled; zero: never
	LastScan time.Time // when it was last looked at; zero: never
	Paused   string    // why no mail is taken; empty: it is
	Stuck    string    // why mail stays in new though other mail is taken; empty: none does
	Error    string    // why nothing can be said
	Seen     time.Time // of another host's: when it noted this; zero: it is this host's
	Silent   bool      // of another host's: nothing was heard of it for long
}

// FailedMail is a mail that could not be read.
type FailedMail struct {
	Key           string // names it in URLs and forms, and says nothing of where it is
	Dir, Name     string
	From, Subject string // as far as they can be read
	Size          int64
	Time          time.Time // when it was refused
	Reason        string
}
