package main

import (
	"bufio"
	"cmp"
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

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/db"
	"patchwatch/db/sqlite"
	"patchwatch/track"
)

const generated = "../../../shared/corpus/gen/small.tar.gz"

// TestRealMailInAnyOrder feeds mail of public lists in order, in three orders of chance, and through eight watchers
// that are killed all the time: the dump is the same to the byte.
func TestRealMailInAnyOrder(t *testing.T) {
	t.Parallel()
	needsCorpus(t, corpus)
	var projects []track.Project
	dir := t.TempDir()
	var mails []sampleMail
	for _, l := range publicLists[:1] { // of these, the one with the most series
		unpack(t, filepath.Join(corpus, l.link+".tar.gz"), filepath.Join(dir, l.link))
		mails = append(mails, mailsOf(t, filepath.Join(dir, l.link))...)
		projects = append(projects, track.Project{LinkName: l.link, ListID: l.id, ListEmail: l.email})
	}
	sameHoweverFed(t, projects, mails)
}

// TestGeneratedMailInAnyOrder does the same with mail of which the truth is known: lost and late mails, copies, wrong
// dates, versions in every kind of thread. It holds the dump against the truth.
func TestGeneratedMailInAnyOrder(t *testing.T) {
	t.Parallel()
	needsCorpus(t, generated)
	dir := filepath.Join(t.TempDir(), "small")
	unpack(t, generated, dir)
	holdsInAnyOrder(t, dir)
}

// TestOurMailInAnyOrder does so with mail that is made here, and so in every clone.
func TestOurMailInAnyOrder(t *testing.T) {
	t.Parallel()
	if raceEnabled {
		t.Skip("the same as without the race detector, ten times slower")
	}
	dir := filepath.Join(t.TempDir(), "ours")
	generateList(t, dir, 1, 130, 1)
	holdsInAnyOrder(t, dir)
}

func holdsInAnyOrder(t *testing.T, dir string) {
	t.Helper()
	var lists []struct{ Name, Address, ListID string }
	readJSONFile(t, filepath.Join(dir, "lists.json"), &lists)
	var projects []track.Project
	for _, l := range lists {
		projects = append(projects, track.Project{LinkName: l.Name, ListID: l.ListID, ListEmail: l.Address})
	}
	dump := sameHoweverFed(t, projects, mailsOf(t, dir))
	holdAgainstTruth(t, dir, recordsByID(t, dump))
}

func needsCorpus(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the mail corpus isn't beside this checkout: %v", err)
	}
	if raceEnabled {
		t.Skip("the same as without the race detector, ten times slower")
	}
}

// mailsOf reads a folder of mails, delivered a minute apart.
func mailsOf(t *testing.T, dir string) (mails []sampleMail) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no mails in %s: %v", dir, err)
	}
	for i, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		mails = append(mails, sampleMail{filepath.Base(file), raw, time.Unix(1_600_000_000+int64(i)*60, 0).UTC()})
	}
	return mails
}

// sameHoweverFed gives the dump that all ways of feeding the mails end in.
func sameHoweverFed(t *testing.T, projects []track.Project, mails []sampleMail) string {
	t.Helper()
	w := newWorkplace(t)
	w.deliver("md", nil)
	for _, p := range projects {
		w.run("project", "add", p.LinkName, "--list-id", p.ListID, "--list-email", p.ListEmail)
	}
	delivered := make(chan error, 1)
	go func() { delivered <- deliverSlowly(w.path("md"), mails, 3*time.Second) }()
	kills := w.watchAndKill("md", 8, delivered)
	w.watchOnce("md", 8)
	t.Logf("%d mails through 8 watchers, %d killed", len(mails), kills)
	want := w.run("dump")
	for _, seed := range []uint64{0, 1, 2, 3} {
		if got := w.dumpOfFed(projects, mails, seed); got != want {
			t.Fatalf("order %d gives another dump than the watchers; - only here, + only there:\n%.4000s", seed,
				differenceOf(t, got, want))
		}
	}
	return want
}

