package sqlite

import "errors"

// asker is whatever a question can be put to. each calls f with every row, and with what scans the row. f must not put
// the same question again: the rows of the first one would end.
type asker interface {
	each(query string, args []any, f func(scan func(...any) error) error) error
}

// queries answers all that engine.View can be asked, whether beside the one who writes or as that one. Its methods are
// of the pointer: a value's would all be in the program twice, and once more as those of tx.
type queries struct {
	asker
	names   *names   // nil: words are looked for in the database
	digests *digests // nil: each part of an index is looked at
}

// row scans the first row of the query into dest; false if there is none.
func (q *queries) row(query string, args []any, dest ...any) (there bool, err error) {
	err = q.each(query, args, func(scan func(...any) error) error {
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
