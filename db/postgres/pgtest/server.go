// Package pgtest runs a PostgreSQL server for tests, in a folder of its own.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"patchwatch/internal/needs"
)

// Server is a server that is asked through a socket in its folder. Nothing that it is told outlives a crash of the
// machine.
type Server struct {
	Dir   string
	bin   string
	extra []string // settings, as -c has them
	as    *syscall.Credential
	stop  chan os.Signal // what the process is to be sent
	ended chan struct{}  // closed when it has
}

// New makes a server in memory, where there is room, and starts it. settings are as in "fsync=on".
func New(t testing.TB, settings ...string) *Server {
	t.Helper()
	bin := needs.PostgreSQL(t)
	s, err := newServer(bin, settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Remove)
	return s
}

var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Shared is one server for all tests of a package, whose TestMain calls Main.
func Shared(t testing.TB) *Server {
	t.Helper()
	bin := needs.PostgreSQL(t)
	shared.once.Do(func() { shared.server, shared.err = newServer(bin, nil) })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}

// Main runs the tests of a package and stops the server that they shared.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for those who have more to do before they exit with the code.
func Run(m *testing.M) (code int) {
	code = m.Run()
	if shared.server != nil {
		shared.server.Remove()
	}
	return code
}

func newServer(bin string, settings []string) (*Server, error) {
	s, err := prepare(bin, settings)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.initdb(), s.Start()); err != nil {
		s.Remove()
		return nil, err
	}
	return s, nil
}

// prepare makes the folder of a server.
func prepare(bin string, settings []string) (*Server, error) {
	dir, err := os.MkdirTemp("/dev/shm", "pwpg-")
	if err != nil {
		dir, err = os.MkdirTemp("", "pwpg-")
	}
	if err != nil {
		return nil, err
	}
	s := &Server{Dir: dir, bin: bin, extra: settings}
	if err := s.becomeAnother(); err != nil {
		s.Remove()
		return nil, err
	}
	return s, nil
}

func (s *Server) initdb(options ...string) error {
	return s.runs("initdb", append([]string{"-D", filepath.Join(s.Dir, "data"), "-U", "patchwatch", "-A", "trust", "-E",
		"UTF8", "--locale=C", "--no-sync", "--no-instructions"}, options...)...)
}

// runs runs a program of PostgreSQL to its end.
func (s *Server) runs(program string, args ...string) error {
	if out, err := s.command(program, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, out)
	}
	return nil
}

// becomeAnother has the server run as somebody who is not root, as it refuses to.
func (s *Server) becomeAnother() error {
	if os.Getuid() != 0 {
		return nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		if who, err = user.Lookup("nobody"); err != nil {
			return err
		}
	}
	uid, _ := strconv.Atoi(who.Uid)
	gid, _ := strconv.Atoi(who.Gid)
	s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	// Whoever asks the server goes through its folder; what is in there is closed to them.
	return errors.Join(s.own(s.Dir), os.Chmod(s.Dir, 0o711))
}

// own gives a folder to who runs the server.
func (s *Server) own(dir string) error {
	if s.as == nil {
		return nil
	}
	return os.Chown(dir, int(s.as.Uid), int(s.as.Gid))
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(s.bin, name), args...)
	c.Dir = s.Dir
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Pdeathsig: syscall.SIGQUIT}
	return c
}

// Start starts the server again after Stop, and waits until it answers.
func (s *Server) Start() error {
	log, err := os.OpenFile(filepath.Join(s.Dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	args := []string{"-D", filepath.Join(s.Dir, "data"), "-k", s.Dir, "-c", "listen_addresses="}
	for _, setting := range append([]string{"fsync=off", "synchronous_commit=on", "full_page_writes=off",
		"max_connections=300", "shared_buffers=64MB"}, s.extra...) {
		args = append(args, "-c", setting)
	}
	c := s.command("postgres", args...)
	c.Stdout, c.Stderr = log, log
	started := make(chan error)
	s.stop, s.ended = make(chan os.Signal), make(chan struct{})
	go run(c, started, s.stop, s.ended)
	if err := <-started; err != nil {
		return err
	}
	return s.await()
}

// run stays with the thread that started the process, since the process ends with that thread. The thread does not end
// with the process: others may have started processes on it before, which would end too.
func run(c *exec.Cmd, started chan<- error, stop <-chan os.Signal, ended chan<- struct{}) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(ended)
	err := c.Start()
	started <- err
	if err != nil {
		return
	}
	gone := make(chan struct{})
	go func() {
		_ = c.Wait()
		close(gone)
	}()
	for {
		select {
		case signal := <-stop:
			_ = c.Process.Signal(signal)
		case <-gone:
			return
		}
	}
}

func (s *Server) await() error {
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := s.Exec("postgres", "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-s.ended:
			return fmt.Errorf("the server has ended; its log is %s", filepath.Join(s.Dir, "log"))
		default:
		}
		if time.Now().After(end) {
			return err
		}
	}
}

