package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/gofrs/flock"
)

// A Writer is who may write the index. It is for one goroutine.
type Writer struct {
	// Warn, if it is not nil, is called when a damaged index is made anew.
	Warn func(err error)

	index  *Index
	source Source
	lock   *flock.Flock
	db     *sql.DB // nil: not open
	info   os.FileInfo
	makers []*entryMaker // one for each goroutine that reads mails
	ahead  chan batch    // nil: nothing was read in advance
	step   func(string)  // nil, except in tests
}

// Writer takes the lock. It is ErrLocked if another process has it.
func (x *Index) Writer(source Source) (*Writer, error) {
	l, err := x.lock()
	if err != nil {
		return nil, err
	}
	return &Writer{index: x, source: apart{source}, lock: l}, nil
}

// Close lets others write.
func (w *Writer) Close() error {
	return errors.Join(w.close(), w.lock.Close())
}

func (w *Writer) close() error {
	if w.db == nil {
		return nil
	}
	w.forget() // the next file may lack words that were seen
	db := w.db
	w.db = nil
	return db.Close()
}

// Anew throws the index away and begins a new one.
func (w *Writer) Anew() error {
	return errors.Join(w.close(), w.index.remove())
}

// ready opens the index, and makes it anew if it is not there, is damaged, or is that of another database or program.
func (w *Writer) ready(ctx context.Context) error {
	if w.db != nil {
		now, err := os.Stat(w.index.path)
		if err == nil && os.SameFile(now, w.info) && !w.index.Discarding() {
			return nil
		}
		if err := w.close(); err != nil && !isDamage(err) {
			return err
		}
	}
	err := w.openKnown(ctx)
	if isDamage(err) || errors.Is(err, errOther) {
		if err := w.Anew(); err != nil {
			return err
		}
		err = w.make(ctx)
	}
	return err
}

// errOther is the error of an index of another database, or of another form.
var errOther = errors.New("the search index is another's")

// openKnown opens the index if it is one of this database.
func (w *Writer) openKnown(ctx context.Context) error {
	if w.index.Discarding() {
		return errOther
	}
	info, err := os.Stat(w.index.path)
	if errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return errOther
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("the search index %s is no regular file", w.index.path)
	}
	w.open(info)
	if err := w.verify(ctx, info); err != nil {
		return errors.Join(err, w.close())
	}
	return nil
}

func (w *Writer) open(info os.FileInfo) {
	w.db = sql.OpenDB(&connector{path: w.index.path, options: writeOptions, info: info})
	w.db.SetMaxOpenConns(1)
	w.info = info
}

// checkedAlways is up to which size a file is checked whenever it is opened to be written, which takes a tenth of a
// second. Larger ones are checked by those who write for long: see Index.Check.
const checkedAlways = 2 << 20

func (w *Writer) verify(ctx context.Context, info os.FileInfo) error {
	meta, err := readMeta(ctx, w.db)
	if err != nil {
		return err
	}
	identity, err := w.source.Identity(ctx)
	if err != nil {
		return err
	}
	if meta[metaForm] != w.index.form || meta[metaIdentity] != identity {
		return errOther
	}
	if err := w.follows(ctx, meta); err != nil {
		return err
	}
	if info.Size() <= checkedAlways {
		if err := quickCheck(ctx, w.db); err != nil {
			return err
		}
	}
	return w.settings(ctx)
}

// follows tells by the last mail that is indexed whether the database has gone back to an earlier time, as when an
// older copy was put in its place.
func (w *Writer) follows(ctx context.Context, meta map[string]string) error {
	watermark, err := strconv.ParseInt(meta[metaWatermark], 10, 64)
	if err != nil {
		return errOther
	}
	last, err := w.source.LastMail(ctx)
	if err != nil {
		return err
	}
	if last < watermark {
		return errOther
	}
	mails, err := w.source.After(ctx, watermark-1, 1)
	if err == nil && watermark > 0 && len(mails) > 0 && mails[0].ID == watermark &&
		sumText(mails[0].Sum) != meta[metaSum] {
		err = errOther
	}
	return err
}

func sumText(sum [32]byte) string { return fmt.Sprintf("%x", sum) }

// make makes a new, empty index. It is made under another name, so that nobody finds one that is not whole.
func (w *Writer) make(ctx context.Context) error {
	identity, err := w.source.Identity(ctx)
	if err != nil {
		return err
	}
	path := w.index.path + "-new"
	if err := removeAll(path); err != nil {
		return err
	}
	if err := w.makeEmpty(ctx, path, identity); err != nil {
		return fmt.Errorf("make the search index: %w", err)
	}
	info, err := os.Stat(path)
	if err == nil {
		err = os.Rename(path, w.index.path)
	}
	if err == nil {
		err = removeAll(path) // its log
	}
	if err == nil {
		w.open(info)
		err = w.settings(ctx)
	}
	return err
}

func (w *Writer) makeEmpty(ctx context.Context, path, identity string) (err error) {
	db := sql.OpenDB(&connector{path: path, options: makeOptions})
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; "+
		"PRAGMA journal_mode = WAL"); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	for key, value := range map[string]string{metaForm: w.index.form, metaIdentity: identity, metaWatermark: "0",
		metaSum:  "",
		metaNote: "0", metaDisplaced: "0"} {
		if _, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES (?, ?)`, key, value); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return each(ctx, db, "PRAGMA wal_checkpoint(TRUNCATE)", nil, func(*sql.Rows) error { return nil })
}

// settings are those of a connection that writes. An index that loses its last transactions when the power fails goes
// on from there.
func (w *Writer) settings(ctx context.Context) error {
	_, err := w.db.ExecContext(ctx, "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216")
	return err
}
