package rangediff

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"patchwatch/internal/needs"
)

// A repository is a git repository with many pairs of versions of series, each pair on the one base.
type repository struct {
	t   *testing.T
	dir string
}

func newRepository(t *testing.T) *repository {
	needs.Git(t)
	r := &repository{t, t.TempDir()}
	r.git(nil, "init", "-q", "--bare", ".")
	return r
}

// git runs git without anybody's configuration.
func (r *repository) git(in []byte, args ...string) string {
	r.t.Helper()
	c := exec.Command("git", args...)
	c.Dir = r.dir
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "LC_ALL=C",
		"GIT_INDEX_FILE=scratch")
	c.Stdin = bytes.NewReader(in)
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		r.t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, errs.String())
	}
	return string(out)
}

// patches reads the commits after base as patches.
func (r *repository) patches(base, tip string) (out []Patch) {
	log := r.git(nil, "log", "-p", "--reverse", "--topo-order", "--format=%x01%an <%ae>%x02%s%x02%b%x02", base+".."+tip)
	for _, commit := range strings.Split(log, "\x01")[1:] {
		parts := strings.SplitN(commit, "\x02", 4)
		out = append(out, Patch{parts[0], parts[1], strings.TrimRight(parts[2], "\n"), parts[3]})
	}
	return out
}

var pairLine = regexp.MustCompile(`(?m)^ *(\d+|-): +\S+ ([=!<>]) +(\d+|-): `)

// pairs is what git says.
func (r *repository) pairs(base, old, new string) (out []string) {
	text := r.git(nil, "range-diff", "--no-color", "--no-patch", base+".."+old, base+".."+new)
	for _, m := range pairLine.FindAllStringSubmatch(text, -1) {
		out = append(out, strings.Join(m[1:], " "))
	}
	return out
}

func pairsOf(old, new []Patch) (out []string) {
	m := NewMatcher()
	for _, p := range old {
		m.AddOld(p)
	}
	for _, p := range new {
		m.AddNew(p)
	}
	number := func(i int) string {
		if i < 0 {
			return "-"
		}
		return fmt.Sprint(i + 1)
	}
	for _, p := range m.Pairs() {
		out = append(out, number(p.Old)+" "+string(p.Status)+" "+number(p.New))
	}
	return out
}

// An edit replaces lines of a file. Where it is, is a part of the file's length, so that edits can change places.
type edit struct {
	file    string
	at      float64
	remove  int
	add     []string
	newFile bool
}

type commit struct {
	title, body string
	edits       []edit
}

// A forger makes series that look like people's.
type forger struct {
	*rand.Rand
	base map[string][]string
}

func newForger(seed uint64) *forger {
	f := &forger{Rand: rand.New(rand.NewPCG(seed, 1)), base: map[string][]string{}}
	for i := range 2 + f.IntN(4) {
		f.base[fmt.Sprintf("dir/file%d.c", i)] = f.lines(5 + f.IntN(60))
	}
	return f
}

// line is often one of few, as in programs.
func (f *forger) line() string {
	if common := []string{"", "}", "\treturn 0;", "{", "\tint i;", "\t}", "\tif (err)", "\t\tgoto out;"}; f.IntN(3) == 0 {
		return common[f.IntN(len(common))]
	}
	return fmt.Sprintf("\tvalue%d = call(arg%d);", f.IntN(200), f.IntN(5))
}

func (f *forger) lines(n int) (out []string) {
	for range n {
		out = append(out, f.line())
	}
	return out
}

func (f *forger) edit() edit {
	e := edit{file: fmt.Sprintf("dir/file%d.c", f.IntN(len(f.base))), at: f.Float64(), remove: f.IntN(4),
		add: f.lines(f.IntN(6))}
	if f.IntN(12) == 0 {
		e = edit{file: fmt.Sprintf("dir/new%d.c", f.IntN(3)), newFile: true, add: f.lines(1 + f.IntN(30))}
	}
	return e
}

func (f *forger) commit() commit {
	c := commit{title: fmt.Sprintf("file: change %d", f.IntN(1000)), body: "Because it is so.\n"}
	for range 1 + f.IntN(3) {
		c.edits = append(c.edits, f.edit())
	}
	c.edits[0].add = append(c.edits[0].add, fmt.Sprintf("\tonce%d();", f.IntN(1e9))) // no commit is empty
	return c
}

func (f *forger) series() (out []commit) {
	for range 1 + f.IntN(9) {
		out = append(out, f.commit())
	}
	return out
}

// revise makes the next version.
func (f *forger) revise(series []commit) (out []commit) {
	for _, c := range series {
		c.edits = slices.Clone(c.edits)
		switch f.IntN(8) {
		case 0:
			continue
		case 1:
			out = append(out, f.commit())
		case 2:
			c.body += "\nReviewed-by: A U Thor <author@example.org>\n"
		case 3, 4:
			e := &c.edits[f.IntN(len(c.edits))]
			e.add = append(slices.Clone(e.add), f.lines(1+f.IntN(5))...)
		case 5:
			c.edits = append(c.edits[:1:1], f.edit())
		}
		out = append(out, c)
	}
	for f.IntN(3) == 0 && len(out) > 1 {
		i := f.IntN(len(out) - 1)
		out[i], out[i+1] = out[i+1], out[i]
	}
	if len(out) == 0 {
		out = append(out, f.commit())
	}
	return out
}

