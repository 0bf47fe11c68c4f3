package index

import (
	"context"

	"patchwatch/search"
)

// A Source is the database whose mails are indexed. Its methods may be called from any goroutine.
type Source interface {
	// Identity is another one for another database, also for a copy in which other mails may get the same numbers.
	Identity(ctx context.Context) (string, error)

	// After lists the mails above a number, by number, at most so many.
	After(ctx context.Context, id int64, most int) ([]Mail, error)

	// LastMail is the highest number of a mail; 0: there is none.
	LastMail(ctx context.Context) (int64, error)

	// Mails finds mails by number, and gives them in that order. The numbers are sorted, each is there once. Those that
	// are not stored are left out. Where all would be too much to hold, it gives the first ones.
	Mails(ctx context.Context, ids []int64) ([]Mail, error)

	// Restated lists mails whose date or lists are others than when they were stored, or that are gone: those noted
	// above a number, in the order of these numbers, at most so many.
	Restated(ctx context.Context, above int64, most int) ([]Restated, error)

	// Tracked gives what the tracker knows of mails, by number. Mails that do not stand for their Message-ID, or that
	// may not be seen, are not there.
	Tracked(ctx context.Context, mails []int64, w Wants) (map[int64]search.Tracked, error)

	// Few gives all mails that may have a value which the tracker knows, if they are few: at most so many. It is not ok
	// if there are more, or if that is not known; then nothing is said.
	Few(ctx context.Context, n search.Term, most int) (mails []int64, ok bool, err error)

	// Document reads a mail.
	Document(ctx context.Context, mail int64) (*search.Document, error)
}

// A Mail is a stored mail.
type Mail struct {
	ID  int64
	Sum [32]byte // SHA-256 of its bytes

	// Read gives what it says. A mail that cannot be read is in no answer.
	Read func() (*search.Document, error)
}

// A Restated mail is to be indexed anew.
type Restated struct {
	Note int64 // by which the next ones are asked for
	Mail int64
}

// Wants says which mails are wanted, and what is to be known of them beside what costs little.
type Wants struct {
	Copies   bool // also mails that do not stand for their Message-ID
	Checks   bool
	Trailers bool
}
