package db

import (
	"sort"

	"patchwatch/track"
)

// namesake is a patch or cover with a title and sender that are searched for.
type namesake struct {
	version, date int64
	msgID         string
	series        int64 // 0: none
}

// earlier and later are the orders in which the versions before and after one are looked at.
func (n *namesake) earlier(o *namesake) bool {
	switch {
	case n.version != o.version:
		return n.version > o.version
	case n.date != o.date:
		return n.date > o.date
	}
	return n.msgID < o.msgID
}

func (n *namesake) later(o *namesake) bool {
	switch {
	case n.version != o.version:
		return n.version < o.version
	case n.date != o.date:
		return n.date < o.date
	}
	return n.msgID < o.msgID
}

// sameTitle is how many mails of one title and sender are looked at, the first in that order: someone may send ten
// thousand.
const sameTitle = 100

// titled searches the index by title, part by part: the query takes the part's number before all else, and gives the first
// of each in the order that less says.
func (r *revisions) titled(query string, less func(a, b *namesake) bool, args ...any) ([]*namesake, error) {
	if err := r.countParts(); err != nil {
		return nil, err
	}
	var found []*namesake
	for _, part := range r.parts {
		err := r.each(query, append([]any{part}, args...), func(scan func(...any) error) error {
			n := &namesake{}
			found = append(found, n)
			return scan(&n.version, &n.date, &n.msgID, &n.series)
		})
		if err != nil {
			return nil, err
		}
	}
	sort.Slice(found, func(i, j int) bool { return less(found[i], found[j]) })
	return found[:min(len(found), sameTitle)], nil
}

// countParts finds those parts in which there are mails. Numbers may have gaps, and in a damaged database huge ones.
func (r *revisions) countParts() error {
	if r.parts != nil {
		return nil
	}
	r.parts = []int64{}
	return r.each(`
		WITH RECURSIVE part(n) AS (SELECT min(id) >> 16 FROM mail
			UNION ALL SELECT (SELECT min(id) >> 16 FROM mail WHERE id > n << 16 | 65535) FROM part WHERE n IS NOT NULL)
		SELECT n FROM part WHERE n IS NOT NULL`, nil, func(scan func(...any) error) error {
		var part int64
		err := scan(&part)
		r.parts = append(r.parts, part)
		return err
	})
}

func noteSeries(links map[int64]track.Link, found []*namesake) {
	for _, n := range found {
		if n.series != 0 {
			links[n.series] = max(links[n.series], track.SharedTitle)
		}
	}
}
