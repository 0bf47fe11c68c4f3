package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"patchwatch/db"
	"patchwatch/db/dbtest"
	"patchwatch/db/sqlite"
	"patchwatch/ingest"
	"patchwatch/track"
)

// TestThreads takes each case of testdata/threads in every order through the parser and Assemble, and in some orders,
// in batches of chance, through the database. Each gives what the case wants, and the dumps are the same to the byte.
func TestThreads(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/threads/*.txtar")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d cases in testdata/threads: %v", len(files), err)
	}
	stores := newEmptyStores(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			raws, want := readThread(t, file)
			th := newThread(t, raws)
			th.named = strings.Contains(want, " name=")
			if got, want := th.depends(), dependsIn(want); got != want {
				t.Errorf("these depend on others:\n%swant\n%s", got, want)
			}
			th.holdsInAnyOrder(t, stores, answerIn(want).String())
		})
	}
}

// readThread gives the mails of a case in the order of the file, and its want.
func readThread(t *testing.T, file string) (raws [][]byte, want string) {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		if f.Name == "want" {
			return raws, string(f.Data)
		}
		raws = append(raws, f.Data)
	}
	t.Fatal("it wants nothing")
	return nil, ""
}

// thread is a set of mails, each delivered a second after the one before.
type thread struct {
	mails  []db.Delivery
	named  bool              // answers say the names of series
	called map[string]string // what answers call a Message-ID, if not by itself
}

func newThread(t *testing.T, raws [][]byte) *thread {
	t.Helper()
	th := &thread{}
	for i, raw := range raws {
		m, err := ingest.Parse(raw)
		if err != nil {
			t.Fatalf("mail %d: %v", i+1, err)
		}
		m.Delivered = time.Unix(1793000000+int64(i), 0).UTC() // later than any Date in the cases
		th.mails = append(th.mails, db.Delivery{Mail: m, Frame: db.Compress(raw), Raw: raw})
	}
	return th
}

// Every order is tried where the mails are six or fewer; else so many, and so many in the database.
const (
	ordersTried  = 500
	ordersStored = 30
)

// holdsInAnyOrder fails the test unless every order gives this answer.
func (th *thread) holdsInAnyOrder(t *testing.T, stores *emptyStores, want string) {
	t.Helper()
	var first map[string]track.Threads
	inOrders(len(th.mails), 6, ordersTried, func(order []int, _ *rand.Rand) {
		got := th.assemble(order)
		if first == nil {
			first = got
		}
		if text := th.answerOf(got).String(); text != want {
			t.Fatalf("in the order %v:\n%s\nwant\n%s", order, text, want)
		}
		if !reflect.DeepEqual(got, first) { // names and dates too
			t.Fatalf("in the order %v:\n%+v\nbut before\n%+v", order, got, first)
		}
	})
	firstDump := ""
	inOrders(len(th.mails), 4, ordersStored, func(order []int, chance *rand.Rand) {
		dump := stores.dumpOf(t, th.inBatches(order, chance))
		if firstDump == "" {
			firstDump = dump
		}
		if text := th.answerOfDump(t, dump).String(); text != want {
			t.Fatalf("stored in the order %v:\n%s\nwant\n%s", order, text, want)
		}
		if dump != firstDump {
			t.Fatalf("stored in the order %v:\n%s\nbut before\n%s", order, dump, firstDump)
		}
	})
}

// inOrders calls f with every order of 0..n-1 where n is at most few, else with so many orders of chance.
func inOrders(n, few, many int, f func(order []int, chance *rand.Rand)) {
	chance := rand.New(rand.NewPCG(1, uint64(n)))
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if n <= few {
		permute(order, n, func() { f(order, chance) })
		return
	}
	for range many {
		chance.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
		f(order, chance)
	}
}

// permute is Heap's algorithm.
func permute(order []int, n int, f func()) {
	if n <= 1 {
		f()
		return
	}
	for i := range n {
		permute(order, n-1, f)
		at := 0
		if n%2 == 0 {
			at = i
		}
		order[at], order[n-1] = order[n-1], order[at]
	}
}

// assemble gives the threads of each project without a database: of copies with one Message-ID the first delivered
// counts.
func (th *thread) assemble(order []int) map[string]track.Threads {
	items := map[string][]track.Item{}
	for _, i := range order {
		m := th.mails[i].Mail
		if p, ok := track.OnSight(m); ok && th.chosen(m) {
			items[p.LinkName] = append(items[p.LinkName], itemOf(m, &p))
		}
	}
	out := map[string]track.Threads{}
	for project, all := range items {
		out[project] = track.Assemble(all, nil)
	}
	return out
}

// chosen tells whether a mail stands for its Message-ID among its project's.
func (th *thread) chosen(m *track.Mail) bool {
	for _, d := range th.mails {
		if o := d.Mail; o.MsgID == m.MsgID && o.ListIDs[0] == m.ListIDs[0] && o.Delivered.Before(m.Delivered) {
			return false
		}
	}
	return true
}

func itemOf(m *track.Mail, p *track.Project) track.Item {
	return track.Item{
		ID: m.MsgID, Refs: m.Refs, Kind: m.Kind(), Sender: p.Sender(m).Email, Name: m.Subject.Name(p.LinkName),
		Date: m.DateOrDelivered(), Delivered: m.Delivered,
		Marked: m.Subject.Marked, Number: m.Subject.Number, Total: m.Subject.Total, Version: m.Subject.Version,
	}
}

func (th *thread) inBatches(order []int, chance *rand.Rand) (batches [][]db.Delivery) {
	for len(order) > 0 {
		n := 1 + chance.IntN(len(order))
		var batch []db.Delivery
		for _, i := range order[:n] {
			batch = append(batch, th.mails[i])
		}
		batches, order = append(batches, batch), order[n:]
	}
	return batches
}

// emptyStores makes databases quickly: each is a copy of one that was made empty, and none waits for a disk.
type emptyStores struct {
	dir   string
	empty []byte
}

func newEmptyStores(t *testing.T) *emptyStores {
	t.Helper()
	s := &emptyStores{dir: dbtest.MemoryDir(t)}
	path := filepath.Join(s.dir, "empty.db")
	store, err := sqlite.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	store.Close()
	if s.empty, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return s
}

// dumpOf is the dump of a new database that got these batches.
func (s *emptyStores) dumpOf(t *testing.T, batches [][]db.Delivery) string {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(s.dir, "one.db")
	if err := os.WriteFile(path, s.empty, 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for _, batch := range batches {
		added, err := store.Add(ctx, batch)
		if err != nil {
			t.Fatal(err)
		}
		for i := range added {
			if added[i].Err != nil {
				t.Fatalf("%s: %v", batch[i].Mail.MsgID, added[i].Err)
			}
		}
	}
	var dump bytes.Buffer
	if err := store.Dump(ctx, &dump); err != nil {
		t.Fatal(err)
	}
	return dump.String()
}

// answer is what a case wants or gets, in the words of testdata/README.md: lines by project.
type answer map[string][]string

func (a answer) add(project, format string, args ...any) {
	a[project] = append(a[project], fmt.Sprintf(format, args...))
}

// String leaves out the name of a project that is alone.
func (a answer) String() string {
	var out strings.Builder
	for _, project := range slices.Sorted(maps.Keys(a)) {
		if len(a) > 1 {
			fmt.Fprintf(&out, "project %s\n", project)
		}
		for _, line := range slices.Sorted(slices.Values(a[project])) {
			fmt.Fprintln(&out, line)
		}
	}
	return out.String()
}

// answerIn reads the lines of want, but for those that say what depends on what.
func answerIn(want string) answer {
	a, project := answer{}, ""
	for _, line := range strings.Split(strings.TrimSpace(want), "\n") {
		if name, ok := strings.CutPrefix(line, "project "); ok {
			project = name
		} else if !strings.HasPrefix(line, "depends ") {
			a.add(project, "%s", line)
		}
	}
	return a
}

// dependsIn are the lines that answerIn leaves out.
func dependsIn(want string) string {
	var out strings.Builder
	for line := range strings.Lines(want) {
		if strings.HasPrefix(line, "depends ") {
			out.WriteString(line)
		}
	}
	return out.String()
}

// depends is what the mails say by themselves of what they depend on; in the order of the mails and of their lines.
func (th *thread) depends() string {
	var out strings.Builder
	for _, d := range th.mails {
		for _, target := range d.Mail.Depends {
			fmt.Fprintf(&out, "depends %s -> %s\n", d.Mail.MsgID, target)
		}
	}
	return out.String()
}

func (th *thread) answerOf(threads map[string]track.Threads) answer {
	a := answer{}
	for project, got := range threads {
		for _, s := range got.Series {
			th.addSeries(a, project, s)
		}
	}
	sums := map[[32]byte]bool{}
	for _, d := range th.mails {
		m, project := d.Mail, d.Mail.ListIDs[0]
		parent := threads[project].Parents[m.MsgID]
		switch {
		case !th.chosen(m):
			if !sums[m.SHA256] {
				a.add(project, "variant %s", th.call(m.MsgID))
			}
		case m.Kind() != track.Talk:
		case parent != "":
			a.add(project, "comment %s -> %s", th.call(m.MsgID), th.call(parent))
		default:
			a.add(project, "pending %s", th.call(m.MsgID))
		}
		sums[m.SHA256] = true
	}
	return a
}

func (th *thread) call(id string) string { return cmp.Or(th.called[id], id) }

func (th *thread) addSeries(a answer, project string, s track.Series) {
	complete := "incomplete"
	if s.Complete {
		complete = "complete"
	}
	patches := ""
	for _, p := range s.Patches {
		patches += fmt.Sprintf(",%d:%s", p.Number, th.call(p.ID))
	}
	patches = cmp.Or(strings.TrimPrefix(patches, ","), "-")
	name := ""
	if th.named {
		name = " name=" + s.Name
	}
	a.add(project, "series %d/%d %s cover=%s patches=%s%s", s.Version, s.Total, complete, cmp.Or(th.call(s.Cover), "-"),
		patches, name)
}

// answerOfDump reads the same from a database's dump.
func (th *thread) answerOfDump(t *testing.T, dump string) answer {
	t.Helper()
	a := answer{}
	for line := range strings.Lines(dump) {
		var r struct {
			Type, Project, MsgID, Kind, Parent, Name, Cover string
			Version, Total, Variants                        int
			Patches                                         [][2]any
			Complete                                        bool `json:"received_all"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		switch r.Type {
		case "mail":
			if r.Kind == "pending" {
				a.add(r.Project, "pending %s", th.call(r.MsgID))
			}
			for range r.Variants {
				a.add(r.Project, "variant %s", th.call(r.MsgID))
			}
		case "comment":
			a.add(r.Project, "comment %s -> %s", th.call(r.MsgID), th.call(r.Parent))
		case "series":
			s := track.Series{Version: r.Version, Total: r.Total, Complete: r.Complete, Cover: r.Cover, Name: r.Name}
			for _, p := range r.Patches {
				s.Patches = append(s.Patches, track.Slot{Number: int(p[0].(float64)), ID: p[1].(string)})
			}
			th.addSeries(a, r.Project, s)
		}
	}
	return a
}
