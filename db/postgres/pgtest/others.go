package pgtest

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"patchwatch/internal/needs"
)

// OnSmallDisk makes a server with a folder of it ("data", or "wal") on a disk that has only so much room ("size=64m").
// It skips a test that may not mount one.
func OnSmallDisk(t testing.TB, folder, size string) *Server {
	t.Helper()
	s := stopped(t, "max_wal_size=8MB", "min_wal_size=2MB")
	small := s.Folder(folder)
	if err := os.Mkdir(small, 0o700); err != nil {
		t.Fatal(err)
	}
	needs.SmallDisk(t, small, size)
	t.Cleanup(func() { s.Stop(syscall.SIGQUIT) })
	wal := s.Folder("wal") // beside the tables, as they are told apart by where they are
	if err := errors.Join(s.own(small), s.initdb("--wal-segsize=1", "-X", wal), s.Start()); err != nil {
		t.Fatal(err)
	}
	return s
}

// Folder is a folder of the server's.
func (s *Server) Folder(name string) string { return filepath.Join(s.Dir, name) }

// stopped is a server without a database.
func stopped(t testing.TB, settings ...string) *Server {
	t.Helper()
	s, err := prepare(needs.PostgreSQL(t), settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Remove)
	return s
}

// Replica makes a server that follows this one, which waits with each COMMIT until the replica has it on disk. Both
// listen at addresses that their settings name.
func (s *Server) Replica(t testing.TB, address string, settings ...string) *Server {
	t.Helper()
	r := ReplicaBy(t, []string{"pg_basebackup", "-h", address, "-U", "patchwatch", "-R", "--checkpoint=fast"}, settings...)
	if err := errors.Join(s.Exec("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'"),
		s.Exec("postgres", "SELECT pg_reload_conf()")); err != nil {
		t.Fatal(err)
	}
	return r
}

// ReplicaBy makes a server of what a command copies, which is told into which folder.
func ReplicaBy(t testing.TB, copying []string, settings ...string) *Server {
	t.Helper()
	r := stopped(t, settings...)
	if err := r.runs(copying[0], append(copying[1:], "-D", r.Folder("data"), "--no-sync")...); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(r.Folder("data"), 0o700), r.Start()); err != nil {
		t.Fatal(err)
	}
	return r
}

// AwaitPromoted waits until a replica that was promoted takes writes.
func (s *Server) AwaitPromoted() error {
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if err := s.Exec("postgres", "CREATE TABLE promoted (); DROP TABLE promoted"); err == nil || time.Now().After(end) {
			return err
		}
	}
}
