package main

import (
	"encoding/base64"
	"mime/quotedprintable"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// oddMails are ways to send a change that git format-patch wrote, to files of every kind. git am makes of the mbox
// the commit that was sent: its author, date, message and bytes.
var oddMails = map[string]struct {
	file, before, after string
	send                func(patch string) string
}{
	"CRLF file, quoted-printable": {"dos.txt", "a\r\nb\r\n", "a\r\nB\r\n", sentAs("quoted-printable", "utf-8")},
	"CRLF file, base64":           {"dos.txt", "a\r\nb\r\n", "a\r\nB\r\n", sentAs("base64", "utf-8")},
	"Latin-1 file, 8bit":          {"latin.txt", "gr\xfc\xdfe\n", "Gr\xfc\xdfe\n", sentAs("8bit", "iso-8859-1")},
	"Latin-1 file, base64": {"latin.txt", "gr\xfc\xdfe\n", "Gr\xfc\xdfe\n",
		sentAs("base64", "iso-8859-1")},
	"Latin-1 file, said to be UTF-8": {"latin.txt", "gr\xfc\xdfe\n", "Gr\xfc\xdfe\n", sentAs("8bit", "utf-8")},
	"Latin-1 file, of no charset": {"latin.txt", "gr\xfc\xdfe\n", "Gr\xfc\xdfe\n",
		sentAs("quoted-printable", "")},
	"lines that begin with From": {"from.txt", "x\n", "From ann@example.org Mon Nov  2 10:00:00 2026\n>From b\n",
		sentAs("8bit", "utf-8")},
	"format=flowed":                   {"text.txt", " a\n b\n", " a\nFrom b\n  \n", flowed},
	"a stray 0x85":                    {"text.txt", "a\n", "a\x85b\n", sentAs("8bit", "utf-8")},
	"a byte order mark, no last LF":   {"text.txt", "a\n", "\ufeffa", sentAs("8bit", "utf-8")},
	"CRLF all over, in base64":        {"text.txt", "a\nb\n", "a\nc\n", crlfInBase64},
	"attached, with a note before it": {"text.txt", "a\nb\n", "a\nc\n", attachedAs("text/x-patch", "7bit")},
	"attached as octets": {"dos.txt", "a\r\nb\r\n", "a\r\nc\r\n",
		attachedAs("application/octet-stream", "base64")},
	"attached in an inner multipart": {"text.txt", "a\nb\n", "a\nc\n", attachedDeeper},
	"From rewritten by the list":     {"text.txt", "a\nb\n", "a\nc\n", rewritten},
	"a line of more than 998 bytes": {"text.txt", "a\n", strings.Repeat("long ", 300) + "\n",
		sentAs("quoted-printable", "utf-8")},
	"a file of white space":                {"text.txt", "a\n", "\t\n \n\n  a \n", sentAs("8bit", "utf-8")},
	"a file whose lines look quoted":       {"text.txt", "a\n", "=3D\n=\n==\n", sentAs("quoted-printable", "utf-8")},
	"form feeds and lone carriage returns": {"text.txt", "a\n", "a\fb\rc\n", sentAs("quoted-printable", "utf-8")},
}

func TestGitAmMakesTheCommitThatWasSent(t *testing.T) {
	t.Parallel()
	for name, odd := range oddMails {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sent, applied := repositoryWith(t, odd.file, odd.before), repositoryWith(t, odd.file, odd.before)
			writeText(t, filepath.Join(sent, odd.file), odd.after)
			git(t, sent, "", "commit", "-qa", "--author=Ann Author (Example) <Ann@Example.ORG>",
				"--date=2026-11-02T10:00:00+05:30", "-m", "engine: turn it\n\nFrom the list came the wish.\n\n"+
					"Signed-off-by: Ann Author <Ann@Example.ORG>")
			w := newWorkplace(t)
			writeText(t, w.path("mail.eml"), odd.send(git(t, sent, "", "format-patch", "-1", "--stdout")))
			w.run("project", "add", "engine", "--list-id", "engine.lists.example.org",
				"--list-email", "engine@lists.example.org")
			if err := os.Mkdir(w.path("mails"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(w.path("mail.eml"), w.path("mails/mail.eml")); err != nil {
				t.Fatal(err)
			}
			w.run("import", "--quiet", "mails")
			git(t, applied, w.run("mbox", "odd@example.org"), "am", "-q")
			const commit = "--format=%T%n%an <%ae> %aI%n%B"
			if want, got := git(t, sent, "", "log", "-1", commit), git(t, applied, "", "log", "-1", commit); got != want {
				t.Errorf("git am made\n%s\nof\n%s", got, want)
			}
		})
	}
}

func repositoryWith(t *testing.T, file, text string) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "", "init", "-q")
	git(t, dir, "", "config", "core.autocrlf", "false")
	writeText(t, filepath.Join(dir, file), text)
	git(t, dir, "", "add", ".")
	git(t, dir, "", "commit", "-q", "-m", "base")
	return dir
}

