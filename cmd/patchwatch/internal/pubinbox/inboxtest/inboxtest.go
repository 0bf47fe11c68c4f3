// Package inboxtest makes git repositories as public-inbox does.
package inboxtest

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchwatch/internal/needs"
)

// Step is a commit: a mail that came, or one that was deleted.
type Step struct {
	Came, Deleted string
	Empty         bool // a mail came that has no bytes
	At            time.Time
}

// Second appends commits to a repository of the second format, which it makes if there is none.
func Second(t testing.TB, path string, steps ...Step) {
	t.Helper()
	appendTo(t, path, steps, func(in *bytes.Buffer, s Step) {
		fmt.Fprintln(in, "deleteall")
		if s.Came != "" || s.Empty {
			file(in, "m", s.Came)
		}
		if s.Deleted != "" {
			file(in, "d", s.Deleted)
		}
	})
}

// First appends commits to a repository of the first format. A mail's file is named by the SHA-1 of its first line,
// where public-inbox takes the Message-ID.
func First(t testing.TB, path string, steps ...Step) {
	t.Helper()
	appendTo(t, path, steps, func(in *bytes.Buffer, s Step) {
		if s.Came != "" {
			file(in, firstPath(s.Came), s.Came)
		}
		if s.Deleted != "" {
			fmt.Fprintf(in, "D %s\n", firstPath(s.Deleted))
		}
	})
}

func firstPath(mail string) string {
	line, _, _ := strings.Cut(mail, "\n")
	sum := fmt.Sprintf("%x", sha1.Sum([]byte(line)))
	return sum[:2] + "/" + sum[2:]
}

func file(in *bytes.Buffer, name, text string) {
	fmt.Fprintf(in, "M 100644 inline %s\ndata %d\n%s\n", name, len(text), text)
}

func appendTo(t testing.TB, path string, steps []Step, files func(*bytes.Buffer, Step)) {
	t.Helper()
	needs.Git(t)
	if _, err := os.Stat(filepath.Join(path, "objects")); err != nil {
		Git(t, "", "init", "-q", "--bare", "--initial-branch=master", path)
	}
	from := ""
	if Git(t, "", "--git-dir="+path, "for-each-ref", "refs/heads/master") != "" {
		from = "from refs/heads/master^0\n"
	}
	var in bytes.Buffer
	for _, s := range steps {
		fmt.Fprintf(&in, "commit refs/heads/master\ncommitter a <a@example.org> %d +0000\ndata 0\n%s", s.At.Unix(), from)
		files(&in, s)
		fmt.Fprintln(&in)
		from = ""
	}
	Git(t, in.String(), "--git-dir="+path, "fast-import", "--quiet", "--date-format=raw")
}

// Git runs a git command with some input, and gives its output without spaces around it.
func Git(t testing.TB, stdin string, args ...string) string {
	t.Helper()
	c := exec.Command("git", args...)
	c.Stdin = strings.NewReader(stdin)
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=a",
		"GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}