// Stop ends the server and waits for its end: at once with SIGQUIT, as after a crash; in order with SIGINT.
func (s *Server) Stop(signal os.Signal) {
	if s.ended == nil {
		return
	}
	select {
	case s.stop <- signal:
	case <-s.ended:
	}
	<-s.ended
}

// Processes are those of the server, but for the first.
func (s *Server) Processes() (pids []int) {
	first, _ := os.ReadFile(filepath.Join(s.Dir, "data", "postmaster.pid"))
	of, _, _ := strings.Cut(string(first), "\n")
	children, _ := os.ReadFile(filepath.Join("/proc", of, "task", of, "children"))
	for _, field := range strings.Fields(string(children)) {
		if pid, err := strconv.Atoi(field); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// Remove ends the server and removes its folder.
func (s *Server) Remove() {
	s.Stop(syscall.SIGQUIT)
	os.RemoveAll(s.Dir)
}

// Name is what patchwatch calls a database of the server.
func (s *Server) Name(database string) string {
	return "postgres://patchwatch@/" + url.PathEscape(database) + "?host=" + url.QueryEscape(s.Dir)
}

// Exec runs SQL in a database.
func (s *Server) Exec(database, sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgconn.Connect(ctx, s.Name(database))
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, sql).ReadAll()
	return err
}

// Trust lets who asks from a network ("10.0.0.0/8") in without a password.
func (s *Server) Trust(network string) error {
	f, err := os.OpenFile(filepath.Join(s.Dir, "data", "pg_hba.conf"), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "\nhost all all %s trust\n", network)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return s.Exec("postgres", "SELECT pg_reload_conf()")
}

// Create makes a database. Its template's files are copied: to write them to the log, as the server does otherwise,
// takes seven times as long, and tests make a thousand.
func (s *Server) Create(database, template string) error {
	return s.Exec("postgres", "CREATE DATABASE "+database+" TEMPLATE "+template+" STRATEGY file_copy")
}

// Databases makes databases of a server, each from a template.
type Databases struct {
	*Server
	Template string

	mu   sync.Mutex
	made map[string]string // guarded by mu: by the folder whose end is theirs
	n    int               // guarded by mu
}

// On is For on a server, which stays the same.
func (d *Databases) On(s *Server, dir string) (name string, err error) {
	d.mu.Lock()
	d.Server = s
	d.mu.Unlock()
	return d.For(dir)
}

// For makes a database that is dropped some time after a folder is removed.
func (d *Databases) For(dir string) (name string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for folder, database := range d.made {
		if _, err := os.Stat(folder); err != nil {
			if err := d.Exec("postgres", "DROP DATABASE "+database+" WITH (FORCE)"); err != nil {
				return "", err
			}
			delete(d.made, folder)
		}
	}
	d.n++
	database := fmt.Sprintf("%s_%d", d.Template, d.n)
	if err := d.Create(database, d.Template); err != nil {
		return "", err
	}
	if d.made == nil {
		d.made = map[string]string{}
	}
	d.made[dir] = database
	return d.Name(database), nil
}

// wanted is the variable that has tests use a PostgreSQL server in place of files and memory, as make test-postgres does.
const wanted = "PATCHWATCH_TEST_POSTGRES"

// Wanted tells whether tests are to use a PostgreSQL server.
func Wanted() bool { return os.Getenv(wanted) != "" }

var empty = &Databases{Template: "template1"}

// Database is the name of a new database, in a file or where a server is wanted on the one that the tests of a package
// share, whose TestMain calls Main.
func Database(t testing.TB, file string) string {
	t.Helper()
	if !Wanted() {
		return file
	}
	name, err := empty.On(Shared(t), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return name
}
