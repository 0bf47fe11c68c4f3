package index

import (
	"database/sql"
	"encoding/json"
	"strings"

	"patchwatch/search"
)

// Of a million mails that have a word, perhaps ten are in the state that is asked for. Then it is better to begin
// with the mails that are in the state, and to ask FTS5 which of these have the word.

// mostFew is how many mails FTS5 is asked about one by one: each takes as long as a few mails that come in order.
const mostFew = 3000

// longestForFew is up to which length FTS5 is given a query once for each mail.
const longestForFew = 500

// lookForFew finds out whether a part of the tree leaves only few mails.
func (w *walk) lookForFew() error {
	if len(w.bound.match) > longestForFew || strings.Contains(w.bound.match, `" *`) {
		return nil // FTS5 would look for all words that begin so, once for each mail
	}
	if w.query.Among != nil && len(w.query.Among) <= mostFew {
		return w.only(w.query.Among)
	}
	nodes := []search.Node{w.query.Tree}
	if and, is := w.query.Tree.(search.And); is {
		nodes = and.Nodes
	}
	for _, n := range nodes {
		term, is := n.(search.Term)
		if !is {
			continue
		}
		mails, ok, err := w.source.Few(w.ctx, term, mostFew)
		if err != nil {
			return err
		}
		if ok {
			return w.only(mails)
		}
	}
	return nil
}

// keepAmong has candidates left out that are not among those that are asked about, unless they come from there.
func (w *walk) keepAmong() {
	if w.query.Among == nil || w.few != "" && len(w.query.Among) <= mostFew {
		return
	}
	w.among = make(map[int64]bool, len(w.query.Among))
	for _, mail := range w.query.Among {
		w.among[mail] = true
	}
}

func (w *walk) only(mails []int64) error {
	if mails == nil {
		mails = []int64{}
	}
	text, err := json.Marshal(mails)
	w.few = string(text)
	return err
}

// amongBound leaves out candidates that the bound does not have, where they did not come from it.
func (w *walk) amongBound(chunk []*candidate) ([]*candidate, error) {
	if w.few == "" || w.bound.scope == everything || len(chunk) == 0 {
		return chunk, nil
	}
	ids := make([]int64, len(chunk))
	for i, c := range chunk {
		ids[i] = c.id
	}
	text, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	has := map[int64]bool{}
	if err := each(w.ctx, w.tx,
		`SELECT rowid FROM words WHERE words MATCH ? AND rowid IN (SELECT value FROM json_each(?))`,
		[]any{w.bound.match, string(text)}, func(rows *sql.Rows) error {
			var id int64
			err := rows.Scan(&id)
			has[id] = true
			return err
		}); err != nil {
		return nil, err
	}
	var out []*candidate
	for _, c := range chunk {
		if has[c.id] {
			out = append(out, c)
		}
	}
	return out, nil
}
