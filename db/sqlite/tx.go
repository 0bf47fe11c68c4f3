package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

// tx is a transaction of the writer. Many rows are written by one prepared statement, run for each: to SQLite, which is
// in this process, that is the shortest way.
type tx struct {
	queries
	w       *writer
	opening int
	args    []any // used again for each mail
	first   int64 // mail that was stored in this transaction; 0: none
	forGood bool  // nothing can be undone
	broken  error // of a part that could not be undone
}

func newTx(w *writer, opening int) *tx {
	return &tx{queries: asking(w), w: w, opening: opening}
}

// write is w.tx for an f that uses t.
func (t *tx) write(ctx context.Context, f func(engine.Tx) error) error {
	return t.w.tx(ctx, func() error {
		if err := t.current(); err != nil {
			return err
		}
		err := f(t)
		return cmp.Or(t.broken, err)
	})
}

// current refuses to write into a schema that is newer than this program: a process that runs on while another one
// brings the database up to date would leave out what it does not know.
func (t *tx) current() error {
	var v int
	if _, err := t.w.row(`PRAGMA user_version`, nil, &v); err != nil || v <= schemaVersion() {
		return err
	}
	return fmt.Errorf("%w: it has version %d, this patchwatch knows versions up to %d; nothing was changed",
		engine.ErrNewer, v, schemaVersion())
}

// Stamp asks SQLite for a number that changes when another connection has committed.
func (t *tx) Stamp() (engine.Stamp, error) {
	s := engine.Stamp{Opening: t.opening}
	_, err := t.w.row(`PRAGMA data_version`, nil, &s.Changes)
	return s, err
}

// Part runs f inside a savepoint. Some errors, such as that of a full disk, make SQLite roll the whole transaction
// back. The savepoint is gone then, and what is written next would be outside of any transaction: so nothing is.
func (t *tx) Part(f func() error) (err error) {
	if t.broken != nil {
		return t.broken
	}
	if err := t.w.exec("SAVEPOINT part"); err != nil {
		return err
	}
	keep := false
	defer func() {
		if err = explain(err); !keep {
			t.undoPart(err)
		}
	}()
	if err = f(); err == nil {
		err = t.broken
	}
	if err == nil {
		err = t.w.exec("RELEASE part")
	}
	keep = err == nil
	return err
}

// undoPart undoes the innermost part; cause is its error, nil when it panicked.
func (t *tx) undoPart(cause error) {
	if t.broken != nil {
		return
	}
	var err error
	if t.forGood {
		err = errors.New("nothing of this database can be undone")
	} else {
		err = cmp.Or(t.w.exec("ROLLBACK TO part"), t.w.exec("RELEASE part"))
	}
	if err != nil {
		t.broken = cmp.Or(cause, explain(err))
	}
}

func (t *tx) Insert(mails []*engine.Mail, frames [][]byte) error {
	if len(mails) != len(frames) {
		return fmt.Errorf("%d frames for %d mails", len(frames), len(mails))
	}
	if err := t.w.page.look(t.w); err != nil {
		return err
	}
	above, err := t.beginsAbove()
	if err != nil {
		return err
	}
	for i, m := range mails {
		if err := t.insert(m, frames[i], above); err != nil {
			return fmt.Errorf("store %s: %w", m.MsgID, err)
		}
		above = 0 // SQLite numbers the others after this one
	}
	return nil
}

// insert stores a mail, under the number behind above if that is not 0.
func (t *tx) insert(m *engine.Mail, frame []byte, above int64) error {
	t.args = mailValues(t.args[:0], m)
	res, err := t.w.run(insertMail, t.args...)
	if err != nil {
		return unfitIfRefused(err)
	}
	if m.ID, err = res.LastInsertId(); err != nil {
		return err
	}
	if above != 0 {
		if err := t.w.exec(`UPDATE mail SET id = ? WHERE id = ?`, above+1, m.ID); err != nil {
			return err
		}
		m.ID = above + 1
	}
	t.first = cmp.Or(t.first, m.ID)
	return t.w.putFrame(m.ID, frame)
}

