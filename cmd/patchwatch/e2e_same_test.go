package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/pubinbox/inboxtest"
	"patchwatch/ingest"
)

// comparedThread are the mails of a public list about one manual page, which came in ten versions.
var comparedThread = regexp.MustCompile(`(?m)^Subject: .*pathname\.7`)

const comparedFirst = "20250117235936.146714-1-jason@jasonyundt.email" // of the sixth version

// comparedQueries are in the forms that b4 and lei ask.
var comparedQueries = []string{
	`s:"pathname.7"`, `f:alx@kernel.org`, `s:"man/man7/pathname.7: Add file documenting format of pathnames"`,
	`(s:"man/man7/pathname.7: Add file documenting format of pathnames" AND f:"jason@jasonyundt.email")`,
	`((s:"man/man7/pathname.7: Add file documenting format of pathnames" AND f:"jason@jasonyundt.email") AND d:20250118..)`,
	`(s:"pathname.7" AND d:..20250118)`, `f:jason AND dt:20250117000000..20250118235959`, `dfn:man/man7/pathname.7`,
	`mid:` + comparedFirst, `nq:"opaque"`, `"opaque C strings"`, `s:pathnames NOT f:alx`, `f:florian OR f:hirudin`,
	`bs:encoding`, `s:nothingofthesort`, `q:"NUL"`, `tc:linux-man`, `dfhh:pathname OR dfa:pathname`,
}

// TestEndToEndAsPublicInbox holds the archive against public-inbox's own server, which has the same inbox.
func TestEndToEndAsPublicInbox(t *testing.T) {
	list := filepath.Join(corpus, "linux-man.tar.gz")
	if _, err := os.Stat(list); err != nil && os.Getenv("PATCHWATCH_E2E") != "" {
		t.Skipf("the mail corpus isn't beside this checkout: %v", err)
	}
	a := newArchiveClient(t)
	t.Cleanup(func() { a.client("lei", "daemon-kill") })
	var steps []inboxtest.Step
	for _, raw := range archived(t, list) {
		if comparedThread.Match(raw) {
			steps = append(steps, inboxtest.Step{Came: string(raw), At: received(raw, time.Unix(1, 0))})
		}
	}
	if len(steps) < 40 {
		t.Fatalf("only %d mails are about the page", len(steps))
	}
	theirs := a.publicInbox(steps)
	a.run("--db", "same.db", "project", "add", "linux-man", "--list-id", "linux-man.vger.kernel.org")
	a.run("--db", "same.db", "import", "inbox")
	a.run("--db", "same.db", "search", "pathname")
	_, ours := a.serve("--quiet", "--db", "same.db")
	ours += "/linux-man/"

	found := map[string]int{}
	for _, q := range comparedQueries {
		for _, threads := range []string{"", "&t=1"} {
			query := "?x=m" + threads + "&q=" + url.QueryEscape(q)
			mails := a.posted(theirs + query)
			a.sameMails(query, mails, a.posted(ours+query))
			found[q+threads] = len(mails)
		}
	}
	t.Logf("public-inbox finds %v", found)
	for _, s := range steps {
		id := mailID.FindStringSubmatch(s.Came)
		if id == nil {
			continue
		}
		for _, path := range []string{"raw", "t.mbox.gz"} {
			path = url.PathEscape(id[1]) + "/" + path
			a.sameMails(path, a.got(theirs+path), a.got(ours+path))
		}
	}
	for name, b4 := range b4s(t) {
		a.sameByB4(name, b4, theirs, ours)
	}
	a.sameByLei(theirs, ours)
}

