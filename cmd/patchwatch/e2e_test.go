package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/view"
)

const (
	virtualAddress = "netdev@mail.example.org" // in docs/deploy.md
	localAddress   = "netdev@host.example.org" // at the machine's own name
	connections    = 8
)

// TestEndToEndPostfixVirtual: Postfix writes into the Maildir by itself.
func TestEndToEndPostfixVirtual(t *testing.T) {
	m := newMailHost(t)
	m.apply("Postfix, into a Maildir")
	m.postfix()
	m.seriesArrives(virtualAddress)
	m.queueKeepsMail(virtualAddress)
}

// TestEndToEndPostfixAlias: Postfix gives each mail to patchwatch deliver.
func TestEndToEndPostfixAlias(t *testing.T) {
	m := newMailHost(t)
	m.apply("Postfix, through a pipe")
	m.postfix()
	m.seriesArrives(localAddress)
	m.queueKeepsMail(localAddress)
}

// TestEndToEndDovecotLMTP: Postfix gives the mail to Dovecot, which writes into the Maildir.
func TestEndToEndDovecotLMTP(t *testing.T) {
	m := newMailHost(t)
	m.apply("Postfix, into a Maildir")
	m.shell("cp -r /etc/dovecot " + m.root + "/etc/dovecot") // the package's, which the page adds to
	m.apply("Dovecot, by LMTP")
	m.postfix()
	m.dovecot("lmtp", "/etc/dovecot/dovecot.conf", "/etc/dovecot/local.conf")
	m.seriesArrives(virtualAddress)
	m.queueKeepsMail(virtualAddress)
}

// TestEndToEndMaildrop: mail to the user goes through a filter that sorts by list.
func TestEndToEndMaildrop(t *testing.T) {
	m := newMailHost(t)
	m.apply("maildrop: one address for many lists")
	m.postfix()
	m.seriesArrives(m.user + "@host.example.org")
	m.queueKeepsMail(m.user + "@host.example.org")

	// of a list whose Maildir is not there
	m.deferred(m.user+"@host.example.org", []byte(patchMail("elsewhere@example.org")))
	m.shell("install -d -m 700 -o " + m.user + " " + m.path("other"))
	m.mustAsk("watch", "--once", "other")
	m.shell("postqueue -f")
	m.waits("the mail is not in the Maildir of other lists", func() bool { return len(m.list("other", "new")) == 1 })
}

// TestEndToEndMbsync: the mails are in an IMAP mailbox, and a part of them comes there later.
func TestEndToEndMbsync(t *testing.T) {
	m := newMailHost(t)
	port := freePort(t)
	m.apply("From an IMAP mailbox")
	m.imapMailbox(port)
	s := newSender(t)
	m.fill("far", [][]byte{s.reply()})
	m.mbsync()
	m.shown(s.replyID())
	m.fill("far", s.mails)
	m.mbsync()
	m.mbsync()
	m.seriesIsThere(s)
	m.isClean(len(s.mails) + 1)
	m.seenMailIsFound()
}

// seenMailIsFound: what somebody has read in the mailbox goes past the watcher, check says so, and its advice helps.
func (m *mailHost) seenMailIsFound() {
	m.t.Helper()
	m.fill("far", [][]byte{[]byte(patchMail("seen@example.org"))})
	name := m.list("far", "new")[0]
	move(m.t, m.path("far", "new", name), m.path("far", "cur", name+":2,S"))
	m.mbsync()
	seen, err := filepath.Glob(m.path("netdev", "cur", "*:2,S"))
	if err != nil || len(seen) != 1 {
		m.t.Fatalf("mail with the flag of being seen: %q", seen)
	}
	if out, err := m.ask("check"); err == nil || !strings.Contains(out, seen[0]+" is not stored") {
		m.t.Errorf("check says %s", out)
	}
	move(m.t, seen[0], m.path("netdev", "new", strings.TrimSuffix(filepath.Base(seen[0]), ":2,S")))
	m.shown("<seen@example.org>")
}

