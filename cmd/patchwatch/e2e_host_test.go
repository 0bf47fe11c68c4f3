package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/view"
)

// mailHost is a machine's mail system in a folder: its own etc, queue and Maildirs, configured by docs/deploy.md, with
// servers that listen on the loopback only. It has a user of its own, since that is what the page is about.
type mailHost struct {
	*workplace // its folder is the user's home
	root       string
	user       string // of a name that no other run of the test on this machine has
	smtp       int
	page       string
	credential *syscall.Credential
	watcher    *process
	filled     int // mails that the test has put into a Maildir itself
}

func newMailHost(t *testing.T) *mailHost {
	t.Helper()
	if os.Getenv("PATCHWATCH_E2E") == "" {
		t.Skip("it runs mail servers, as root: make e2e")
	}
	if os.Getuid() != 0 {
		t.Fatal("mail servers are started by root")
	}
	text, err := os.ReadFile("../../docs/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	root := openFolder0755(t)
	m := &mailHost{workplace: workplaceIn(t, filepath.Join(root, "home")), root: root, smtp: freePort(t),
		page: string(text)}
	m.user = "pw-e2e-" + root[strings.LastIndex(root, "-")+1:]
	m.base()
	m.addUser()
	m.watch()
	return m
}

// base is what the page takes for granted: a Postfix that works. Nothing that it is given leaves the machine.
func (m *mailHost) base() {
	m.save("/etc/postfix/main.cf", strings.NewReplacer("ROOT", m.root).Replace(`
compatibility_level = 3.6
queue_directory = ROOT/spool
data_directory = ROOT/data
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = host.example.org
mydestination = host.example.org
alias_maps = hash:ROOT/etc/aliases
default_transport = error:no mail leaves this test
relay_transport = error:no mail leaves this test
`))
	m.save("/etc/aliases", "postmaster: root\n")
	m.save("/etc/postfix/master.cf", fmt.Sprintf("127.0.0.1:%d inet n - n - - smtpd\n", m.smtp)+postfixServices)
	for _, dir := range []string{"spool", "data"} {
		if err := os.Mkdir(filepath.Join(m.root, dir), 0o755); err != nil {
			m.t.Fatal(err)
		}
	}
	m.shell("chown postfix " + m.root + "/data && postalias hash:" + m.root + "/etc/aliases")
}

// The services of Postfix's own master.cf that take mail and deliver it here, none in a chroot.
const postfixServices = `
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`

func (m *mailHost) addUser() {
	m.t.Cleanup(func() { exec.Command("userdel", m.user).Run() })
	m.apply("A user and a Maildir")
	u, err := user.Lookup(m.user)
	if err != nil {
		m.t.Fatal(err)
	}
	m.credential = &syscall.Credential{Uid: number(u.Uid), Gid: number(u.Gid)}
}

func number(text string) uint32 {
	n, _ := strconv.ParseUint(text, 10, 32)
	return uint32(n)
}

// apply does what a section of the page says: a block that begins with the name of a file is written to it, or to its
// end, and one that begins with "# sh" is run.
func (m *mailHost) apply(heading string) {
	m.t.Helper()
	_, section, found := strings.Cut(m.page, "\n## "+heading+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	blocks := fenced.FindAllStringSubmatch(section, -1)
	if !found || len(blocks) == 0 {
		m.t.Fatalf("docs/deploy.md has no configuration under %q", heading)
	}
	for _, b := range blocks {
		first, rest, _ := strings.Cut(b[1], "\n")
		switch {
		case strings.HasPrefix(first, "# sh"):
			m.shell(m.here(rest))
		case first == "# /etc/postfix/main.cf":
			m.configurePostfix(m.here(rest))
		case strings.HasPrefix(first, "# /"):
			m.save(strings.TrimPrefix(first, "# "), m.here(b[1]))
		default:
			m.t.Fatalf("a block under %q says neither which file it is nor that it is to be run: %s", heading, first)
		}
	}
}

// configurePostfix replaces settings that main.cf has already, of which Postfix would complain.
func (m *mailHost) configurePostfix(settings string) {
	m.t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(settings), "\n") {
		m.shell("postconf -e '" + line + "'")
	}
}

var fenced = regexp.MustCompile("(?ms)^```\n(.*?)^```$")

// here replaces the page's folders and user by the test's.
func (m *mailHost) here(text string) string {
	return strings.NewReplacer(
		"/var/lib/patches", m.dir,
		"/usr/local/bin/patchwatch", filepath.Join(m.root, "patchwatch"),
		"/var/spool/postfix", filepath.Join(m.root, "spool"),
		"/run/patchwatch-web", filepath.Join(m.root, "run"),
		"/etc/", filepath.Join(m.root, "etc")+"/",
		"patches", m.user,
	).Replace(text)
}

// save adds to a file of the page's. What is in the user's home is the user's.
func (m *mailHost) save(name, text string) {
	m.t.Helper()
	path := m.here(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		m.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		m.t.Fatal(err)
	}
	if strings.HasPrefix(path, m.dir) {
		m.give(path, 0o600)
	}
}

func (m *mailHost) give(path string, mode os.FileMode) {
	m.t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		m.t.Fatal(err)
	}
	if err := os.Chown(path, int(m.credential.Uid), int(m.credential.Gid)); err != nil {
		m.t.Fatal(err)
	}
}

