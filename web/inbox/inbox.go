// Package inbox serves mail under the URLs that public-inbox has made common: a list is /all/ or the link name of a
// project, and below it mails and threads are found by Message-ID. b4, lei and feed readers know these URLs, and
// "Link:" trailers in commits lead there. docs/archive.md says which there are.
//
// The paths begin with names that people choose, so they are not in a ServeMux: dispatch.go takes them apart. The
// routes are in routes.go, and what a path names is found in place.go. thread.go finds whole threads, over all lists
// that the viewer may see. mbox.go writes mails as files.
//
// Mail that no project takes is not in the archive: nobody has said that it is of a public list. What is hidden is
// nowhere, and neither is what is said about it.
package inbox

import (
	"context"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/find"
	"patchwatch/web/internal/visit"
	"patchwatch/web/results"
)

// Store is what is asked of the database.
type Store interface {
	ArchivedCalled(ctx context.Context, projects []int64, msgids []string) ([]track.ArchivedMail, error)
	ArchivedMails(ctx context.Context, ids []int64) ([]track.ArchivedMail, error)
	Beside(ctx context.Context, projects []int64, msgids []string, known func(mail int64) bool, most int) (
		mails []track.ArchivedMail, more bool, err error)
	RecentMails(ctx context.Context, q track.RecentQuery) ([]track.ArchivedMail, error)
	PatchPage(context.Context, track.PatchQuery) (track.Page[track.PatchRow], error)
	Copies(ctx context.Context, mail int64) ([]engine.Copy, error)
	Raws(ctx context.Context, mails []int64, f func(mail int64, raw []byte) error) error
}

// Config is what an Inbox needs. All fields are needed.
type Config struct {
	Store Store
	Desk  *visit.Desk // of the same Store

	Search *results.Results
	Gate   *find.Gate // before what is dear, such as large threads
}

// Inbox answers requests for mail.
type Inbox struct{ Config }

// New makes an Inbox.
func New(c Config) *Inbox { return &Inbox{c} }