// write appends a branch to the input of git fast-import.
func (f *forger) write(b *strings.Builder, branch string, series []commit) {
	files := map[string][]string{}
	say := func(message string) {
		const who = "A U Thor <author@example.org> 1700000000 +0000"
		fmt.Fprintf(b, "commit refs/heads/%s\ncommitter %s\ndata %d\n%s\n", branch, who, len(message), message)
	}
	save := func(name string) {
		text := strings.Join(files[name], "\n")
		if len(files[name]) > 0 {
			text += "\n"
		}
		fmt.Fprintf(b, "M 100644 inline %s\ndata %d\n%s\n", name, len(text), text)
	}
	say("base")
	for _, name := range slices.Sorted(maps.Keys(f.base)) {
		files[name] = slices.Clone(f.base[name])
		save(name)
	}
	fmt.Fprintf(b, "\nreset refs/heads/%s-base\nfrom refs/heads/%s\n\n", branch, branch)
	for _, c := range series {
		say(c.title + "\n\n" + c.body)
		for _, e := range c.edits {
			lines := files[e.file]
			at := int(e.at * float64(len(lines)))
			to := min(len(lines), at+e.remove)
			files[e.file] = slices.Concat(lines[:at], e.add, lines[to:])
			save(e.file)
		}
		b.WriteString("\n")
	}
}

// TestPairsAreGits: of generated series, git range-diff makes the same pairs. One in a hundred may differ: a step of
// git's assignment takes the last column that it looked at instead of a free one, so that patches are left alone that
// would cost less as a pair.
func TestPairsAreGits(t *testing.T) {
	cases := 60
	if os.Getenv("PATCHWATCH_LONG") != "" {
		cases = 2000
	}
	r := newRepository(t)
	var in strings.Builder
	for i := range cases {
		f := newForger(uint64(i))
		first := f.series()
		f.write(&in, fmt.Sprintf("%d-old", i), first)
		f.write(&in, fmt.Sprintf("%d-new", i), f.revise(first))
	}
	r.git([]byte(in.String()), "fast-import", "--quiet")
	differ := 0
	for i := range cases {
		base, old, new := fmt.Sprintf("%d-old-base", i), fmt.Sprintf("%d-old", i), fmt.Sprintf("%d-new", i)
		a, b := r.patches(base, old), r.patches(base, new)
		want, got := r.pairs(base, old, new), pairsOf(a, b)
		if !slices.Equal(want, got) {
			differ++
			t.Logf("case %d: git says %q, we say %q", i, want, got)
		}
	}
	if differ*100 > cases {
		t.Errorf("%d of %d cases differ", differ, cases)
	}
}

// TestEqualDiffsAreGits: a change that is made, undone and made again is three patches, two of them with equal diffs.
func TestEqualDiffsAreGits(t *testing.T) {
	f := newForger(1)
	name := "dir/file0.c"
	do := commit{"do", "", []edit{{file: name, add: []string{"\tdo();"}}}}
	undo := commit{"undo", "", []edit{{file: name, remove: 1}}}
	r := newRepository(t)
	var in strings.Builder
	f.write(&in, "old", []commit{do, undo, do, undo, do})
	f.write(&in, "new", []commit{do, undo, do})
	r.git([]byte(in.String()), "fast-import", "--quiet")
	want := r.pairs("old-base", "old", "new")
	if got := pairsOf(r.patches("old-base", "old"), r.patches("old-base", "new")); !slices.Equal(got, want) {
		t.Errorf("git says %q, we say %q", want, got)
	}
}

// TestInterdiffLeadsToNewVersion: git applies the interdiff to the files of the old version, and gets those of the new
// one.
func TestInterdiffLeadsToNewVersion(t *testing.T) {
	const cases = 40
	r := newRepository(t)
	var in strings.Builder
	for i := range cases {
		f := newForger(uint64(i + 1000))
		first := f.series()
		f.write(&in, fmt.Sprintf("%d-old", i), first)
		f.write(&in, fmt.Sprintf("%d-new", i), f.revise(first))
	}
	r.git([]byte(in.String()), "fast-import", "--quiet")
	for i := range cases {
		base, old, new := fmt.Sprintf("%d-old-base", i), fmt.Sprintf("%d-old", i), fmt.Sprintf("%d-new", i)
		a, b := NewRebuilt(), NewRebuilt()
		for _, p := range r.patches(base, old) {
			a.Apply(p)
		}
		for _, p := range r.patches(base, new) {
			b.Apply(p)
		}
		found := Between(a, b)
		if len(found.Problems) > 0 {
			t.Errorf("case %d: %q", i, found.Problems)
		}
		r.git(nil, "read-tree", old)
		if text := asText(found); text != "" {
			r.git([]byte(text), "apply", "--cached", "--unidiff-zero", "-")
		}
		got, want := strings.TrimSpace(r.git(nil, "write-tree")), strings.TrimSpace(r.git(nil, "rev-parse", new+"^{tree}"))
		if got != want {
			t.Errorf("case %d: the interdiff leads elsewhere:\n%s", i, r.git(nil, "diff", got, want))
		}
	}
}

func asText(found Interdiff) string {
	var b strings.Builder
	for _, f := range found.Files {
		b.WriteString(strings.Join(f.Header(), "\n") + "\n")
		for _, h := range f.Hunks {
			b.WriteString(h.Header() + "\n")
			for _, l := range h.Lines {
				b.WriteString(string(l.Op) + l.Text + "\n")
			}
		}
	}
	return b.String()
}
