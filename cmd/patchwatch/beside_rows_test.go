package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
)

// besideMails are the mails whose pages are asked for.
type besideMails struct {
	patches  []besideMail // of all
	answered []besideMail // with replies
	talk     []besideMail // patches and replies
}

type besideMail struct {
	list, id string
}

func (m *besideMail) path(format string) string { return fmt.Sprintf(format, m.list, m.id) }

// besideMost is how many mails of a kind are asked for in turn.
const besideMost = 100

// choose picks mails at random, the same each time.
func (b *beside) choose() {
	answered := map[string]bool{}
	comments, patches := b.dumped("comment"), b.dumped("patch")
	for _, c := range comments {
		answered[c["parent"].(string)] = true
	}
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(comments), func(i, k int) { comments[i], comments[k] = comments[k], comments[i] })
	r.Shuffle(len(patches), func(i, k int) { patches[i], patches[k] = patches[k], patches[i] })
	add := func(to *[]besideMail, of map[string]any, most int) {
		id := bare(of["msgid"].(string))
		// Patchwork finds no mail whose Message-ID has a slash, and what else is odd in there is written in several ways.
		if len(*to) < most && !strings.ContainsAny(id, "/%?# <>+") {
			*to = append(*to, besideMail{of["project"].(string), id})
		}
	}
	for _, p := range patches {
		add(&b.mails.patches, p, besideMost)
		add(&b.mails.talk, p, besideMost/2)
		if answered[p["msgid"].(string)] {
			add(&b.mails.answered, p, besideMost)
		}
	}
	for _, c := range comments {
		add(&b.mails.talk, c, besideMost)
	}
}

// besideWords are words that people search for, rare and common ones.
var besideWords = strings.Fields("memory netlink fix kasan ctnetlink remove typo iptables synproxy wyattscarpenter")

// rows are the pages.
func (b *beside) rows() []row {
	const list, patch = "/project/%s/list/", "/project/%s/patch/%s/"
	return []row{
		{"projects", patchwork, 1, 0, same(func() []string { return []string{"/"} })},
		{"list of patches", patchwork, 20, 0, same(func() []string { return b.lists(patchwork, list) })},
		{"patches with a word in their name", patchwork, 1, 0, same(func() []string { return b.searches(patchwork, list) })},
		{"patch", patchwork, 4, 20, b.of(patchwork, &b.mails.patches, patch)},
		{"patch with replies", patchwork, 3, 20, b.of(patchwork, &b.mails.answered, patch)},
		{"series", patchwork, 1, 0, b.series},
		{"patch for git am", patchwork, 1, 0, b.of(patchwork, &b.mails.patches, patch+"mbox/")},
		{"threads of a list", publicInbox, 1, 0, same(func() []string { return b.lists(publicInbox, "/%s/") })},
		{"thread", publicInbox, 3, 0, b.of(publicInbox, &b.mails.talk, "/%s/%s/T/")},
		{"thread as a tree", publicInbox, 3, 0, b.of(publicInbox, &b.mails.talk, "/%s/%s/t/")},
		{"mail", publicInbox, 1, 0, b.of(publicInbox, &b.mails.talk, "/%s/%s/")},
		{"mail as it came", publicInbox, 1, 0, b.of(publicInbox, &b.mails.talk, "/%s/%s/raw")},
		{"search", publicInbox, 1, 0, same(func() []string { return b.searches(publicInbox, "/%s/") })},
	}
}

// same is for pages that are at the same paths.
func same(at func() []string) func() (theirs, ours []string) {
	return func() (theirs, ours []string) {
		all := at()
		return all, all
	}
}

// lists are the pages of the lists that the other program has.
func (b *beside) lists(peer, path string) (all []string) {
	for _, l := range publicLists {
		if at := fmt.Sprintf(path, l.link); b.has(b.peers[peer], at) {
			all = append(all, at)
		}
	}
	return all
}

// searches are those that find something: public-inbox answers others with 404.
func (b *beside) searches(peer, path string) (all []string) {
	for _, l := range b.lists(peer, path) {
		for _, w := range besideWords {
			if at := l + "?q=" + w; b.has(b.peers[peer], at) && b.has(b.ours, at) {
				all = append(all, at)
			}
		}
	}
	return all
}

// of are the pages of mails, as far as both programs have them.
func (b *beside) of(peer string, mails *[]besideMail, format string) func() (theirs, ours []string) {
	return same(func() (all []string) {
		for _, m := range *mails {
			if p := m.path(format); b.has(b.peers[peer], p) && b.has(b.ours, p) {
				all = append(all, p)
			}
		}
		b.t.Logf("%s: %d of %d", format, len(all), len(*mails))
		return all
	})
}

// series are where series are: Patchwork has no page of a series, but its list narrowed to one.
func (b *beside) series() (theirs, ours []string) {
	for i := range b.mails.patches {
		m := &b.mails.patches[i]
		old, new := seriesAt(b, b.peers[patchwork], m.id), seriesAt(b, b.ours, m.id)
		if old == 0 || new == 0 {
			continue
		}
		theirs = append(theirs, fmt.Sprintf("/project/%s/list/?series=%d&state=*", m.list, old))
		ours = append(ours, fmt.Sprintf("/series/%d/", new))
	}
	return theirs, ours
}

// seriesAt is the number that a server gives the series of a patch; 0: it has none.
func seriesAt(b *beside, at, id string) int64 {
	r, err := http.Get(at + "/api/patches/?msgid=" + url.QueryEscape(id))
	if err != nil {
		b.t.Fatal(err)
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	var found []struct{ Series []struct{ ID int64 } }
	if err := json.Unmarshal(raw, &found); err != nil {
		b.t.Fatalf("%s: %v: %s", at, err, clip(string(raw)))
	}
	if len(found) == 0 || len(found[0].Series) == 0 {
		return 0
	}
	return found[0].Series[0].ID
}
