package ingest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchwatch/internal/needs"
	"patchwatch/track"
)

// A reading is what git mailinfo reads from a mail.
type reading struct {
	info, message, patch string
	id                   string // of the patch, white space included
	warned               string
}

// A gitReader lets git read mails, in a folder of its own.
type gitReader struct {
	t   testing.TB
	dir string
}

func newGitReader(t testing.TB) *gitReader {
	needs.Git(t)
	return &gitReader{t, t.TempDir()}
}

// first reads the first mail of an mbox; false if git can't.
func (g *gitReader) first(mbox []byte) (r reading, ok bool) {
	split := filepath.Join(g.dir, "split")
	os.RemoveAll(split)
	if err := os.Mkdir(split, 0o700); err != nil {
		g.t.Fatal(err)
	}
	if _, _, err := g.run(mbox, "mailsplit", "-o"+split); err != nil {
		return r, false
	}
	mail, err := os.ReadFile(filepath.Join(split, "0001"))
	if err != nil {
		return r, false
	}
	message, patch := filepath.Join(g.dir, "message"), filepath.Join(g.dir, "patch")
	if r.info, r.warned, err = g.run(mail, "mailinfo", message, patch); err != nil {
		return r, false
	}
	r.message = strings.TrimSpace(g.read(message))
	r.patch = g.read(patch)
	if r.id, _, err = g.run([]byte(r.patch), "patch-id", "--verbatim"); err != nil {
		return r, false
	}
	r.patch = strings.TrimRight(r.patch, "\n")
	return r, true
}

func (g *gitReader) run(stdin []byte, args ...string) (out, warned string, err error) {
	c := exec.Command("git", args...)
	c.Dir, c.Stdin = g.dir, bytes.NewReader(stdin)
	c.Env = append(os.Environ(), "HOME=/no-home", "GIT_CONFIG_NOSYSTEM=1")
	var o, e bytes.Buffer
	c.Stdout, c.Stderr = &o, &e
	err = c.Run()
	return o.String(), e.String(), err
}

func (g *gitReader) read(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		g.t.Fatal(err)
	}
	return string(text)
}

// mboxOf writes what Commits reads from a mail.
func mboxOf(t testing.TB, raw []byte, sender track.Person) []byte {
	t.Helper()
	commits, err := Commits(raw, sender)
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for i := range commits {
		out = AppendMbox(out, &commits[i], time.Unix(1_800_000_000, 0))
	}
	return out
}

// The patch of each of these is for a file of some kind, and goes through mail in every way.
var faithfulFiles = map[string]string{
	"plain":        "one\ntwo\nthree\n",
	"Latin-1":      "gr\xf6\xdfer\nna\xefve\x85\n",
	"UTF-8":        "größer\nπ\n",
	"CRLF":         "one\r\ntwo\r\n",
	"lone CR":      "one\rtwo\n",
	"From lines":   "From here on\nFrom a@example.org Mon Nov  2 10:00:00 2026\n>From quoted\n",
	"long line":    strings.Repeat("0123456789", 150) + "\n",
	"spaces":       "end \ntab\t\n  \n",
	"equals signs": "a == b\n=20\n=\n",
	"no newline":   "one\ntwo",
	"stuffed":      " one\n  two\n-- \n",
}

func faithfulBody(file string) string {
	lines := strings.SplitAfter(file, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	} else {
		lines[len(lines)-1] += "\n\\ No newline at end of file\n"
	}
	return fmt.Sprintf("The message says why.\n\nFrom the list came this.\n>From it, too.\n\n"+
		"Signed-off-by: A <a@example.org>\n---\n file | 2 +-\n\n"+
		"diff --git a/file b/file\nnew file mode 100644\n--- /dev/null\n+++ b/file\n@@ -0,0 +1,%d @@\n+%s-- \n2.39.5\n",
		len(lines), strings.Join(lines, "+"))
}

// TestGitReadsTheMailFromTheMbox lets git read mails of every shape, and the mbox that is made of them.
func TestGitReadsTheMailFromTheMbox(t *testing.T) {
	t.Parallel()
	mails := faithfulMails()
	if len(mails) < 100 {
		t.Fatalf("%d mails, a hundred are wanted", len(mails))
	}
	g := newGitReader(t)
	for name, mail := range mails {
		want, ok := g.first([]byte("From x Thu Jan  1 00:00:00 1970\n" + mail))
		if !ok {
			t.Errorf("%s: git can't read the mail itself", name)
			continue
		}
		got, ok := g.first(mboxOf(t, []byte(mail), track.Person{}))
		if want.warned, got.warned = "", ""; !ok || got != want {
			t.Errorf("%s: git reads from the mbox\n%q\nand from the mail\n%q", name, got, want)
		}
	}
}

