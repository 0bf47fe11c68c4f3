package sqlite

import (
	"cmp"
	"slices"

	"patchwatch/db/internal/both"
	"patchwatch/db/internal/named"
	"patchwatch/track"
)

// Lists that are sorted by names, or in which words are looked for, are put together from what SQLite finds
// by its indexes and from the names that are kept in memory: SQLite would read each row, look for its name, and sort.

// keptList are the patches or series of a list.
type keptList struct {
	rankedRows
	people []string
	found  []int32 // in any order
	called map[int64]int64
	order  []track.Order
}

// keepsOrder tells whether the order of a list, or its words, are worth it. A list without either is found along an
// index, and so are the few patches that have something else.
func keepsOrder(f track.PatchQuery) bool {
	if f.IDs != nil || f.MsgIDs != nil || f.Hashes != nil || f.Series != nil || f.Submitters != nil {
		return false
	}
	wanted := len(f.Words) > 0
	for _, o := range f.Order {
		switch o.By {
		case "id":
			return wanted
		case "name":
			wanted = true
		case "submitter":
			if wanted = true; len(f.Scope.Without) > 0 {
				return false // what people are called depends on it
			}
		case "date":
		default:
			return false
		}
	}
	return wanted
}

// kept finds a list of patches; nil: SQLite has to.
func (q *queries) kept(f track.PatchQuery) (*keptList, error) {
	if q.names == nil || !keepsOrder(f) {
		return nil, nil
	}
	names, ok, err := q.names.at(q)
	bySender := slices.ContainsFunc(f.Order, func(o track.Order) bool { return o.By == "submitter" })
	if err != nil || !ok || bySender && names.people == nil {
		return nil, err
	}
	w := wordsInPatches(f)
	if named.Strange(w.words) {
		return nil, nil
	}
	l := &keptList{rankedRows: names.mails, people: names.people, order: f.Order}
	if ok, err = q.keptRows(f, l, w); err != nil || !ok {
		return nil, err
	}
	return l, nil
}

// keptRows finds the rows of a list. It is false where some have no name that is kept, or can't be told by it.
func (q *queries) keptRows(f track.PatchQuery, l *keptList, w *wordSearch) (ok bool, err error) {
	found := &foundNames{wordSearch: w, names: l.namedRows, total: -1}
	if w.plain && f.Delegates == nil {
		found.look()
		if err := q.countFound(found); err != nil || found.total >= 0 {
			l.found, l.called = found.rows, found.called
			return true, err
		}
	} else if ok, err := q.notListed(found, map[int64]bool{}); err != nil || !ok {
		return false, err
	}
	l.called = found.called
	most, err := q.mostRows(f)
	if err != nil {
		return false, err
	}
	f.Words, f.Order = nil, nil
	list, err := q.patchListing(f)
	if err != nil {
		return false, err
	}
	among := false
	if len(w.words) > 0 && most > len(l.rows)/4 { // otherwise only the names of its rows are looked at
		found.look()
		among = len(found.rows)*lookingUpCosts < most
	}
	if among {
		list = found.among(list)
	} else if list.narrow != nil {
		list = list.narrow
	}
	mails, err := q.all(list)
	if err != nil {
		return false, err
	}
	if l.found, ok = l.rowsOf(mails); ok && !among && len(w.words) > 0 {
		l.found = slices.DeleteFunc(l.found, func(row int32) bool { return !l.Has(int(row), w.words) })
	}
	return ok, nil
}

// look finds all that names tell of.
func (f *foundNames) look() {
	if f.rows != nil {
		return
	}
	if len(f.words) == 0 {
		f.rows = f.names.allRows()
	} else {
		f.rows = f.names.Having(f.words)
	}
	in := f.in()
	f.rows = slices.DeleteFunc(f.rows, func(row int32) bool { return !in(f.names.rows[row].kept) })
}

// mostRows is how many rows a list of patches may have, by totals.
func (q *queries) mostRows(f track.PatchQuery) (int, error) {
	var c conditions
	anyOf(&c, `p.project`, f.Projects)
	anyOf(&c, `p.state`, f.States)
	c.scope(`p`, f.Scope)
	c.add(f.Archived != nil, is(`p.archived`), f.Archived != nil && *f.Archived)
	return q.sumOf(both.PatchTotal, c)
}

// lookingUpCosts is how many entries of an index are read in the time that one row takes to be found.
const lookingUpCosts = 10

