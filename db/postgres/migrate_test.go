package postgres_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"patchwatch/db/postgres"
)

// landed are the sums of the migrations that databases were made by. Whoever adds a migration adds the one before it.
var landed = []string{
	"a17bd158acb9fed1eead6192cf5ab8ad0a1d66902207a53409fdada60b4b53c4",
}

// What a migration lacks is added by the next one: databases that it made would otherwise never get it.
func TestLandedMigrationsStay(t *testing.T) {
	if len(landed) != postgres.Newest()-1 {
		t.Errorf("of %d migrations %d have landed", postgres.Newest(), len(landed))
	}
	for i, want := range landed {
		text, err := os.ReadFile(filepath.Join("migrations", fmt.Sprintf("%04d.sql", i+1)))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(text)); got != want {
			t.Errorf("migration %d was changed after databases had been made by it: its sum is %s", i+1, got)
		}
	}
}

// A database of any older version becomes what a new one is.
func TestOlderVersions(t *testing.T) {
	d := databases(t)
	schema := func(version int) []string {
		name := fmt.Sprintf("of_version_%d", version)
		if err := d.Create(name, "template1"); err != nil {
			t.Fatal(err)
		}
		name = d.Name(name)
		if version > 0 {
			if err := postgres.Make(t.Context(), name, version); err != nil {
				t.Fatal(err)
			}
			if e, err := postgres.OpenEngineReadOnly(t.Context(), name); err == nil {
				e.Close()
				t.Errorf("version %d is read as it is", version)
			}
		}
		e, err := postgres.OpenEngine(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		e.Close()
		lines, err := postgres.Schema(t.Context(), name)
		if err != nil || len(lines) < 300 {
			t.Fatalf("%d lines, %v", len(lines), err)
		}
		return lines
	}
	want := schema(0)
	for v := 1; v < postgres.Newest(); v++ {
		if got := schema(v); !slices.Equal(got, want) {
			t.Errorf("from version %d it becomes\n%q\nnot\n%q", v, got, want)
		}
	}
}
