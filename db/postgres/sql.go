package postgres

import (
	"strconv"
	"strings"
)

// is compares a column with an argument.
func is(column string) string { return column + " = ?" }

// in finds a column among the values of a slice that is the argument.
func in(column string) string { return column + " = ANY (?)" }

// givenNumbers and givenTexts are a table j of the values of a slice, in a join. A value that is listed twice is found
// twice.
const (
	givenNumbers = "unnest(?::bigint[]) j(value) CROSS JOIN "
	givenTexts   = "unnest(?::text[]) j(value) CROSS JOIN "
)

// lookedUp ends a LATERAL subquery, and has it run once for each value that is given. Otherwise a server that takes a
// table for empty may go through all of it, and compare each row with all values; and a plan is kept while the table
// grows.
const lookedUp = " OFFSET 0"

// numbered gives a statement as PostgreSQL reads it: each ? becomes $1, $2 and so on. No text within our statements has
// a ? that means itself.
func numbered(query string) string {
	var b strings.Builder
	n := 0
	for i := range len(query) {
		if query[i] != '?' {
			b.WriteByte(query[i])
			continue
		}
		n++
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}
