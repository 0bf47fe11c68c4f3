package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/internal/needs"
)

// The sample mails that apply to testdata/base one after the other, each as it was sent.
var applicable = map[string]string{
	"frob":    "01 18 20 21 22 25 26 27 29 30 31 32 33 45 47 50 51 52 53 56 57 59 61 62 63 64 68 75",
	"widgets": "15 14 39 40 43 44 46",
}

// Of these patchwatch knows more than git: the person whom the list hides, a Subject in windows-1252, where an attached
// file begins.
const better = "56 61 46"

// TestGitAmMakesTheCommitsThatTheMailsMake applies what patchwatch mbox writes beside the mails themselves: the trees
// are the same, and so are authors, dates and messages.
func TestGitAmMakesTheCommitsThatTheMailsMake(t *testing.T) {
	t.Parallel()
	needs.Git(t)
	w := newWorkplace(t)
	if err := writeMaildir(w.path("md"), samples(t)); err != nil {
		t.Fatal(err)
	}
	w.run("project", "add", "frob", "--list-id", "frob-devel.lists.example.org",
		"--list-email", "frob-devel@lists.example.org")
	w.run("project", "add", "widgets", "--list-id", "widgets.lists.example.net",
		"--list-email", "widgets@lists.example.net")
	w.run("import", "--quiet", "md")
	for project, numbers := range applicable {
		t.Run(project, func(t *testing.T) {
			sent, written := newRepository(t, project), newRepository(t, project)
			am, mbox := []string{"am", "-q"}, []string{"mbox", "--no-trailers", "--project", project}
			for _, number := range strings.Fields(numbers) {
				m := samples(t, number+"-*")[0]
				am, mbox = append(am, filepath.Join(absolute(t, sampleDir), m.file)), append(mbox, idOf(m))
			}
			git(t, sent, "", am...)
			git(t, written, w.run(mbox...), "am", "-q")
			compareCommits(t, strings.Fields(numbers), commits(t, sent), commits(t, written))
		})
	}
}

// idOf is the Message-ID of a mail, or the one that the tracker makes for mail without.
func idOf(m sampleMail) string {
	if id := idPattern.FindString(string(idField.Find(m.raw))); id != "" {
		return id
	}
	return fmt.Sprintf("<%x@sha256.patchwatch.invalid>", sha256.Sum256(m.raw))
}

// commits gives of each commit, the oldest first, its tree and what else depends on what was applied; not its id, which
// depends on its parent's too.
func commits(t *testing.T, dir string) []string {
	t.Helper()
	all := strings.Split(git(t, dir, "", "log", "--reverse", "--format=%x00%T%n%an <%ae> %aI%n%B"), "\x00")
	return all[2:] // the first is empty, the second the base
}

func compareCommits(t *testing.T, numbers, sent, written []string) {
	t.Helper()
	if len(sent) != len(numbers) || len(written) != len(numbers) {
		t.Fatalf("%d mails made %d commits, and as patchwatch writes them %d", len(numbers), len(sent), len(written))
	}
	for i, number := range numbers {
		a, b := sent[i], written[i]
		if strings.Contains(better, number) {
			a, b = term.FirstLine(a), term.FirstLine(b)
		}
		if a != b {
			t.Errorf("mail %s makes the commit\n%sand what patchwatch mbox writes of it\n%s", number, a, b)
		}
	}
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func newRepository(t *testing.T, project string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("../../testdata/base", project))); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "", "init", "-q")
	git(t, dir, "", "add", ".")
	git(t, dir, "", "commit", "-q", "-m", "base")
	return dir
}

func git(t *testing.T, dir, stdin string, args ...string) string {
	t.Helper()
	c := exec.Command("git", args...)
	c.Dir = dir
	c.Stdin = strings.NewReader(stdin)
	c.Env = append(os.Environ(), "HOME=/no-home", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.org")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
