package index

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"patchwatch/search"
)

// A Query says what is looked for.
type Query struct {
	Tree   search.Node
	Limit  int     // how many mails at most; 0: all
	After  Place   // only documents that come after this one; the zero value: all
	Copies bool    // also mails that do not stand for their Message-ID
	Among  []int64 // only these mails; nil: all
}

// A Hit is a mail that was found.
type Hit struct {
	Mail int64 // its number in the database
	Place
}

// A Place is where a mail is among those that are found. The newest come first.
type Place struct{ Date, Document int64 }

// compare compares places: below 0, p comes before o.
func (p Place) compare(o Place) int {
	return cmp.Or(cmp.Compare(unitOf(p.Document), unitOf(o.Document)), cmp.Compare(o.Date, p.Date),
		cmp.Compare(o.Document, p.Document))
}

// A Result is what was found, newest first.
type Result struct {
	Hits      []Hit
	More      bool  // there may be more than Limit
	Watermark int64 // mails above this number are not indexed yet
}

// Search finds mails, newest first. It ends with the context; nothing is found then.
//
// Memory does not grow with what matches, but with Limit.
func (x *Index) Search(ctx context.Context, s Source, q Query) (Result, error) {
	var r Result
	watermark, err := x.Each(ctx, s, q, func(h Hit) bool {
		if q.Limit > 0 && len(r.Hits) == q.Limit {
			r.More = true
			return false
		}
		r.Hits = append(r.Hits, h)
		return true
	})
	r.Watermark = watermark
	return r, err
}

// Count tells how many mails are found, up to Limit.
func (x *Index) Count(ctx context.Context, s Source, q Query) (n int, watermark int64, err error) {
	watermark, err = x.Each(ctx, s, q, func(Hit) bool {
		n++
		return n != q.Limit
	})
	return n, watermark, err
}

// Each calls f with each mail that is found, newest first, until it returns false. Where there is no index nothing is
// found. An index that turns out to be damaged is thrown away; what was found in it is not to be believed, and the
// error is ErrDamaged. Where it was removed and cannot be read to its end, the error is ErrReplaced.
func (x *Index) Each(ctx context.Context, s Source, q Query, f func(Hit) bool) (watermark int64, err error) {
	begun := false
	s = apart{s}
	err = x.reading(ctx, func(tx *sql.Tx) error {
		if watermark = 0; begun { // f has seen some of it
			return ErrReplaced
		}
		meta, err := readMeta(ctx, tx)
		if err != nil {
			return err
		}
		identity, err := s.Identity(ctx)
		if err != nil || meta[metaForm] != x.form || meta[metaIdentity] != identity { // it is to be made anew
			return err
		}
		if watermark, err = numberIn(meta, metaWatermark); err != nil {
			return err
		}
		displaced, err := numberIn(meta, metaDisplaced)
		if err != nil {
			return err
		}
		w := &walk{ctx: ctx, tx: tx, source: s, query: q, displaced: displaced}
		return w.run(func(h Hit) bool {
			begun = true
			return f(h)
		})
	})
	if errors.Is(err, errNone) {
		return 0, nil
	}
	return watermark, err
}

// A walk is one query being answered.
type walk struct {
	ctx       context.Context
	tx        *sql.Tx
	source    Source
	query     Query
	displaced int64

	bound  bound
	check  check
	few    string         // a list of the only mails that may be meant, as JSON; empty: they are not known
	among  map[int64]bool // of Query.Among, if few does not have them
	atOnce bool           // FTS5 is asked about all of few at once
	ahead  *candidate     // one of the next chunk
	compiledChecks
}

func (w *walk) run(f func(Hit) bool) error {
	c := newCompiler(w.ctx, w.tx)
	var err error
	if w.bound, err = c.bound(w.query.Tree); err != nil || w.bound.scope == nothing {
		return err
	}
	if w.check, err = c.check(w.query.Tree); err != nil {
		return err
	}
	w.compiledChecks = c.checks
	w.wants.Copies = w.query.Copies
	if err := w.lookForFew(); err != nil {
		return err
	}
	w.keepAmong()
	rows, err := w.candidates()
	if err != nil {
		return err
	}
	defer rows.Close()
	for size := w.firstChunk(); ; size = min(2*size, max(mostInChunk, size)) {
		chunk, err := w.readChunk(rows, size)
		if err != nil || len(chunk) == 0 {
			return err
		}
		goOn, err := w.take(chunk, f)
		if err != nil || !goOn {
			return err
		}
		if w.atOnce { // each question may take as long as the last one
			size = mostFew
		}
	}
}

// Candidates are looked at in chunks: a small one first, since often all that is wanted is in it.
const (
	leastInChunk = 64
	mostInChunk  = 1024
)

