package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// archiveList is a list of generated mail: two versions of a series, what is said about them, and other talk.
type archiveList struct {
	dir     string // a repository with the patches' base, and branches v1 and v2
	sent    time.Time
	mails   []string
	v1, v2  []string // Message-IDs, the cover's first
	said    []string // of replies to v1, then to v2
	distant string   // of a mail that no series has to do with
}

const archiveChangeID = "20261101-frob-length-0a1b2c3d4e5f"

func newArchiveList(t *testing.T) *archiveList {
	t.Helper()
	l := &archiveList{dir: newRepository(t, "frob"), sent: time.Now().UTC().Add(-72 * time.Hour).Truncate(time.Second)}
	git(t, l.dir, "", "branch", "-M", "main")
	git(t, l.dir, "", "tag", "base")
	commit := func(file, text, subject string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(l.dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		git(t, l.dir, "", "add", file)
		git(t, l.dir, "", "commit", "-q", "-m", subject+"\n\nIt says why.\n\nSigned-off-by: A <a@example.org>")
	}
	for version, length := range []string{"int", "size_t"} {
		git(t, l.dir, "", "checkout", "-q", "-b", fmt.Sprintf("v%d", version+1), "base")
		commit("count.c", "/* how many frobs there are */\nint frobs;\n", "frob: count frobs")
		commit("length.c", "/* their length */\n\n#include \"frob.h\"\n\n"+length+" frob_length;\n\nint longest;\nint shortest;\n", "frob: say how long they are")
		git(t, l.dir, "", "checkout", "-q", "main")
	}
	l.v1 = l.series(t, 1)
	l.said = append(l.said, l.mail("[PATCH 1/2] frob: count frobs", "Rhea <rhea@example.net>", l.v1[1],
		"> int frobs;\n\nReviewed-by: Rhea <rhea@example.net>\n"))
	l.said = append(l.said, l.mail("[PATCH 0/2] frob: lengths", "Tim <tim@example.net>", l.v1[0],
		"Nice, but not an int.\n"))
	l.distant = l.mail("what is a frob", "Tim <tim@example.net>", "", "Does anybody know?\n")
	l.v2 = l.series(t, 2)
	l.said = append(l.said, l.mail("[PATCH v2 2/2] frob: say how long they are", "Tim <tim@example.net>", l.v2[2],
		"Tested-by: Tim <tim@example.net>\n"))
	return l
}

// series sends a version with a cover that has b4's change-id.
func (l *archiveList) series(t *testing.T, version int) []string {
	t.Helper()
	prefix := "PATCH"
	if version > 1 {
		prefix += fmt.Sprintf(" v%d", version)
	}
	ids := []string{l.mail("["+prefix+" 0/2] frob: lengths", "A <a@example.org>", "",
		"Frobs have lengths.\n\n---\nbase-commit: "+strings.TrimSpace(git(t, l.dir, "", "rev-parse", "base"))+
			"\nchange-id: "+archiveChangeID+"\n\n-- \nA <a@example.org>\n")}
	for i := range 2 {
		commit := fmt.Sprintf("v%d~%d", version, 1-i)
		_, text, _ := strings.Cut(git(t, l.dir, "", "format-patch", "-1", "--stdout", commit), "\n\n")
		subject := strings.TrimSpace(git(t, l.dir, "", "log", "-1", "--format=%s", commit))
		ids = append(ids, l.mail(fmt.Sprintf("[%s %d/2] %s", prefix, i+1, subject), "A <a@example.org>", ids[0], text))
	}
	return ids
}

// mail sends one, and gives its Message-ID.
func (l *archiveList) mail(subject, from, to, text string) string {
	l.sent = l.sent.Add(time.Minute)
	id := fmt.Sprintf("a+%d/%%b@example.org", len(l.mails)) // what a URL must escape
	var b strings.Builder
	fmt.Fprintf(&b, "Received: from a by b; %s\nFrom: %s\nTo: frob-devel@lists.example.org\n",
		l.sent.Format(time.RFC1123Z), from)
	if to != "" {
		fmt.Fprintf(&b, "In-Reply-To: <%s>\nReferences: <%s>\n", to, to)
		if !strings.Contains(text, "\n---\n") {
			subject = "Re: " + subject
		}
	}
	fmt.Fprintf(&b, "Subject: %s\nDate: %s\nMessage-ID: <%s>\nList-Id: <frob-devel.lists.example.org>\n\n%s", subject,
		l.sent.Format(time.RFC1123Z), id, text)
	l.mails = append(l.mails, b.String())
	return id
}

// archiveClient is a server with the list, and a client with a home of its own.
type archiveClient struct {
	*workplace
	list *archiveList
	url  string
	home string
}

func newArchiveClient(t *testing.T) *archiveClient {
	t.Helper()
	if os.Getenv("PATCHWATCH_E2E") == "" {
		t.Skip("it runs b4, lei and public-inbox: make e2e")
	}
	a := &archiveClient{workplace: newWorkplace(t), list: newArchiveList(t), home: shortFolder(t)}
	a.run("project", "add", "frob", "--list-id", "frob-devel.lists.example.org")
	a.deliverAll(a.list.mails)
	a.run("search", "frob") // makes the index
	_, a.url = a.workplace.serve("--quiet")
	return a
}

// shortFolder is for what has sockets, whose paths must be short.
func shortFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pw-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func (a *archiveClient) deliverAll(mails []string) {
	a.t.Helper()
	dir := fmt.Sprintf("mails-%d", time.Now().UnixNano())
	if err := os.MkdirAll(a.path(dir), 0o700); err != nil {
		a.t.Fatal(err)
	}
	for i, m := range mails {
		if err := os.WriteFile(a.path(dir, fmt.Sprintf("%d.eml", i)), []byte(m), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	if said := a.run("import", dir); !strings.Contains(said, fmt.Sprintf("%d stored", len(mails))) {
		a.t.Fatal(said)
	}
}

// client runs a program in the list's repository.
func (a *archiveClient) client(args ...string) (string, error) {
	c := exec.Command("timeout", append([]string{"240"}, args...)...)
	c.Dir = a.list.dir
	c.Env = append(os.Environ(), "HOME="+a.home, "XDG_RUNTIME_DIR="+a.home, "XDG_DATA_HOME=", "XDG_CACHE_HOME=",
		"XDG_CONFIG_HOME=",
		"PYTHONWARNINGS=ignore", "GIT_CONFIG_NOSYSTEM=1", "GIT_PAGER=cat", "PAGER=cat", "LC_ALL=C.UTF-8",
		"NO_PROXY=127.0.0.1",
		"no_proxy=127.0.0.1")
	out, err := c.CombinedOutput()
	return string(out), err
}

func (a *archiveClient) says(t *testing.T, want string, args ...string) string {
	t.Helper()
	out, err := a.client(args...)
	if err != nil || !strings.Contains(out, want) {
		t.Errorf("%s: %v, want %q in\n%s", strings.Join(args, " "), err, want, clip(out))
	}
	return out
}

// b4s are the b4 of Debian and one of a checkout, where PATCHWATCH_B4 names its b4.sh.
func b4s(t *testing.T) map[string]string {
	all := map[string]string{"installed": "b4"}
	if newer := os.Getenv("PATCHWATCH_B4"); newer != "" {
		all["checkout"] = newer
	} else {
		t.Log("only the installed b4 is run: PATCHWATCH_B4 names no other, such as the b4.sh of a checkout")
	}
	return all
}

// TestEndToEndB4: b4 takes threads, series and newer versions from patchwatch serve, as it does from lore.
func TestEndToEndB4(t *testing.T) {
	a := newArchiveClient(t)
	git(t, a.list.dir, "", "config", "user.name", "A")
	git(t, a.list.dir, "", "config", "user.email", "me@example.org")
	for name, b4 := range b4s(t) {
		for _, below := range []string{"/frob", "/inbox/frob", "/all"} {
			t.Run(name+below, func(t *testing.T) { a.b4(t, b4, a.url+below) })
		}
	}
}

func (a *archiveClient) b4(t *testing.T, b4, base string) {
	for name, value := range map[string]string{"b4.midmask": base + "/%s", "b4.linkmask": base + "/%s",
		"b4.searchmask": base + "/?x=m&t=1&q=%s"} {
		git(t, a.list.dir, "", "config", name, value)
	}
	l, made := a.list, func() string { return t.TempDir() }
	thread := append([]string{l.said[0], l.said[1]}, l.v1...)

	out := made()
	a.says(t, "", b4, "--no-stdin", "mbox", "-C", "-o", out, l.v1[1])
	wantMails(t, out, thread...)
	out = made()
	a.says(t, "", b4, "--no-stdin", "am", "-C", "-o", out, l.v1[1])
	a.applied(t, out, "v1", "Reviewed-by: Rhea")
	out = made()
	a.says(t, "v2", b4, "--no-stdin", "am", "-C", "-c", "-o", out, l.v1[1])
	a.applied(t, out, "v2", "Tested-by: Tim")
	out = made()
	a.says(t, "", b4, "--no-stdin", "mbox", "-C", "-c", "-o", out, l.v1[1])
	wantMails(t, out, append(thread, append(l.v2, l.said[2])...)...)

	a.says(t, "+size_t frob_length;", b4, "--no-stdin", "diff", "-C", l.v2[0])
	a.trailers(t, b4)
	if out, err := a.client(b4, "--no-stdin", "am", "-C", "-o", made(), "nobody@example.org"); err == nil {
		t.Errorf("of a mail that nobody sent:\n%s", out)
	}
}

var mailID = regexp.MustCompile(`(?mi)^Message-ID: <(.*)>$`)

// wantMails wants the mails of these Message-IDs in the one mbox of a folder.
func wantMails(t *testing.T, dir string, want ...string) {
	t.Helper()
	var got []string
	for _, m := range mailID.FindAllStringSubmatch(onlyFile(t, dir, "*.mbx"), -1) {
		got = append(got, m[1])
	}
	slices.Sort(got)
	want = slices.Clone(want)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got the mails %q, want %q", got, want)
	}
}

func onlyFile(t *testing.T, dir, pattern string) string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, pattern))
	if len(files) != 1 {
		t.Errorf("%d files %s in %s, want one", len(files), pattern, dir)
		return ""
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// applied wants that git am makes of what b4 wrote the tree of a branch, and a trailer in a message.
func (a *archiveClient) applied(t *testing.T, dir, branch, trailer string) {
	t.Helper()
	git(t, a.list.dir, "", "checkout", "-q", "--detach", "base")
	git(t, a.list.dir, onlyFile(t, dir, "*.mbx"), "am", "-q")
	tree := func(of string) string { return git(t, a.list.dir, "", "rev-parse", of+"^{tree}") }
	if tree("HEAD") != tree(branch) {
		t.Errorf("the patches do not make what %s has", branch)
	}
	if log := git(t, a.list.dir, "", "log", "base..HEAD"); !strings.Contains(log, trailer) {
		t.Errorf("%s is not in\n%s", trailer, log)
	}
}

// trailers has somebody's branch take what reviewers gave.
func (a *archiveClient) trailers(t *testing.T, b4 string) {
	t.Helper()
	git(t, a.list.dir, "", "checkout", "-q", "-B", "mine", "base")
	a.says(t, "", "git", "cherry-pick", "base..v2") // b4 looks for commits whose committer is who runs it
	out, err := a.client(b4, "--no-stdin", "trailers", "-C", "-u", "-F", a.list.v2[0])
	if strings.Contains(out, "No module named") {
		t.Logf("b4 trailers is not run: %s", out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:])
		return
	}
	if log := git(t, a.list.dir, "", "log", "-1", "mine"); err != nil || !strings.Contains(log, "Tested-by: Tim") {
		t.Errorf("%v\n%s", err, out)
		t.Errorf("it is not in\n%s", log)
	}
	git(t, a.list.dir, "", "checkout", "-q", "main")
}

