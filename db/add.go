package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"patchwatch/track"
)

// Delivery is one mail to be stored.
type Delivery struct {
	Mail  *track.Mail // what ingest.Parse read from it, with Delivered set
	Raw   []byte      // its bytes
	Frame []byte      // Raw as Compress or Store.Compress made it; nil: Add does
	sums  *sums       // of Mail; nil: Add makes them
}

// Prepare makes a Delivery and does ahead what Add would else do while nobody else can store anything.
func (s *Store) Prepare(m *track.Mail, raw []byte) Delivery {
	d := Delivery{Mail: m, Raw: raw}
	if !s.young() {
		d.Frame = s.Compress(raw)
	}
	if sums, err := sumsOf(m); err == nil {
		d.sums = sums
	}
	return d
}

// Added says what became of one delivery.
type Added struct {
	Known   bool   // these bytes were stored before; nothing changed
	Project string // link name; empty: unrouted
	Variant bool   // another mail stands for its Message-ID
	Kind    string // as in the dump: patch, cover, comment, pending, ignored or unrouted
	Series  int64  // its number; 0: none
	mail    int64  // mail.id
	Err     error  // this mail is at fault, no retry can cure it; it is not stored, its neighbours are
}

// Add stores mails and brings all derived rows that they touch up to date; when it returns they are on disk. The result has
// an entry for each delivery. It is one transaction, but for the first mails of a database, and where a mail is at fault.
// An error means that the environment failed; what was stored nevertheless is known when it is added again.
//
// A mail that can't be stored, or whose assembly panics, must not hold the others up: it gets its Err.
func (s *Store) Add(ctx context.Context, batch []Delivery) (added []Added, err error) {
	for len(batch) > 0 {
		part := batch
		if s.young() {
			part = batch[:min(len(batch), s.before())]
		}
		a, err := s.addPart(ctx, part)
		if err != nil {
			return nil, err
		}
		added, batch = append(added, a...), batch[len(part):]
	}
	return added, nil
}

// addPart halves a part with a mail at fault until that mail is alone.
func (s *Store) addPart(ctx context.Context, batch []Delivery) ([]Added, error) {
	added, err := s.addBatch(ctx, batch)
	switch {
	case !atFault(err):
		return added, err
	case len(batch) == 1:
		return []Added{{Err: err}}, nil
	}
	half := len(batch) / 2
	first, err := s.addPart(ctx, batch[:half])
	if err != nil {
		return nil, err
	}
	second, err := s.addPart(ctx, batch[half:])
	if err != nil {
		return nil, err
	}
	return append(first, second...), nil
}

// panicked is a panic while mails were stored or assembled.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string {
	return fmt.Sprintf("storing this mail failed inside patchwatch: %v\n%s", p.value, p.stack)
}

// unfit is an error of the mail's own facts.
type unfit struct{ error }

func atFault(err error) bool {
	var p *panicked
	var u unfit
	return errors.As(err, &p) || errors.As(err, &u) || isConstraint(err)
}

func (s *Store) addBatch(ctx context.Context, batch []Delivery) (added []Added, err error) {
	defer func() {
		if p := recover(); p != nil {
			added, err = nil, &panicked{p, debug.Stack()}
		}
	}()
	added = make([]Added, len(batch))
	learned := false
	err = s.write(ctx, func(w *writer) error {
		a, err := newAdder(w)
		if err != nil {
			return err
		}
		for i := range batch {
			if err := a.add(&batch[i], &added[i]); err != nil {
				return fmt.Errorf("store %s: %w", batch[i].Mail.MsgID, err)
			}
		}
		s.reached(stepInserted)
		if err := a.derive(); err != nil {
			return err
		}
		s.reached(stepDerived)
		for i := range batch {
			if err := a.describe(&added[i]); err != nil {
				return err
			}
		}
		learned, err = w.learn()
		return err
	})
	if err != nil {
		return nil, err
	}
	if learned {
		// Only now: no frame may name a dictionary that is rolled back. Should this fail, the one before will do.
		_ = s.frames.refresh()
	}
	s.reached(stepCommitted)
	return added, nil
}

// adder stores the mails of one transaction and notes which Message-IDs it changed.
type adder struct {
	*writer
	router     *track.Router
	projects   []track.Project
	configured bool // by a person: then none is made on sight
	changes    map[int64]*change
}

