package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestBeside is what make beside runs: the pages of a Patchwork and of a public-inbox that somebody has filled with the
// mail of ../shared/corpus/real, and those of this program over the same mail, asked for in turn in one run. It writes
// the table of docs/pages.md, and fails where a page comes less often than it should beside theirs.
//
// PATCHWATCH_BESIDE_PATCHWORK and PATCHWATCH_BESIDE_PUBLICINBOX say where they are. Their projects and lists have the
// names of publicLists; a list that one of them does not have is left out there. PATCHWATCH_BESIDE_ROWS may be a
// regular expression that says which rows are wanted.
func TestBeside(t *testing.T) {
	b := &beside{peers: map[string]string{
		patchwork: os.Getenv("PATCHWATCH_BESIDE_PATCHWORK"), publicInbox: os.Getenv("PATCHWATCH_BESIDE_PUBLICINBOX"),
	}}
	if b.peers[patchwork] == "" && b.peers[publicInbox] == "" {
		t.Skip("it needs servers to be held against: make beside")
	}
	needsCorpus(t, corpus)
	b.workplace = newWorkplace(t)
	b.fill()
	_, b.ours = b.serve("--quiet")
	b.pids = map[string][]string{b.ours: listeners(t, b.ours)}
	for _, at := range b.peers {
		if at != "" {
			b.pids[at] = listeners(t, at)
		}
	}
	b.choose()
	fmt.Print(besideHead)
	only := regexp.MustCompile(os.Getenv("PATCHWATCH_BESIDE_ROWS"))
	measured := 0
	for _, r := range b.rows() {
		if only.MatchString(r.name) && b.peers[r.peer] != "" {
			b.measure(&r)
			measured++
		}
	}
	if measured == 0 {
		t.Errorf("no row is called %s", only)
	}
}

// The programs that have pages for the same.
const (
	patchwork   = "Patchwork"
	publicInbox = "public-inbox"
)

type beside struct {
	*workplace
	ours  string              // the URL of this program, without a final slash
	peers map[string]string   // and of the others; empty: there is none
	pids  map[string][]string // of those who listen at these
	mails besideMails
}

// fill stores the mail.
func (b *beside) fill() {
	for _, l := range publicLists {
		unpack(b.t, filepath.Join(corpus, l.link+".tar.gz"), b.path(l.link))
		b.run("project", "add", l.link, "--list-id", l.id, "--list-email", l.email)
		b.run("import", "--quiet", l.link)
	}
	b.run("search", "--limit", "1", "patch") // which makes the index
}

// row is a kind of page that both have.
type row struct {
	name, peer string

	least float64                        // how many times as often ours are to come, if nobody has asked for them before
	p99   float64                        // milliseconds that ours may take at most if somebody has; 0: any
	paths func() (theirs, ours []string) // where such pages are
}

const (
	besideSpan   = time.Second
	besideRounds = 2
)

// contest is one way of asking, and the best that was measured of it: what else the machine does only makes it slower.
type contest struct {
	at    string
	paths []string
	asNew bool
	best  measured
}

const besideHead = `
In each cell: median and 99th of a hundred in ms · pages a second · ms of processor a page · kB as sent.
Times: new pages a second, and processor, theirs beside ours.

| page | beside | clients | theirs | ours, new | ours, again | times |
| --- | --- | --: | --: | --: | --: | --: |
`

// measure asks for the pages of a row, by one client and by eight.
func (b *beside) measure(r *row) {
	old, new := r.paths()
	if len(old) == 0 || len(new) == 0 {
		b.t.Fatalf("%s: %s has nothing of the kind", r.name, r.peer)
	}
	for _, clients := range []int{1, 8} {
		theirs := &contest{at: b.peers[r.peer], paths: old, asNew: true}
		first := &contest{at: b.ours, paths: new, asNew: true}
		again := &contest{at: b.ours, paths: new}
		for range besideRounds {
			for _, c := range []*contest{theirs, first, again} {
				b.round(r, c, clients)
			}
		}
		t, o := theirs.best, first.best
		times := o.rate / t.rate
		fmt.Printf("| %s | %s | %d | %v | %v | %v | %.1f · %.1f |\n", r.name, r.peer, clients, t, o, again.best, times, t.cpu/o.cpu)
		if clients > 1 && times < r.least {
			b.t.Errorf("%s: %.1f times as often as those of %s, less than %.0f", r.name, times, r.peer, r.least)
		}
		if r.p99 > 0 && again.best.p99 > r.p99 {
			b.t.Errorf("%s: one of a hundred takes %.1f ms, more than %.0f", r.name, again.best.p99, r.p99)
		}
	}
}

func (m measured) String() string {
	return fmt.Sprintf("%.1f · %.1f · %.0f · %.1f · %.0f", m.median, m.p99, m.rate, m.cpu, m.size)
}

func (b *beside) round(r *row, c *contest, clients int) {
	urls := make([]string, len(c.paths))
	for i, p := range c.paths {
		urls[i] = c.at + p
	}
	a := newAsker(clients)
	defer a.client.CloseIdleConnections()
	if _, err := a.ask(urls, clients, besideSpan/4, c.asNew); err != nil { // connections, and what lies in memory
		b.t.Fatalf("%s: %v", r.name, err)
	}
	spent := processorTime(b.t, b.pids[c.at])
	got, err := a.ask(urls, clients, besideSpan, c.asNew)
	if err != nil {
		b.t.Fatalf("%s: %v", r.name, err)
	}
	got.cpu = 1000 * (processorTime(b.t, b.pids[c.at]) - spent) / float64(got.answers)
	if got.rate > c.best.rate {
		c.best = got
	}
}

// has tells that a server has a page.
func (b *beside) has(at, path string) bool {
	status, _, err := newAsker(1).once(at + path)
	if err != nil {
		b.t.Fatal(err)
	}
	return status == http.StatusOK
}

// bare is a Message-ID as URLs have it.
func bare(id string) string { return strings.Trim(id, "<>") }