// dumpOfFed stores the mails in the order that a seed gives, 0 being their own, in batches of chance.
func (w *workplace) dumpOfFed(projects []track.Project, mails []sampleMail, seed uint64) string {
	t := w.t
	t.Helper()
	ctx := context.Background()
	s, err := sqlite.Open(ctx, w.path(fmt.Sprint(seed, ".db")))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range projects {
		if _, err := s.AddProject(ctx, "a test", p, intake.Reread, nil); err != nil {
			t.Fatal(err)
		}
	}
	r := rand.New(rand.NewPCG(seed, seed))
	mails = slices.Clone(mails)
	if seed > 0 {
		r.Shuffle(len(mails), func(i, j int) { mails[i], mails[j] = mails[j], mails[i] })
	}
	for in := (&intake.Intake{Store: s}); len(mails) > 0; {
		n := min(1+r.IntN(100), len(mails))
		var batch []intake.Bytes
		for _, m := range mails[:n] {
			batch = append(batch, intake.Bytes{Raw: m.raw, Delivered: m.delivered})
		}
		if _, err := in.Take(ctx, batch); err != nil {
			t.Fatal(err)
		}
		mails = mails[n:]
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return w.run("--db", s.Path(), "dump")
}

// truthOfMail and truthOfSeries are what the generator knows of a delivered file and of a series.
type truthOfMail struct {
	MsgID, Kind, Project, Parent string
	Sender                       struct{ Email string }
	Flags                        []string
}

type truthOfSeries struct {
	Series, Cover, Revises string
	ResendOf               string `json:"resend_of"` // which a series then revises
	Projects, Patches      []string
	Version, Total         int
	Complete               bool
	Flags                  []string
}

// recordsByID are the records of a dump by type, project and Message-ID, which of a series is its key.
func recordsByID(t *testing.T, dump string) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for line := range strings.Lines(dump) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		id := r["msgid"]
		switch r["type"] {
		case "series":
			id = r["key"]
		case "revision":
			id = r["series"]
		}
		out[fmt.Sprintf("%s %v %v", r["type"], r["project"], id)] = r
	}
	return out
}

// score counts answers by what was asked.
type score struct{ right, asked map[string]int }

func (s *score) tally(what string, right bool) {
	s.asked[what]++
	if right {
		s.right[what]++
	}
}

// holdAgainstTruth asks of each mail and series that can be answered in one way only.
func holdAgainstTruth(t *testing.T, dir string, got map[string]map[string]any) {
	t.Helper()
	s := &score{map[string]int{}, map[string]int{}}
	there := map[string]*truthOfMail{} // by project and Message-ID, what was delivered first
	for _, m := range readLines[truthOfMail](t, filepath.Join(dir, "truth.jsonl")) {
		if key := m.Project + " " + m.MsgID; m.Project != "" && there[key] == nil {
			there[key] = &m
		}
	}
	for _, m := range there {
		if !doubtful(m.Flags) {
			s.mail(m, there, got)
		}
	}
	all := readLines[truthOfSeries](t, filepath.Join(dir, "truth-series.jsonl"))
	byName := map[string]truthOfSeries{}
	for _, v := range all {
		byName[v.Series] = v
	}
	keys := keysOfSeries(got)
	for _, v := range all {
		for _, p := range v.Projects {
			if !doubtful(v.Flags) {
				s.series(v, byName[cmp.Or(v.ResendOf, v.Revises)], p, there, keys, got)
			}
		}
	}
	for what, n := range s.asked {
		share := float64(s.right[what]) / float64(n)
		t.Logf("%-20s %5d / %-5d %7.2f %%", what, s.right[what], n, 100*share)
		if share < 0.995 || what == "comment attached" && share < 1 {
			t.Errorf("%s: only %d of %d are right", what, s.right[what], n)
		}
	}
	if s.asked["series members"] < 100 || s.asked["revises"] < 30 || s.asked["comment attached"] < 100 {
		t.Errorf("hardly anything was asked: %v", s.asked)
	}
}

func doubtful(flags []string) bool {
	return slices.Contains(flags, "ambiguous") || slices.Contains(flags, "hard")
}

