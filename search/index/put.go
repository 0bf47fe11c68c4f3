package index

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"

	"patchwatch/internal/order"
)

// put writes entries, in the place of those of some mails, and how far the index is then. Entries may be nil.
func (w *Writer) put(ctx context.Context, entries []*entry, instead []int64, meta map[string]string) error {
	tx, err := w.db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	p := &putter{tx: tx, ctx: context.WithoutCancel(ctx), own: map[int64]int64{}}
	if err := p.prepare(); err != nil {
		return err
	}
	for _, mail := range instead {
		if err := p.drop(mail); err != nil {
			return err
		}
	}
	if err := p.put(entries); err != nil {
		return err
	}
	for key, value := range meta {
		if _, err := tx.ExecContext(p.ctx, `UPDATE meta SET value = ? WHERE key = ?`, value, key); err != nil {
			return err
		}
	}
	w.reached("before commit")
	if err := p.close(); err != nil {
		return err
	}
	return tx.Commit()
}

// A putter writes entries in one transaction.
type putter struct {
	tx  *sql.Tx
	ctx context.Context
	own map[int64]int64 // the last number taken here, by the first of its unit

	last, taken, insertWords, insertDocument, insertStem, displace *sql.Stmt
}

func (p *putter) prepare() (err error) {
	for _, s := range []struct {
		into  **sql.Stmt
		query string
	}{
		{&p.last, `SELECT coalesce(max(id), -1) FROM document WHERE id BETWEEN ? AND ?`},
		{&p.taken, `SELECT EXISTS (SELECT 1 FROM document WHERE id = ?)`},
		{&p.insertWords, insertWords},
		{&p.insertDocument, `INSERT INTO document (id, mail, received, size, date) VALUES (?, ?, ?, ?, ?)`},
		{&p.insertStem, `INSERT OR IGNORE INTO stem (stem, word) VALUES (?, ?)`},
		{&p.displace, `UPDATE meta SET value = max(CAST(value AS INTEGER), ?) WHERE key = '` + metaDisplaced + `'`},
	} {
		if *s.into, err = p.tx.PrepareContext(p.ctx, s.query); err != nil {
			return err
		}
	}
	return nil
}

func (p *putter) close() (err error) {
	for _, s := range []*sql.Stmt{p.last, p.taken, p.insertWords, p.insertDocument, p.insertStem, p.displace} {
		if e := s.Close(); err == nil {
			err = e
		}
	}
	return err
}

// put gives the entries their numbers, and writes them in the order of these: FTS5 gathers new words in memory only
// as long as the numbers grow, and otherwise writes a segment of the index for each time that they do not.
func (p *putter) put(entries []*entry) error {
	var numbered []numberedEntry
	for _, e := range entries {
		if e == nil {
			continue
		}
		id, err := p.number(e)
		if err != nil {
			return fmt.Errorf("index mail %d: %w", e.mail, err)
		}
		numbered = append(numbered, numberedEntry{e, id})
	}
	order.By(numbered, func(a, b numberedEntry) int { return cmp.Compare(a.id, b.id) })
	for _, e := range numbered {
		if err := p.write(e); err != nil {
			return fmt.Errorf("index mail %d: %w", e.mail, err)
		}
	}
	return nil
}

// A numberedEntry is an entry with the number of its document.
type numberedEntry struct {
	*entry
	id int64
}

// number takes a number for an entry.
func (p *putter) number(e *entry) (id int64, err error) {
	if id, err = (slotFinder{taken: p.isTaken, last: p.lastIn}).find(e.date); err != nil {
		return 0, err
	}
	first := firstID(e.date)
	p.own[first] = max(id, p.own[first])
	if late := unitOf(id) - unitOf(first); late > 0 {
		delete(p.own, unitOf(id)<<slotBits)
		if _, err := p.displace.ExecContext(p.ctx, late); err != nil {
			return 0, err
		}
	}
	_, err = p.insertDocument.ExecContext(p.ctx, id, e.mail, e.received, e.size, e.date)
	return id, err
}

func (p *putter) write(e numberedEntry) error {
	if _, err := p.insertWords.ExecContext(p.ctx, append([]any{e.id}, e.columns...)...); err != nil {
		return err
	}
	for _, s := range e.stems {
		if _, err := p.insertStem.ExecContext(p.ctx, s.stem, s.word); err != nil {
			return err
		}
	}
	return nil
}

func (p *putter) lastIn(first, last int64) (id int64, err error) {
	if id, known := p.own[first]; known {
		return min(id, last), nil
	}
	if err = p.last.QueryRowContext(p.ctx, first, last).Scan(&id); err == nil {
		p.own[first] = id // otherwise a number below it, drawn next, would be taken for the last
	}
	return id, err
}

func (p *putter) isTaken(id int64) (taken bool, err error) {
	err = p.taken.QueryRowContext(p.ctx, id).Scan(&taken)
	return taken, err
}

// drop takes a mail out, if it is there.
func (p *putter) drop(mail int64) error {
	var id int64
	err := p.tx.QueryRowContext(p.ctx, `SELECT id FROM document WHERE mail = ?`, mail).Scan(&id)
	if err == sql.ErrNoRows {
		return nil
	}
	if err == nil {
		_, err = p.tx.ExecContext(p.ctx, `DELETE FROM document WHERE id = ?`, id)
	}
	if err == nil {
		_, err = p.tx.ExecContext(p.ctx, `DELETE FROM words WHERE rowid = ?`, id)
	}
	return err
}
