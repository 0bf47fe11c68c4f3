package track

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// lists is where the facts of four public lists are kept, with what Patchwork made of them in order. They are other
// people's mail and no part of the project.
const lists = "../../shared/corpus/real"

// Of all series that Patchwork finds, patchwatch must find this share with the same members. Of the rest most are
// Patchwork's fault: a single patch that swallows the series after it, a cover that is taken for a comment.
const wantSame = 0.992

func TestSeriesOfPublicLists(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(lists, "*.vectors.jsonl.gz"))
	if len(files) == 0 {
		t.Skip("the public lists are not there: ", lists)
	}
	var same, all int
	for _, file := range files {
		list := strings.TrimSuffix(filepath.Base(file), ".vectors.jsonl.gz")
		s, n := compareList(t, list, file)
		t.Logf("%s: %d of %d", list, s, n)
		same, all = same+s, all+n
	}
	share := float64(same) / float64(all)
	t.Logf("together: %d of %d, %.2f %%", same, all, 100*share)
	if share < wantSame {
		t.Errorf("%.2f %% of the series have the same members, want %.2f %%", 100*share, 100*wantSame)
	}
}

func compareList(t *testing.T, list, file string) (same, all int) {
	mails := readVectors(t, file)
	got := map[string]bool{}
	for _, s := range Assemble(mails, nil).Series {
		got[membersOf(s.Cover, s.Patches)] = true
	}
	for _, e := range readExpected(t, filepath.Join(lists, list+".expected.jsonl.gz")) {
		key := membersOf(e.cover, e.patches)
		if key == "" {
			continue
		}
		all++
		if got[key] {
			same++
		} else {
			t.Logf("%s: not so: %s", list, key)
		}
	}
	return same, all
}

func membersOf(cover string, patches []Slot) string {
	var out []string
	if cover != "" {
		out = append(out, cover)
	}
	for _, p := range patches {
		out = append(out, p.ID)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// vector is what a stateless parser says of one mail.
type vector struct {
	MsgID     any    `json:"msgid"`
	Name      string `json:"name"`
	X, N      *int
	Version   int         `json:"version"`
	IsComment bool        `json:"is_comment"`
	Refs      []string    `json:"refs"`
	Date      any         `json:"date"`
	From      any         `json:"from"`
	Headers   any         `json:"-"`
	Diff      *string     `json:"diff"`
	PullURL   *string     `json:"pull_url"`
	Hint      string      `json:"hint"`
	ListIDs   [][2]string `json:"list_ids"`
}

func readVectors(t *testing.T, file string) []Item {
	var out []Item
	eachLine(t, file, func(line []byte) {
		var v vector
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatalf("%s: %v: %s", file, err, line)
		}
		if id, ok := v.MsgID.(string); ok && len(v.ListIDs) > 0 {
			out = append(out, v.item(id))
		}
	})
	return out
}

func (v *vector) item(id string) Item {
	it := Item{ID: id, Refs: v.Refs, Name: v.Name, Version: v.Version, Sender: v.sender(), Delivered: epoch}
	if text, ok := v.Date.(string); ok {
		it.Date, _ = time.Parse("2006-01-02T15:04:05", text)
	}
	if v.X != nil && v.N != nil {
		it.Marked, it.Number, it.Total = true, *v.X, *v.N
	}
	m := Mail{
		Ignore: strings.EqualFold(v.Hint, "ignore"), Reply: v.IsComment,
		Subject: Subject{Marked: it.Marked, Number: it.Number},
	}
	if v.Diff != nil {
		m.Diff = *v.Diff
	}
	if v.PullURL != nil {
		m.PullURL = *v.PullURL
	}
	it.Kind = m.Kind()
	return it
}

var via = regexp.MustCompile(`(?i)^(.*) via `)

// sender stands in for the person behind a From that the list has rewritten: there the name tells one from another,
// and not the address, which is the list's.
func (v *vector) sender() string {
	from, _ := v.From.([]any)
	if len(from) < 3 {
		return ""
	}
	name, _ := from[1].(string)
	address, _ := from[2].(string)
	if m := via.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return strings.ToLower(address)
}

type expected struct {
	cover   string
	patches []Slot
}

func readExpected(t *testing.T, file string) []expected {
	var out []expected
	eachLine(t, file, func(line []byte) {
		var r struct {
			Type    string
			Cover   string
			Patches [][2]any
		}
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%s: %v: %s", file, err, line)
		}
		if r.Type != "series" {
			return
		}
		e := expected{cover: r.Cover}
		for _, p := range r.Patches {
			e.patches = append(e.patches, Slot{ID: fmt.Sprint(p[1])})
		}
		out = append(out, e)
	})
	return out
}

func eachLine(t *testing.T, file string, f func(line []byte)) {
	t.Helper()
	h, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	z, err := gzip.NewReader(h)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		f(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}