func (s *score) mail(m *truthOfMail, there map[string]*truthOfMail, got map[string]map[string]any) {
	id := m.Project + " <" + m.MsgID + ">"
	kind := map[string]string{"patch": "patch", "pull": "patch", "cover": "cover"}[m.Kind]
	switch {
	case kind != "":
		s.tally("kind", got["mail "+id]["kind"] == kind)
		s.tally("submitter", got[kind+" "+id]["submitter"] == strings.ToLower(m.Sender.Email))
	case m.Kind == "comment" && reachable(m, there):
		s.tally("comment attached", got["comment "+id] != nil)
	}
}

// reachable tells whether the mails between a comment and its patch were all delivered to its project.
func reachable(m *truthOfMail, there map[string]*truthOfMail) bool {
	for seen := map[*truthOfMail]bool{}; m != nil && m.Kind == "comment" && !seen[m]; m = there[m.Project+" "+m.Parent] {
		seen[m] = true
		if slices.Contains(m.Flags, "no-refs") {
			return false
		}
	}
	return m != nil && (m.Kind == "patch" || m.Kind == "pull" || m.Kind == "cover")
}

// keysOfSeries gives the series of each patch and cover.
func keysOfSeries(got map[string]map[string]any) map[string]string {
	keys := map[string]string{}
	for key, r := range got {
		if !strings.HasPrefix(key, "series ") {
			continue
		}
		project := r["project"].(string)
		for _, slot := range r["patches"].([]any) {
			keys[project+" "+slot.([]any)[1].(string)] = key
		}
		if cover, ok := r["cover"].(string); ok {
			keys[project+" "+cover] = key
		}
	}
	return keys
}

func (s *score) series(v, before truthOfSeries, project string, there map[string]*truthOfMail, keys map[string]string,
	got map[string]map[string]any) {
	arrived := func(id string) bool { return id != "" && there[project+" "+id] != nil }
	var want []string
	for _, id := range v.Patches {
		if arrived(id) {
			want = append(want, "<"+id+">")
		}
	}
	if len(want) == 0 {
		return
	}
	r := got[keys[project+" "+want[0]]]
	var members []string
	if r != nil {
		for _, slot := range r["patches"].([]any) {
			members = append(members, slot.([]any)[1].(string))
		}
	}
	slices.Sort(want)
	slices.Sort(members)
	s.tally("series members", slices.Equal(members, want))
	if !slices.Equal(members, want) {
		return
	}
	cover, _ := r["cover"].(string)
	s.tally("series cover", cover == "<"+v.Cover+">" || cover == "" && !arrived(v.Cover))
	s.tally("series version", r["version"] == float64(v.Version))
	s.tally("series total", r["total"] == float64(v.Total))
	if len(v.Projects) == 1 { // the truth says complete where the other list's copies make it so
		s.tally("series complete", r["received_all"] == v.Complete)
	}
	revises := ""
	for _, id := range append(before.Patches, before.Cover) {
		if arrived(id) {
			revises = keys[project+" <"+id+">"]
		}
	}
	revision := got[strings.Replace(keys[project+" "+want[0]], "series ", "revision ", 1)]
	if revises != "" {
		s.tally("revises", revision != nil && revises == "series "+project+" "+revision["revises"].(string))
	} else {
		s.tally("revises nothing", revision == nil)
	}
}

func readLines[T any](t *testing.T, path string) (out []T) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewReader(f); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return out
		}
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
}

func readJSONFile(t *testing.T, path string, v any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
}

// differenceOf are the lines that one of two dumps has alone.
func differenceOf(t *testing.T, a, b string) string {
	t.Helper()
	var out strings.Builder
	lines := [2]*db.Lines{}
	for i, text := range []string{a, b} {
		var err error
		if lines[i], err = db.SortLines(strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		defer lines[i].Close()
	}
	add := func(sign string) func(line []byte) error {
		return func(line []byte) error {
			fmt.Fprintf(&out, "%s %s\n", sign, line)
			return nil
		}
	}
	if _, err := db.DiffLines(lines[0], lines[1], add("-"), add("+")); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
