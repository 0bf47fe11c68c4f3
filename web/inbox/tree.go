package inbox

import (
	"patchwatch/track"
)

// node is a place in a thread: a mail, or one that others refer to and that is not there.
type node struct {
	mail  *track.ArchivedMail // nil: it is missing
	msgID string
	depth int
}

// inTree puts the mails of a thread, which are in the order in which people read, into that of a tree: each mail is
// followed by what answers it. A mail whose parent is missing hangs on a node that stands for it.
func inTree(mails []track.ArchivedMail) []node {
	t := &tree{place: make(map[string]int, len(mails))}
	for i := range mails {
		t.place[mails[i].MsgID] = t.add(&mails[i], mails[i].MsgID)
	}
	for i := range mails {
		t.hang(i, mails[i].Refs)
	}
	return t.flat()
}

// tree is nodes by number.
type tree struct {
	place map[string]int // of Message-IDs
	nodes []treeNode
}

type treeNode struct {
	node
	parent   int // -1: none
	root     int // a node above it, by which the top of its tree is found; itself if it is the top
	children []int
}

func (t *tree) add(m *track.ArchivedMail, msgID string) int {
	n := len(t.nodes)
	t.nodes = append(t.nodes, treeNode{node: node{mail: m, msgID: msgID}, parent: -1, root: n})
	return n
}

// hang hangs a node on what it answers, which refs name, the nearest first.
func (t *tree) hang(n int, refs []string) {
	if len(refs) == 0 {
		return
	}
	parent, there := t.place[refs[0]]
	if !there {
		parent = t.add(nil, refs[0])
		t.place[refs[0]] = parent
		for _, ref := range refs[1:] {
			if above, there := t.place[ref]; there {
				t.link(parent, above)
				break
			}
		}
	}
	t.link(n, parent)
}

// link makes a node, which is a top, the child of another, unless that is below it.
func (t *tree) link(n, parent int) {
	if t.top(parent) == n {
		return
	}
	t.nodes[n].parent, t.nodes[n].root = parent, parent
	t.nodes[parent].children = append(t.nodes[parent].children, n)
}

// top finds the top of a tree, and shortens the way to it for those who ask next.
func (t *tree) top(n int) int {
	for t.nodes[n].root != n {
		above := t.nodes[n].root
		t.nodes[n].root = t.nodes[above].root
		n = above
	}
	return n
}

// flat walks the trees without recursion: a thread may be thousands deep.
func (t *tree) flat() (out []node) {
	var todo []int
	for i := len(t.nodes) - 1; i >= 0; i-- {
		if t.nodes[i].parent < 0 {
			todo = append(todo, i)
		}
	}
	for len(todo) > 0 {
		n := &t.nodes[todo[len(todo)-1]]
		todo = todo[:len(todo)-1]
		if n.parent >= 0 {
			n.depth = t.nodes[n.parent].depth + 1
		}
		out = append(out, n.node)
		for i := len(n.children) - 1; i >= 0; i-- {
			todo = append(todo, n.children[i])
		}
	}
	return out
}
