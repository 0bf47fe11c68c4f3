package postgres

import (
	"fmt"
	"strings"
)

// upsert is a statement that writes a row over what was there under its key, which is the first of these columns. It
// leaves a row alone that is as it should be: each row that is written again is a new one to PostgreSQL, in the table
// and in each index.
func upsert(table string, keys int, columns ...string) string {
	var set, was, is []string
	for _, c := range columns[keys:] {
		set = append(set, c+" = excluded."+c)
		was, is = append(was, "o."+c), append(is, "excluded."+c)
	}
	return fmt.Sprintf(`INSERT INTO %s AS o (%s) VALUES (%s)
		ON CONFLICT (%s) DO UPDATE SET %s WHERE (%s) IS DISTINCT FROM (%s)`,
		table, strings.Join(columns, ", "), placeholders(len(columns)), strings.Join(columns[:keys], ", "),
		strings.Join(set, ", "), strings.Join(was, ", "), strings.Join(is, ", "))
}