// change is what a transaction did to the mails of one project.
type change struct {
	fresh    map[string]bool // Message-IDs that were not stored before
	replaced map[string]bool // Message-IDs for which another mail stands now, or none, or the same with other facts
	gone     []*row          // the mails that stood for them
	namings  []*naming       // of mails that may name their senders now
	rows     map[string]*row // of fresh mails, as they were inserted: to look them up again would cost more than to add them
}

func newAdder(w *writer) (*adder, error) {
	a := &adder{writer: w, changes: map[int64]*change{}}
	if err := w.shelf.look(w); err != nil {
		return nil, err
	}
	return a, a.loadProjects()
}

func (a *adder) loadProjects() (err error) {
	if a.projects, err = a.writer.projects(); err != nil {
		return err
	}
	// A project that was removed again is a decision too.
	if a.configured, err = a.row(`SELECT 1 FROM project WHERE NOT on_sight LIMIT 1`, nil, new(int)); err != nil {
		return err
	}
	a.router, err = track.NewRouter(a.projects)
	return err
}

// route finds the project of a mail, and makes one on sight where none was ever configured.
func (a *adder) route(m *track.Mail) (*track.Project, bool, error) {
	if a.configured {
		p, byList := a.router.Route(m)
		return p, byList, nil
	}
	// Which projects are there already depends on the mails before this one, so that must not matter: a mail goes to
	// the project of its own first List-Id, never to one whose address it happens to have.
	made, ok := track.OnSight(m)
	if !ok {
		return nil, false, nil
	}
	if p := a.onSight(made.ListID); p != nil {
		return p, true, nil
	}
	if err := a.exec(`
		INSERT INTO project (link_name, list_id, list_email, name, on_sight) VALUES (?, ?, ?, ?, 1)`,
		made.LinkName, made.ListID, made.ListEmail, made.Name); err != nil {
		return nil, false, err
	}
	if err := a.loadProjects(); err != nil {
		return nil, false, err
	}
	return a.onSight(made.ListID), true, nil
}

func (a *adder) onSight(listID string) *track.Project {
	for i := range a.projects {
		if a.projects[i].ListID == listID {
			return &a.projects[i]
		}
	}
	return nil
}

func (a *adder) change(project int64) *change {
	c := a.changes[project]
	if c == nil {
		c = &change{fresh: map[string]bool{}, replaced: map[string]bool{}, rows: map[string]*row{}}
		a.changes[project] = c
	}
	return c
}

func (a *adder) add(d *Delivery, out *Added) error {
	m := d.Mail
	if len(d.Raw) > maxRaw {
		return unfit{fmt.Errorf("the mail has %d bytes, more than the %d that can be stored", len(d.Raw), maxRaw)}
	}
	if d.Frame == nil {
		d.Frame = a.frames.compress(d.Raw)
	}
	if !a.frames.knows(d.Frame) {
		return errForeignFrame
	}
	var id, delivered int64
	known, err := a.row(`SELECT id, delivered FROM mail WHERE msgid = ? AND substr(sha256, 1, 16) = ? AND sha256 = ?`,
		[]any{m.MsgID, m.SHA256[:16], m.SHA256[:]}, &id, &delivered)
	if err != nil {
		return err
	}
	p, byList, err := a.route(m)
	if err != nil {
		return err
	}
	if p != nil {
		out.Project = p.LinkName
	}
	out.mail = id
	if known {
		out.Known = true
		if m.Delivered.UnixMicro() < delivered {
			return a.deliveredEarlier(id, m)
		}
		return nil
	}
	copies, err := a.row(`SELECT 1 FROM mail WHERE msgid = ? AND project IS ? LIMIT 1`, []any{m.MsgID, idOrNil(p)}, new(int))
	if err != nil {
		return err
	}
	id, err = a.insert(d, p, byList, !copies)
	if err != nil {
		return err
	}
	out.mail = id
	if err := a.putFrame(id, d.Frame); err != nil {
		return err
	}
	if !copies {
		return a.first(p, m, id)
	}
	chosen, err := a.choose(p, m.MsgID)
	out.Variant = chosen != id
	return err
}

// errForeignFrame is the environment's fault: the same mail, compressed again, will do.
var errForeignFrame = errors.New("the mail was compressed for a database that was here before")

// describe says what a mail has become, with all of its batch in place.
func (a *adder) describe(out *Added) error {
	_, err := a.row(`
		SELECT `+kindColumn+`, coalesce(p.series, c.series, 0) FROM `+rowTables+` WHERE m.id = +?`,
		[]any{out.mail}, &out.Kind, &out.Series)
	return err
}

