package postgres

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"patchwatch/track"
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

// kinds tells whether a column has one of these kinds. They stand in the text, since the indexes of some kinds only are
// used where the text of the condition is theirs.
func kinds(column string, of ...track.Kind) string {
	numbers := make([]string, len(of))
	for i, k := range of {
		numbers[i] = fmt.Sprint(int(k))
	}
	return column + " IN (" + strings.Join(numbers, ", ") + ")"
}

// isMember is the condition of the index mail_marker, isNaming that of mail_sender, and isTitled that of mail_title, of
// a mail under an alias ("m.", or nothing). The kinds in them are those of the migrations.
func isMember(m string) string {
	return m + "chosen AND " + kinds(m+"kind", track.Patch, track.Cover) + " AND " + m + "marked"
}

func isNaming(m string) string {
	return fmt.Sprintf("%schosen AND %sproject IS NOT NULL AND %skind <> %d", m, m, m, track.Ignored)
}

// placeholders for n arguments.
func placeholders(n int) string {
	return strings.TrimSuffix(strings.Repeat("?, ", n), ", ")
}

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

// once leaves out keys that are there twice. The order may be another.
func once[K int64 | string](keys []K) []K {
	if len(keys) < 2 {
		return keys
	}
	sorted := slices.Clone(keys)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
