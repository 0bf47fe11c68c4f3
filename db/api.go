package db

import (
	"context"

	"patchwatch/db/engine"
	"patchwatch/db/internal/derive"
	"patchwatch/db/internal/frame"
)

// What callers of a Store see of the rooms inside.
type (
	Delivery = derive.Delivery // one mail to be stored
	Added    = derive.Added    // what became of it
	Reader   = derive.Reader   // reads a stored mail anew
	Progress = derive.Progress // is told how much is done
	Why      = derive.Why      // what made a mail part of what it is part of

	Adopted  = engine.Adopted
	Copy     = engine.Copy
	Having   = engine.Having
	Counts   = engine.Counts
	LogEntry = engine.LogEntry
	LogQuery = engine.LogQuery
	Maildir  = engine.Maildir
	OwnState = engine.OwnState
	Sum      = engine.Sum
)

// Kinds of refusal that a caller may want to tell apart.
var (
	ErrNotFound = engine.ErrNotFound
	ErrConflict = engine.ErrConflict
	ErrNotExist = engine.ErrNotExist
	ErrReplaced = engine.ErrReplaced
	ErrNewer    = engine.ErrNewer
	ErrClosed   = engine.ErrClosed
	ErrAway     = engine.ErrAway
	ErrLease    = engine.ErrLease
)

// FirstDictionary is how many mails are enough to learn from.
const FirstDictionary = frame.FirstDictionary

// Compress makes the form in which raw mail is stored, without a dictionary, so that any Store can read it.
func Compress(raw []byte) []byte { return frame.Compress(raw) }

// Rederive makes all derived rows anew, for an engine whose migration has just changed its rows in a way that only this
// can complete. Temporary files go to dir. Nothing is told.
func Rederive(ctx context.Context, tx engine.Tx, dir string) error {
	return derive.Rederive(ctx, tx, dir)
}

// TellStored adds the events of all that is stored, each dated by the delivery that completed it: for a database from
// before there were events. Temporary files go to dir.
func TellStored(tx engine.Tx, dir string) error { return derive.TellStored(tx, dir) }
