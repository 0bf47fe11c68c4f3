package pubinbox

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/pubinbox/inboxtest"
)

// history are steps that are written as letters: "a" came, "-a" was deleted.
func history(text string) (out []inboxtest.Step) {
	for i, word := range strings.Fields(text) {
		s := inboxtest.Step{At: time.Unix(int64(1_000_000+i), 0)}
		if name, deleted := strings.CutPrefix(word, "-"); deleted {
			s.Deleted = name + "\n"
		} else {
			s.Came = word + "\n"
		}
		out = append(out, s)
	}
	return out
}

// read reads a folder to its end, and gives what came, what was left out and what is no longer there. Places are noted.
func read(t *testing.T, dir string, places map[string]string) string {
	t.Helper()
	in := open(t, dir)
	defer in.Close()
	rewritten, err := in.Begin(places)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for {
		m, err := in.Next()
		for _, p := range in.Places() {
			places[p.Repository] = p.Commit
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimSuffix(string(m.Raw), "\n"))
	}
	if in.LeftOut() > 0 {
		out = append(out, fmt.Sprintf("(%d left out)", in.LeftOut()))
	}
	if err := in.Deleted(func(raw []byte) error {
		out = append(out, "-"+strings.TrimSuffix(string(raw), "\n"))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(rewritten) > 0 {
		out = append(out, "(rewritten)")
	}
	if in.Share() != 1 {
		t.Errorf("all of %s was read, and that is %v of it", dir, in.Share())
	}
	return strings.Join(out, " ")
}

func open(t *testing.T, dir string) *Inbox {
	t.Helper()
	in, err := Open(context.Background(), dir, 100)
	if err != nil || in == nil {
		t.Fatal(in, err)
	}
	return in
}

// TestReads has histories in parts, each of which is imported before the next one is written.
func TestReads(t *testing.T) {
	for _, test := range []struct{ history, want string }{
		{"a b c", "a b c"},
		{"a b | c d | ", "a b | c d | "},
		{"a b -a c", "b c (1 left out) -a"},
		{"a b | -a c", "a b | c -a"},
		{"a b -a | a", "b (1 left out) -a | a"},
		{"a -a b a", "b a (1 left out)"}, // the first a is deleted, the second is not
		{"a | -a a", "a | a"},
		{"a -a", "(1 left out) -a"},
		{"a | -a | b", "a | -a | b"},
		{"a -b c", "a c -b"}, // nothing of b is known
	} {
		for format, write := range map[string]func(testing.TB, string, ...inboxtest.Step){
			"first": inboxtest.First, "second": inboxtest.Second,
		} {
			if format == "first" && strings.Contains(test.history, "-b c") {
				continue // what is not there can't be deleted
			}
			t.Run(format+" "+test.history, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "it's [one].git")
				places := map[string]string{}
				var got []string
				for _, part := range strings.Split(test.history, "|") {
					write(t, dir, history(part)...)
					got = append(got, read(t, dir, places))
				}
				if got := strings.Join(got, " | "); got != test.want {
					t.Errorf("read %q, want %q", got, test.want)
				}
			})
		}
	}
}

