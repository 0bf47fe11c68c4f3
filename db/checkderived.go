package db

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
)

// checkDerived rebuilds a copy and compares the dumps of before and after, line by line. The copy lacks the mails' bytes,
// which are most of a database and nothing is derived from.
func (k *checker) checkDerived(ctx context.Context) error {
	dir, err := os.MkdirTemp(filepath.Dir(k.path), ".patchwatch-check-")
	if err != nil {
		return fmt.Errorf("make a folder for a copy of the database: %w", err)
	}
	defer os.RemoveAll(dir)
	w, err := k.copyWithoutBytes(ctx, dir)
	if err != nil {
		return fmt.Errorf("copy the database to check it: %w", explain(err))
	}
	defer w.close()
	before, err := dumpLines(ctx, w, dir, nil)
	if err != nil {
		return err
	}
	defer before.Close()
	refs, err := w.sumOfRefs(ctx)
	if err != nil {
		return err
	}
	if err := w.tx(ctx, func() error { return w.rebuild(ctx, nil) }); err != nil {
		return explain(err)
	}
	refsAfter, err := w.sumOfRefs(ctx)
	if err != nil {
		return err
	}
	if refs != refsAfter {
		k.found.Fault(rebuildIt, "the table of references is wrong, by which mail that comes later is joined to what it belongs to")
	}
	after, err := dumpLines(ctx, w, dir, nil)
	if err != nil {
		return err
	}
	defer after.Close()
	_, err = DiffLines(before, after, k.differs("not right"), k.differs("not there"))
	return err
}

func (k *checker) differs(how string) func(line []byte) error {
	return func(line []byte) error {
		k.found.Fault(rebuildIt, "derived rows differ from a rebuild, %s: %s", how, line)
		return nil
	}
}

// copyWithoutBytes makes a database that has all rows of this one but those with the mails' bytes, all of one moment. It is
// thrown away in any case, so it is not kept safe from a crash.
func (k *checker) copyWithoutBytes(ctx context.Context, dir string) (w *writer, err error) {
	if err := k.roomForCopy(ctx, dir); err != nil {
		return nil, err
	}
	w, err = newWriter(dsn(filepath.Join(dir, "copy.db"), "_synchronous=OFF&_cache_size=-32768&_mutex=no"))
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
	if err := w.tx(ctx, func() error { return migrate(w) }); err != nil {
		return nil, err
	}
	if err := w.exec(`ATTACH ? AS source`, dsn(k.path, "mode=ro")); err != nil {
		return nil, err
	}
	_ = k.own.Close() // which frees its memory
	if err := w.tx(ctx, func() error { return w.copyTables(ctx) }); err != nil {
		return nil, err
	}
	return w, w.script("DETACH source")
}

// copyTables copies all tables but the pieces. SQLite copies page by page, since both databases have the same schema.
func (w *writer) copyTables(ctx context.Context) error {
	var tables []string
	if err := w.each(`SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'piece'`, nil,
		func(scan func(...any) error) error {
			var name string
			err := scan(&name)
			tables = append(tables, name)
			return err
		}); err != nil {
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

// roomForCopy asks whether there is room for the copy and two dumps of it, each about as large as the database without the
// mails' bytes.
func (k *checker) roomForCopy(ctx context.Context, dir string) error {
	var size int64
	if err := k.own.QueryRowContext(ctx, `
		SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size`).
		Scan(&size); err != nil {
		return err
	}
	return roomFor((size-k.pieces)*3, dir)
}

func (w *writer) sumOfRefs(ctx context.Context) (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	var row []byte
	err = w.each(`SELECT hash, member, mail FROM ref ORDER BY hash, member, mail`, nil, func(scan func(...any) error) error {
		var hash, member, mail int64
		err := scan(&hash, &member, &mail)
		row = binary.LittleEndian.AppendUint64(row[:0], uint64(hash))
		row = binary.LittleEndian.AppendUint64(row, uint64(member))
		row = binary.LittleEndian.AppendUint64(row, uint64(mail))
		h.Write(row)
		if err == nil {
			err = ctx.Err()
		}
		return err
	})
	return [sha256.Size]byte(h.Sum(nil)), explain(err)
}
