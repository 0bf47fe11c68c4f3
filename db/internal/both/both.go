// Package both is what both engines ask in the same words: SQL that SQLite and PostgreSQL read alike. What they say
// differently, and how they keep values, an engine's Dialect tells. What each question is about says engine.View.
package both

import (
	"errors"
	"slices"
	"time"
)

// Asker is whatever a question can be put to. Each calls f with every row, and with what scans the row; Stream does so
// for answers of any length. What f may ask meanwhile is said where an engine has its Asker.
type Asker interface {
	Each(query string, args []any, f func(scan func(...any) error) error) error
	Stream(query string, args []any, f func(scan func(...any) error) error) error
}

// Dialect is how an engine says and keeps things.
type Dialect interface {
	// In finds a column among the values of a List.
	In(column string) string
	// List is values as one argument.
	List(values any) any

	// What follows are for scan, beside pointers to what the database has itself: Number and Text are 0 and empty for
	// NULL, times are whole seconds or microseconds since 1970, Seconds and MicrosOrZero the zero time for NULL; Lines are
	// a text of a line each.
	Number(*int64) any
	Text(*string) any
	Seconds(*time.Time) any
	Micros(*time.Time) any
	MicrosOrZero(*time.Time) any
	Lines(*[]string) any
}

// Queries answer a part of what engine.View can be asked.
type Queries struct {
	Asker
	Dialect
}

// Row scans the first row of the query into dest; false if there is none.
func (q *Queries) Row(query string, args []any, dest ...any) (there bool, err error) {
	err = q.Each(query, args, func(scan func(...any) error) error {
		if err := scan(dest...); err != nil {
			return err
		}
		there = true
		return errFirst
	})
	if err == errFirst {
		err = nil
	}
	return there, err
}

// errFirst ends a query after its first row.
var errFirst = errors.New("the first row is enough")

// Once leaves out keys that are there twice. The order may be another.
func Once[K int64 | string](keys []K) []K {
	if len(keys) < 2 {
		return keys
	}
	sorted := slices.Clone(keys)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
