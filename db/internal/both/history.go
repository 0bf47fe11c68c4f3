package both

import (
	"time"

	"patchwatch/db/engine"
)

func (q *Queries) SeriesNamed(project int64) (bool, error) {
	return q.Row(`SELECT 1 FROM decision WHERE project = ? AND series_name IS NOT NULL LIMIT 1`, []any{project}, new(int))
}

func (q *Queries) AnyPut(project int64) (bool, error) {
	return q.Row(`SELECT 1 FROM decision WHERE project = ? AND put_with IS NOT NULL LIMIT 1`, []any{project}, new(int))
}

// PutColumns begin a query: they are what TakePut scans of a table decision that is called d.
const PutColumns = `SELECT d.project, d.msgid, d.put_with FROM `

func (q *Queries) EachPut(f func(engine.Put) error) error {
	return q.Stream(PutColumns+`decision d WHERE d.put_with IS NOT NULL`, nil, TakePut(f))
}

// TakePut hands what is put with another mail to f.
func TakePut(f func(engine.Put) error) func(scan func(...any) error) error {
	return func(scan func(...any) error) error {
		var p engine.Put
		if err := scan(&p.Project, &p.MsgID, &p.With); err != nil {
			return err
		}
		return f(p)
	}
}

func (q *Queries) LastEvent() (id int64, date time.Time, err error) {
	_, err = q.Row(`SELECT id, date FROM event WHERE id = (SELECT max(id) FROM event)`, nil, &id, q.Micros(&date))
	return id, date, err
}
