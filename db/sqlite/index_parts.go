package sqlite

import "fmt"

// partsOf is a table part(n) for WITH RECURSIVE: the parts of an index in which there are mails, and a NULL. Numbers
// may have gaps, and in a damaged database huge ones, so each part is found by the first mail behind the part before.
func partsOf(bits int) string {
	return fmt.Sprintf(`part(n) AS (SELECT min(id) >> %d FROM mail
		UNION ALL SELECT (SELECT min(id) >> %d FROM mail WHERE id > n << %d | %d) FROM part WHERE n IS NOT NULL)`,
		bits, bits, bits, 1<<bits-1)
}

var titlePartsQuery = `WITH RECURSIVE ` + partsOf(titlePartBits) + ` SELECT n FROM part WHERE n IS NOT NULL`

func (q queries) titleParts() (parts []int64, err error) {
	err = q.each(titlePartsQuery, nil, func(scan func(...any) error) error {
		var part int64
		err := scan(&part)
		parts = append(parts, part)
		return err
	})
	return parts, err
}
