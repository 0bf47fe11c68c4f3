package postgres

import (
	"bytes"
	"cmp"
	"slices"
	"sync"
	"time"

	"patchwatch/track"
)

// names are those of the patches, covers and series of projects, in memory: the server takes a hundred times as long to
// look through them. They hold for as long as nothing that is shown of the project has changed, by the number of its
// changes that a view sees; so all who write count changes (engine.Pages.Changes). Then they are read again, which
// takes about as long as to have the server look; of a large project not all the time.
type names struct {
	mu    sync.Mutex
	lists map[nameKey]*nameList // guarded by mu; nobody changes a list that is in here
	bytes int                   // guarded by mu: of the lists
}

type nameKey struct {
	of      countedList
	project int64
}

// nameList are the names of one kind in a project.
type nameList struct {
	changes int64 // how often the project had changed
	read    time.Time
	text    []byte // the names, with small letters only, a separator after each
	rows    []nameRow
}

type nameRow struct {
	key, id, date int64
	end           int // of the name in the text, before the separator
	hidden        bool
}

const (
	// separator is a byte that no text in UTF-8 has, so that nothing is found that begins in one name and ends in the
	// next.
	separator = 0xff

	// mostOfNames is how many bytes of names are kept, about. Where there are more, the server looks for words.
	mostOfNames = 128 << 20

	// fewNames are read whenever they have changed; more of them only when some time has passed.
	fewNames   = 20_000
	rereadMore = 10 * time.Second
)

// nameQueries read the names of a project: what rows are found by, their numbers and dates in lists.
var nameQueries = map[countedList]string{
	patchTotal: `SELECT p.mail, p.id, p.date, p.hidden, m.name
		FROM patch p JOIN mail m ON m.id = p.mail WHERE p.project = ?`,
	coverTotal: `SELECT c.mail, c.id, c.date, c.hidden, m.name
		FROM cover c JOIN mail m ON m.id = c.mail WHERE c.project = ?`,
	seriesTotal: `SELECT s.id, s.id, s.date, s.hidden, ` + seriesName.exprs[0] + ` FROM series s` + leadersName +
		` WHERE s.project = ?`,
}

// wanted are rows of lists with some words in their names, and nothing else that is asked of them.
type wanted struct {
	of       countedList
	words    []string
	projects track.In[int64] // nil: all
	scope    track.Scope
	order    walk
	desc     bool
	track.Paging
}

// byNames finds a page in memory; it is false where the server has to.
func (q *queries) byNames(w wanted) (on *onPage, ok bool, err error) {
	words := foldedWords(w.words)
	if q.names == nil || w.order == noWalk || len(words) == 0 {
		return nil, false, nil
	}
	changes, err := q.changesOfProjects()
	if err != nil {
		return nil, false, err
	}
	var found []nameRow
	for project, n := range changes {
		if w.projects != nil && !slices.Contains(w.projects, project) || slices.Contains(w.scope.Without, project) {
			continue
		}
		list, err := q.names.at(q, nameKey{w.of, project}, n)
		if list == nil || err != nil {
			return nil, false, err
		}
		found = list.having(words, w.scope.Whole, found)
	}
	return &onPage{known: w.page(found), total: len(found)}, true, nil
}

// inOrder notes in which order of numbers or dates rows are wanted.
func (w *wanted) inOrder(id string, columns map[string]columnOrder) {
	l := &listing{}
	w.order = l.sortBy(w.scope, w.Order, id, columns)
	w.desc = l.order[0].desc
}

// foldedWords are none where one of them is not UTF-8.
func foldedWords(words []string) (folded [][]byte) {
	for _, word := range words {
		if word == "" {
			continue
		}
		f := appendFolded(nil, word)
		if bytes.IndexByte(f, separator) >= 0 {
			return nil
		}
		folded = append(folded, f)
	}
	return folded
}