// among is a list found by the mails whose names were found.
func (f *foundNames) among(bare *listing) *listing {
	keys := make([]int64, len(f.rows))
	for i, row := range f.rows {
		keys[i] = f.names.rows[row].key
	}
	n := &listing{row: bare.row, from: given + f.from, date: bare.date, since: bare.since, before: bare.before}
	n.where.add(true, f.key+` = j.value`, list(keys))
	where := bare.conditions()
	n.where.addAll(&where)
	return n
}

// all are the mails of a list, in any order, as one text: to go from row to row takes longer than to read them.
func (q *queries) all(l *listing) (mails []int64, err error) {
	c := l.all()
	var text string
	if _, err := q.Row(`SELECT coalesce(group_concat(`+l.row+`), '') FROM `+l.from+l.joins+c.where(), c.args,
		&text); err != nil || text == "" {
		return nil, err
	}
	var mail int64
	for i := range len(text) {
		if text[i] == ',' {
			mails = append(mails, mail)
			mail = 0
			continue
		}
		mail = 10*mail + int64(text[i]-'0')
	}
	return append(mails, mail), nil
}

// rowsOf are the rows of mails. Most are a little behind the one before.
func (n *namedRows) rowsOf(mails []int64) (rows []int32, ok bool) {
	all := n.rows
	rows = make([]int32, 0, len(mails))
	at := 0
	for _, mail := range mails {
		if at >= len(all) || all[at].key > mail {
			at = 0
		}
		step := 1
		for at+step < len(all) && all[at+step].key <= mail {
			at, step = at+step, 2*step
		}
		within, there := slices.BinarySearchFunc(all[at:min(at+step, len(all))], mail,
			func(r namedRow, mail int64) int { return cmp.Compare(r.key, mail) })
		if at += within; !there {
			return nil, false
		}
		rows = append(rows, int32(at))
	}
	return rows, true
}

// page gives the keys of a page's rows in order.
func (l *keptList) page(p track.Paging) []int64 {
	from := min(max(p.Offset, 0), len(l.found))
	to := min(from+p.Limit, len(l.found))
	if p.Limit <= 0 || from == to {
		return nil
	}
	sortPart(l.found, from, to, l.compare())
	keys := make([]int64, 0, to-from)
	for _, row := range l.found[from:to] {
		keys = append(keys, l.rows[row].key)
	}
	return keys
}

// compare compares rows by what the list is sorted by, in the end by their numbers, as sortBy does.
func (l *keptList) compare() func(a, b int32) int {
	by := map[string]func(a, b int32) int{
		"name": l.byName, "submitter": l.bySender,
		"date": func(a, b int32) int { return cmp.Compare(l.rows[a].date, l.rows[b].date) },
	}
	var terms []func(a, b int32) int
	desc := false
	for _, o := range l.order {
		desc = o.Desc
		if o.By == "id" {
			break
		}
		terms = append(terms, turned(by[o.By], desc))
	}
	terms = append(terms, turned(l.byNumber, desc))
	return func(a, b int32) int {
		for _, t := range terms {
			if d := t(a, b); d != 0 {
				return d
			}
		}
		return 0
	}
}

func turned(by func(a, b int32) int, desc bool) func(a, b int32) int {
	if desc {
		return func(a, b int32) int { return by(b, a) }
	}
	return by
}

// bySender compares what the senders of two mails are called.
func (l *keptList) bySender(a, b int32) int {
	x, y := l.rows[a].sender, l.rows[b].sender
	if x == y {
		return 0
	}
	return cmp.Compare(l.people[x], l.people[y])
}

// byNumber compares the numbers that mails go by, or those of series.
func (l *keptList) byNumber(a, b int32) int { return cmp.Compare(l.numberOf(a), l.numberOf(b)) }

func (l *keptList) numberOf(row int32) int64 {
	key := l.rows[row].key
	if number, other := l.called[key]; other {
		return number
	}
	return key
}

// keptSeries finds a list of series by names; nil: SQLite has to.
func (q *queries) keptSeries(f track.SeriesQuery) (*keptList, error) {
	w := wordsInSeries(f)
	byName := false
	for _, o := range f.Order {
		if o.By != "name" && o.By != "date" {
			return nil, nil
		}
		byName = byName || o.By == "name"
	}
	if q.names == nil || !byName || f.IDs != nil || f.Submitters != nil || !w.plain || named.Strange(w.words) {
		return nil, nil
	}
	names, ok, err := q.names.at(q)
	if err != nil || !ok {
		return nil, err
	}
	found := &foundNames{wordSearch: w, names: names.series.namedRows, total: -1}
	found.look()
	if err := q.countFound(found); err != nil || found.total < 0 {
		return nil, err
	}
	return &keptList{rankedRows: names.series, found: found.rows, order: f.Order}, nil
}
