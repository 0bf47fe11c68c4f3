package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"patchwatch/cmd/patchwatch/internal/pubinbox/inboxtest"
	"patchwatch/cmd/patchwatch/internal/view"
)

var seriesTwelve = regexp.MustCompile(`\bs12\b`)

// mends matches what puts patches into series.
var mends = regexp.MustCompile(`^patchwatch series (move|split|reset|link|unlink) `)

var readmeLine = regexp.MustCompile(`(?m)^patchwatch .*$`)

// TestReadmeRuns runs every line of the README that begins with patchwatch, in order, as printed, but for what stands
// for something of the reader's own; a watcher or server that goes on is stopped. It does the same with
// pages that the README links to.
func TestReadmeRuns(t *testing.T) {
	t.Parallel()
	for page, fewest := range map[string]int{"README.md": 25, "docs/projects.md": 6, "docs/backup.md": 2,
		"docs/verify.md": 5, "docs/accounts.md": 20} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile("../../" + page)
			if err != nil {
				t.Fatal(err)
			}
			if ran := pageRuns(t, string(text), page != "README.md"); ran < fewest {
				t.Errorf("only %d lines were found", ran)
			}
		})
	}
}

// pageRuns runs the lines of a page, and tells how many there were. Pages other than the README are for people who have
// stored their mail already.
func pageRuns(t *testing.T, text string, isStored bool) (ran int) {
	t.Helper()
	w := newWorkplace(t)
	w.deliver("Maildir", samples(t))
	if isStored {
		w.run("watch", "--once", "--quiet", "Maildir")
	}
	if err := writeMboxFile(w.path("archive.mbox.gz"), samples(t, "0*")); err != nil {
		t.Fatal(err)
	}
	makeInbox(t, w.path("lore", "linux-man"))
	for _, block := range regexp.MustCompile("(?ms)^```\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		for _, line := range readmeLine.FindAllString(block[1], -1) {
			command, _, _ := strings.Cut(line, "  #")
			w.readmeRuns(strings.TrimSpace(command))
			ran++
		}
	}
	return ran
}

// makeInbox makes a public-inbox, if git is installed; an empty Maildir otherwise.
func makeInbox(t *testing.T, dir string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		if err := writeMaildir(dir, nil); err != nil {
			t.Fatal(err)
		}
		return
	}
	var steps []inboxtest.Step
	for _, m := range samples(t, "1*") {
		steps = append(steps, inboxtest.Step{Came: string(m.raw), At: m.delivered})
	}
	inboxtest.Second(t, filepath.Join(dir, "git", "0.git"), steps...)
}

func (w *workplace) readmeRuns(command string) {
	w.t.Helper()
	switch {
	case strings.HasPrefix(command, "patchwatch diff "):
		command = seriesTwelve.ReplaceAllString(command, w.revisingSeries())
	case mends.MatchString(command):
		id, other := w.twoSeries()
		command = strings.NewReplacer(" 12", " "+strings.TrimPrefix(id, "s"), "s12", id, "s7", other).Replace(command)
	case seriesTwelve.MatchString(command):
		command = seriesTwelve.ReplaceAllString(command, w.completeSeries())
	}
	command = strings.NewReplacer(":9464", ":0", "/var/mail", w.dir, "git am",
		"grep -q '^From patchwatch '").Replace(command)
	if strings.HasSuffix(command, " NAME") {
		w.run("watch", "--once", "--quiet", "Maildir") // it may have been tried again
		command = strings.TrimSuffix(command, "NAME") + w.failedName("Maildir")
	}
	c := exec.Command("sh", "-c", command)
	c.Dir, c.Env, c.Stdin = w.dir, append(w.command().Env, "HOME="+w.dir), strings.NewReader("y\n") // for what asks
	if ready, goesOn := goesOn(command); goesOn {
		c.Args[2] = "exec " + command
		if ready == servesAt {
			c.Args[2] += " --listen 127.0.0.1:0"
		}
		p := w.startCommand(c)
		p.waitFor(ready)
		p.signal(syscall.SIGTERM)
		p.waitExit(exitDone)
		return
	}
	if out, err := c.CombinedOutput(); err != nil {
		w.t.Errorf("%s: %v\n%s", command, err, clip(string(out)))
	}
}

// goesOn tells of a command that does not end by itself, and what it says when it is ready.
func goesOn(command string) (ready string, yes bool) {
	switch {
	case strings.HasPrefix(command, "patchwatch watch ") && !strings.Contains(command, "--once"):
		return "msg=watching", true
	case strings.HasPrefix(command, "patchwatch serve "):
		return servesAt, true
	}
	return "", false
}

// failedName gives the name of a mail in failed.
func (w *workplace) failedName(dir string) string {
	w.t.Helper()
	for _, name := range w.list(dir, "failed") {
		if !strings.HasSuffix(name, ".reason") {
			return name
		}
	}
	w.t.Fatalf("no mail is in failed of %s", dir)
	return ""
}

// completeSeries gives the id of a complete series of several patches. Which numbers the mails have depends on the
// order in which the readers were done with them.
func (w *workplace) completeSeries() string {
	w.t.Helper()
	m := regexp.MustCompile(`(?m)^(s\d+) .* ([2-9])/([2-9]) `).FindAllStringSubmatch(w.run("series"), -1)
	for _, s := range m {
		if s[2] == s[3] {
			return s[1]
		}
	}
	w.t.Fatal("no series is complete")
	return ""
}

// twoSeries gives the ids of two series of one project. The number of the first is that of one of its mails.
func (w *workplace) twoSeries() (id, other string) {
	w.t.Helper()
	var all []view.Series
	if err := json.Unmarshal([]byte(w.run("series", "--json")), &all); err != nil {
		w.t.Fatal(err)
	}
	for _, s := range all[1:] {
		if s.Project == all[0].Project {
			return all[0].ID, s.ID
		}
	}
	w.t.Fatal("each series is of another project")
	return "", ""
}

// revisingSeries gives the id of a series that revises another.
func (w *workplace) revisingSeries() string {
	w.t.Helper()
	var all []view.Series
	if err := json.Unmarshal([]byte(w.run("series", "--json")), &all); err != nil {
		w.t.Fatal(err)
	}
	for _, s := range all {
		if s.Revises != "" {
			return s.ID
		}
	}
	w.t.Fatal("no series revises another")
	return ""
}
