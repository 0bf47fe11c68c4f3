package postgres

import (
	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

func (q *queries) AnyPair() (bool, error) { return q.Row(`SELECT 1 FROM pair LIMIT 1`, nil, new(int)) }

// The two halves of the query use an index each.
var pairsOf = `SELECT p.msgid, p.other, p.linked FROM pair p WHERE p.project = ? AND ` + in("p.msgid") + `
	UNION SELECT p.msgid, p.other, p.linked FROM pair p WHERE p.project = ? AND ` + in("p.other")

func (q *queries) Pairs(names []engine.Name) (out []engine.Pair, err error) {
	for project, msgids := range byProject(names) {
		msgids = both.Once(msgids)
		if err := q.Each(pairsOf, []any{project, msgids, project, msgids}, func(scan func(...any) error) error {
			p := engine.Pair{PairKey: engine.PairKey{Project: project}}
			err := scan(&p.MsgID, &p.Other, &p.Linked)
			out = append(out, p)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t *tx) PutPairs(pairs []engine.Pair) error {
	for _, p := range pairs {
		if err := t.w.exec(`INSERT INTO pair (project, msgid, other, linked) VALUES (?, ?, ?, ?)
			ON CONFLICT (project, msgid, other) DO UPDATE SET linked = excluded.linked`,
			p.Project, p.MsgID, p.Other, p.Linked); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) DropPairs(keys []engine.PairKey) error {
	for _, k := range keys {
		if err := t.w.exec(`DELETE FROM pair WHERE project = ? AND msgid = ? AND other = ?`,
			k.Project, k.MsgID, k.Other); err != nil {
			return err
		}
	}
	return nil
}
