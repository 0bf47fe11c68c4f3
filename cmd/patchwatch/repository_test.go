package main

import (
	"bytes"
	"fmt"
	"mime/quotedprintable"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"patchwatch/internal/needs"
)

// TestGitAmOfHardPatches sends the commits of a repository made here through a list, and applies what comes out: files
// renamed, copied, emptied and removed, modes, binary files, names that are not ASCII or have a blank, files with CRLF,
// with CR alone, without a last newline, and with lines that look like mail or like a patch.
func TestGitAmOfHardPatches(t *testing.T) {
	t.Parallel()
	needs.Git(t)
	w := newWorkplace(t)
	source := w.path("source")
	want := hardCommits(t, source)
	folder := w.path("mails")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for i, patch := range formatPatches(t, source) {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%02d.eml", i)), asSent(t, patch, i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.run("project", "add", "frob", "--list-id", "frob-devel.lists.example.org")
	w.run("import", "mails")
	target := w.path("target")
	git(t, w.dir, "", "clone", "-q", source, target)
	git(t, target, "", "checkout", "-q", "base")
	for i := range want {
		git(t, target, w.run("mbox", fmt.Sprintf("hard-%d@example.org", i)), "am", "-q", "--keep-cr")
	}
	if a, b := git(t, source, "", "rev-parse", "tip^{tree}"), git(t, target, "", "rev-parse", "HEAD^{tree}"); a != b {
		t.Errorf("the trees differ:\n%s", git(t, target, "", "diff", "--stat", "tip", "HEAD"))
	}
}

// hardCommits makes the repository, with a tag at its base and at its tip, and gives the number of commits between.
func hardCommits(t *testing.T, dir string) int {
	t.Helper()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Repeat("a line of the file\n", 20)
	write("plain.c", lines)
	write("windows.txt", strings.ReplaceAll(lines, "\n", "\r\n"))
	write("latin/größe mit blank.txt", lines)
	write("data.bin", string([]byte{0, 1, 2, 255, 254, 10, 13, 0}))
	git(t, dir, "", "init", "-q")
	git(t, dir, "", "config", "core.autocrlf", "false")
	steps := []func(){
		func() {},
		func() { write("plain.c", strings.Replace(lines, "a line", "the first line", 1)) },
		func() { git(t, dir, "", "mv", "plain.c", "moved.c") },
		func() { git(t, dir, "", "mv", "moved.c", "src.c"); write("src.c", lines+"one more\n") },
		func() {
			git(t, dir, "", "update-index", "--chmod=+x", "src.c")
			os.Chmod(filepath.Join(dir, "src.c"), 0o700)
		},
		func() { write("windows.txt", strings.ReplaceAll(lines+"more\n", "\n", "\r\n")) },
		func() { write("latin/größe mit blank.txt", lines+"größer – bigger\n") },
		func() { write("data.bin", string([]byte{0, 1, 2, 255, 254, 10, 13, 0, 7, 7, 7})) },
		func() { write("empty", "") },
		func() { write("empty", "no newline at the end") },
		func() {
			write("empty", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-- \nFrom me Mon Sep 17 00:00:00 2001\n>From you\n")
		},
		func() { write("cr.txt", "a\rb\rc\n") },
		func() { git(t, dir, "", "rm", "-q", "windows.txt") },
	}
	for i, step := range steps {
		step()
		git(t, dir, "", "add", "-A")
		git(t, dir, "", "commit", "-q", "--allow-empty", "-m", fmt.Sprintf("hard: step %d\n\nGrüße. It says why.", i))
		if i == 0 {
			git(t, dir, "", "tag", "base")
		}
	}
	git(t, dir, "", "tag", "tip")
	return len(steps) - 1
}

func formatPatches(t *testing.T, dir string) [][]byte {
	t.Helper()
	git(t, dir, "", "format-patch", "-q", "-o", "patches", "base..tip")
	files, err := filepath.Glob(filepath.Join(dir, "patches", "*.patch"))
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, text)
	}
	return out
}

// asSent makes of a patch file the mail that git send-email makes of it: quoted-printable where a line has a CR, since
// no other encoding would bring that through.
func asSent(t *testing.T, patch []byte, i int) []byte {
	t.Helper()
	_, patch, _ = bytes.Cut(patch, []byte("\n")) // the line "From <commit> ..."
	head, body, _ := bytes.Cut(patch, []byte("\n\n"))
	var b bytes.Buffer
	fmt.Fprintf(&b, "List-Id: <frob-devel.lists.example.org>\nMessage-ID: <hard-%d@example.org>\n", i)
	if !bytes.ContainsRune(body, '\r') {
		fmt.Fprintf(&b, "%s\n\n%s", head, body)
		return b.Bytes()
	}
	for _, line := range strings.Split(string(head), "\n") {
		if !strings.HasPrefix(line, "Content-Transfer-Encoding:") {
			b.WriteString(line + "\n")
		}
	}
	b.WriteString("Content-Transfer-Encoding: quoted-printable\n\n")
	q := quotedprintable.NewWriter(&b)
	q.Binary = true // or it would take CR for the end of a line
	for _, piece := range bytes.SplitAfter(body, []byte("\n")) {
		line := bytes.TrimSuffix(piece, []byte("\n"))
		if _, err := q.Write(line); err != nil {
			t.Fatal(err)
		}
		if len(line) < len(piece) {
			q.Close()
			b.WriteByte('\n')
			q = quotedprintable.NewWriter(&b)
			q.Binary = true
		}
	}
	q.Close()
	return b.Bytes()
}
