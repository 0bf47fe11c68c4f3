package track

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// naive answers the question of parents as slowly and plainly as can be: by the words of the comment on parents.
type naive struct {
	mails map[string]*Item
	lead  map[string]string
}

func naiveParents(all []Item) map[string]string {
	n := &naive{mails: map[string]*Item{}, lead: map[string]string{}}
	for i := range all {
		n.mails[all[i].ID] = &all[i]
	}
	done := map[string]bool{}
	for len(done) < len(all) {
		for i := range all {
			if loop := n.loop(&all[i]); !done[all[i].ID] && n.allDone(loop, done) {
				n.resolve(loop)
				for _, it := range loop {
					done[it.ID] = true
				}
			}
		}
	}
	out := map[string]string{}
	for id, lead := range n.lead {
		if !n.mails[id].target() {
			out[id] = lead
		}
	}
	return out
}

// reachable from a mail, over any number of references; not through patches and covers, where every search ends.
func (n *naive) reachable(it *Item) map[string]bool {
	seen := map[string]bool{}
	for queue := []*Item{it}; len(queue) > 0; queue = queue[1:] {
		if queue[0].target() {
			continue
		}
		for _, ref := range queue[0].Refs {
			if o := n.mails[ref]; o != nil && !seen[ref] {
				seen[ref] = true
				queue = append(queue, o)
			}
		}
	}
	return seen
}

// loop is the mail and all that it reaches and that reach it.
func (n *naive) loop(it *Item) []*Item {
	out := []*Item{it}
	for id := range n.reachable(it) {
		if o := n.mails[id]; o != it && n.reachable(o)[it.ID] {
			out = append(out, o)
		}
	}
	return out
}

func (n *naive) allDone(loop []*Item, done map[string]bool) bool {
	for id := range n.reachable(loop[0]) {
		if !done[id] && !slices.Contains(loop, n.mails[id]) {
			return false
		}
	}
	return true
}

func (n *naive) resolve(loop []*Item) {
	if loop[0].target() {
		n.lead[loop[0].ID] = loop[0].ID
		return
	}
	for {
		wave := map[string]string{}
		for _, it := range loop {
			if n.lead[it.ID] != "" {
				continue
			}
			for _, ref := range it.Refs {
				if lead := n.lead[ref]; lead != "" {
					wave[it.ID] = lead
					break
				}
			}
		}
		if len(wave) == 0 {
			return
		}
		for id, lead := range wave {
			n.lead[id] = lead
		}
	}
}

func TestParentsOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := anyTalk(t)
		if got, want := Assemble(all, nil).Parents, naiveParents(all); !reflect.DeepEqual(got, want) {
			t.Fatalf("%v\nwant\n%v", got, want)
		}
	})
}

// anyTalk draws mostly replies, with so many references among so few that loops of all shapes come about.
func anyTalk(t *rapid.T) []Item {
	n := rapid.IntRange(1, 10).Draw(t, "mails")
	all := make([]Item, n)
	for i := range all {
		kinds := rapid.SampledFrom([]Kind{Talk, Talk, Talk, Talk, Ignored, Patch, Cover})
		all[i] = Item{ID: fmt.Sprintf("<%c>", 'a'+i), Date: epoch, Kind: kinds.Draw(t, "kind")}
		for _, r := range rapid.SliceOfNDistinct(rapid.IntRange(0, n), 0, 3, rapid.ID).Draw(t, "references") {
			all[i].Refs = append(all[i].Refs, fmt.Sprintf("<%c>", 'a'+r))
		}
	}
	return all
}

// Every way in which three replies can refer to up to two of each other, themselves and a patch.
func TestParentsOfEverySmallLoop(t *testing.T) {
	names := []string{"<p>", "<a>", "<b>", "<c>"}
	choices := pairs(names)
	var in [3]int
	for in[0] = range choices {
		for in[1] = range choices {
			for in[2] = range choices {
				all := []Item{{ID: "<p>", Kind: Patch}}
				for i, c := range in {
					all = append(all, Item{ID: names[i+1], Kind: Talk, Refs: choices[c]})
				}
				if got, want := Assemble(all, nil).Parents, naiveParents(all); !reflect.DeepEqual(got, want) {
					t.Fatalf("%+v: %v, want %v", all, got, want)
				}
			}
		}
	}
}

// pairs are all sequences of none, one or two different names.
func pairs(names []string) [][]string {
	out := [][]string{nil}
	for _, a := range names {
		out = append(out, []string{a})
		for _, b := range names {
			if a != b {
				out = append(out, []string{a, b})
			}
		}
	}
	return out
}
