package browser

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"patchwatch/db/postgres/pgtest"
)

// onServer is the variable that has the program keep its databases on a PostgreSQL server in place of files.
const onServer = "PATCHWATCH_TEST_POSTGRES"

// The databases of tests on a server are copies of the sample's, or of one that has nothing.
var (
	copies  = &pgtest.Databases{Template: "sample"}
	empties = &pgtest.Databases{Template: "template1"}
)

// sampleDatabase is an empty database for the sample.
func sampleDatabase(t testing.TB, dir string) (name string, err error) {
	t.Helper()
	if os.Getenv(onServer) == "" {
		return fileIn(dir), nil
	}
	server := pgtest.Shared(t)
	copies.Server, empties.Server = server, server
	return server.Name(copies.Template), server.Create(copies.Template, "template1")
}

// copyOfSample is a database for a folder that is a copy of the sample's. A host that has not seen a database yet says
// of searches that it is not ready, until its index is made; beside a file there is a copy of the sample's index.
func copyOfSample(t testing.TB, of *sample, dir string) (name string) {
	t.Helper()
	name = databaseFor(t, copies, dir)
	if copies.Server != nil {
		c := exec.Command(of.program, "--db", name, "rebuild", "--search")
		c.Env = environment(dir)
		if said, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
	}
	return name
}

// emptyDatabase is one for a folder that has no database yet.
func emptyDatabase(t testing.TB, dir string) (name string) {
	t.Helper()
	return databaseFor(t, empties, dir)
}

func databaseFor(t testing.TB, of *pgtest.Databases, dir string) (name string) {
	t.Helper()
	if of.Server == nil {
		return fileIn(dir)
	}
	name, err := of.For(dir)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func fileIn(dir string) string { return filepath.Join(dir, "patches.db") }

// environment is that of the program, which keeps the search index of a database on a server in a folder of the user's.
func environment(dir string) []string { return append(os.Environ(), "XDG_CACHE_HOME="+dir) }
