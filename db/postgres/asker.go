package postgres

import "errors"

// asker is whatever a question can be put to. each calls f with every row, and with what scans the row. All rows are
// read before f is called, so f may ask other questions. stream is each for answers of any length: it reads them bit by
// bit. also is each for a question whose answer is there once the next one's is: they make one journey together.
type asker interface {
	also(query string, args []any, f func(scan func(...any) error) error) error
	each(query string, args []any, f func(scan func(...any) error) error) error
	stream(query string, args []any, f func(scan func(...any) error) error) error
}

// queries answers all that engine.View can be asked, whether beside those who write or as one of them. Its methods are
// of the pointer: a value's would all be in the program twice, and once more as those of tx.
type queries struct {
	asker
	names *names // nil: the server looks for words
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
