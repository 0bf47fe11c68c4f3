package postgres

import (
	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) Marks(user int64, series track.In[int64], most int) (out []track.Mark, err error) {
	c := &conditions{}
	c.add(true, is(`account`), user)
	if series != nil {
		c.add(true, in(`series`), both.Once(series))
	}
	return out, q.Each(`SELECT account, series, upto FROM mark`+c.where()+` ORDER BY upto DESC, series DESC LIMIT ?`,
		append(c.args, most), func(scan func(...any) error) error {
			var m track.Mark
			err := scan(&m.User, &m.Series, &m.Upto)
			out = append(out, m)
			return err
		})
}

func (t *tx) PutMarks(marks []track.Mark) error {
	for _, m := range marks {
		query, args := `INSERT INTO mark (account, series, upto) VALUES (?, ?, ?)
			ON CONFLICT (account, series) DO UPDATE SET upto = excluded.upto`, []any{m.User, m.Series, m.Upto}
		if m.Upto == 0 {
			query, args = `DELETE FROM mark WHERE account = ? AND series = ?`, args[:2]
		}
		if err := t.w.exec(query, args...); err != nil {
			return err
		}
	}
	return nil
}