// publicInbox has public-inbox serve an inbox with mails, and gives the URL of its list.
func (a *archiveClient) publicInbox(steps []inboxtest.Step) string {
	a.t.Helper()
	port := freePort(a.t)
	at := "http://" + address(port) + "/"
	run := func(args ...string) {
		a.t.Helper()
		if out, err := a.client(args...); err != nil {
			a.t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	run("git", "config", "--global", "user.name", "A")
	run("git", "config", "--global", "user.email", "me@example.org")
	inbox := a.path("inbox")
	run("public-inbox-init", "-V2", "-L", "full", "linux-man", inbox, at+"linux-man", "linux-man@vger.kernel.org")
	inboxtest.Second(a.t, filepath.Join(inbox, "git", "0.git"), steps...)
	run("public-inbox-index", inbox)
	c := exec.Command("public-inbox-httpd", "-W0", "-l", at)
	c.Env = append(os.Environ(), "HOME="+a.home)
	a.startCommand(c)
	for end := time.Now().Add(longEnough); ; time.Sleep(50 * time.Millisecond) {
		if r, err := http.Get(at + "linux-man/"); err == nil {
			r.Body.Close()
			return at + "linux-man/"
		} else if time.Now().After(end) {
			a.t.Fatal(err)
		}
	}
}

// posted gives the mails that a search is answered with, in any order.
func (a *archiveClient) posted(at string) []string {
	a.t.Helper()
	r, err := http.Post(at, "application/x-www-form-urlencoded", nil)
	return a.mailsOf(at, r, err)
}

func (a *archiveClient) got(at string) []string {
	a.t.Helper()
	r, err := http.Get(at)
	return a.mailsOf(at, r, err)
}

func (a *archiveClient) mailsOf(at string, r *http.Response, err error) []string {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err == nil && bytes.HasPrefix(body, []byte("\x1f\x8b")) {
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(body)); err == nil {
			body, err = io.ReadAll(z)
		}
	}
	if err != nil {
		a.t.Fatalf("%s: %v", at, err)
	}
	if r.StatusCode != http.StatusOK {
		return []string{r.Status}
	}
	return comparable(body)
}

// comparable names each mail of an mbox by its Message-ID and its body: archives add lines to headers.
func comparable(mbox []byte) (all []string) {
	for m := ingest.NewMbox(bytes.NewReader(mbox)); ; {
		raw, _, err := m.Next()
		if err != nil {
			sort.Strings(all)
			return all
		}
		_, body, _ := bytes.Cut(raw, []byte("\n\n"))
		id := mailID.FindSubmatch(raw)
		all = append(all, fmt.Sprintf("%s %x", id, body))
	}
}

func (a *archiveClient) sameMails(what string, theirs, ours []string) {
	a.t.Helper()
	if slices.Equal(theirs, ours) {
		return
	}
	names := func(all []string) (out []string) {
		for _, m := range all {
			out = append(out, m[:min(len(m), 100)])
		}
		return out
	}
	a.t.Errorf("%s: public-inbox has %d mails\n%q\npatchwatch %d\n%q", what, len(theirs), names(theirs), len(ours),
		names(ours))
}

// sameByB4 has b4 ask both for a series, its newest version and the whole thread: it makes the same files of them.
func (a *archiveClient) sameByB4(name, b4, theirs, ours string) {
	a.t.Helper()
	for _, command := range [][]string{{"am", "-C"}, {"am", "-C", "-c"}, {"mbox", "-C"}, {"mbox", "-C", "-c"}} {
		var made [2]string
		for i, at := range []string{theirs, ours} {
			dir := a.t.TempDir()
			for key, value := range map[string]string{"b4.midmask": at + "%s", "b4.linkmask": "http://x/%s",
				"b4.searchmask": at + "?x=m&t=1&q=%s", "user.name": "A", "user.email": "me@example.org"} {
				git(a.t, a.list.dir, "", "config", key, value)
			}
			args := append([]string{b4, "--no-stdin"}, command...)
			a.says(a.t, "", append(args, "-o", dir, comparedFirst)...)
			made[i] = onlyFile(a.t, dir, "*.mbx")
		}
		if command[0] == "am" && made[0] != made[1] {
			a.t.Errorf("%s %v: from public-inbox\n%s\nfrom patchwatch\n%s", name, command, clip(made[0]), clip(made[1]))
		}
		a.sameMails(fmt.Sprint(name, command), comparable([]byte(made[0])), comparable([]byte(made[1])))
	}
}

func (a *archiveClient) sameByLei(theirs, ours string) {
	a.t.Helper()
	for _, args := range [][]string{{"s:pathname.7"}, {"-t", "f:hirudin"}, {"mid:" + comparedFirst}} {
		var found [2][]string
		for i, at := range []string{theirs, ours} {
			out := filepath.Join(a.t.TempDir(), "found")
			all := append([]string{"lei", "q", "--no-save", "--no-import-remote", "-q", "-o", "mboxrd:" + out, "--only", at},
				args...)
			a.says(a.t, "", all...)
			text, err := os.ReadFile(out)
			if err != nil {
				a.t.Error(err)
			}
			found[i] = comparable(text)
		}
		a.sameMails("lei q "+strings.Join(args, " "), found[0], found[1])
	}
}