// TestReadsEpochs: a mail may be deleted in a later epoch than it came in. The tenth comes after the ninth.
func TestReadsEpochs(t *testing.T) {
	dir := t.TempDir()
	for epoch, text := range map[int]string{0: "a b", 9: "c d -a", 10: "e -d"} {
		inboxtest.Second(t, filepath.Join(dir, "git", fmt.Sprintf("%d.git", epoch)), history(text)...)
	}
	for _, name := range []string{"all.git", "git/x.git", "git/1.git", "git/-1.git"} {
		if err := os.MkdirAll(filepath.Join(dir, name, "objects"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "all.git", "refs"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "git", "all.git"} {
		places := map[string]string{}
		if got, want := read(t, filepath.Join(dir, name), places), "b c e (2 left out) -a -d"; got != want {
			t.Errorf("of %q read %q, want %q", name, got, want)
		}
		if len(places) != 3 {
			t.Errorf("places %v", places)
		}
		if got := read(t, filepath.Join(dir, name), places); got != "" {
			t.Errorf("again: %q", got)
		}
	}
	if got, want := read(t, filepath.Join(dir, "git", "9.git"), map[string]string{}), "c d -a"; got != want {
		t.Errorf("of one epoch read %q, want %q", got, want)
	}
}

// TestReadsRewritten: where mail was purged of a history, what follows is in new commits, which are read again.
func TestReadsRewritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "0.git")
	inboxtest.Second(t, dir, history("a b")...)
	kept := inboxtest.Git(t, "", "--git-dir="+dir, "rev-parse", "master")
	inboxtest.Second(t, dir, history("c d")...)
	places := map[string]string{}
	if got := read(t, dir, places); got != "a b c d" {
		t.Fatal(got)
	}
	inboxtest.Git(t, "", "--git-dir="+dir, "update-ref", "refs/heads/master", kept)
	inboxtest.Second(t, dir, history("d e")...)
	before := map[string]string{dir: places[dir]}
	if got, want := read(t, dir, places), "d e -c (rewritten)"; got != want {
		t.Errorf("read %q, want %q", got, want)
	}
	if got := read(t, dir, places); got != "" {
		t.Errorf("again: %q", got)
	}
	inboxtest.Second(t, dir, inboxtest.Step{Empty: true},
		inboxtest.Step{Came: "f\n"}) // as public-inbox-purge leaves a mail
	if got, want := read(t, dir, places), "f (1 left out)"; got != want {
		t.Errorf("read %q, want %q", got, want)
	}
	inboxtest.Git(t, "", "--git-dir="+dir, "reflog", "expire", "--expire=now", "--all")
	inboxtest.Git(t, "", "--git-dir="+dir, "gc", "--quiet", "--prune=now")
	if got, want := read(t, dir, before), "a b d e f (1 left out) (rewritten)"; got != want {
		t.Errorf("with the old commits gone read %q, want %q", got, want)
	}
}

// TestReadsOnFromAnywhere: reading that is broken off anywhere goes on without a gap, in a history with merges too,
// whose commits have dates in any order.
func TestReadsOnFromAnywhere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "first.git")
	inboxtest.First(t, dir, history("a b")...)
	inboxtest.Git(t, "", "--git-dir="+dir, "branch", "side")
	inboxtest.First(t, dir, history("c d")...)
	inboxtest.Git(t, "", "--git-dir="+dir, "fast-import", "--quiet")
	var in strings.Builder
	for i, mail := range []string{"e", "f", "g"} {
		fmt.Fprintf(&in, "commit refs/heads/side\ncommitter a <a@example.org> %d +0000\ndata 0\n", 2_000_000-i*500_000)
		if i == 0 {
			fmt.Fprintf(&in, "from refs/heads/side^0\n")
		}
		fmt.Fprintf(&in, "M 100644 inline %02x/%038x\ndata 2\n%s\n\nM 100644 inline %02x/%038x\ndata 3\n%s2\n\n",
			i, i, mail, i, i+100, mail)
	}
	inboxtest.Git(t, in.String(), "--git-dir="+dir, "fast-import", "--quiet")
	tree := inboxtest.Git(t, "", "--git-dir="+dir, "rev-parse", "side^{tree}")
	merge := inboxtest.Git(t, "", "--git-dir="+dir, "commit-tree", "-m", "merge", "-p", "master", "-p", "side", tree)
	inboxtest.Git(t, "", "--git-dir="+dir, "update-ref", "refs/heads/master", merge)
	all := read(t, dir, map[string]string{})
	if got := len(strings.Fields(all)); got != 10 {
		t.Fatalf("read %q", all)
	}
	for n := range 11 {
		got := map[string]bool{}
		since := map[string]string{}
		for _, most := range []int{n, 100} {
			in := open(t, dir)
			if _, err := in.Begin(since); err != nil {
				t.Fatal(err)
			}
			for range most {
				m, err := in.Next()
				if err == io.EOF {
					break
				}
				got[string(m.Raw)] = true
				for _, p := range in.Places() {
					since[p.Repository] = p.Commit
				}
			}
			in.Close()
		}
		if len(got) != 10 {
			t.Errorf("broken off after %d mails: read %v", n, got)
		}
	}
}

// TestLargeMail: a mail that is too large is passed over, and those behind it are read.
func TestLargeMail(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "0.git")
	inboxtest.Second(t, dir, inboxtest.Step{Came: strings.Repeat("x", 101)}, inboxtest.Step{Came: "a\n"})
	in := open(t, dir)
	defer in.Close()
	if _, err := in.Begin(nil); err != nil {
		t.Fatal(err)
	}
	if m, err := in.Next(); err != nil || m.Raw != nil || m.Size != 101 {
		t.Errorf("%+v, %v", m, err)
	}
	if m, err := in.Next(); err != nil || string(m.Raw) != "a\n" {
		t.Errorf("%+v, %v", m, err)
	}
}
