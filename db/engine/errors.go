package engine

import "errors"

// Kinds of refusal that a caller may want to tell apart.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("conflict")
	ErrReadOnly = errors.New("the database is open for reading only")
	ErrNotExist = errors.New("there is no database")

	// ErrNewer says that a newer program has given the database a form that this one does not know.
	ErrNewer = errors.New("it was written by a newer patchwatch")

	// ErrClosed says that nothing can be read: the database was closed, or has been lost and could not be opened again
	// yet.
	ErrClosed = errors.New("the database is closed")

	// ErrReplaced says that another database was found under the name. It is open now, and what is tried again goes there.
	ErrReplaced = errors.New("another file has been put in the place of the database")

	// ErrAway says that the server which has the database can't be reached, takes nobody in, or can't be written, for now.
	ErrAway = errors.New("the database server is away")

	// ErrLease is the error of who does something for which another one has the lease.
	ErrLease = errors.New("another process does this now")
)

// Unfit is an error of the mail's own facts, which no retry can cure. Nothing else is held against a mail: what goes
// wrong when its neighbours are derived is the fault of the database or of the program, so the mail stays in new.
type Unfit struct{ Err error }

func (u Unfit) Error() string { return u.Err.Error() }
func (u Unfit) Unwrap() error { return u.Err }