// TestEndToEndTenThousand: as many mails as a busy list has in a month, as fast as they can be sent.
func TestEndToEndTenThousand(t *testing.T) {
	const n = 10_000
	m := newMailHost(t)
	m.apply("Postfix, into a Maildir")
	m.postfix()
	g := &mailMaker{r: rand.New(rand.NewPCG(1, 2))}
	for len(g.out) < n {
		g.thread()
	}
	start := time.Now()
	m.sendAll(virtualAddress, g.out[:n])
	sent := time.Since(start)
	m.waits("mail is missing in cur", func() bool { return len(m.list("netdev", "cur")) == n })
	t.Logf("%d mails sent in %v, all stored after %v", n, sent.Round(time.Second), time.Since(start).Round(time.Second))
	m.isClean(n)
	m.storedOnce(n)
}

// sendAll sends mails by SMTP over connections at once, each of which carries many.
func (m *mailHost) sendAll(to string, mails [][]byte) {
	m.t.Helper()
	next := make(chan []byte)
	errs := make(chan error, connections)
	for range connections {
		go func() { errs <- m.sendEach(to, next) }()
	}
	var err error
	for _, raw := range mails {
		select {
		case next <- raw:
			continue
		case err = <-errs: // before its time
		}
		m.t.Fatal(err)
	}
	close(next)
	for range connections {
		if err := <-errs; err != nil {
			m.t.Fatal(err)
		}
	}
}

func (m *mailHost) sendEach(to string, mails <-chan []byte) error {
	c, err := smtp.Dial(address(m.smtp))
	if err != nil {
		return err
	}
	defer c.Close()
	for raw := range mails {
		if err := sendOne(c, to, raw); err != nil {
			return err
		}
	}
	return c.Quit()
}

func sendOne(c *smtp.Client, to string, raw []byte) error {
	if err := c.Mail("sender@example.org"); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	return w.Close()
}

// storedOnce: so many mails are in the dump, under as many Message-IDs, and none came in two variants.
func (m *mailHost) storedOnce(want int) {
	m.t.Helper()
	ids := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(m.mustAsk("dump")), "\n") {
		var r struct {
			Type, MsgID string
			Variants    int
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			m.t.Fatal(err)
		}
		if r.Type != "mail" {
			continue
		}
		if ids[r.MsgID] || r.Variants > 0 {
			m.t.Errorf("%s is stored more than once", r.MsgID)
		}
		ids[r.MsgID] = true
	}
	if len(ids) != want {
		m.t.Errorf("%d mails are stored, want %d", len(ids), want)
	}
}

// sender is a developer with a series to send.
type sender struct {
	t     *testing.T
	repo  string
	files []string // the cover letter, then the patches
	mails [][]byte // what is in them, without git's first line
}

const seriesLength = 8

// newSender makes a repository whose tag base is where the maintainer is, and writes what came after as patch files.
func newSender(t *testing.T) *sender {
	t.Helper()
	s := &sender{t: t, repo: filepath.Join(t.TempDir(), "repo")}
	s.write("frob.c", strings.Repeat("a line of the file\n", 20))
	git(t, s.repo, "", "init", "-q")
	s.commitAll("base")
	git(t, s.repo, "", "tag", "base")
	for i := range seriesLength {
		s.write("frob.c", fmt.Sprintf("line %d, größer\n", i)+strings.Repeat("a line of the file\n", 20-i))
		s.write(fmt.Sprintf("new%d.c", i), "From here on\n.\n..a dot that SMTP doubles\n\n")
		s.commitAll(fmt.Sprintf("frob: turn %d times", i))
	}
	git(t, s.repo, "", "format-patch", "-q", "--cover-letter", "--thread",
		"--add-header=List-Id: <netdev.vger.kernel.org>", "-o", "out", "base")
	s.readFiles()
	return s
}

