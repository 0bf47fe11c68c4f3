package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/pubinbox/inboxtest"
	"patchwatch/internal/needs"
)

// countingGit is a git before git: it notes in a file each object that git cat-file --batch is asked for.
const countingGit = `#!/bin/sh
case "$*" in
*"cat-file --batch") tee -a "$ASKED" | exec "$GIT" "$@" ;;
*) exec "$GIT" "$@" ;;
esac
`

// TestImportOfAnInboxIsThatOfItsMbox: mail makes the same database from git as from an mbox, and is read once.
func TestImportOfAnInboxIsThatOfItsMbox(t *testing.T) {
	t.Parallel()
	needs.Git(t)
	w := newWorkplace(t)
	mails := inboxMails(t, w)
	if err := writeMboxFile(w.path("list.mbox"), mails); err != nil {
		t.Fatal(err)
	}
	asked := w.countGit()
	imports := func(want int) {
		t.Helper()
		c := w.command("--db", "inbox.db", "import", "inbox")
		c.Env = append(c.Env, asked.env...)
		out, err := c.CombinedOutput()
		if err != nil || !strings.Contains(string(out), fmt.Sprintf("%d mails read: %d stored", want, want)) {
			t.Fatalf("%v\n%s\nwant %d mails", err, clip(string(out)), want)
		}
		if got := asked.since(); got != want {
			t.Errorf("git was asked for %d objects, want %d", got, want)
		}
	}
	for i, part := range [][2]int{{0, len(mails) / 2}, {len(mails) / 2, len(mails) - 1}, {len(mails) - 1, len(mails)}} {
		var steps []inboxtest.Step
		for _, m := range mails[part[0]:part[1]] {
			steps = append(steps, inboxtest.Step{Came: string(m.raw), At: m.delivered})
		}
		inboxtest.Second(t, w.path("inbox", "git", fmt.Sprintf("%d.git", i/2)), steps...)
		imports(part[1] - part[0])
		imports(0)
	}
	w.run("--db", "mbox.db", "import", "list.mbox")
	if said := w.run("compare", "inbox.db", "mbox.db"); !strings.HasPrefix(said, "no difference in ") {
		t.Error(clip(said))
	}
}

// inboxMails are generated mails, some without a date, all of different bytes.
func inboxMails(t *testing.T, w *workplace) (mails []sampleMail) {
	series := 130 // 1,500 mails
	if os.Getenv("PATCHWATCH_LONG") != "" {
		series = 1750 // 20,000
	}
	generateList(t, w.path("generated"), 17, series, 1)
	files, err := filepath.Glob(w.path("generated", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2019, 1, 1, 0, 0, i, 0, time.UTC)
		if i%50 == 7 { // the first line is Received
			raw = []byte("X-" + strings.Replace(string(raw), "\nDate: ", "\nX-Date: ", 1))
		}
		if !seen[string(raw)] {
			seen[string(raw)] = true
			mails = append(mails, sampleMail{filepath.Base(file), raw, received(raw, at)})
		}
	}
	return mails
}

// askedGit counts what git is asked for.
type askedGit struct {
	t    *testing.T
	file string
	env  []string
	had  int
}

func (w *workplace) countGit() *askedGit {
	w.t.Helper()
	real, err := exec.LookPath("git")
	if err != nil {
		w.t.Fatal(err)
	}
	if err := os.MkdirAll(w.path("bin"), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.path("bin", "git"), []byte(countingGit), 0o700); err != nil {
		w.t.Fatal(err)
	}
	return &askedGit{t: w.t, file: w.path("asked"), env: []string{"GIT=" + real, "ASKED=" + w.path("asked"),
		"PATH=" + w.path("bin") + ":" + os.Getenv("PATH")}}
}

func (a *askedGit) since() int {
	text, err := os.ReadFile(a.file)
	if err != nil && !os.IsNotExist(err) {
		a.t.Fatal(err)
	}
	all := strings.Count(string(text), "\n")
	since := all - a.had
	a.had = all
	return since
}

// TestImportOfAnInboxIsKilled: what an import that was killed had stored is there, and the next one reads the rest.
func TestImportOfAnInboxIsKilled(t *testing.T) {
	t.Parallel()
	needs.Git(t)
	w := newWorkplace(t)
	mails := multiply(samples(t, "[0-5]*"), 40)
	var steps []inboxtest.Step
	for _, m := range mails {
		steps = append(steps, inboxtest.Step{Came: string(m.raw), At: m.delivered})
	}
	inboxtest.Second(t, w.path("0.git"), steps...)
	for i := range 5 {
		p := w.start("--db", "inbox.db", "import", "0.git")
		time.Sleep(time.Duration(100+100*i) * time.Millisecond)
		p.kill()
	}
	w.run("--db", "inbox.db", "import", "0.git")
	w.run("--db", "whole.db", "import", "0.git")
	if said := w.run("compare", "inbox.db", "whole.db"); !strings.HasPrefix(said, "no difference in ") {
		t.Error(clip(said))
	}
	w.run("--db", "inbox.db", "check")
}

// TestFollowList runs the script of docs/follow.md, while an archive grows and gets another repository.
func TestFollowList(t *testing.T) {
	t.Parallel()
	needs.Git(t)
	w := newWorkplace(t)
	text, err := os.ReadFile("../../docs/follow.md")
	if err != nil {
		t.Fatal(err)
	}
	_, script, _ := strings.Cut(string(text), "```\n#!/bin/sh\n")
	script, _, _ = strings.Cut(script, "```\n")
	mails := samples(t, "[0-5]*")
	at := 0
	grow := func(epoch string, n int) {
		var steps []inboxtest.Step
		for _, m := range mails[at : at+n] {
			steps = append(steps, inboxtest.Step{Came: string(m.raw), At: m.delivered})
		}
		at += n
		inboxtest.Second(t, w.path("lore", epoch), steps...)
	}
	follow := func(want string) {
		t.Helper()
		c := exec.Command("sh", "-c", script, "follow-list", "file://"+w.path("lore"), w.path("mirror"), "--no-events")
		c.Dir, c.Env = w.dir, w.command().Env
		if out, err := c.CombinedOutput(); !strings.Contains(string(out), want) {
			t.Errorf("%v\n%s\nwant in it %q", err, out, want)
		}
	}
	follow("nothing can be cloned")
	grow("0", 10)
	follow("10 mails read: 10 stored")
	grow("0", 5)
	grow("1", 3)
	follow("8 mails read: 8 stored")
	follow("0 mails read:")
	if said := w.run("events"); strings.Contains(said, "patch") {
		t.Errorf("told:\n%s", clip(said))
	}
}
