package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/db/postgres"
	"patchwatch/db/postgres/pgtest"
)

// testServer is the variable with the folder of a PostgreSQL server, on which every file that is named as a database
// is one.
const testServer = "PATCHWATCH_TEST_SERVER"

// TestScriptsOnServer runs the scripts with all databases on a PostgreSQL server, but for those about files.
func TestScriptsOnServer(t *testing.T) {
	if raceEnabled {
		t.Skip("the same as without the race detector")
	}
	server := pgtest.New(t)
	all, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, file := range all {
		if aboutFiles[strings.TrimSuffix(filepath.Base(file), ".txtar")] == "" {
			files = append(files, file)
		}
	}
	runScripts(t, testscript.Params{Files: files, Setup: func(env *testscript.Env) error {
		env.Setenv(testServer, server.Dir)
		env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
		return setUpScript(env)
	}, Condition: func(name string) (bool, error) { return name == "server", nil }})
}

// aboutFiles has the scripts that are about a database's file, each with what it is about.
var aboutFiles = map[string]string{
	"backup":         "a copy in a file",
	"check":          "a copy of the file is damaged",
	"db_flag":        "where the file is made",
	"search":         "the index is beside the file",
	"status_check":   "rows are damaged by SQL",
	"wrong_database": "files that are none",
}

// databaseFor is the database of the server that a file is.
func databaseFor(path string) string {
	sum := sha256.Sum256([]byte(path))
	return "d" + hex.EncodeToString(sum[:8])
}

// storeAsTold has databases be on the server that a test has told of.
func storeAsTold() {
	dir := os.Getenv(testServer)
	if dir == "" {
		return
	}
	server := &pgtest.Server{Dir: dir}
	made := map[string]bool{}
	engines.Meant = func(name string) string {
		if _, err := os.Stat(name); err == nil || postgres.Is(name) {
			return name
		}
		path, err := filepath.Abs(name)
		if err != nil {
			panic(err)
		}
		database := databaseFor(path)
		if !made[database] {
			made[database] = true
			err := server.Create(database, "template1")
			if err != nil && !strings.Contains(err.Error(), "already exists") && !strings.Contains(err.Error(), "23505") {
				panic(err)
			}
		}
		return server.Name(database)
	}
}
