package index

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

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

// dear is how long FTS5 may take for one mail, before it is asked about many at once. It begins each time with the
// newest mail that it finds at all, so that where it finds none it has looked at the whole index.
var dear = 20 * time.Millisecond // changed by tests alone

// amongBound leaves out candidates that the bound does not have, where they did not come from it.
func (w *walk) amongBound(chunk []*candidate) ([]*candidate, error) {
	if w.few == "" || w.bound.scope == everything || len(chunk) == 0 {
		return chunk, nil
	}
	has := make(map[int64]bool, len(chunk))
	for _, c := range chunk {
		has[c.id] = false
	}
	rest := chunk
	if !w.atOnce {
		began := time.Now()
		if err := w.oneByOne(chunk[:1], has); err != nil {
			return nil, err
		}
		rest = chunk[1:]
		w.atOnce = time.Since(began) > dear
	}
	ask := w.oneByOne
	if w.atOnce {
		ask = w.allAtOnce
	}
	if err := ask(rest, has); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(chunk, func(c *candidate) bool { return !has[c.id] }), nil
}

// oneByOne asks which candidates the bound has, and FTS5 looks for each.
func (w *walk) oneByOne(some []*candidate, has map[int64]bool) error {
	ids := make([]int64, len(some))
	for i, c := range some {
		ids[i] = c.id
	}
	text, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return w.found(has, `rowid IN (SELECT value FROM json_each(?))`, string(text))
}

// allAtOnce asks which documents the bound has, from the first candidate to the last.
func (w *walk) allAtOnce(some []*candidate, has map[int64]bool) error {
	if len(some) == 0 {
		return nil
	}
	least, most := some[0].id, some[0].id
	for _, c := range some {
		least, most = min(least, c.id), max(most, c.id)
	}
	return w.found(has, `rowid BETWEEN ? AND ?`, least, most)
}

// found notes which candidates the bound has, of the documents that a condition leaves.
func (w *walk) found(has map[int64]bool, condition string, args ...any) error {
	return each(w.ctx, w.tx, `SELECT rowid FROM words WHERE words MATCH ? AND `+condition,
		append([]any{w.bound.match}, args...), func(rows *sql.Rows) error {
			var id int64
			err := rows.Scan(&id)
			if _, is := has[id]; is {
				has[id] = true
			}
			return err
		})
}
