package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/track"
)

// TestThreadsInEveryOrder takes each case of testdata/threads through track.Assemble in every order, and in some of them
// through the database, one mail at a time or all at once.
func TestThreadsInEveryOrder(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/threads/*.txtar")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var mails []*track.Mail
			want := ""
			for _, f := range a.Files {
				if f.Name == "want" {
					want = wantedThreads(f.Data)
				} else {
					mails = append(mails, parsedMail(t, f.Data, len(mails)))
				}
			}
			sameInEveryOrder(t, mails, want)
		})
	}
}

// patchworksAnswer is what Patchwork's series tests expect of their mailboxes in the order sent, where PATCHWORK.md finds
// that right, which is everywhere: of each series its version, its total, a c for a cover, its numbers, and in brackets how
// many comments.
var patchworksAnswer = map[string]string{
	"base-cover-letter":                 "v1/2 c12",
	"base-deep-threaded":                "v1/2 c12",
	"base-different-versions":           "v3/4 c1234",
	"base-extra-patches":                "v1/2 c123",
	"base-incomplete":                   "v1/2 c1",
	"base-no-cover-letter":              "v1/2 12",
	"base-no-references-no-cover":       "v1/2 c12",
	"base-no-references":                "v2/2 12",
	"base-out-of-order":                 "v1/2 c12",
	"bugs-mixed-versions":               "v1/2 1; v2/2 2",
	"bugs-multiple-content-types":       "v1/1 1 (1)",
	"bugs-multiple-references":          "v2/4 c1234",
	"bugs-nocover-noversion":            "v1/2 12; v1/2 12",
	"bugs-nocover":                      "v1/2 12; v2/2 12",
	"bugs-spamming":                     "v2/4 1; v2/4 1; v2/4 1",
	"bugs-unnumbered":                   "v1/1 1; v1/2 c1",
	"dependency-base-patch":             "v1/2 c12",
	"mercurial-cover-letter":            "v1/2 c12",
	"mercurial-no-cover-letter":         "v1/2 12",
	"revision-basic":                    "v1/2 c12; v2/2 c12",
	"revision-no-cover-letter":          "v1/2 c12; v2/2 12",
	"revision-out-of-order":             "v1/2 c12; v2/2 c12",
	"revision-threaded-to-cover":        "v1/2 c12; v2/2 c12",
	"revision-threaded-to-patch":        "v1/2 c12; v2/2 c12",
	"revision-threaded-to-single-patch": "v1/1 1; v2/1 1",
	"revision-unlabeled-noreferences":   "v2/2 12; v2/2 12",
	"revision-unlabeled":                "v1/2 c12; v1/2 c12",
}

// TestPatchworksMailboxes takes the mailboxes of Patchwork's own tests, of which ten give it more than one result by the
// order of arrival, through every order.
func TestPatchworksMailboxes(t *testing.T) {
	t.Parallel()
	const archive = "../../../shared/corpus/real/patchwork-tests.tar.gz"
	if _, err := os.Stat(archive); err != nil {
		t.Skipf("Patchwork's test mail is not here: %v", err)
	}
	dir := filepath.Join(t.TempDir(), "unpacked")
	unpack(t, archive, dir)
	boxes := map[string][]*track.Mail{}
	origins, err := os.ReadFile(filepath.Join(dir, "origin.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(origins)) {
		file, origin, _ := strings.Cut(strings.TrimSpace(line), "\t")
		name := strings.TrimSuffix(filepath.Base(origin), ".mbox")
		if patchworksAnswer[name] == "" || !strings.Contains(origin, "/series/") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		boxes[name] = append(boxes[name], parsedMail(t, raw, len(boxes[name])))
	}
	for name, want := range patchworksAnswer {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			threads := threadsOf(boxes[name])
			if got := inShort(threads); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			sameInEveryOrder(t, boxes[name], threads)
		})
	}
}

// parsedMail is the n-th mail delivered.
func parsedMail(t *testing.T, raw []byte, n int) *track.Mail {
	t.Helper()
	m, err := ingest.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	m.Delivered = time.Date(2026, 11, 1, 0, 0, n, 0, time.UTC)
	if len(m.ListIDs) == 0 {
		m.ListIDs = []string{"none.example.org"} // some of Patchwork's mailboxes come without
	}
	return m
}

// In so many orders a case is taken through Assemble where it has more than six mails, and through the database always.
const (
	assembledOrders = 500
	storedOrders    = 24
)

func sameInEveryOrder(t *testing.T, mails []*track.Mail, want string) {
	t.Helper()
	orders := allOrders(len(mails))
	for _, order := range orders {
		if got := threadsOf(inOrder(mails, order)); got != want {
			t.Fatalf("in the order %v:\n%s\nwant:\n%s", order, got, want)
		}
	}
	rand.Shuffle(len(orders), func(i, j int) { orders[i], orders[j] = orders[j], orders[i] })
	dump := ""
	for i, order := range orders[:min(len(orders), storedOrders)] {
		got := storedThreads(t, inOrder(mails, order), []int{1, 2, len(mails)}[i%3])
		if threads := dumpedThreads(t, got); threads != want {
			t.Fatalf("stored in the order %v:\n%s\nwant:\n%s", order, threads, want)
		}
		if dump == "" {
			dump = got
		}
		if got != dump {
			t.Fatalf("the order %v gives another dump:\n%s\nbefore:\n%s", order, got, dump)
		}
	}
}

func inOrder(mails []*track.Mail, order []int) []*track.Mail {
	out := make([]*track.Mail, len(mails))
	for i, at := range order {
		out[i] = mails[at]
	}
	return out
}

// allOrders of n things, or a random choice where they are too many.
func allOrders(n int) (orders [][]int) {
	first := make([]int, n)
	for i := range first {
		first[i] = i
	}
	if n > 6 {
		for range assembledOrders {
			orders = append(orders, rand.Perm(n))
		}
		return append(orders, first)
	}
	var permute func(done, left []int)
	permute = func(done, left []int) {
		if len(left) == 0 {
			orders = append(orders, slices.Clone(done))
		}
		for i := range left {
			permute(append(done, left[i]), slices.Concat(left[:i], left[i+1:]))
		}
	}
	permute(nil, first)
	return orders
}

// wantedThreads is the want of a case, with the project on each line, sorted.
func wantedThreads(text []byte) string {
	var lines []string
	project := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if id, ok := strings.CutPrefix(line, "project "); ok {
			project = id + ": "
		} else if line != "" {
			lines = append(lines, project+line)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// threadsOf is what Assemble makes of the mails, a project at a time, as wantedThreads has it.
func threadsOf(mails []*track.Mail) string {
	lists := map[string][]track.Item{}
	for _, m := range mails {
		lists[m.ListIDs[0]] = append(lists[m.ListIDs[0]], track.Item{
			ID: m.MsgID, Refs: m.Refs, Kind: m.Kind(), Sender: m.From.Email, Name: m.Subject.Name(""), Date: m.DateOrDelivered(),
			Delivered: m.Delivered, Marked: m.Subject.Marked, Number: m.Subject.Number, Total: m.Subject.Total, Version: m.Subject.Version,
		})
	}
	var lines []string
	for list, items := range lists {
		prefix := ""
		if len(lists) > 1 {
			prefix = list + ": "
		}
		threads := track.Assemble(items, nil)
		for _, s := range threads.Series {
			lines = append(lines, prefix+seriesLine(s.Version, s.Total, s.Complete, s.Cover, s.Patches))
		}
		for _, it := range items {
			if it.Kind == track.Talk {
				lines = append(lines, prefix+replyLine(it.ID, threads.Parents[it.ID]))
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "\n")
}

func seriesLine(version, total int, complete bool, cover string, slots []track.Slot) string {
	state, patches := "incomplete", []string{}
	if complete {
		state = "complete"
	}
	for _, s := range slots {
		patches = append(patches, fmt.Sprintf("%d:%s", s.Number, s.ID))
	}
	return fmt.Sprintf("series %d/%d %s cover=%s patches=%s", version, total, state, orDash(cover), orDash(strings.Join(patches, ",")))
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func replyLine(id, parent string) string {
	if parent == "" {
		return "pending " + id
	}
	return "comment " + id + " -> " + parent
}

// storedThreads stores the mails, so many at once, and gives the dump.
func storedThreads(t *testing.T, mails []*track.Mail, batch int) string {
	t.Helper()
	ctx := context.Background()
	s, err := db.Open(ctx, filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for part := range slices.Chunk(mails, batch) {
		var deliveries []db.Delivery
		for _, m := range part {
			deliveries = append(deliveries, db.Delivery{Mail: m, Frame: db.Compress(nil)})
		}
		if _, err := s.Add(ctx, deliveries); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := s.Dump(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// dumpedThreads reads from a dump what wantedThreads has.
func dumpedThreads(t *testing.T, dump string) string {
	t.Helper()
	var lines []string
	projects := strings.Count(dump, `{"type":"project"`)
	for line := range strings.Lines(dump) {
		var r struct {
			Type, Project, MsgID, Kind, Parent, Cover string
			Version, Total                            int
			Patches                                   [][2]any
			All                                       bool `json:"received_all"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		prefix := ""
		if projects > 1 {
			prefix = r.Project + ": "
		}
		switch {
		case r.Type == "comment":
			lines = append(lines, prefix+replyLine(r.MsgID, r.Parent))
		case r.Type == "mail" && r.Kind == "pending":
			lines = append(lines, prefix+replyLine(r.MsgID, ""))
		case r.Type == "series":
			var slots []track.Slot
			for _, p := range r.Patches {
				slots = append(slots, track.Slot{Number: int(p[0].(float64)), ID: p[1].(string)})
			}
			lines = append(lines, prefix+seriesLine(r.Version, r.Total, r.All, r.Cover, slots))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// inShort is the same in the form of patchworksAnswer.
func inShort(threads string) string {
	var series []string
	comments := 0
	for line := range strings.Lines(threads) {
		words := strings.Fields(line)
		switch words[0] {
		case "comment":
			comments++
		case "series":
			text := "v" + words[1] + " "
			if words[3] != "cover=-" {
				text += "c"
			}
			for _, slot := range strings.Split(strings.TrimPrefix(words[4], "patches="), ",") {
				number, _, _ := strings.Cut(slot, ":")
				text += number
			}
			series = append(series, text)
		}
	}
	slices.Sort(series)
	out := strings.Join(series, "; ")
	if comments > 0 {
		out += fmt.Sprintf(" (%d)", comments)
	}
	return out
}
