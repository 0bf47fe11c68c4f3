package sqlite

import (
	"time"

	"patchwatch/db/internal/both"
)

// queries answers all that engine.View can be asked, whether beside the one who writes or as that one. Its methods are
// of the pointer: a value's would all be in the program twice, and once more as those of tx.
//
// What is called with a row must not put the same question again: the rows of the first one would end.
type queries struct {
	both.Queries
	names   *names   // nil: words are looked for in the database
	digests *digests // nil: each part of an index is looked at
}

// asking are the queries of an asker, without what readers keep.
func asking(a both.Asker) queries {
	return queries{Queries: both.Queries{Asker: a, Dialect: dialect{}}}
}

func queriesOf(a both.Asker) *queries {
	q := asking(a)
	return &q
}

// dialect is how SQLite says things.
type dialect struct{}

func (dialect) In(column string) string       { return in(column) }
func (dialect) List(values any) any           { return list(values) }
func (dialect) Number(n *int64) any           { return (*number)(n) }
func (dialect) Text(s *string) any            { return (*text)(s) }
func (dialect) Seconds(t *time.Time) any      { return (*seconds)(t) }
func (dialect) Micros(t *time.Time) any       { return (*micros)(t) }
func (dialect) MicrosOrZero(t *time.Time) any { return (*microsOrZero)(t) }
func (dialect) Lines(l *[]string) any         { return (*lines)(l) }