func (s *sender) write(name, text string) {
	s.t.Helper()
	if err := os.MkdirAll(s.repo, 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.repo, name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sender) commitAll(message string) {
	s.t.Helper()
	git(s.t, s.repo, "", "add", ".")
	git(s.t, s.repo, "", "commit", "-q", "-m", message)
}

func (s *sender) readFiles() {
	s.t.Helper()
	s.files, _ = filepath.Glob(filepath.Join(s.repo, "out", "*.patch"))
	if len(s.files) != seriesLength+1 {
		s.t.Fatalf("git made %q", s.files)
	}
	for _, f := range s.files {
		text, err := os.ReadFile(f)
		if err != nil {
			s.t.Fatal(err)
		}
		text = bytes.ReplaceAll(text, []byte("*** SUBJECT HERE ***"), []byte("frob: turn more often"))
		text = bytes.ReplaceAll(text, []byte("*** BLURB HERE ***"), []byte("Since more is more."))
		if err := os.WriteFile(f, text, 0o644); err != nil {
			s.t.Fatal(err)
		}
		_, mail, _ := bytes.Cut(text, []byte("\n"))
		s.mails = append(s.mails, mail)
	}
}

// send sends the files by git send-email, a process for each and so many at once, so that they come in an order of
// chance.
func (s *sender) send(m *mailHost, to string) {
	s.t.Helper()
	var wg sync.WaitGroup
	slots := make(chan struct{}, connections)
	for _, i := range rand.Perm(len(s.files)) {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			c := exec.Command("git", "send-email", "--quiet", "--confirm=never", "--suppress-cc=all", "--no-validate",
				"--8bit-encoding=UTF-8", "--from=Ada <ada@example.org>",
				"--to="+to, "--smtp-server=127.0.0.1", fmt.Sprintf("--smtp-server-port=%d", m.smtp),
				"--smtp-domain=sender.example.org", s.files[i])
			c.Dir = s.repo
			c.Env = append(os.Environ(), "HOME=/no-home", "GIT_CONFIG_NOSYSTEM=1")
			if out, err := c.CombinedOutput(); err != nil {
				s.t.Errorf("git send-email: %v\n%s", err, out)
			}
		})
	}
	wg.Wait()
}

func (s *sender) patchID() string { return string(idPattern.Find(idField.Find(s.mails[3]))) }
func (s *sender) replyID() string { return "<reply.to.three@example.org>" }

// reply answers a patch of the series.
func (s *sender) reply() []byte {
	return fmt.Appendf(nil, "From: Bo <bo@example.org>\nSubject: Re: [PATCH 3/8] frob: turn 2 times\nDate: %s\n"+
		"Message-ID: %s\nIn-Reply-To: %s\nReferences: %[3]s\n"+
		"List-Id: <netdev.vger.kernel.org>\n\nWhy twice?\n", time.Now().Format(time.RFC1123Z), s.replyID(), s.patchID())
}

// seriesArrives sends a reply before its patch, and then the series, and looks at what the maintainer gets.
func (m *mailHost) seriesArrives(to string) {
	m.t.Helper()
	s := newSender(m.t)
	m.sendAll(to, [][]byte{s.reply()})
	if kind := m.shown(s.replyID()).Kind; kind == "comment" {
		m.t.Errorf("a reply is a comment before its patch is there")
	}
	s.send(m, to)
	m.seriesIsThere(s)
	m.isClean(len(s.mails) + 1)
}