// deliveredEarlier keeps the earliest of several deliveries of the same bytes, so that the order in which we hear of
// them means nothing.
func (a *adder) deliveredEarlier(id int64, m *track.Mail) error {
	before, err := a.loadRow(id)
	if err != nil {
		return err
	}
	if err := a.exec(`UPDATE mail SET delivered = ?, date = CASE dated WHEN 1 THEN date ELSE ? END WHERE id = ?`,
		m.Delivered.UnixMicro(), m.DateOrDelivered().Unix(), id); err != nil {
		return err
	}
	var project sql.NullInt64
	var msgid string
	var chosen bool
	if _, err := a.row(`SELECT project, msgid, chosen FROM mail WHERE id = ?`, []any{id}, &project, &msgid, &chosen); err != nil {
		return err
	}
	if !project.Valid {
		_, err := a.choose(nil, msgid)
		return err
	}
	if chosen {
		c := a.change(project.Int64) // its place in canonical order is another
		delete(c.rows, msgid)
		c.replaced[msgid] = true
		c.gone = append(c.gone, before)
	}
	_, err = a.choose(&track.Project{ID: project.Int64}, msgid)
	return err
}

// first notes a mail whose Message-ID is new: almost every one.
func (a *adder) first(p *track.Project, m *track.Mail, id int64) error {
	if p == nil {
		return nil
	}
	r := rowOf(m, p, id)
	c := a.change(p.ID)
	c.fresh[r.ID] = true
	c.rows[r.ID] = r
	if r.Kind != track.Ignored {
		c.namings = append(c.namings, &naming{id, r.ID, r.Date.Unix(), r.Sender, p.Sender(m).Name})
	}
	return a.insertRefs(p.ID, r)
}

