package browser

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	netmail "net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"patchwatch/db/postgres/pgtest"
)

// The names that the tests know. All users have the same password.
const (
	maintainer = "ada" // maintains the projects, and has sent some of the sample
	admin      = "root"
	password   = "correct horse"
)

// sample is a folder with a database that nobody writes to: each test takes a copy.
type sample struct {
	program string            // the binary
	dir     string            // with the Maildir, and with patches.db where that is a file
	db      string            // what the program calls the database
	cookies map[string]string // by user: what their session's cookie says
	welcome string            // the path of the link by which newcomer sets a password
	numbers map[string]int64  // by the names that URLs have in braces
	nasty   bool              // there is also other programs' test mail
}

var made struct {
	once   sync.Once
	sample *sample
	err    error
}

func theSample(t testing.TB) *sample {
	t.Helper()
	made.once.Do(func() { made.sample, made.err = makeSample(t) })
	if made.err != nil {
		t.Fatal(made.err)
	}
	return made.sample
}

// work is a folder that is removed in the end; empty: none was made.
var work string

// TestMain removes what the tests have made.
func TestMain(m *testing.M) {
	status := pgtest.Run(m)
	closeBrowser()
	_ = os.RemoveAll(work)
	os.Exit(status)
}

// makeSample fills a database with the sample mail and with hostile mail, and has people and programs work on it.
func makeSample(t testing.TB) (*sample, error) {
	s := &sample{cookies: map[string]string{}}
	var err error
	if s.program, err = buildProgram(); err != nil {
		return s, err
	}
	if work, err = os.MkdirTemp("", "patchwatch-browser-"); err != nil {
		return s, err
	}
	s.dir = work
	if s.db, err = sampleDatabase(t, s.dir); err != nil {
		return s, err
	}
	if err := s.deliverAll(); err != nil {
		return s, err
	}
	at, stop, err := serve(s.program, s.db, s.dir)
	if err != nil {
		return s, err
	}
	if err := s.logInAll(at); err != nil {
		return s, errors.Join(err, stop())
	}
	if s.numbers, err = numbersAt(at); err != nil {
		return s, errors.Join(err, stop())
	}
	return s, errors.Join(s.decide(), stop())
}

// buildProgram makes the program, or takes the one that PATCHWATCH_BINARY names.
func buildProgram() (string, error) {
	if made := os.Getenv("PATCHWATCH_BINARY"); made != "" {
		return filepath.Abs(made)
	}
	if said, err := exec.Command("make", "-s", "-C", "../..", "build").CombinedOutput(); err != nil {
		return "", fmt.Errorf("make build: %w: %s", err, said)
	}
	return filepath.Abs("../../bin/patchwatch")
}

// run runs a command of the program on the database, and gives what it prints.
func (s *sample) run(args ...string) (string, error) { return s.runOn("", args...) }

func (s *sample) runOn(stdin string, args ...string) (string, error) {
	c := exec.Command(s.program, append([]string{"--db", s.db}, args...)...)
	c.Env = environment(s.dir)
	c.Stdin = strings.NewReader(stdin)
	var said, problem bytes.Buffer
	c.Stdout, c.Stderr = &said, &problem
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("patchwatch %s: %w: %s", strings.Join(args, " "), err, &problem)
	}
	return strings.TrimSpace(said.String()), nil
}

// deliverAll has all mail taken in. The list gadget-users is tracked by no project.
func (s *sample) deliverAll() error {
	for _, p := range [][2]string{
		{"frob", "frob-devel.lists.example.org"}, {"widgets", "widgets.lists.example.net"},
		{"hostile", "hostile.lists.example.org"}, {"nasty", "nasty.lists.example.org"},
	} {
		if _, err := s.run("project", "add", p[0], "--list-id", p[1]); err != nil {
			return err
		}
	}
	var mails [][]byte
	for _, pattern := range []string{"../../testdata/sample/*.eml", "testdata/hostile/*.eml"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			return errors.Join(err, fmt.Errorf("there is no %s", pattern))
		}
		for _, name := range names {
			mail, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			mails = append(mails, mail)
		}
	}
	mails = append(mails, deepThread(40)...)
	nasty, err := nastyMails("../../../shared/corpus/nasty")
	if err != nil {
		return err
	}
	s.nasty = len(nasty) > 0
	return s.deliver(append(mails, nasty...))
}

// deliver puts mails into new, under names that say in which order they came, and has them stored.
func (s *sample) deliver(mails [][]byte) error {
	for _, folder := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(s.dir, "Maildir", folder), 0o700); err != nil {
			return err
		}
	}
	for i, mail := range mails {
		name := fmt.Sprintf("%s/Maildir/new/%d.M%06dP1.example", s.dir, delivered(mail).Unix(), i)
		if err := os.WriteFile(name, mail, 0o600); err != nil {
			return err
		}
	}
	_, err := s.run("watch", "--once", "--quiet", s.dir+"/Maildir")
	return err
}

// delivered is when a list's server delivered a mail, by its topmost Received line; it is later than all dates of the
// sample if it has none.
func delivered(mail []byte) time.Time {
	if h, err := netmail.ReadMessage(bytes.NewReader(mail)); err == nil {
		line := h.Header.Get("Received")
		if at, err := netmail.ParseDate(strings.TrimSpace(line[strings.LastIndexByte(line, ';')+1:])); err == nil {
			return at
		}
	}
	return time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC)
}

// deepThread is a thread in which each mail answers the one before it, and the first a hostile one.
func deepThread(depth int) (all [][]byte) {
	before := "hostile-11@example.org"
	for i := range depth {
		id := fmt.Sprintf("deep-%d@example.org", i)
		all = append(all, fmt.Appendf(nil, "From: Deep <deep@example.org>\nSubject: Re: deeper\nDate: Sun, 8 Nov 2026 %02d:00:00 +0000\n"+
			"Message-ID: <%s>\nIn-Reply-To: <%s>\nReferences: <%s>\nList-Id: <hostile.lists.example.org>\n\nReply %d.\n",
			i%24, id, before, before, i))
		before = id
	}
	return all
}

// nastyMails are the test mails of other mail programs, if they lie beside the checkout, each as if it came from a
// list.
func nastyMails(dir string) (all [][]byte, err error) {
	archives, err := filepath.Glob(dir + "/*.tar.gz")
	for _, name := range archives {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		mails, err := mailsIn(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, mails...)
	}
	return all, err
}

func mailsIn(f io.Reader) (all [][]byte, err error) {
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	files := tar.NewReader(z)
	for {
		h, err := files.Next()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		mail, err := io.ReadAll(files)
		if err != nil {
			return nil, err
		}
		all = append(all, append([]byte("List-Id: <nasty.lists.example.org>\n"), mail...))
	}
}
