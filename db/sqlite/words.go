package sqlite

import (
	"cmp"
	"slices"
	"strings"

	"patchwatch/db/internal/both"
	"patchwatch/db/internal/named"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// wordSearch says what words are looked for in, and how a list is found by them.
type wordSearch struct {
	words [][]byte // folded
	list  both.CountedList
	from  string // its table under its alias, read by key
	key   string // the column

	// slow is how SQLite looks for words: in all names, with what joins these to the rows of the list.
	slow, joins string

	// plain: the list is about nothing but words, projects and scope. Then it is counted, and its pages are found,
	// without SQLite, where the order is one of numbers or of dates.
	plain    bool
	projects track.In[int64]
	scope    track.Scope
}

func (w *wordSearch) covers() bool { return w.list == both.CoverTotal }
func (w *wordSearch) series() bool { return w.list == both.SeriesTotal }

func wordsInPatches(f track.PatchQuery) *wordSearch {
	w := &wordSearch{
		list: both.PatchTotal, from: `patch p NOT INDEXED`, key: `p.mail`, projects: f.Projects, scope: f.Scope,
		plain: f.States == nil && f.Archived == nil && f.Checked == nil && !f.Nobodys && f.Since.IsZero() &&
			f.Before.IsZero(),
	}
	return w.inMails(f.Words)
}

func wordsInCovers(f track.CoverQuery) *wordSearch {
	w := &wordSearch{
		list: both.CoverTotal, from: `cover c NOT INDEXED`, key: `c.mail`, projects: f.Projects, scope: f.Scope,
		plain: f.Since.IsZero() && f.Before.IsZero(),
	}
	return w.inMails(f.Words)
}

func (w *wordSearch) inMails(words []string) *wordSearch {
	w.slow = `mail m INDEXED BY mail_name`
	w.joins = ` CROSS JOIN ` + w.from + ` ON ` + w.key + ` = m.id AND ` + isNamed(`m.`)
	return w.of(words)
}

func wordsInSeries(f track.SeriesQuery) *wordSearch {
	w := &wordSearch{
		list: both.SeriesTotal, from: `series s NOT INDEXED`, key: `s.id`, projects: f.Projects, scope: f.Scope,
		plain: !f.Incomplete && f.Since.IsZero() && f.Before.IsZero(),
		slow:  `series s NOT INDEXED`, joins: leadersName,
	}
	return w.of(f.Words)
}

func (w *wordSearch) of(words []string) *wordSearch {
	w.words = named.Words(words)
	return w
}

// foundNames are the names in which words were found.
type foundNames struct {
	*wordSearch
	names namedRows
	rows  []int32 // some may not be in the list, unless they were counted
	total int     // -1: it is not plain, or can't be counted so
	// called are the numbers that mails go by in lists, where these are not their own.
	called map[int64]int64
	order  both.Walk
	desc   bool
}

// narrowByWords has the rows of a list found by the words in their names.
func (q *queries) narrowByWords(l *listing, search *wordSearch, order both.Walk) error {
	f, err := q.lookFor(search)
	if err != nil {
		return err
	}
	if f == nil {
		l.narrowBy(search.slow, l.keys).joins = search.joins
		l.named = true
		return nil
	}
	if f.total >= 0 && order != both.NoWalk {
		l.found, f.order, f.desc = f, order, l.order[0].Desc
		return nil
	}
	stretch, err := q.stretch(l)
	if l.ordered && stretch < len(f.rows) || err != nil {
		return err // to look at all names there is less
	}
	keys := make([]int64, len(f.rows))
	for i, row := range f.rows {
		keys[i] = f.names.rows[row].key
	}
	n := l.narrowBy(given+search.from, nil)
	n.where, n.words, n.chosen = conditions{}, conditions{}, nil
	n.where.add(true, search.key+` = j.value`, list(keys))
	if l.chosen != nil {
		n.where.addAll(&l.meeting)
	} else {
		n.where.amongAll(l.keys)
	}
	n.where.addAll(&l.where)
	if byName := func(t both.OrderTerm) bool { return strings.Contains(t.Expr, `m.name`) }; !slices.ContainsFunc(l.order,
		byName) {
		n.joins = ``
	}
	return nil
}

// lookFor finds the names that have all words; nil: SQLite has to.
func (q *queries) lookFor(w *wordSearch) (*foundNames, error) {
	if q.names == nil || len(w.words) == 0 || named.Strange(w.words) {
		return nil, nil
	}
	k, ok, err := q.names.at(q)
	if err != nil || !ok {
		return nil, err
	}
	f := &foundNames{wordSearch: w, names: k.mails.namedRows, total: -1}
	if w.series() {
		f.names = k.series.namedRows
	}
	in := w.in()
	f.rows = slices.DeleteFunc(f.names.Having(w.words), func(row int32) bool { return !in(f.names.rows[row].kept) })
	if w.plain {
		err = q.countFound(f)
	}
	return f, err
}

// countFound leaves of a plain list those rows that are in it, and counts them. The rows of a list of mails are among
// the chosen mails of its kind and projects; if they are as many, they are the same.
func (q *queries) countFound(f *foundNames) error {
	var c conditions
	anyOf(&c, f.list.Alias()+`.project`, f.projects)
	c.scope(f.list.Alias(), f.scope)
	listed, err := q.sumOf(f.list, c)
	if err != nil {
		return err
	}
	out := map[int64]bool{}
	if !f.series() {
		if ok, err := q.notListed(f, out); err != nil || !ok {
			return err
		}
	}
	in, all := f.in(), 0
	for i := range f.names.rows {
		if in(f.names.rows[i].kept) {
			all++
		}
	}
	for mail := range out {
		if row, there := f.names.rowOf(mail); there && in(f.names.rows[row].kept) {
			all--
		}
	}
	if all == listed {
		if len(out) > 0 {
			f.rows = slices.DeleteFunc(f.rows, func(row int32) bool { return out[f.names.rows[row].key] })
		}
		f.total = len(f.rows)
	}
	return nil
}

// notListed finds the mails that have names and are in no list: other copies than the chosen one, and hidden ones. It
// is false where these are many.
func (q *queries) notListed(f *foundNames, out map[int64]bool) (ok bool, err error) {
	const most = 10_000
	n := 0
	f.called = map[int64]int64{}
	var mail, stands int64
	if err := q.Each(`SELECT v.id, m.id FROM mail v INDEXED BY mail_variant CROSS JOIN mail m
		WHERE NOT v.chosen AND m.msgid = v.msgid AND m.project IS v.project AND m.chosen
		UNION ALL SELECT mail, 0 FROM patch INDEXED BY patch_hidden WHERE hidden AND NOT +?
		UNION ALL SELECT mail, 0 FROM cover INDEXED BY cover_hidden WHERE hidden AND NOT +?
		LIMIT +?`, []any{f.scope.Whole, f.scope.Whole, most}, func(scan func(...any) error) error {
		n++
		err := scan(&mail, &stands)
		if out[mail] = true; stands != 0 {
			first, there := f.called[stands]
			if !there {
				first = stands
			}
			f.called[stands] = min(first, mail)
		}
		return err
	}); err != nil {
		return false, err
	}
	return n < most, nil
}

// in tells of what is kept with a name whether it is in the list, but for hidden mails. It is asked for each name.
func (w *wordSearch) in() func(kept uint32) bool {
	const out, in = 1, 2
	var few [1 << 10]byte // those of the first projects
	others := map[uint32]bool{}
	return func(kept uint32) bool {
		if kept < uint32(len(few)) {
			if few[kept] == 0 {
				if few[kept] = out; w.listed(kept) {
					few[kept] = in
				}
			}
			return few[kept] == in
		}
		is, known := others[kept]
		if !known {
			is = w.listed(kept)
			others[kept] = is
		}
		return is
	}
}

func (w *wordSearch) listed(kept uint32) bool {
	project, bit := int64(kept>>1), kept&1 == 1
	switch {
	case kept == inNoList, slices.Contains(w.scope.Without, project),
		w.projects != nil && !slices.Contains(w.projects, project):
		return false
	case w.series():
		return w.scope.Whole || !bit
	}
	return bit == w.covers()
}

// page gives the keys of a page's rows in order.
func (f *foundNames) page(offset, size int) []int64 {
	rows := f.names.rows
	number := func(row int32) int64 { return rows[row].key }
	if len(f.called) > 0 {
		number = func(row int32) int64 {
			if id, other := f.called[rows[row].key]; other {
				return id
			}
			return rows[row].key
		}
	}
	compare := func(a, b int32) int {
		if d := cmp.Compare(rows[a].date, rows[b].date); d != 0 && f.order == both.ByDate {
			return d
		}
		return cmp.Compare(number(a), number(b))
	}
	from, to := offset, offset+size
	if f.desc {
		from, to = len(f.rows)-to, len(f.rows)-from
	}
	sortPart(f.rows, from, to, compare)
	keys := make([]int64, 0, size)
	for _, row := range f.rows[from:to] {
		keys = append(keys, rows[row].key)
	}
	if f.desc {
		slices.Reverse(keys)
	}
	return keys
}

// sortPart has those rows stand at the places from one up to another that would stand there if all were sorted.
func sortPart(rows []int32, from, to int, compare func(a, b int32) int) {
	for tries := 0; to-from < len(rows); tries++ {
		if tries > 64 {
			break // the pivots are bad ones
		}
		pivot := rows[len(rows)/2]
		less := 0
		rows[len(rows)/2], rows[len(rows)-1] = rows[len(rows)-1], pivot
		for i, row := range rows[:len(rows)-1] {
			if compare(row, pivot) < 0 {
				rows[i], rows[less] = rows[less], row
				less++
			}
		}
		rows[len(rows)-1], rows[less] = rows[less], pivot
		switch {
		case to <= less:
			rows = rows[:less]
		case from > less:
			rows, from, to = rows[less+1:], from-less-1, to-less-1
		default:
			sortPart(rows[:less], from, less, compare)
			sortPart(rows[less+1:], 0, to-less-1, compare)
			return
		}
	}
	order.By(rows, compare)
}