func writeText(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const oddFields = "To: engine@lists.example.org\nList-Id: <engine.lists.example.org>\n" +
	"Message-ID: <odd@example.org>\nMIME-Version: 1.0\n"

// sentAs is the patch as the body of a mail, with the header that git wrote.
func sentAs(encoding, charset string) func(string) string {
	return func(patch string) string {
		header, body := headerAndBody(patch)
		kind := "text/plain"
		if charset != "" {
			kind += "; charset=" + charset
		}
		return header + "Content-Type: " + kind + "\nContent-Transfer-Encoding: " + encoding + "\n\n" +
			encoded(body, encoding)
	}
}

// headerAndBody leaves out the line that begins each mail of an mbox.
func headerAndBody(patch string) (header, body string) {
	header, body, _ = strings.Cut(patch, "\n\n")
	_, header, _ = strings.Cut(header, "\n")
	return header + "\n" + oddFields, body
}

func encoded(body, encoding string) string {
	switch encoding {
	case "base64":
		return inLines(base64.StdEncoding.EncodeToString([]byte(body)))
	case "quoted-printable":
		var b strings.Builder
		w := quotedprintable.NewWriter(&b)
		w.Binary = true // of a line's end only the LF is the mail's
		_, _ = w.Write([]byte(body))
		_ = w.Close()
		return strings.ReplaceAll(strings.ReplaceAll(b.String(), "\r\n", "\n"), "=0A", "\n")
	}
	return body
}

func inLines(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		n := min(76, len(text))
		b.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	return b.String()
}

func flowed(patch string) string {
	header, body := headerAndBody(patch)
	var b strings.Builder
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "From ") {
			line = " " + line
		}
		b.WriteString(line)
	}
	return header + "Content-Type: text/plain; charset=utf-8; format=flowed\n\n" + b.String()
}

func crlfInBase64(patch string) string {
	header, body := headerAndBody(patch)
	return header + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n" +
		encoded(strings.ReplaceAll(body, "\n", "\r\n"), "base64")
}

const note = "From: Man Ager <man@example.org>\nSubject: a patch of Ann's\nDate: Tue, 3 Nov 2026 09:00:00 +0100\n" +
	oddFields

func attachedAs(kind, encoding string) func(string) string {
	return func(patch string) string {
		return note + "Content-Type: multipart/mixed; boundary=\"b\"\n\n" +
			"--b\nContent-Type: text/plain\n\nHello,\nhere it is.\n\n--b\n" +
			"Content-Type: " + kind + "; name=0001.patch\nContent-Transfer-Encoding: " + encoding + "\n\n" +
			encoded(patch, encoding) + "\n--b--\n"
	}
}

func attachedDeeper(patch string) string {
	return note + "Content-Type: multipart/mixed; boundary=\"a\"\n\n" +
		"--a\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\n" +
		"Content-Type: text/plain\n\nHello.\n--b\nContent-Type: text/x-patch\n\n" + patch + "\n--b--\n--a--\n"
}

// rewritten is as Google Groups sends it on for a domain with DMARC. It keeps a comment in the name.
func rewritten(patch string) string {
	mail := sentAs("8bit", "utf-8")(patch)
	_, rest, _ := strings.Cut(mail, "\n")
	return "From: \"'Ann Author (Example)' via Engine\" <engine@lists.example.org>\n" +
		"X-Original-From: \"Ann Author (Example)\" <Ann@Example.ORG>\n" + rest
}
