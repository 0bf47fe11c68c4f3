package db

import (
	"context"
	"database/sql"
	"fmt"
)

// writer is the one connection that writes, with its prepared statements. They are prepared once: a mail takes some
// fifteen statements, and preparing them costs more than running them.
type writer struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt

	frames *frames
}

func newWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &writer{conn: conn, stmts: map[string]*sql.Stmt{}}, nil
}

func (w *writer) close() error {
	for _, s := range w.stmts {
		s.Close()
	}
	return w.conn.Close()
}

// tx runs f between BEGIN IMMEDIATE and COMMIT. IMMEDIATE takes the write lock first: a transaction that reads and
// then writes would otherwise fail at once when another has written in between, whatever the busy timeout.
//
// The statements inside do not get a context that can be cancelled: an interrupt rolls the transaction back behind
// our back, and the statements after it would run outside of any.
func (w *writer) tx(ctx context.Context, f func() error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
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

func (w *writer) stmt(query string) (*sql.Stmt, error) {
	if s, ok := w.stmts[query]; ok {
		return s, nil
	}
	s, err := w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("prepare %.60q: %w", query, err)
	}
	w.stmts[query] = s
	return s, nil
}

func (w *writer) exec(query string, args ...any) error {
	_, err := w.run(query, args...)
	return err
}

func (w *writer) run(query string, args ...any) (sql.Result, error) {
	s, err := w.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.Exec(args...)
}

// each calls f for every row of the query, with the row's Scan.
func (w *writer) each(query string, args []any, f func(scan func(...any) error) error) error {
	s, err := w.stmt(query)
	if err != nil {
		return err
	}
	rows, err := s.Query(args...)
	if err != nil {
		return err
	}
	return eachRow(rows, f)
}

func eachRow(rows *sql.Rows, f func(scan func(...any) error) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// row scans the only row of the query into dest; false if there is none.
func (w *writer) row(query string, args []any, dest ...any) (bool, error) {
	s, err := w.stmt(query)
	if err != nil {
		return false, err
	}
	err = s.QueryRow(args...).Scan(dest...)
	if err == sql.ErrNoRows {
		return false, nil
	}
	return err == nil, err
}

// script runs SQL text of any number of statements, unprepared.
func (w *writer) script(text string) error {
	_, err := w.conn.ExecContext(context.Background(), text)
	return err
}
