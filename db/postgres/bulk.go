package postgres

import (
	"fmt"
	"strings"
)

// bulk is a statement that writes many rows, which are sent column by column: to run a statement for each row takes the
// server longer than the row itself.
type bulk struct {
	query string
	types []uint32 // of the columns
}

// newBulk takes columns with their types, as in "id bigint", and what follows the rows in the statement.
func newBulk(table, then string, columns ...string) *bulk {
	b := &bulk{}
	var names, arrays []string
	for _, c := range columns {
		name, kind, _ := strings.Cut(c, " ")
		names, arrays = append(names, name), append(arrays, "?::"+kind+"[]")
		b.types = append(b.types, typeNumbers[kind])
	}
	b.query = fmt.Sprintf(`INSERT INTO %s AS o (%s) SELECT * FROM unnest(%s)%s`, table, strings.Join(names, ", "),
		strings.Join(arrays, ", "), then)
	return b
}

// upsert writes rows over what was there under their keys, which are the first columns. It leaves a row alone that is
// as it should be: each row that is written again is a new one to PostgreSQL, in the table and in each index. No two
// rows may have one key.
func upsert(table string, keys int, columns ...string) *bulk {
	var names, set, was, is []string
	for _, c := range columns {
		name, _, _ := strings.Cut(c, " ")
		names = append(names, name)
	}
	for _, name := range names[keys:] {
		set = append(set, name+" = excluded."+name)
		was, is = append(was, "o."+name), append(is, "excluded."+name)
	}
	return newBulk(table, fmt.Sprintf(` ON CONFLICT (%s) DO UPDATE SET %s WHERE (%s) IS DISTINCT FROM (%s)`,
		strings.Join(names[:keys], ", "), strings.Join(set, ", "), strings.Join(was, ", "), strings.Join(is, ", ")), columns...)
}

// mostBulk is how many bytes of rows are sent together, about.
const mostBulk = 1 << 20

// rows are those that a bulk is to write.
type rows struct {
	c       *conn
	bulk    *bulk
	columns []array
	bytes   int
}

func (t *tx) rows(b *bulk) *rows { return &rows{c: t.w, bulk: b} }

// add adds a row.
func (r *rows) add(values ...any) error {
	if r.columns == nil {
		r.columns = make([]array, len(r.bulk.types))
	}
	r.bytes = 0
	for i, v := range values {
		if err := r.columns[i].add(v); err != nil {
			return err
		}
		r.bytes += len(r.columns[i].elements)
	}
	if r.bytes >= mostBulk {
		return r.end()
	}
	return nil
}

// end has the rows written that were added.
func (r *rows) end() error {
	if r.columns == nil {
		return nil
	}
	args := make([]any, len(r.columns))
	for i := range r.columns {
		r.columns[i].of = r.bulk.types[i] // that of NULLs, too
		args[i] = &r.columns[i]
	}
	r.columns = nil
	return r.c.exec(r.bulk.query, args...)
}