func (w *walk) firstChunk() int {
	if w.query.Limit == 0 {
		return mostInChunk
	}
	return min(max(w.query.Limit+w.query.Limit/4+1, leastInChunk), mostInChunk)
}

const candidateColumns = `d.id, d.mail, d.received, d.size, d.date`

// candidates are the documents that the bound has, newest first.
func (w *walk) candidates() (*sql.Rows, error) {
	from, to := dates(w.query.Tree)
	first, last := firstID(to), lastID(from)+w.displaced<<slotBits
	if w.query.After != (Place{}) {
		first = max(first, unitOf(w.query.After.Document)<<slotBits)
	}
	if w.few != "" {
		return w.tx.QueryContext(w.ctx, `SELECT `+candidateColumns+` FROM document d
			WHERE d.mail IN (SELECT value FROM json_each(?)) AND d.id BETWEEN ? AND ? ORDER BY d.id`, w.few, first, last)
	}
	if w.bound.scope == everything {
		return w.tx.QueryContext(w.ctx, `SELECT `+candidateColumns+` FROM document d WHERE d.id BETWEEN ? AND ?
			ORDER BY d.id`, first, last)
	}
	return w.tx.QueryContext(w.ctx, `SELECT `+candidateColumns+` FROM words w CROSS JOIN document d
		WHERE w.words MATCH ? AND w.rowid BETWEEN ? AND ? AND d.id = w.rowid ORDER BY w.rowid`,
		w.bound.match, first, last)
}

// readChunk reads some candidates, and goes on to the end of the unit of the last one, so that they can be put into
// order.
func (w *walk) readChunk(rows *sql.Rows, size int) (out []*candidate, err error) {
	if w.ahead != nil {
		out = append(out, w.ahead)
		w.ahead = nil
	}
	for rows.Next() {
		c := &candidate{}
		if err := rows.Scan(&c.id, &c.mail, &c.received, &c.size, &c.date); err != nil {
			return nil, err
		}
		if w.among != nil && !w.among[c.mail] {
			continue
		}
		if len(out) >= size && unitOf(c.id) != unitOf(out[len(out)-1].id) {
			w.ahead = c
			break
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *candidate) int { return a.place().compare(b.place()) })
	if w.query.After != (Place{}) {
		out = slices.DeleteFunc(out, func(c *candidate) bool { return c.place().compare(w.query.After) <= 0 })
	}
	return out, rows.Err()
}

func (c *candidate) place() Place { return Place{c.date, c.id} }

// take looks at a chunk of candidates. It is false if f wants no more.
func (w *walk) take(chunk []*candidate, f func(Hit) bool) (goOn bool, err error) {
	if chunk, err = w.match(chunk); err != nil {
		return false, err
	}
	ids := make([]int64, len(chunk))
	for i, c := range chunk {
		ids[i] = c.mail
	}
	tracked, err := w.source.Tracked(w.ctx, ids, w.wants)
	if err != nil {
		return false, err
	}
	for _, c := range chunk {
		is, stands := tracked[c.mail]
		if !stands {
			continue
		}
		c.tracked, c.read = is, w.read
		if w.check != nil {
			if meant, err := w.check.holds(c); err != nil {
				return false, err
			} else if !meant {
				continue
			}
		}
		if !f(Hit{c.mail, c.place()}) {
			return false, nil
		}
	}
	return true, w.ctx.Err()
}

func (w *walk) read(mail int64) (*search.Document, error) {
	if err := w.ctx.Err(); err != nil {
		return nil, err
	}
	return w.source.Document(w.ctx, mail)
}

// match asks FTS5 which candidates have the parts of the tree that it can decide, and leaves out those that the bound
// does not have.
func (w *walk) match(chunk []*candidate) ([]*candidate, error) {
	chunk, err := w.amongBound(chunk)
	if err != nil || len(w.matches) == 0 || len(chunk) == 0 {
		return chunk, err
	}
	at := make(map[int64]*candidate, len(chunk))
	least, most := chunk[0].id, chunk[0].id
	for _, c := range chunk {
		least, most = min(least, c.id), max(most, c.id)
		at[c.id], c.has = c, make([]bool, len(w.matches))
	}
	for i, match := range w.matches {
		if w.bound.scope == some {
			match = joined([]string{w.bound.match, match}, " AND ")
		}
		if err := each(w.ctx, w.tx, `SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?`,
			[]any{match, least, most}, func(rows *sql.Rows) error {
				var id int64
				err := rows.Scan(&id)
				if c := at[id]; c != nil {
					c.has[i] = true
				}
				return err
			}); err != nil {
			return nil, err
		}
	}
	return chunk, nil
}
