package index

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// Index is the search index of a database. Its methods may be called from any goroutine.
type Index struct {
	path string
	form string

	mu   sync.Mutex // guards what follows
	open *file      // that is read; nil: none yet
}

// New is the index in a file, which need not be there. Reading is the version by which Source reads mails: an index
// that was made by another is made anew.
func New(path string, reading int) *Index {
	return &Index{path: path, form: fmt.Sprintf("%d, reading %d", format, reading)}
}

// PathFor is where the index of a database file is.
func PathFor(database string) string {
	if ext := filepath.Ext(database); ext == ".db" {
		database = database[:len(database)-len(ext)]
	}
	return database + ".search.db"
}

// Path is where it is.
func (x *Index) Path() string { return x.path }

// Close closes what is open. The index can be used again.
func (x *Index) Close() error {
	x.leave(nil)
	return nil
}

// A file is a file that is read, by a few connections.
//
// Anybody may remove it, and another one may come in its place. Who reads looks before whether the name still leads
// to the file that is open. Those who have begun finish on the old file, whose connections are closed after the last
// one.
type file struct {
	info  os.FileInfo
	conns *sql.DB
}

// reading runs f in a transaction that sees the index of one moment; again if the file is removed meanwhile, so f
// must begin anew each time. It is errNone if there is no index.
func (x *Index) reading(ctx context.Context, f func(tx *sql.Tx) error) error {
	for tries := 1; ; tries++ {
		file, err := x.file()
		if err != nil {
			return err
		}
		if err = file.read(ctx, f); err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if isDamage(err) && file.isAt(x.path) {
			x.leave(file)
			return errors.Join(asDamage(err), x.Discard())
		}
		if tries == mostTries && isReadOnly(err) {
			return errNone // who made it was killed; the next writer sees to it
		}
		if tries == mostTries || file.isAt(x.path) && !isLost(err) {
			return err
		}
		x.leave(file)
		time.Sleep(time.Duration(tries) * time.Millisecond)
	}
}

// mostTries is how often reading tries, where the file is removed again and again.
const mostTries = 10

func (f *file) read(ctx context.Context, use func(tx *sql.Tx) error) error {
	tx, err := f.conns.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	return errors.Join(use(tx), tx.Rollback())
}

// isAt tells whether a name still leads to the file.
func (f *file) isAt(path string) bool {
	now, err := os.Stat(path)
	return err == nil && os.SameFile(now, f.info)
}

// errNone is the error of reading where there is no index yet.
var errNone = errors.New("there is no search index yet")

// file is the file that is under the name now, opened.
func (x *Index) file() (*file, error) {
	info, err := os.Stat(x.path)
	if errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil, errNone
	}
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.open != nil && os.SameFile(info, x.open.info) {
		return x.open, nil
	}
	if x.open != nil {
		x.open.conns.Close()
	}
	conns := sql.OpenDB(&connector{path: x.path, options: readOptions, info: info})
	conns.SetMaxOpenConns(readers)
	conns.SetMaxIdleConns(readers)
	x.open = &file{info: info, conns: conns}
	return x.open, nil
}

// leave closes the file that is open, or only if it still is this one.
func (x *Index) leave(which *file) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.open != nil && (which == nil || which == x.open) {
		x.open.conns.Close() // those in use are closed when they are given back
		x.open = nil
	}
}

const (
	readers      = 4 // who can read at once; others wait
	readOptions  = "mode=ro&_query_only=1&_busy_timeout=10000&_cache_size=-8192"
	writeOptions = "mode=rw" + writing // an empty file in the place of one that was just removed would be damage
	makeOptions  = "mode=rwc" + writing
	writing      = "&_txlock=immediate&_busy_timeout=10000&_cache_size=-32768"
)

// A connector opens connections to one file.
type connector struct {
	path, options string
	info          os.FileInfo // the file; nil: whatever is there
}

func (c *connector) Driver() driver.Driver {
	return &sqlite3.SQLiteDriver{ConnectHook: keepLog}
}

func (c *connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.Driver().Open(dsn(c.path, c.options))
	if err != nil || c.info == nil {
		return conn, err
	}
	if now, err := os.Stat(c.path); err != nil || !os.SameFile(now, c.info) {
		conn.Close()
		return nil, ErrReplaced
	}
	return conn, nil
}

// keepLog keeps SQLite from removing the log by its name when the last connection to the file is closed: it could be
// that of a new file by then. It also has SQLite open the file.
func keepLog(conn *sqlite3.SQLiteConn) error {
	if err := conn.SetFileControlInt("", sqlite3.SQLITE_FCNTL_PERSIST_WAL, 1); err != nil {
		return err
	}
	_, err := conn.Exec("SELECT count(*) FROM sqlite_master", nil)
	return err
}

// dsn escapes the path, in which ?, # and % mean something to SQLite's URIs.
func dsn(path, options string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: options}).String()
}
