package postgres

// Numbers are given out by the table counter and not by sequences, which would lose those of a transaction that is rolled
// back, and know nothing of rows that bring their number with them. So every engine gives the same numbers.

// next takes n numbers for rows of a table, and gives the first of them. They are above all that were ever given.
func (t *tx) next(table string, n int) (first int64, err error) {
	_, err = t.Row(`INSERT INTO counter AS c (name, last) VALUES (?, ?::bigint)
		ON CONFLICT (name) DO UPDATE SET last = c.last + excluded.last RETURNING last`, []any{table, n}, &first)
	return first - int64(n) + 1, err
}

// raise has the numbers that are given from now on be above one that a row has brought.
func (t *tx) raise(table string, number int64) error {
	return t.w.exec(`INSERT INTO counter AS c (name, last) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET last = excluded.last WHERE c.last < excluded.last`, table, number)
}

// numbered gives a row that has no number the next one.
func (t *tx) numbered(table string, id *int64) (err error) {
	if *id != 0 {
		return t.raise(table, *id)
	}
	*id, err = t.next(table, 1)
	return err
}
