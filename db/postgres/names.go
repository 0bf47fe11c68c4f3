package postgres

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"patchwatch/db/internal/both"
	"patchwatch/db/internal/named"
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
	of      both.CountedList
	project int64
}

// nameList are the names of one kind in a project.
type nameList struct {
	named.Names
	rows    []nameRow // which have these names
	changes int64     // how often the project had changed
	read    time.Time
}

type nameRow struct {
	key, id, date int64
	hidden        bool
}

const (
	// fewNames are read whenever they have changed; more of them only when some time has passed.
	fewNames   = 20_000
	rereadMore = 10 * time.Second
)

// nameQueries read the names of a project: what rows are found by, their numbers and dates in lists.
var nameQueries = map[both.CountedList]string{
	both.PatchTotal: `SELECT p.mail, p.id, p.date, p.hidden, m.name
		FROM patch p JOIN mail m ON m.id = p.mail WHERE p.project = ?`,
	both.CoverTotal: `SELECT c.mail, c.id, c.date, c.hidden, m.name
		FROM cover c JOIN mail m ON m.id = c.mail WHERE c.project = ?`,
	both.SeriesTotal: `SELECT s.id, s.id, s.date, s.hidden, ` + seriesName.Exprs[0] + ` FROM series s` + leadersName +
		` WHERE s.project = ?`,
}

// wanted are rows of lists with some words in their names, and nothing else that is asked of them.
type wanted struct {
	of       both.CountedList
	words    []string
	projects track.In[int64] // nil: all
	scope    track.Scope
	order    both.Walk
	desc     bool
	track.Paging
}

// byNames finds a page in memory; it is false where the server has to.
func (q *queries) byNames(w wanted) (on *onPage, ok bool, err error) {
	words := named.Words(w.words)
	if q.names == nil || w.order == both.NoWalk || len(words) == 0 || named.Strange(words) {
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
func (w *wanted) inOrder(id string, columns map[string]both.ColumnOrder) {
	l := &listing{}
	w.order = l.sortBy(w.scope, w.Order, id, columns)
	w.desc = l.order[0].Desc
}

// changesOfProjects counts with those of each project those of all: what a project lost may be counted there.
func (q *queries) changesOfProjects() (map[int64]int64, error) {
	out := map[int64]int64{}
	return out, q.Each(`SELECT p.id, coalesce(c.number, 0) + coalesce((SELECT number FROM change WHERE project = 0), 0)
		FROM project p LEFT JOIN change c ON c.project = p.id`, nil,
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
	was, full := n.lists[key], n.bytes > named.Most
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

func (n *nameList) size() int { return n.Bytes() + 32*len(n.rows) }

func (n *nameList) readAll(q *queries, key nameKey) error {
	var r nameRow
	var name string
	return q.Stream(nameQueries[key.of], []any{key.project}, func(scan func(...any) error) error {
		err := scan(&r.key, &r.id, &r.date, &r.hidden, &name)
		n.Add(name)
		n.rows = append(n.rows, r)
		return err
	})
}

// having appends the rows whose names have all of some words.
func (n *nameList) having(words [][]byte, hiddenToo bool, found []nameRow) []nameRow {
	for _, i := range n.Having(words) {
		if r := n.rows[i]; hiddenToo || !r.hidden {
			found = append(found, r)
		}
	}
	return found
}

// page gives the keys of a page's rows in order.
func (w *wanted) page(found []nameRow) (keys []int64) {
	slices.SortFunc(found, func(a, b nameRow) int {
		c := cmp.Compare(a.id, b.id)
		if w.order == both.ByDate {
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