// seriesIsThere: the series is complete, applied it makes the sender's tree, and the reply is a comment of its patch.
func (m *mailHost) seriesIsThere(s *sender) {
	m.t.Helper()
	var all []view.Series
	m.waits("the series is not complete", func() bool {
		err := json.Unmarshal([]byte(m.mustAsk("series", "--json")), &all)
		return err == nil && len(all) == 1 && all[0].Complete && all[0].Cover != ""
	})
	clone := filepath.Join(m.t.TempDir(), "clone")
	git(m.t, s.repo, "", "clone", "-q", s.repo, clone)
	git(m.t, clone, "", "checkout", "-q", "base")
	git(m.t, clone, m.mustAsk("mbox", all[0].ID), "am", "-q")
	if got, want := git(m.t, clone, "", "rev-parse", "HEAD^{tree}"),
		git(m.t, s.repo, "", "rev-parse", "HEAD^{tree}"); got != want {
		m.t.Errorf("the tree is %s, the sender's %s", got, want)
	}
	if r := m.shown(s.replyID()); r.Kind != "comment" || r.Parent != s.patchID() {
		m.t.Errorf("the reply is a %s of %q, want a comment of %s", r.Kind, r.Parent, s.patchID())
	}
	if c := m.shown(s.patchID()).Comments; len(c) != 1 || c[0].MsgID != s.replyID() {
		m.t.Errorf("the patch has the comments %+v", c)
	}
}

// queueKeepsMail: while nobody can write into the Maildir, mail stays in Postfix's queue, and comes when it is mended.
func (m *mailHost) queueKeepsMail(to string) {
	m.t.Helper()
	if err := os.Chmod(m.path("netdev"), 0); err != nil {
		m.t.Fatal(err)
	}
	id := "<while.closed@example.org>"
	m.deferred(to, []byte(strings.ReplaceAll(patchMail(strings.Trim(id, "<>")), "soon.example.org",
		"netdev.vger.kernel.org")))
	if err := os.Chmod(m.path("netdev"), 0o700); err != nil {
		m.t.Fatal(err)
	}
	m.shell("postqueue -f")
	m.shown(id)
	m.waits("the queue is not empty", func() bool { return m.shell("postqueue -j") == "" })
}

// deferred sends a mail, which then waits in Postfix's queue.
func (m *mailHost) deferred(to string, raw []byte) {
	m.t.Helper()
	m.sendAll(to, [][]byte{raw})
	m.waits("the mail is not deferred", func() bool {
		return strings.Contains(m.shell("postqueue -j"), `"queue_name": "deferred"`)
	})
}

// imapMailbox runs the server of which the page says that it is somebody else's.
func (m *mailHost) imapMailbox(port int) {
	m.t.Helper()
	m.save("/var/lib/patches/imap-password", "secret\n")
	file := "/etc/imap/dovecot.conf"
	m.save(file, fmt.Sprintf(`service imap-login {
  inet_listener imap {
    port = %d
  }
  inet_listener imaps {
    port = 0
  }
}
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=%[2]s gid=%[2]s home=%[3]s
}
mail_location = maildir:%[3]s/far
first_valid_uid = 100
`, port, m.user, m.dir))
	m.dovecot("imap", file, file)
	m.waitForPort(port)
	path := m.path(".mbsyncrc")
	text, err := os.ReadFile(path)
	if err != nil {
		m.t.Fatal(err)
	}
	config := strings.NewReplacer("imap.example.org", "127.0.0.1", "SSLType IMAPS",
		fmt.Sprintf("SSLType None\nPort %d", port)).Replace(string(text))
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// fill puts mails into a Maildir of the user's.
func (m *mailHost) fill(dir string, mails [][]byte) {
	m.t.Helper()
	if err := writeMaildir(m.path(dir), nil); err != nil {
		m.t.Fatal(err)
	}
	for _, raw := range mails {
		m.filled++
		if err := deliverOne(m.path(dir), sampleMail{raw: raw, delivered: time.Now()}, m.filled); err != nil {
			m.t.Fatal(err)
		}
	}
	m.shell("chown -R " + m.user + ": " + m.path(dir))
}

func (m *mailHost) mbsync() {
	m.t.Helper()
	p := m.daemon(m.credential, "mbsync", "-c", m.path(".mbsyncrc"), "netdev")
	p.waitExit(0)
}
