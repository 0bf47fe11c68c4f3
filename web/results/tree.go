package results

import (
	"slices"

	"patchwatch/track"
)

// mostDeep is how deep a tree is shown. What is deeper stands beside what it answers.
const mostDeep = 24

// tree puts mails below those that they answer, where these were found too, or have an answer among them in common.
// Threads are in the order of their first mail in the list, and so are the answers of one mail, but oldest first.
func tree(mails []track.ArchivedMail, rows []*row) (roots []*row) {
	by := make(map[string]int, len(mails)) // where a mail is in the list
	for i := range mails {
		if _, known := by[mails[i].MsgID]; !known {
			by[mails[i].MsgID] = i
		}
	}
	parents := make([]int, len(mails))
	for i := range mails {
		parents[i] = parentOf(mails, by, i)
	}
	depth := make([]int, len(mails))
	for _, i := range oldestFirst(mails) {
		at := parents[i]
		if at >= 0 && before(mails, at, i) {
			if depth[at] >= mostDeep {
				at = parents[at]
			}
			depth[i] = depth[at] + 1
			parents[i] = at
			rows[at].Replies = append(rows[at].Replies, rows[i])
			continue
		}
		parents[i] = -1
	}
	seen := make(map[int]bool)
	for i := range mails {
		top := i
		for parents[top] >= 0 {
			top = parents[top]
		}
		if !seen[top] {
			seen[top] = true
			roots = append(roots, rows[top])
		}
	}
	return roots
}

// parentOf is where the nearest mail is that one refers to, among those that were found; -1: there is none.
func parentOf(mails []track.ArchivedMail, by map[string]int, i int) int {
	for _, id := range mails[i].Refs {
		if at, found := by[id]; found && at != i {
			return at
		}
	}
	return -1
}

// oldestFirst is the order of mails by date.
func oldestFirst(mails []track.ArchivedMail) []int {
	order := make([]int, len(mails))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if before(mails, a, b) {
			return -1
		}
		return 1
	})
	return order
}

// before tells which of two mails comes first. A mail can only answer one that does, so that there are no circles.
func before(mails []track.ArchivedMail, a, b int) bool {
	if c := mails[a].Date.Compare(mails[b].Date); c != 0 {
		return c < 0
	}
	return a != b && mails[a].MsgID < mails[b].MsgID
}

// collapse shows the first mail of each thread, at most so many. n is how many mails it has looked at.
func collapse(mails []track.ArchivedMail, rows []*row, limit int) (shown []*row, n int) {
	threads := newThreads(mails)
	first := map[string]*row{}
	for i := range mails {
		thread := threads.of(mails[i].MsgID)
		if r := first[thread]; r != nil {
			r.More++
			continue
		}
		if len(shown) == limit {
			return shown, i
		}
		first[thread] = rows[i]
		shown = append(shown, rows[i])
	}
	return shown, len(mails)
}

// threads joins mails that refer to each other, or to the same one, into threads, each called by one of its ids.
type threads map[string]string

func newThreads(mails []track.ArchivedMail) threads {
	t := threads{}
	for i := range mails {
		thread := t.of(mails[i].MsgID)
		for _, id := range mails[i].Refs {
			t[t.of(id)] = thread
		}
	}
	return t
}

// of is the thread that has an id. On the way to it ids are made to lead there directly.
func (t threads) of(id string) string {
	for {
		to, known := t[id]
		if !known || to == id {
			return id
		}
		if next, known := t[to]; known {
			t[id] = next
		}
		id = to
	}
}
