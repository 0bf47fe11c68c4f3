package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"patchwatch/db/engine"
)

// scratch is a copy of a database without the mails' bytes, in a folder of its own that is removed when it is closed.
// It is thrown away in any case, so it is not kept safe from a crash, nor can a transaction be rolled back: after one
// that fails it can't be used any more.
type scratch struct {
	dir   string
	turn  turn    // guards the writer, with which all is read as well
	w     *writer // nil: closed
	spilt error   // of a transaction that failed
}

// Scratch makes a copy of one moment.
func (e *database) Scratch(ctx context.Context) (engine.Engine, error) {
	dir, err := os.MkdirTemp(e.TempDir(), ".patchwatch-check-")
	if err != nil {
		return nil, err
	}
	w, err := e.copyWithoutBytes(ctx, dir)
	if err != nil {
		os.RemoveAll(dir)
		return nil, explain(err)
	}
	return &scratch{dir: dir, turn: newTurn(), w: w}, nil
}

// scratchOptions: the cache fills whatever is stored, and a larger one makes nothing faster.
const scratchOptions = "_synchronous=OFF&_cache_size=-8192&_mutex=no"

func (e *database) copyWithoutBytes(ctx context.Context, dir string) (w *writer, err error) {
	if err := e.roomForCopy(ctx, dir); err != nil {
		return nil, err
	}
	w, err = newWriter(dsn(filepath.Join(dir, "copy.db"), scratchOptions))
	if err != nil {
		return nil, err
	}
	opened := w // w is nil when an error is returned
	defer func() {
		if err != nil {
			opened.close()
		}
	}()
	if err := w.script(fmt.Sprintf("PRAGMA page_size = %d; PRAGMA journal_mode = OFF", pageSize)); err != nil {
		return nil, err
	}
	if err := w.tx(ctx, func() error { return migrate(w, dir) }); err != nil {
		return nil, err
	}
	if err := w.exec(`ATTACH ? AS source`, dsn(e.path, "mode=ro")); err != nil {
		return nil, err
	}
	if err := w.tx(ctx, func() error { return w.copyTables(ctx) }); err != nil {
		return nil, err
	}
	return w, w.script("DETACH source")
}

// copyTables copies all tables but the chunks, and but what triggers fill. SQLite copies page by page, since both
// databases have the same schema, but only into tables without triggers, which nobody needs who does not look for
// words.
func (w *writer) copyTables(ctx context.Context) error {
	triggers, err := w.texts(`SELECT name FROM main.sqlite_schema WHERE type = 'trigger'`)
	if err != nil {
		return err
	}
	for _, trigger := range triggers {
		if err := w.script(fmt.Sprintf(`DROP TRIGGER main.%q`, trigger)); err != nil {
			return err
		}
	}
	tables, err := w.texts(`SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
		AND name NOT IN ('piece', 'naming', 'renamed')`)
	if err != nil {
		return err
	}
	for _, table := range tables {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.script(fmt.Sprintf(`INSERT INTO main.%q SELECT * FROM source.%q`, table, table)); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}

// texts are the texts that a question has for an answer.
func (w *writer) texts(query string) (out []string, err error) {
	return out, w.Each(query, nil, func(scan func(...any) error) error {
		var text string
		err := scan(&text)
		out = append(out, text)
		return err
	})
}

// roomForCopy asks whether there is room for the copy and two dumps of it, each about as large as the database without
// the mails' bytes.
func (e *database) roomForCopy(ctx context.Context, dir string) error {
	return e.look(ctx, func(w *writer) error {
		var used, chunks int64
		if _, err := w.row(usedBytes, nil, &used); err != nil {
			return err
		}
		if _, err := w.row(`SELECT coalesce(sum(length(bytes)), 0) FROM piece`, nil, &chunks); err != nil {
			return err
		}
		return roomFor((used-chunks)*3, dir)
	})
}

// use runs f while nobody else uses the copy.
func (s *scratch) use(ctx context.Context, f func(w *writer) error) error {
	if err := s.turn.take(ctx); err != nil {
		return err
	}
	defer s.turn.leave()
	switch {
	case s.w == nil:
		return engine.ErrClosed
	case s.spilt != nil:
		return fmt.Errorf("the copy of the database is of no use after an error: %w", s.spilt)
	}
	return explain(f(s.w))
}

func (s *scratch) Write(ctx context.Context, f func(engine.Tx) error) error {
	return s.use(ctx, func(w *writer) error {
		s.spilt = errors.New("f panicked")
		t := newTx(w, 1)
		t.forGood = true
		s.spilt = t.write(ctx, f)
		return s.spilt
	})
}

func (s *scratch) View(ctx context.Context, f func(engine.View) error) error {
	return s.use(ctx, func(w *writer) error { return f(queriesOf(w)) })
}

func (s *scratch) Look(ctx context.Context, f func(engine.View) error) error { return s.View(ctx, f) }

// Current finds nothing: nobody else has it.
func (s *scratch) Current(context.Context) error { return nil }

func (s *scratch) Scratch(context.Context) (engine.Engine, error) {
	return nil, errors.New("this database is a copy already")
}

func (s *scratch) Examine(context.Context, func(string)) error { return nil }

func (s *scratch) Backup(context.Context, string) error {
	return errors.New("a copy that is thrown away has no backup")
}

func (s *scratch) About(context.Context) (engine.About, error) {
	file := filepath.Join(s.dir, "copy.db")
	return engine.About{Engine: "SQLite " + Version(), Location: file, Bytes: sizeOf(file)}, nil
}

func (s *scratch) TempDir() string { return s.dir }

func (s *scratch) Close() error {
	_ = s.turn.take(context.Background())
	defer s.turn.leave()
	if s.w == nil {
		return nil
	}
	err := s.w.close()
	s.w = nil
	return errors.Join(err, os.RemoveAll(s.dir))
}