func faithfulMails() map[string]string {
	mails := map[string]string{}
	head := func(from, charset, encoding string) string {
		return "From: " + from + "\nSubject: [PATCH 1/2] file: change it\nDate: Mon, 2 Nov 2026 10:00:00 +0530\n" +
			"Message-ID: <a@example.org>\nMIME-Version: 1.0\nContent-Type: text/plain" + charset +
			"\nContent-Transfer-Encoding: " + encoding + "\n\n"
	}
	for file, text := range faithfulFiles {
		body := faithfulBody(text)
		for _, charset := range []string{"", "; charset=utf-8", "; charset=ISO-8859-1", `; charset="windows-1252"`} {
			for encoding, encode := range encodings {
				if encoding == "8bit" && (file == "CRLF" || file == "From lines") {
					continue // that can't be sent so
				}
				sent := body
				if encoding != "8bit" {
					sent = "From ann@example.org Mon Nov  2 10:00:00 2026\nwas quoted.\n\n" + body
				}
				name := fmt.Sprintf("%s as %s%s", file, encoding, charset)
				mails[name] = head("Ann Author <Ann@Example.org>", charset, encoding) + encode(sent)
			}
		}
	}
	for i, from := range faithfulFroms {
		mails[fmt.Sprintf("From form %d, %s", i, from)] = head(from, "", "8bit") + faithfulBody("one\n")
	}
	mails["charset of the message"] = head("A <a@x.org>", "; charset=iso-8859-1", "8bit") + "gr\xfc\xdfe\n" +
		faithfulBody("gr\xfcn\n")
	mails["stray 0x85"] = head("A <a@x.org>", "; charset=utf-8", "8bit") + "one\x85 two\n" + faithfulBody("x\x85y\n")
	mails["UTF-8 that says to be Latin-1"] = head("A <a@x.org>", "; charset=latin1", "8bit") +
		"größe… “so”\n" + faithfulBody("x\n")
	mails["in-body"] = head("A <a@x.org>", "", "8bit") + "From: Bo <B@x.org>\nSubject: [PATCH] other\n" +
		" title\n\n" + faithfulBody("x\n")
	mails["flowed"] = head("A <a@x.org>", "; format=flowed", "8bit") + stuffed(faithfulBody(" x\nFrom y\n"))
	mails["flowed, delsp"] = head("A <a@x.org>", "; format=flowed; delsp=yes", "8bit") + "a long \nline\n" +
		stuffed(faithfulBody("x\n"))
	mails["subject as it is"] = strings.Replace(head("A <a@x.org>", "", "8bit"), "file: change it",
		"=?utf-8?q?file=3A_ch=C3=A4nge?=\n =?UTF-8?B?IGl0?= (really)", 1) + faithfulBody("x\n")
	mails["a hunk cut short"] = head("A <a@x.org>", "", "8bit") + "m\n---\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n" +
		"@@ -1,3 +1,3 @@\n-a\n+b\n\n c\n"
	mails["attached"] = "From: A <a@x.org>\nSubject: x\nDate: 2 Nov 2026 10:00 GMT\nMIME-Version: 1.0\n" +
		"Content-Type: multipart/mixed; boundary=bb\n\n--bb\nContent-Type: text/plain; charset=iso-8859-1\n\n" +
		"mess\xe4ge\n\n--bb\n" +
		"Content-Type: text/x-patch; name=a.patch\nContent-Transfer-Encoding: base64\n\n" +
		inBase64("diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\r\n+\xe4\r\n") + "--bb--\n"
	mails["CRLF all over"] = strings.ReplaceAll(head("A <a@x.org>", "", "8bit")+faithfulBody("x\n"), "\n", "\r\n")
	return mails
}

// Forms in which people's programs write themselves.
var faithfulFroms = []string{
	"Ann.Author@Example.ORG", "Ann Author <Ann.Author@Example.ORG>", `"Author, Ann" <ann@example.org>`,
	`"Ann \"Nick\" Author" <ann@example.org>`, `Ann "Nick" Author <ann@example.org>`,
	"Ann Author (Example) <ann@example.org>",
	"ann@example.org (Ann Author)", "=?utf-8?q?J=C3=B6rg?= <j@example.org>", "=?iso-8859-1?Q?J=F6rg?= <j@example.org>",
	`"=?utf-8?b?SsO2cmc=?=" <j@example.org>`, "Jörg <j@example.org>", "<ann@example.org>",
	"Ann O'Author <ann.o'author@example.org>",
	"Ann Author\n <ann@example.org>", "Ann A. Author <ann@localhost>", "\"Ann Author\" <ann@example.org> (on the road)",
}

var encodings = map[string]func(string) string{
	"8bit":             func(text string) string { return text },
	"base64":           inBase64,
	"quoted-printable": func(text string) string { return string(quotedPrintable([]byte(text))) },
}

func inBase64(text string) string {
	return string(base64Lines([]byte(text)))
}

// stuffed is text as it is sent with format=flowed.
func stuffed(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "From ") {
			line = " " + line
		}
		out.WriteString(line)
	}
	return out.String()
}

func TestQuotedPrintableAndBase64KeepEveryByte(t *testing.T) {
	t.Parallel()
	var all []byte
	for c := 1; c < 256; c++ {
		all = append(all, byte(c), ' ', byte(c), byte(c), '\n', ' ', '\n')
	}
	all = append(all, bytes.Repeat([]byte("From "), 100)...)
	all = append(all, '\n')
	quoted := quotedPrintable(all)
	if got := quotedForGit(quoted); !bytes.Equal(got, all) {
		t.Errorf("quoted-printable gives back %q", got)
	}
	for line := range bytes.Lines(quoted) {
		if len(line) > quotedLine+1 || bytes.HasPrefix(line, []byte("From ")) || bytes.HasSuffix(line, []byte(" \n")) {
			t.Errorf("line %q", line)
		}
	}
	var back []byte
	for line := range bytes.Lines(base64Lines(all)) {
		piece, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(line)))
		if err != nil {
			t.Fatal(err) // git decodes line by line
		}
		back = append(back, piece...)
	}
	if !bytes.Equal(back, all) {
		t.Errorf("base64 gives back %q", back)
	}
}
