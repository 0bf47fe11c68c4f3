package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"

	sqlite3 "github.com/mattn/go-sqlite3"

	"patchwatch/db/internal/both"
)

// writer is the one connection that writes, with its prepared statements. They are prepared once: a mail takes some
// fifteen statements, and preparing them costs more than running them.
//
// It is the driver's own connection, without database/sql between: a pool has nothing to do for one connection, and its
// locks, copies and conversions took a fifth of storing a mail. So one goroutine at a time.
type writer struct {
	conn  driverConn
	stmts map[string]driverStmt
	ctx   context.Context     // of every statement; never one that can be cancelled where something is written (see tx)
	args  []driver.NamedValue // used again by each statement
	cells []driver.Value      // used again by each query

	page lastPage
	wal  walKeeper
}

// driverConn and driverStmt are what the driver's connections and statements can do of it.
type (
	driverConn interface {
		driver.Conn
		driver.ExecerContext
	}
	driverStmt interface {
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
	}
)

func newWriter(dsn string) (*writer, error) {
	conn, err := (&sqlite3.SQLiteDriver{}).Open(dsn)
	if err != nil {
		return nil, err
	}
	return &writer{conn: conn.(driverConn), stmts: map[string]driverStmt{}, ctx: context.Background(),
		wal: newWALKeeper(walSize)}, nil
}

// Pages are larger than SQLite's own 4 KiB, so that fewer mails are stored in two pieces. It is the size of new
// databases; others keep theirs.
const pageSize = 8 << 10

// writeAhead puts the database into WAL mode, if it is not. keepWALSmall writes the log back.
func (w *writer) writeAhead() error {
	if err := w.script(fmt.Sprintf(`
		PRAGMA page_size = %d; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = %d`,
		pageSize, walKept)); err != nil {
		return err
	}
	var mode string
	if _, err := w.row(`PRAGMA journal_mode = WAL`, nil, &mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("its file system can't have a write-ahead log (journal mode %q)", mode)
	}
	return nil
}

func (w *writer) close() error {
	w.forget()
	return w.conn.Close()
}

// forget closes all statements; none may be in use.
func (w *writer) forget() {
	for _, s := range w.stmts {
		s.Close()
	}
	clear(w.stmts)
}

// tx runs f between BEGIN IMMEDIATE and COMMIT. IMMEDIATE takes the write lock first: a transaction that reads and
// then writes would otherwise fail at once when another has written in between, whatever the busy timeout.
//
// The statements inside do not get a context that can be cancelled: an interrupt rolls the transaction back behind
// our back, and the statements after it would run outside of any. Only the wait for the lock ends with it.
func (w *writer) tx(ctx context.Context, f func() error) (err error) {
	if err := w.begin(ctx); err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			w.exec("ROLLBACK")
			panic(p)
		}
		if err != nil {
			w.exec("ROLLBACK") // its own error says less than err, and a failed COMMIT may have rolled back already
		}
	}()
	if err := f(); err != nil {
		return err
	}
	return w.exec("COMMIT")
}

func (w *writer) stmt(query string) (driverStmt, error) {
	if s, ok := w.stmts[query]; ok {
		return s, nil
	}
	s, err := w.conn.Prepare(query)
	if err != nil {
		return nil, fmt.Errorf("prepare %.60q: %w", query, err)
	}
	w.stmts[query] = s.(driverStmt)
	return w.stmts[query], nil
}

// call is a statement with its arguments as the driver takes them, until the next call: the driver copies them.
func (w *writer) call(query string, args []any) (s driverStmt, values []driver.NamedValue, err error) {
	if s, err = w.stmt(query); err != nil {
		return nil, nil, err
	}
	if values, err = valuesOf(w.args[:0], args); err == nil {
		w.args = values
	}
	return s, values, err
}

func (w *writer) exec(query string, args ...any) error {
	_, err := w.run(query, args...)
	return err
}

func (w *writer) run(query string, args ...any) (driver.Result, error) {
	s, values, err := w.call(query, args)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(w.ctx, values)
}

// Each calls f for every row of the query, with what scans the row.
func (w *writer) Each(query string, args []any, f func(scan func(...any) error) error) error {
	s, values, err := w.call(query, args)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(w.ctx, values)
	if err != nil {
		return err
	}
	defer rows.Close()
	row := w.cells
	if w.cells = nil; cap(row) < len(rows.Columns()) {
		row = make([]driver.Value, len(rows.Columns()))
	}
	row = row[:len(rows.Columns())]
	defer func() { w.cells = row }()
	scan := func(dest ...any) error { return scanValues(row, dest) }
	for {
		switch err := rows.Next(row); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if err := f(scan); err != nil {
			return err
		}
	}
}

// Stream is Each, which reads no more rows than it has handed out.
func (w *writer) Stream(query string, args []any, f func(scan func(...any) error) error) error {
	return w.Each(query, args, f)
}

// row scans the first row of the query into dest; false if there is none.
func (w *writer) row(query string, args []any, dest ...any) (bool, error) {
	return (&both.Queries{Asker: w}).Row(query, args, dest...)
}

// script runs SQL text of any number of statements, unprepared.
func (w *writer) script(text string) error {
	_, err := w.conn.ExecContext(w.ctx, text, nil)
	return err
}
