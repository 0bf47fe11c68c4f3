package dbtest

import (
	"cmp"
	"iter"
	"slices"
)

// table is rows in the order of their keys. A copy of it (see snapshot) shares the rows until one of the two changes,
// so rows must not be changed in place: they are put anew.
type table[K, V any] struct {
	compare func(a, b K) int
	rows    []entry[K, V]
	shared  bool
}

type entry[K, V any] struct {
	key K
	row V
}

func newTable[K, V any](compare func(a, b K) int) table[K, V] { return table[K, V]{compare: compare} }

// snapshot is the table as it is now, whatever is put into either later.
func (t *table[K, V]) snapshot() table[K, V] {
	t.shared = true
	return *t
}

func (t *table[K, V]) own() {
	if t.shared {
		t.rows, t.shared = slices.Clone(t.rows), false
	}
}

func (t *table[K, V]) find(key K) (at int, there bool) {
	return slices.BinarySearchFunc(t.rows, key, func(e entry[K, V], key K) int { return t.compare(e.key, key) })
}

// get gives the row of a key; the zero row if there is none.
func (t *table[K, V]) get(key K) (row V) {
	if at, there := t.find(key); there {
		row = t.rows[at].row
	}
	return row
}

func (t *table[K, V]) has(key K) bool {
	_, there := t.find(key)
	return there
}

func (t *table[K, V]) put(key K, row V) {
	t.own()
	at, there := t.find(key)
	if there {
		t.rows[at].row = row
		return
	}
	t.rows = slices.Insert(t.rows, at, entry[K, V]{key, row})
}

func (t *table[K, V]) drop(key K) {
	if at, there := t.find(key); there {
		t.own()
		t.rows = slices.Delete(t.rows, at, at+1)
	}
}

// all goes through the rows in order, as they are now: they may be put and dropped meanwhile.
func (t *table[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		if !t.shared { // others read a view's
			t.shared = true
		}
		each(t.rows, yield)
	}
}

// from goes through the rows in order, beginning with the first whose key is not below this one. None may be put or
// dropped meanwhile; for this the table need not be copied when one is put next.
func (t *table[K, V]) from(key K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		at, _ := t.find(key)
		each(t.rows[at:], yield)
	}
}

func each[K, V any](rows []entry[K, V], yield func(K, V) bool) {
	for _, e := range rows {
		if !yield(e.key, e.row) {
			return
		}
	}
}

func (t *table[K, V]) len() int { return len(t.rows) }

// last is the highest key; the zero key if the table is empty.
func (t *table[K, V]) last() (key K) {
	if n := len(t.rows); n > 0 {
		key = t.rows[n-1].key
	}
	return key
}

// textKey orders rows by a text, those of one text by number.
type textKey struct {
	text string
	id   int64
}

func compareText(a, b textKey) int {
	return cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.id, b.id))
}

// numberKey orders rows by what they belong to, those of one owner by number, and then by mail.
type numberKey struct {
	of     int64
	number int
	mail   int64
}

func compareNumber(a, b numberKey) int {
	return cmp.Or(cmp.Compare(a.of, b.of), cmp.Compare(a.number, b.number), cmp.Compare(a.mail, b.mail))
}