// readAgain has the names that are kept in memory be read again, where something is as it is said: not as new mail
// changes them, which is followed.
func (t *tx) readAgain(where string, args ...any) error {
	return t.w.exec(`UPDATE naming SET version = version + 1 WHERE `+where, args...)
}

func (t *tx) Update(mails []*engine.Mail) error {
	for _, m := range mails {
		if err := t.readAgain(`EXISTS (SELECT 1 FROM mail WHERE id = ? AND sender <> ?)`, m.ID, m.Sender); err != nil {
			return err
		}
		t.args = append(mailValues(t.args[:0], m), m.ID)
		if err := t.w.exec(updateMail, t.args...); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Remove(mails []int64) error {
	for _, id := range mails {
		if err := t.w.dropFrame(id); err != nil {
			return err
		}
		if err := t.w.exec(`DELETE FROM mail WHERE id = ?`, id); err != nil {
			return err
		}
	}
	return nil
}

// PutRefs writes many by one statement, as AddEvents does.
func (t *tx) PutRefs(refs []engine.RefKey) error {
	for len(refs) > 0 {
		query, n := putOneRef, 1
		if len(refs) >= rowsAtOnce {
			query, n = putManyRefs, rowsAtOnce
		}
		t.args = t.args[:0]
		for _, r := range refs[:n] {
			t.args = append(t.args, r.Hash, r.Member, r.Mail)
		}
		if err := t.w.exec(query, t.args...); err != nil {
			return err
		}
		refs = refs[n:]
	}
	return nil
}

// rowsAtOnce is how many rows of small tables are written by one statement: each statement has its price.
const rowsAtOnce = 16

var putOneRef, putManyRefs = putRefs(1), putRefs(rowsAtOnce)

func putRefs(n int) string {
	return `INSERT OR IGNORE INTO ref (hash, member, mail) VALUES ` + strings.Repeat(`, (?, ?, ?)`, n)[2:]
}

func (t *tx) DropRefs(refs []engine.RefKey) error {
	for _, r := range refs {
		err := t.w.exec(`DELETE FROM ref WHERE hash = ? AND member = ? AND mail = ?`, r.Hash, r.Member, r.Mail)
		if err != nil {
			return err
		}
	}
	return nil
}

// Put leaves a row alone that is as it should be: to write it again would change a page of each index.
func (t *tx) Put(d *engine.Derived) error {
	for _, put := range []func(*engine.Derived) error{t.putSeries, t.putPatches, t.putCovers, t.putReplies, t.putPeople} {
		if err := put(d); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) putSeries(d *engine.Derived) error {
	c := t.counting(both.SeriesTotal)
	if err := c.leave(keysOf(d.Series, func(s *engine.SeriesRow) int64 { return s.ID })); err != nil {
		return err
	}
	for i := range d.Series {
		s := &d.Series[i]
		if err := t.w.exec(`
			INSERT INTO series (id, project, key, name, version, total, received, complete, date,
				submitter, cover, given, hidden, revises)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET project = excluded.project, key = excluded.key, name = excluded.name,
				version = excluded.version, total = excluded.total, received = excluded.received, complete = excluded.complete,
				date = excluded.date, submitter = excluded.submitter, cover = excluded.cover, given = excluded.given,
				hidden = excluded.hidden, revises = excluded.revises
			WHERE (project, key, name, version, total, received, complete, date, submitter, cover, given, hidden, revises) IS NOT
				(excluded.project, excluded.key, excluded.name, excluded.version, excluded.total, excluded.received,
				excluded.complete, excluded.date, excluded.submitter, excluded.cover, excluded.given, excluded.hidden,
				excluded.revises)`,
			s.ID, s.Project, s.Key, both.TextOrNull(s.Name), s.Version, s.Total, s.Received, s.Complete, s.Date.Unix(),
			s.Submitter,
			both.NumberOrNull(s.Cover), both.TextOrNull(s.Given), s.Hidden, both.NumberOrNull(s.Revises)); err != nil {
			return err
		}
		c.Comes(both.RowKind{Project: s.Project, Hidden: s.Hidden, Period: both.PeriodOf(s.Date)})
	}
	return c.write()
}

func (t *tx) putPatches(d *engine.Derived) error {
	c := t.counting(both.PatchTotal)
	if err := c.leave(keysOf(d.Patches, func(p *engine.PatchRow) int64 { return p.Mail })); err != nil {
		return err
	}
	for i := range d.Patches {
		p := &d.Patches[i]
		var number any // means nothing without a series
		if p.Series != 0 {
			number = p.Number
		}
		if err := t.w.exec(`
			INSERT INTO patch (mail, project, series, number, date, submitter, state, delegate, archived, id, hidden, checked,
				superseded)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (mail) DO UPDATE SET project = excluded.project, series = excluded.series, number = excluded.number,
				date = excluded.date, submitter = excluded.submitter, state = excluded.state, delegate = excluded.delegate,
				archived = excluded.archived, id = excluded.id, hidden = excluded.hidden, checked = excluded.checked,
				superseded = excluded.superseded
			WHERE (project, series, number, date, submitter, state, delegate, archived, id, hidden, checked, superseded) IS NOT
				(excluded.project, excluded.series, excluded.number, excluded.date, excluded.submitter, excluded.state,
				excluded.delegate, excluded.archived, excluded.id, excluded.hidden, excluded.checked,
				excluded.superseded)`,
			p.Mail, p.Project, both.NumberOrNull(p.Series), number, p.Date.Unix(), p.Submitter, string(p.State),
			both.TextOrNull(p.Delegate),
			p.Archived, p.ID, p.Hidden, int64(p.Checked), both.NumberOrNull(p.Superseded)); err != nil {
			return err
		}
		c.Comes(both.RowKind{
			Project: p.Project, Kind: string(p.State), Archived: p.Archived, Hidden: p.Hidden, Period: both.PeriodOf(p.Date),
		})
	}
	return c.write()
}

func (t *tx) putCovers(d *engine.Derived) error {
	n := t.counting(both.CoverTotal)
	if err := n.leave(keysOf(d.Covers, func(c *engine.CoverRow) int64 { return c.Mail })); err != nil {
		return err
	}
	for i := range d.Covers {
		c := &d.Covers[i]
		if err := t.w.exec(`
			INSERT INTO cover (mail, project, series, id, date, submitter, hidden) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (mail) DO UPDATE SET project = excluded.project, series = excluded.series, id = excluded.id,
				date = excluded.date, submitter = excluded.submitter, hidden = excluded.hidden
			WHERE (project, series, id, date, submitter, hidden) IS NOT
				(excluded.project, excluded.series, excluded.id, excluded.date, excluded.submitter, excluded.hidden)`,
			c.Mail, c.Project, both.NumberOrNull(c.Series), c.ID, c.Date.Unix(), c.Submitter, c.Hidden); err != nil {
			return err
		}
		n.Comes(both.RowKind{Project: c.Project, Hidden: c.Hidden, Period: both.PeriodOf(c.Date)})
	}
	return n.write()
}

func (t *tx) putReplies(d *engine.Derived) error {
	for i := range d.Replies {
		r := &d.Replies[i]
		if err := t.w.exec(`
			INSERT INTO reply (mail, project, parent, date, ignored, clean, id, hidden) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (mail) DO UPDATE SET project = excluded.project, parent = excluded.parent, date = excluded.date,
				ignored = excluded.ignored, clean = excluded.clean, id = excluded.id, hidden = excluded.hidden
			WHERE (project, parent, date, ignored, clean, id, hidden) IS NOT (excluded.project, excluded.parent, excluded.date,
				excluded.ignored, excluded.clean, excluded.id, excluded.hidden)`,
			r.Mail, r.Project, both.NumberOrNull(r.Parent), r.Date.Unix(), r.Ignored, r.Clean, r.ID, r.Hidden); err != nil {
			return err
		}
	}
	return nil
}

// putPeople gives those who are named first their numbers.
func (t *tx) putPeople(d *engine.Derived) error {
	for i := range d.People {
		p := &d.People[i]
		if err := t.w.exec(`INSERT OR IGNORE INTO address (email) VALUES (?)`, p.Email); err != nil {
			return err
		}
		if t.first == 0 || p.Mail < t.first {
			if err := t.readAgain(`coalesce((SELECT name FROM person WHERE email = ?), '') <> ?`, p.Email, p.Name); err != nil {
				return err
			}
		}
		if err := t.w.exec(`INSERT OR REPLACE INTO person (email, name, date, mail) VALUES (?, ?, ?, ?)`,
			p.Email, p.Name, p.Date.Unix(), p.Mail); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) DropMails(mails []int64) error {
	if err := t.noteRenamed(mails); err != nil {
		return err
	}
	if err := t.dropCounted(both.PatchTotal, `DELETE FROM patch WHERE mail = ?`, mails); err != nil {
		return err
	}
	if err := t.dropCounted(both.CoverTotal, `DELETE FROM cover WHERE mail = ?`, mails); err != nil {
		return err
	}
	return dropEach(t, `DELETE FROM reply WHERE mail = ?`, mails)
}

// noteRenamed notes, as the triggers do, the series of patches that go. Where another copy of a mail takes the place of
// one, nothing else of the series may change but the name that it has from this mail.
func (t *tx) noteRenamed(mails []int64) error {
	if err := t.w.exec(`INSERT INTO renamed (series) SELECT p.series FROM json_each(?) j CROSS JOIN patch p
		WHERE p.mail = j.value AND p.series IS NOT NULL`, list(mails)); err != nil {
		return err
	}
	return t.w.exec(`DELETE FROM renamed WHERE n <= (SELECT max(n) FROM renamed) - 50000`)
}

func (t *tx) DropSeries(ids []int64) error {
	return t.dropCounted(both.SeriesTotal, `DELETE FROM series WHERE id = ?`, ids)
}

func (t *tx) DropPeople(emails []string) error {
	if err := t.readAgain(`EXISTS (SELECT 1 FROM person WHERE `+in(`email`)+` AND name <> '')`, list(emails)); err != nil {
		return err
	}
	return dropEach(t, `DELETE FROM person WHERE email = ?`, emails)
}

// dropCounted is dropEach for a table whose rows are counted.
func (t *tx) dropCounted(list both.CountedList, query string, keys []int64) error {
	c := t.counting(list)
	if err := c.leave(keys); err != nil {
		return err
	}
	for _, key := range keys {
		if err := t.w.exec(query, key); err != nil {
			return err
		}
	}
	return c.write()
}

func keysOf[R any](rows []R, key func(*R) int64) []int64 {
	keys := make([]int64, len(rows))
	for i := range rows {
		keys[i] = key(&rows[i])
	}
	return keys
}

func dropEach[K any](t *tx, query string, keys []K) error {
	for _, key := range keys {
		if err := t.w.exec(query, key); err != nil {
			return err
		}
	}
	return nil
}

// DropStrays takes out series after patches and covers, of which they may have been made.
func (t *tx) DropStrays() error {
	const noMail = ` WHERE NOT EXISTS (SELECT 1 FROM mail m WHERE m.id = mail AND m.chosen AND m.project IS NOT NULL)`
	for _, query := range []string{
		`DELETE FROM patch` + noMail, `UPDATE naming SET version = version + 1 WHERE changes() > 0`,
		`DELETE FROM cover` + noMail, `DELETE FROM reply` + noMail,
		`DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM patch p WHERE p.series = series.id)
			AND NOT EXISTS (SELECT 1 FROM cover c WHERE c.mail = series.cover AND c.series = series.id)`,
		`DELETE FROM person WHERE email = '' OR email NOT IN (SELECT sender FROM mail WHERE ` + both.IsNaming("") + `)`,
	} {
		if err := t.w.exec(query); err != nil {
			return err
		}
	}
	return t.countAnew()
}
