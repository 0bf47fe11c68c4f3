package sqlite

import (
	"maps"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

func (q *queries) AnyPair() (bool, error) { return q.Row(`SELECT 1 FROM pair LIMIT 1`, nil, new(int)) }

const pairColumns = `SELECT p.msgid, p.other, p.linked FROM `

// There are two queries, each by its index.
var (
	pairsByFirst  = pairColumns + given + `pair p WHERE p.msgid = j.value AND ` + is("p.project")
	pairsBySecond = pairColumns + given + `pair p WHERE p.other = j.value AND ` + is("p.project")
)

func (q *queries) Pairs(names []engine.Name) ([]engine.Pair, error) {
	found := map[engine.PairKey]engine.Pair{}
	for project, msgids := range byProject(names) {
		for _, query := range []string{pairsByFirst, pairsBySecond} {
			if err := q.eachText(query, []any{project}, both.Once(msgids), func(scan func(...any) error) error {
				p := engine.Pair{PairKey: engine.PairKey{Project: project}}
				err := scan(&p.MsgID, &p.Other, &p.Linked)
				found[p.PairKey] = p
				return err
			}); err != nil {
				return nil, err
			}
		}
	}
	return slices.Collect(maps.Values(found)), nil
}

func (t *tx) PutPairs(pairs []engine.Pair) error {
	for _, p := range pairs {
		if err := t.w.exec(`INSERT OR REPLACE INTO pair (project, msgid, other, linked) VALUES (?, ?, ?, ?)`,
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
