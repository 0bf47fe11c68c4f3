package track

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var epoch = time.Date(2016, 9, 11, 22, 0, 0, 0, time.UTC)

// itemLine is how the tables write a mail: id, minute, sender if it is not ann, subject, references nearest first.
// Seconds tell mails of one minute apart: they follow the order of the lines. "=> id" is the mail that a person put it
// with.
//
//	c   +0       [0/2] a cover
//	1   +0       [v2 1/2] one          < c
//	r   +5 bob   Re: one               < 1 c
var itemLine = regexp.MustCompile(
	`^\s*(\S+)\s+\+(\d+)\s+(?:(ann|bob|eve)\s+)?(.*?)\s*(?:<\s*(.*?))?\s*(?:=>\s*(\S+))?$`)

var (
	markerText  = regexp.MustCompile(`\[(?:v\d+ )?(\d+)/(\d+)\]`)
	versionText = regexp.MustCompile(`\[v(\d+)[ \]]`)
)

func items(text string) []Item {
	var out []Item
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		it := item(line)
		it.Date = it.Date.Add(time.Duration(len(out)) * time.Second)
		it.Delivered = it.Date
		out = append(out, it)
	}
	return out
}

func item(line string) Item {
	m := itemLine.FindStringSubmatch(line)
	if m == nil {
		panic("not a mail: " + line)
	}
	minute, _ := strconv.Atoi(m[2])
	it := Item{
		ID: m[1], Date: epoch.Add(time.Duration(minute) * time.Minute), Sender: "ann", Name: m[4], Version: 1,
		Refs: strings.Fields(m[5]), PutWith: m[6],
	}
	if m[3] != "" {
		it.Sender = m[3]
	}
	if x := markerText.FindStringSubmatch(it.Name); x != nil {
		it.Marked = true
		it.Number, _ = strconv.Atoi(x[1])
		it.Total, _ = strconv.Atoi(x[2])
	}
	if v := versionText.FindStringSubmatch(it.Name); v != nil {
		it.Version, _ = strconv.Atoi(v[1])
	}
	it.Kind = kindOf(&it)
	return it
}

func kindOf(it *Item) Kind {
	switch {
	case strings.HasPrefix(it.Name, "Re:"), strings.HasPrefix(it.Name, "talk"):
		return Talk
	case strings.HasPrefix(it.Name, "ignored"):
		return Ignored
	case it.Marked && it.Number == 0 && !strings.Contains(it.Name, "pull"):
		return Cover
	}
	return Patch
}

// written is how the tables write a result: a line for each series, "v2 c 1 2", with its total where it is not
// complete ("of 3"), then one for each reply, "r > 1", both sorted.
func written(t Threads) string {
	var lines []string
	for _, s := range t.Series {
		line := fmt.Sprintf("v%d", s.Version)
		if s.Cover != "" {
			line += " " + s.Cover
		}
		for _, p := range s.Patches {
			line += " " + p.ID
		}
		if !s.Complete {
			line += fmt.Sprintf(" of %d", s.Total)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	for _, id := range sortedKeys(t.Parents) {
		lines = append(lines, id+" > "+t.Parents[id])
	}
	return strings.Join(lines, "\n")
}

func sortedKeys(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func tidy(text string) string {
	var lines []string
	for _, l := range strings.Split(strings.TrimSpace(text), "\n") {
		lines = append(lines, strings.TrimSpace(l))
	}
	return strings.Join(lines, "\n")
}

// inOrders calls f with every order of the items when they are few, else with 500 random ones.
func inOrders(t *testing.T, all []Item, f func(t *testing.T, in []Item)) {
	t.Helper()
	if len(all) <= 6 {
		permute(all, len(all), func(in []Item) { f(t, in) })
		return
	}
	r := rand.New(rand.NewPCG(1, 2))
	in := slices.Clone(all)
	for range 500 {
		r.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
		f(t, in)
	}
}

// permute is Heap's algorithm.
func permute(in []Item, n int, f func([]Item)) {
	if n <= 1 {
		f(in)
		return
	}
	for i := range n {
		permute(in, n-1, f)
		if n%2 == 0 {
			in[i], in[n-1] = in[n-1], in[i]
		} else {
			in[0], in[n-1] = in[n-1], in[0]
		}
	}
}

func ids(in []Item) string {
	var out []string
	for _, it := range in {
		out = append(out, it.ID)
	}
	return strings.Join(out, " ")
}
