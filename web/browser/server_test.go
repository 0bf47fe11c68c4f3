package browser

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// server is the program, serving a copy of the sample that is a test's own.
type server struct {
	*sample
	t    testing.TB
	base string // its URL, without a final slash
	dir  string // the copy
}

// newServer starts a server over a copy of the sample, until the test ends.
func newServer(t testing.TB) *server {
	t.Helper()
	of := theSample(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(of.dir)); err != nil {
		t.Fatal(err)
	}
	return serveIn(t, of, copyOfSample(t, of, dir), dir)
}

// newEmpty starts a server that has no mail, project or user.
func newEmpty(t testing.TB) *server {
	t.Helper()
	of := theSample(t)
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "Maildir", "new"), 0o700); err != nil {
		t.Fatal(err)
	}
	return serveIn(t, of, emptyDatabase(t, dir), dir)
}

func serveIn(t testing.TB, of *sample, db, dir string) *server {
	t.Helper()
	at, stop, err := serve(of.program, db, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return &server{of, t, at, dir}
}

// serve starts the program on a database and the Maildir of a folder. stop ends it, and tells what went wrong in it.
func serve(program, db, dir string) (base string, stop func() error, err error) {
	c := exec.Command(program, "--db", db, "serve", "--quiet", "--listen", "127.0.0.1:0", filepath.Join(dir, "Maildir"))
	c.Env = environment(dir)
	said, err := c.StderrPipe()
	if err != nil {
		return "", nil, err
	}
	if err := c.Start(); err != nil {
		return "", nil, err
	}
	lines := bufio.NewReader(said)
	for base == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			_ = c.Process.Kill()
			return "", nil, fmt.Errorf("patchwatch serve: %w %v: %s", err, c.Wait(), line)
		}
		if at, ok := strings.CutPrefix(strings.TrimSpace(line), "serving "); ok {
			base = at
		}
	}
	var rest bytes.Buffer
	read := make(chan struct{})
	go func() {
		_, _ = io.Copy(&rest, lines)
		close(read)
	}()
	return strings.TrimSuffix(base, "/"), func() error {
		_ = c.Process.Signal(syscall.SIGTERM)
		<-read
		if err := c.Wait(); err != nil {
			return fmt.Errorf("patchwatch serve: %w: %s", err, &rest)
		}
		return nil
	}, nil
}

var inBraces = regexp.MustCompile(`\{[a-z0-9]+\}`)

// url is the URL of a path, in which {NAME} stands for a number of the sample.
func (s *server) url(path string) string {
	return s.base + inBraces.ReplaceAllStringFunc(path, func(name string) string {
		n, ok := s.numbers[strings.Trim(name, "{}")]
		if !ok {
			s.t.Fatalf("%s: the sample has no number %s", path, name)
		}
		return strconv.FormatInt(n, 10)
	})
}

// get asks for a page as a browser does, without one.
func (s *server) get(as, path string) (*http.Response, []byte) {
	s.t.Helper()
	r, err := http.NewRequest("GET", s.url(path), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Encoding", "identity")
	if as != "" {
		r.Header.Set("Cookie", s.cookies[as])
	}
	client := http.Client{
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	w, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return w, body
}
