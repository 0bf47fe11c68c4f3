package main

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"patchwatch/db/postgres/pgtest"
)

// sharing runs tests that may share a PostgreSQL server.
type sharing struct{ *testing.M }

func (s sharing) Run() int { return pgtest.Run(s.M) }

// wantsServer tells whether the programs that tests run are to keep their databases on a server, as make test-postgres
// wants it, in place of files.
func wantsServer() bool { return pgtest.Wanted() }

// storeOnServer tells the programs of a test of the server that all tests share, where that is wanted.
func storeOnServer(t *testing.T) {
	t.Helper()
	if !wantsServer() {
		return
	}
	server := pgtest.Shared(t)
	told.Do(func() { toldErr = tellOf(server) })
	if toldErr != nil {
		t.Fatal(toldErr)
	}
}

var (
	told    sync.Once
	toldErr error
)

// tellOf sets what programs find in their environment: the server, and where they keep search indexes, whoever runs
// them.
func tellOf(server *pgtest.Server) error {
	indexes := filepath.Join(server.Dir, "indexes")
	return errors.Join(os.Mkdir(indexes, 0o700), os.Chmod(indexes, 0o777), os.Setenv("XDG_CACHE_HOME", indexes),
		os.Setenv(testServer, server.Dir))
}