// shell runs commands of an administrator. Postfix's own find the configuration by the environment.
func (m *mailHost) shell(script string) string {
	m.t.Helper()
	c := exec.Command("sh", "-euc", script)
	c.Dir = m.root
	c.Env = append(os.Environ(), "MAIL_CONFIG="+m.root+"/etc/postfix")
	out, err := c.CombinedOutput()
	if err != nil {
		m.t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// daemon starts a server, which is told to end when the test does. If that is killed, testdata/e2e.sh sees to it.
func (m *mailHost) daemon(as *syscall.Credential, args ...string) *process {
	m.t.Helper()
	c := exec.Command(args[0], args[1:]...)
	c.Dir = m.root
	c.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	c.WaitDelay = time.Second // its children may hold its output for longer than it lives
	p := m.startCommand(c)
	m.t.Cleanup(func() {
		p.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.done:
		case <-time.After(10 * time.Second):
		}
		if m.t.Failed() {
			m.t.Logf("%s said:\n%s", c, lastOf(p.said.String()))
		}
	})
	return p
}

func lastOf(text string) string { return text[max(0, len(text)-4000):] }

func (m *mailHost) postfix() {
	m.t.Helper()
	config := filepath.Join(m.root, "etc/postfix")
	m.shell("postfix check")
	// Without the script that postfix(1) would stay beside it, so that a signal reaches it and not the script.
	master := filepath.Join(strings.TrimSpace(m.shell("postconf -h daemon_directory")), "master")
	m.daemon(nil, master, "-c", config, "-s").waitFor("daemon started")
	m.waitForPort(m.smtp)
}

// dovecot starts it for one protocol, with what keeps it apart from another at the end of a file of its configuration.
func (m *mailHost) dovecot(protocol, config, file string) {
	m.t.Helper()
	m.save(file, fmt.Sprintf("base_dir = %[1]s/dovecot\nstate_dir = %[1]s/dovecot-state\nlog_path = /dev/stderr\n"+
		"protocols = %[2]s\nssl = no\nlisten = 127.0.0.1\n", m.root, protocol))
	m.daemon(nil, "dovecot", "-F", "-c", m.here(config))
}

func (m *mailHost) waitForPort(port int) {
	m.t.Helper()
	m.waits("nothing listens", func() bool {
		c, err := net.Dial("tcp", address(port))
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

func address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", address(0))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// waits looks again and again, for as long as the machine may need.
func (m *mailHost) waits(otherwise string, until func() bool) {
	m.t.Helper()
	for end := time.Now().Add(longEnough); !until(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			m.t.Fatalf("after %v %s", longEnough, otherwise)
		}
	}
}

// watch starts the watcher of the page's service.
func (m *mailHost) watch() {
	m.t.Helper()
	m.watcher = m.daemon(m.credential, m.execStart("patchwatch.service")...)
	m.watcher.waitFor("msg=watching")
}

// execStart gives the command of a service of the page's, which the user must run.
func (m *mailHost) execStart(unit string) []string {
	m.t.Helper()
	service, err := os.ReadFile(m.here("/etc/systemd/system/" + unit))
	if err != nil {
		m.t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(service), "\nExecStart=")
	line, _, _ = strings.Cut(line, "\n")
	if !strings.Contains(string(service), "\nUser="+m.user+"\n") {
		m.t.Fatal("the service is not run by the user")
	}
	return strings.Fields(line)
}

// ask runs patchwatch as the user.
func (m *mailHost) ask(args ...string) (string, error) {
	c := exec.Command(filepath.Join(m.root, "patchwatch"),
		slices.Concat([]string{"--db", m.here("/var/lib/patches/patches.db")}, args)...)
	c.Dir = m.dir
	c.Env = append(os.Environ(), "TMPDIR="+m.dir)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: m.credential}
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		err = fmt.Errorf("patchwatch %s: %w\n%s%s", strings.Join(args, " "), err, clip(string(out)), clip(stderr.String()))
	}
	return string(out), err
}

func (m *mailHost) mustAsk(args ...string) string {
	m.t.Helper()
	out, err := m.ask(args...)
	if err != nil {
		m.t.Fatal(err)
	}
	return out
}

// shown is what show --json says of a mail, once it is there.
func (m *mailHost) shown(id string) (s view.Shown) {
	m.t.Helper()
	m.waits(id+" is not stored", func() bool {
		out, err := m.ask("show", "--json", id)
		return err == nil && json.Unmarshal([]byte(out), &s) == nil
	})
	return s
}

func (m *mailHost) isClean(mails int) {
	m.t.Helper()
	if got := len(m.list("netdev", "cur")); got != mails {
		m.t.Errorf("%d mails in cur, want %d", got, mails)
	}
	if failed := m.list("netdev", "failed"); len(failed) > 0 {
		m.t.Errorf("in failed: %q", failed)
	}
	if said := m.mustAsk("check"); !strings.Contains(said, "nothing is lost, nothing is wrong") {
		m.t.Error(said)
	}
}
