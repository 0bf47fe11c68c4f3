package ingest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"patchwatch/track"
)

// TestCommits reads mails of which git itself would make something else, or nothing. testdata/commits has an archive
// for each kind: the mail, perhaps the sender, and the commits that are expected.
func TestCommits(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/commits/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			part := map[string]string{}
			for _, f := range a.Files {
				part[f.Name] = string(f.Data)
			}
			var sender track.Person
			if s := strings.TrimSpace(part["sender"]); s != "" {
				sender = parsePerson(s)
			}
			commits, err := Commits([]byte(unescaped(part["mail"])), sender)
			if err != nil {
				t.Fatal(err)
			}
			if got := written(commits); got != part["commits"] {
				t.Errorf("got\n%s\nwant\n%s", got, part["commits"])
			}
		})
	}
}

// unescaped makes bytes of what can't stand in a text file: \r, \xe4.
func unescaped(text string) string {
	for _, c := range []struct{ written, meant string }{{`\r`, "\r"}, {`\xe4`, "\xe4"}, {`\x85`, "\x85"}, {`\0`, "\x00"}} {
		text = strings.ReplaceAll(text, c.written, c.meant)
	}
	return text
}

// written shows commits, with the CRs and stray bytes that are left in them.
func written(commits []Commit) string {
	var b strings.Builder
	for _, c := range commits {
		b.WriteString("From: " + c.From + "\nDate: " + c.Date + "\nSubject: " + c.Subject + "\n")
		if c.Charset != "" {
			b.WriteString("Charset: " + c.Charset + "\n")
		}
		b.WriteString("\n" + strings.TrimRight(string(c.Message), "\n") + "\n" +
			strings.TrimRight(string(c.Patch), "\n") + "\n\n")
	}
	return strings.NewReplacer("\r", `\r`, "\xe4", `\xe4`, "\x85", `\x85`).Replace(b.String())
}

func TestCommitsRefusesWhatIsNoMail(t *testing.T) {
	t.Parallel()
	if _, err := Commits([]byte("\n\n"), track.Person{}); err != ErrNoMail {
		t.Errorf("got %v", err)
	}
}

// TestCommitsOfHostileMailAreBounded attaches a format-patch to a format-patch, again and again, and very many to one
// mail.
func TestCommitsOfHostileMailAreBounded(t *testing.T) {
	t.Parallel()
	separator := "From " + strings.Repeat("a", 40) + " Mon Sep 17 00:00:00 2001\n"
	one := separator + "From: a <a@x.org>\nSubject: x\n\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n\n"
	many := "From: a <a@x.org>\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n" +
		strings.Repeat(one, 10_000) + "--b--\n"
	commits, err := Commits([]byte(many), track.Person{})
	if err != nil || len(commits) != maxCommits {
		t.Errorf("%d commits, %v", len(commits), err)
	}
	deep := one
	for range 50 {
		deep = separator + "From: a <a@x.org>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n" + deep + "--b--\n"
	}
	commits, err = Commits([]byte(strings.TrimPrefix(deep, separator)), track.Person{})
	if err != nil || len(commits) > maxCommits {
		t.Errorf("%d commits, %v", len(commits), err)
	}
}

// checkMbox holds what is written to what any mbox reader needs.
func checkMbox(t *testing.T, c *Commit) {
	t.Helper()
	header, _, found := strings.Cut(string(AppendMbox(nil, c, time.Unix(1_800_000_000, 0))), "\n\n")
	if !found {
		t.Fatal("no header")
	}
	for i, line := range strings.Split(header, "\n") {
		if i == 0 && !strings.HasPrefix(line, "From ") || i > 0 && !strings.Contains(line, ": ") {
			t.Errorf("header line %q", line)
		}
	}
	body := string(AppendMbox(nil, c, time.Unix(1_800_000_000, 0)))[len(header):]
	if strings.Contains(body, "\nFrom ") || strings.ContainsAny(body, "\r\x00") || !strings.HasSuffix(body, "\n\n") {
		t.Errorf("body %q", body)
	}
}

func FuzzCommits(f *testing.F) {
	files, _ := filepath.Glob("testdata/commits/*.txtar")
	for _, file := range files {
		if a, err := txtar.ParseFile(file); err == nil {
			f.Add([]byte(unescaped(string(a.Files[0].Data))))
		}
	}
	samples, _ := filepath.Glob("../testdata/sample/*.eml")
	for _, file := range samples {
		if raw, err := os.ReadFile(file); err == nil {
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		commits, err := Commits(raw, track.Person{Name: "B", Email: "b@x.org"})
		if err != nil {
			return
		}
		for i := range commits {
			checkMbox(t, &commits[i])
			if text := commits[i].Text(); strings.ContainsAny(text.Author+text.Title, "\r\n") ||
				strings.HasPrefix(text.Message, "\n") || strings.HasSuffix(text.Message, "\n") {
				t.Errorf("%+v", text)
			}
		}
	})
}
