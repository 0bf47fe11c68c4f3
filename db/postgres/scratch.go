package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"

	"patchwatch/db/engine"
)

// scratch is a copy of a database without the mails' bytes, in temporary tables of one connection: the server drops
// them when that ends, however it does. Nobody else sees them.
type scratch struct {
	from *database
	turn turn  // guards the connection
	c    *conn // nil: closed
}

// Scratch makes a copy of one moment.
func (e *database) Scratch(ctx context.Context) (engine.Engine, error) {
	if err := e.readable(); err != nil {
		return nil, err
	}
	c, err := e.dial(ctx)
	if err != nil {
		return nil, explain(err)
	}
	if err := c.copyTables(ctx); err != nil {
		c.close()
		return nil, explain(fmt.Errorf("copy the tables: %w", err))
	}
	return &scratch{from: e, turn: newTurn(), c: c}, nil
}

// copyTables makes the schema once more as temporary tables, and fills them. Whatever is not temporary can't be seen
// afterwards.
func (c *conn) copyTables(ctx context.Context) error {
	c.ctx = ctx
	defer c.atLeisure()
	var source string
	if _, err := c.row(`SELECT quote_ident(current_schema())`, nil, &source); err != nil {
		return err
	}
	if err := c.script(`BEGIN ISOLATION LEVEL REPEATABLE READ; SET search_path = pg_temp; ` + versionTable); err != nil {
		return err
	}
	if err := c.runMigrations(0, schemaVersion()); err != nil {
		return err
	}
	tables, err := c.texts(`SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'
		AND relname <> 'raw' ORDER BY oid`)
	if err != nil {
		return err
	}
	for _, table := range tables {
		copied := fmt.Sprintf(`DELETE FROM %q; INSERT INTO %[1]q SELECT * FROM %s.%[1]q`, table, source)
		if err := c.script(copied); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return c.script(`COMMIT; ANALYZE; ` + forLooks)
}

// texts are the texts that a question has for an answer.
func (c *conn) texts(query string) (out []string, err error) {
	return out, c.Each(query, nil, func(scan func(...any) error) error {
		var text string
		err := scan(&text)
		out = append(out, text)
		return err
	})
}

// use runs f while nobody else uses the copy.
func (s *scratch) use(ctx context.Context, f func(c *conn) error) error {
	if err := s.turn.take(ctx); err != nil {
		return err
	}
	defer s.turn.leave()
	if s.c == nil {
		return engine.ErrClosed
	}
	return explain(f(s.c))
}

func (s *scratch) Write(ctx context.Context, f func(engine.Tx) error) error {
	return s.use(ctx, func(c *conn) error {
		t := &tx{queries: asking(c), w: c}
		return t.write(ctx, lockAll, func() error { return f(t) })
	})
}

func (s *scratch) View(ctx context.Context, f func(engine.View) error) error {
	return s.use(ctx, func(c *conn) error {
		defer c.atLeisure()
		return c.view(ctx, asked(f))
	})
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

func (s *scratch) About(ctx context.Context) (engine.About, error) {
	about, err := s.from.About(ctx)
	about.Bytes = 0
	return about, err
}

func (s *scratch) TempDir() string { return os.TempDir() }

func (s *scratch) Close() error {
	_ = s.turn.take(context.Background())
	defer s.turn.leave()
	if s.c != nil {
		s.c.close()
	}
	s.c = nil
	return nil
}
