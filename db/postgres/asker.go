package postgres

import (
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

// asker is whatever a question can be put to. All rows of Each are read before it hands them out, so other questions
// may be asked meanwhile; Stream reads them bit by bit. also is Each for a question whose answer is there once the
// next one's is: they make one journey together.
type asker interface {
	both.Asker
	also(query string, args []any, f func(scan func(...any) error) error) error
}

// queries answers all that engine.View can be asked, whether beside those who write or as one of them. Its methods are
// of the pointer: a value's would all be in the program twice, and once more as those of tx.
type queries struct {
	asker
	both.Queries        // of the same asker
	names        *names // nil: the server looks for words
}

func asking(a asker) queries { return queries{a, both.Queries{Asker: a, Dialect: dialect{}}, nil} }

// dialect is how PostgreSQL says things.
type dialect struct{}

func (dialect) In(column string) string       { return in(column) }
func (dialect) List(values any) any           { return values }
func (dialect) Number(n *int64) any           { return (*number)(n) }
func (dialect) Text(s *string) any            { return (*text)(s) }
func (dialect) Seconds(t *time.Time) any      { return (*seconds)(t) }
func (dialect) Micros(t *time.Time) any       { return (*micros)(t) }
func (dialect) MicrosOrZero(t *time.Time) any { return (*microsOrZero)(t) }
func (dialect) Lines(l *[]string) any         { return (*lines)(l) }

// asked is f for who has a connection.
func asked(f func(engine.View) error) func(c *conn) error {
	return func(c *conn) error {
		q := asking(c)
		return f(&q)
	}
}
