package sqlite

import "fmt"

// partsOf is a table part(n) for WITH RECURSIVE: the parts of an index in which there are mails, and a NULL. Numbers
// may have gaps, and in a damaged database huge ones, so each part is found by the first mail behind the part before.
func partsOf(bits int) string {
	return fmt.Sprintf(`part(n) AS (SELECT min(id) >> %d FROM mail
		UNION ALL SELECT (SELECT min(id) >> %d FROM mail WHERE id > n << %d | %d) FROM part WHERE n IS NOT NULL)`,
		bits, bits, bits, 1<<bits-1)
}