// TestEndToEndLei: lei finds mails by patchwatch's search, and later those that have come since.
func TestEndToEndLei(t *testing.T) {
	a := newArchiveClient(t)
	t.Cleanup(func() { a.client("lei", "daemon-kill") })
	l := a.list
	for _, below := range []string{"/frob/", "/all/"} {
		out := a.path("lei" + strings.ReplaceAll(below, "/", "-"))
		a.says(t, "", "lei", "q", "--no-color", "-q", "-o", "mboxrd:"+out, "--only", a.url+below, "s:lengths")
		a.wantInFile(out, l.v1[0], l.said[1], l.v2[0])
		a.says(t, "", "lei", "q", "--no-save", "-q", "-t", "-o", "mboxrd:"+out+"t", "--only", a.url+below, "s:lengths",
			"f:tim")
		a.wantInFile(out+"t", append([]string{l.said[0], l.said[1]}, l.v1...)...)
		a.says(t, "", "lei", "q", "--no-save", "-q", "-o", "mboxrd:"+out+"n", "--only", a.url+below, "s:nothingofthesort")
		a.wantInFile(out + "n")
		a.says(t, l.distant, "lei", "q", "--no-save", "-f", "json", "--only", a.url+below, "m:"+l.distant)
	}
	since := len(l.mails)
	l.sent = time.Now().UTC() // lei up asks for mails by their date
	late := l.mail("[PATCH v2 0/2] frob: lengths", "Rhea <rhea@example.net>", l.v2[0], "Applied, thanks.\n")
	a.deliverAll(l.mails[since:])
	a.awaitFound("m:" + late)
	for _, below := range []string{"/frob/", "/all/"} {
		out := a.path("lei" + strings.ReplaceAll(below, "/", "-"))
		a.says(t, "", "lei", "up", "-q", out)
		a.wantInFile(out, l.v1[0], l.said[1], l.v2[0], late)
	}
}

// awaitFound waits until the server, which keeps the index, has a mail in it: that takes a second at most.
func (a *archiveClient) awaitFound(query string) {
	a.t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if strings.TrimSpace(a.run("search", "--count", query)) == "1" {
			return
		}
	}
	a.t.Fatalf("%s is not found", query)
}

func (a *archiveClient) wantInFile(file string, want ...string) {
	a.t.Helper()
	text, err := os.ReadFile(file)
	if err != nil && len(want) > 0 {
		a.t.Error(err)
	}
	var got []string
	for _, m := range mailID.FindAllStringSubmatch(string(text), -1) {
		got = append(got, m[1])
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		a.t.Errorf("%s has %q, want %q", filepath.Base(file), got, want)
	}
}