// insert writes the facts of a mail.
func (a *adder) insert(d *Delivery, p *track.Project, byList, chosen bool) (int64, error) {
	f, err := factsOf(d, p, byList)
	if err != nil {
		return 0, err
	}
	res, err := a.run(`
		INSERT INTO mail (sha256, project, msgid, chosen, by_list, delivered, dated, date, kind, sender, sender_name, name,
			marked, number, total, version, refs, content_sha, diff_sha, hash, pull_url, state, more, title)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, slices.Insert(f, 3, any(chosen))...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// factsOf are the values of a mail's row, in the order of the INSERT above, but for chosen.
func factsOf(d *Delivery, p *track.Project, byList bool) ([]any, error) {
	m := d.Mail
	if d.sums == nil {
		var err error
		if d.sums, err = sumsOf(m); err != nil {
			return nil, unfit{err}
		}
	}
	var project any
	sender, name := m.From, m.Subject.Name("")
	if p != nil {
		project, sender, name = p.ID, p.Sender(m), m.Subject.Name(p.LinkName)
	}
	return []any{
		m.SHA256[:], project, m.MsgID, byList, m.Delivered.UnixMicro(), !m.Date.IsZero(), m.DateOrDelivered().Unix(),
		int(m.Kind()), sender.Email, sender.Name, name,
		m.Subject.Marked, m.Subject.Number, m.Subject.Total, m.Subject.Version, strings.Join(m.Refs, "\n"),
		d.sums.content, d.sums.diff, d.sums.hash, orNil(m.PullURL), stateOrNil(m.State), d.sums.more,
		titleHash(m.Kind(), sender.Email, name),
	}, nil
}

// sums are the facts that are summed up of a mail whatever its project.
type sums struct {
	content, diff, hash []byte // nil: none
	more                any
}

func sumsOf(m *track.Mail) (*sums, error) {
	more, err := moreOf(m)
	if err != nil {
		return nil, err
	}
	patchHash, err := hex.DecodeString(m.Hash)
	if err != nil {
		return nil, fmt.Errorf("patch hash: %w", err)
	}
	content := sha256.Sum256([]byte(m.Content))
	return &sums{content[:], shaOrNil(m.Diff), bytesOrNil(patchHash), more}, nil
}

// idOrNil is a project's number, NULL for the unrouted.
func idOrNil(p *track.Project) any {
	if p == nil {
		return nil
	}
	return p.ID
}

func shaOrNil(text string) []byte {
	if text == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

func bytesOrNil(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// stateOrNil is a state that a mail asks for, if there is such a state.
func stateOrNil(name string) any {
	if state, ok := track.ParseState(name); ok {
		return state
	}
	return nil
}

// more is the part of a mail's facts that no list is sorted or filtered by.
type more struct {
	Trailers       []track.Trailer `json:",omitempty"`
	Depends        []string        `json:",omitempty"`
	Files          []string        `json:",omitempty"`
	Author         *track.Person   `json:",omitempty"`
	Delegate       string          `json:",omitempty"`
	ActionRequired bool            `json:",omitempty"`
	Notes          []string        `json:",omitempty"`
}

func moreOf(m *track.Mail) (any, error) {
	text, err := json.Marshal(more{m.Trailers, m.Depends, m.Files, m.Author, m.Delegate, m.ActionRequired, m.Notes})
	if err != nil || bytes.Equal(text, []byte("{}")) {
		return nil, err
	}
	return string(text), nil
}

// choose decides which mail of a Message-ID in a project is the mail: one that came through the list before one that
// came by address alone, then the one delivered first, then the smaller SHA-256. A forged copy that is sent later so
// can't take a reviewed patch's place.
func (a *adder) choose(p *track.Project, msgid string) (best int64, err error) {
	// Two queries and not "project IS ?", whose plan SQLite makes anew for every value that is bound.
	query, args := `
		SELECT id, chosen FROM mail WHERE msgid = ? AND project IS NULL
		ORDER BY by_list DESC, delivered, sha256`, []any{msgid}
	if p != nil {
		query, args = `
		SELECT id, chosen FROM mail WHERE msgid = +? AND project = +?
		ORDER BY by_list DESC, delivered, sha256`, []any{msgid, p.ID}
	}
	var before int64
	err = a.each(query, args, func(scan func(...any) error) error {
		var id int64
		var chosen bool
		if err := scan(&id, &chosen); err != nil {
			return err
		}
		if best == 0 {
			best = id
		}
		if chosen {
			before = id
		}
		return nil
	})
	if err != nil || best == before {
		return best, err
	}
	return best, a.swap(p, msgid, before, best)
}

// swap makes another mail stand for a Message-ID. Either may be 0.
func (a *adder) swap(p *track.Project, msgid string, before, now int64) error {
	if before != 0 {
		if err := a.unchoose(p, before); err != nil {
			return err
		}
	}
	if now != 0 {
		if err := a.exec(`UPDATE mail SET chosen = 1 WHERE id = ?`, now); err != nil {
			return err
		}
	}
	if p == nil {
		return nil
	}
	c := a.change(p.ID)
	delete(c.rows, msgid)
	if before == 0 {
		c.fresh[msgid] = true
	} else {
		c.replaced[msgid] = true
	}
	if now == 0 {
		return nil
	}
	if err := a.mayName(c, now); err != nil {
		return err
	}
	r, err := a.loadRow(now)
	if err != nil {
		return err
	}
	return a.insertRefs(p.ID, r)
}

// mayName notes a mail that was stored before and may name its sender now.
func (a *adder) mayName(c *change, mail int64) error {
	n, err := a.loadNaming(mail)
	if n != nil {
		c.namings = append(c.namings, n)
	}
	return err
}

func (a *adder) unchoose(p *track.Project, id int64) error {
	if p != nil {
		r, err := a.loadRow(id)
		if err != nil {
			return err
		}
		c := a.change(p.ID)
		c.gone = append(c.gone, r)
		if err := a.deleteRefs(p.ID, r); err != nil {
			return err
		}
	}
	return a.exec(`UPDATE mail SET chosen = 0 WHERE id = ?`, id)
}

func (a *adder) insertRefs(project int64, r *row) error {
	for _, ref := range r.Refs {
		if err := a.exec(`INSERT OR IGNORE INTO ref (hash, member, mail) VALUES (?, ?, ?)`, refHash(project, ref), r.Member(), r.mail); err != nil {
			return err
		}
	}
	return nil
}

func (a *adder) deleteRefs(project int64, r *row) error {
	for _, ref := range r.Refs {
		if err := a.exec(`DELETE FROM ref WHERE hash = ? AND member = ? AND mail = ?`, refHash(project, ref), r.Member(), r.mail); err != nil {
			return err
		}
	}
	return nil
}

// refHash is cut from a SHA-256, so that nobody can make a thread's hash collide with another's.
func refHash(project int64, id string) int64 {
	text := append(strconv.AppendInt(make([]byte, 0, 128), project, 10), ' ')
	sum := sha256.Sum256(append(text, id...))
	return int64(binary.BigEndian.Uint64(sum[:]))
}

func unixMicro(v int64) time.Time { return time.UnixMicro(v).UTC() }
func unixSec(v int64) time.Time   { return time.Unix(v, 0).UTC() }
