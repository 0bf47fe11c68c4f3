// Package engines opens databases by what people call them: postgres://USER@HOST/NAME is one on a PostgreSQL server,
// all else the path of a file, which is SQLite's.
package engines

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/db/postgres"
	"patchwatch/db/sqlite"
	"patchwatch/search/index"
)

// Meant says which database is meant by a name: that of this name, except in tests, which have all files be databases
// on a server.
var Meant = func(name string) string { return name }

// Open opens a database for reading and writing, and makes it if there is none.
func Open(ctx context.Context, name string) (*db.Store, error) {
	name = Meant(name)
	if IsFile(name) {
		return sqlite.Open(ctx, name)
	}
	return postgres.Open(ctx, name)
}

// OpenReadOnly opens a database that must exist (db.ErrNotExist), and never changes it.
func OpenReadOnly(ctx context.Context, name string) (*db.Store, error) {
	name = Meant(name)
	if IsFile(name) {
		return sqlite.OpenReadOnly(ctx, name)
	}
	return postgres.OpenReadOnly(ctx, name)
}

// OpenEngine is Open without a Store, for those who make a copy of another database in it.
func OpenEngine(ctx context.Context, name string) (engine.Engine, error) {
	name = Meant(name)
	if IsFile(name) {
		return sqlite.OpenEngine(ctx, name)
	}
	return postgres.OpenEngine(ctx, name)
}

// IsFile tells whether a database is a file.
func IsFile(name string) bool { return !postgres.Is(Meant(name)) }

// Shown is the name of a database as it may be printed: without a password.
func Shown(name string) string {
	if IsFile(name) {
		return name
	}
	return postgres.Shown(name)
}

// Kind is the engine of a database, and of SQLite, which is a part of this program, the version.
func Kind(name string) string {
	if IsFile(name) {
		return "SQLite " + sqlite.Version()
	}
	return "PostgreSQL"
}

// Exists is nil if a database is there, db.ErrNotExist if it is not. Of one on a server it is asked for its tables.
func Exists(ctx context.Context, name string) error {
	name = Meant(name)
	if IsFile(name) {
		if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
			return db.ErrNotExist
		}
		return nil // what else is wrong with it is said by who opens it
	}
	switch s, err := postgres.OpenReadOnly(ctx, name); {
	case err == nil:
		return s.Close()
	case errors.Is(err, db.ErrNotExist):
		return db.ErrNotExist
	}
	return nil
}

// SearchIndex is the file with the search index of a database. It is made of the mails, by each machine for itself: for
// a file it is beside it, for a database on a server it is where systemd has a service keep what it makes
// (CacheDirectory=), otherwise in the user's folder for such files, $XDG_CACHE_HOME or ~/.cache.
func SearchIndex(shown string) string {
	if IsFile(shown) {
		return index.PathFor(shown)
	}
	dir := os.Getenv("CACHE_DIRECTORY")
	if dir == "" {
		if user, err := os.UserCacheDir(); err == nil {
			dir = filepath.Join(user, "patchwatch")
		} else {
			dir = os.TempDir()
		}
	}
	sum := sha256.Sum256([]byte(shown))
	return filepath.Join(dir, hex.EncodeToString(sum[:8])+".search.db")
}