func (q *queries) changesOfProjects() (map[int64]int64, error) {
	out := map[int64]int64{}
	return out, q.each(`SELECT p.id, coalesce(c.number, 0) FROM project p LEFT JOIN change c ON c.project = p.id`, nil,
		func(scan func(...any) error) error {
			var project, number int64
			err := scan(&project, &number)
			out[project] = number
			return err
		})
}

// at gives the names as a view sees them, in which the project has changed so often; nil: they are not to be had.
func (n *names) at(q *queries, key nameKey, changes int64) (*nameList, error) {
	n.mu.Lock()
	was, full := n.lists[key], n.bytes > mostOfNames
	n.mu.Unlock()
	if was != nil {
		switch {
		case was.changes == changes:
			return was, nil
		case was.changes > changes, len(was.rows) > fewNames && time.Since(was.read) < rereadMore:
			return nil, nil
		}
	} else if full {
		return nil, nil
	}
	list := &nameList{changes: changes, read: time.Now()}
	if err := list.readAll(q, key); err != nil {
		return nil, err
	}
	n.put(key, list)
	return list, nil
}

// put keeps a list, unless somebody has put a newer one.
func (n *names) put(key nameKey, list *nameList) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.lists == nil {
		n.lists = map[nameKey]*nameList{}
	}
	if was := n.lists[key]; was != nil {
		if was.changes > list.changes {
			return
		}
		n.bytes -= was.size()
	}
	n.lists[key] = list
	n.bytes += list.size()
}

func (n *nameList) size() int { return len(n.text) + 40*len(n.rows) }

func (n *nameList) readAll(q *queries, key nameKey) error {
	var r nameRow
	var name string
	return q.each(nameQueries[key.of], []any{key.project}, func(scan func(...any) error) error {
		err := scan(&r.key, &r.id, &r.date, &r.hidden, &name)
		n.text = appendFolded(n.text, name)
		r.end = len(n.text)
		n.text, n.rows = append(n.text, separator), append(n.rows, r)
		return err
	})
}

// having appends the rows whose names have all of some words.
func (n *nameList) having(words [][]byte, hiddenToo bool, found []nameRow) []nameRow {
	rarest := slices.MaxFunc(words, func(a, b []byte) int { return len(a) - len(b) }) // most likely
	for at := 0; at < len(n.text); {
		next := bytes.Index(n.text[at:], rarest)
		if next < 0 {
			break
		}
		i, _ := slices.BinarySearchFunc(n.rows, at+next, func(r nameRow, place int) int { return cmp.Compare(r.end, place) })
		if name := n.name(i); (hiddenToo || !n.rows[i].hidden) &&
			!slices.ContainsFunc(words, func(w []byte) bool { return !bytes.Contains(name, w) }) {
			found = append(found, n.rows[i])
		}
		at = n.rows[i].end + 1
	}
	return found
}

func (n *nameList) name(i int) []byte {
	start := 0
	if i > 0 {
		start = n.rows[i-1].end + 1
	}
	return n.text[start:n.rows[i].end]
}

// page gives the keys of a page's rows in order.
func (w *wanted) page(found []nameRow) (keys []int64) {
	slices.SortFunc(found, func(a, b nameRow) int {
		c := cmp.Compare(a.id, b.id)
		if w.order == byDate {
			c = cmp.Or(cmp.Compare(a.date, b.date), c)
		}
		if w.desc {
			return -c
		}
		return c
	})
	from := min(max(w.Offset, 0), len(found))
	for _, r := range found[from:min(from+max(w.Limit, 0), len(found))] {
		keys = append(keys, r.key)
	}
	return keys
}

// appendFolded appends a text with ASCII letters made small, as ILIKE compares them under COLLATE "C".
func appendFolded(b []byte, text string) []byte {
	from := len(b)
	b = append(b, text...)
	for i := from; i < len(b); i++ {
		if c := b[i]; 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return b
}
