package db

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"crypto/sha256"

	"patchwatch/track"
)

// Delivery is one mail to be stored: what ingest.Parse read from it, with Delivered set, and its bytes compressed by
// Compress.
type Delivery struct {
	Mail  *track.Mail
	Frame []byte
	Size  int // of the mail, in bytes, before compression
}

// Added says what became of one delivery.
type Added struct {
	Known   bool   // these bytes were stored before; nothing changed
	Project string // link name; empty: unrouted
	Variant bool   // another mail stands for its Message-ID
	Kind    string // as in the dump: patch, cover, comment, pending, ignored or unrouted
	Series  int64  // its number; 0: none
	Err     error  // this mail is at fault, no retry can cure it; it is not stored, its neighbours are
}

// Add stores mails in one transaction and brings all derived rows that they touch up to date; when it returns they
// are on disk. The result has an entry for each delivery. An error means that the environment failed and nothing was
// stored.
//
// A mail that can't be stored, or whose assembly panics, must not hold the others up: then each is added by itself,
// and the one at fault gets its Err.
func (s *Store) Add(ctx context.Context, batch []Delivery) ([]Added, error) {
	added, err := s.addBatch(ctx, batch)
	if !atFault(err) {
		return added, err
	}
	added = make([]Added, len(batch))
	for i := range batch {
		one, err := s.addBatch(ctx, batch[i:i+1])
		switch {
		case atFault(err):
			added[i].Err = err
		case err != nil:
			return nil, err // what was added before it stays; adding it again changes nothing
		default:
			added[i] = one[0]
		}
	}
	return added, nil
}

// panicked is a panic while mails were stored or assembled.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string {
	return fmt.Sprintf("storing this mail failed inside patchwatch: %v\n%s", p.value, p.stack)
}

func atFault(err error) bool {
	_, isPanic := err.(*panicked)
	return isPanic || isConstraint(err)
}

func (s *Store) addBatch(ctx context.Context, batch []Delivery) (added []Added, err error) {
	defer func() {
		if p := recover(); p != nil {
			added, err = nil, &panicked{p, debug.Stack()}
		}
	}()
	added = make([]Added, len(batch))
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
		if err := a.derive(); err != nil {
			return err
		}
		for i := range batch {
			if err := a.describe(batch[i].Mail.SHA256, &added[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
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
	senders  map[string]bool // whose names may have changed
}

func newAdder(w *writer) (*adder, error) {
	a := &adder{writer: w, changes: map[int64]*change{}}
	return a, a.loadProjects()
}

func (a *adder) loadProjects() (err error) {
	if a.projects, err = a.writer.projects(); err != nil {
		return err
	}
	a.configured = false
	for _, p := range a.projects {
		a.configured = a.configured || !p.OnSight
	}
	a.router, err = track.NewRouter(a.projects)
	return err
}

// route finds the project of a mail, and makes one on sight where none was ever configured.
func (a *adder) route(m *track.Mail) (*track.Project, bool, error) {
	p, byList := a.router.Route(m)
	if p != nil || a.configured {
		return p, byList, nil
	}
	made, ok := track.OnSight(m)
	if !ok {
		return nil, false, nil
	}
	if err := a.exec(`
		INSERT INTO project (link_name, list_id, list_email, name, on_sight) VALUES (?, ?, ?, ?, 1)
		ON CONFLICT (link_name) DO UPDATE SET removed = 0, on_sight = 1`,
		made.LinkName, made.ListID, made.ListEmail, made.Name); err != nil {
		return nil, false, err
	}
	if err := a.loadProjects(); err != nil {
		return nil, false, err
	}
	p, byList = a.router.Route(m)
	return p, byList, nil
}

func (a *adder) change(project int64) *change {
	c := a.changes[project]
	if c == nil {
		c = &change{fresh: map[string]bool{}, replaced: map[string]bool{}, senders: map[string]bool{}}
		a.changes[project] = c
	}
	return c
}

func (a *adder) add(d *Delivery, out *Added) error {
	m := d.Mail
	var id, delivered int64
	known, err := a.row(`SELECT id, delivered FROM mail WHERE sha256 = ?`, []any{m.SHA256[:]}, &id, &delivered)
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
	if known {
		out.Known = true
		if m.Delivered.UnixMicro() < delivered {
			return a.deliveredEarlier(id, m)
		}
		return nil
	}
	id, err = a.insert(m, p, byList)
	if err != nil {
		return err
	}
	if err := a.exec(`INSERT INTO raw (mail, size, bytes) VALUES (?, ?, ?)`, id, d.Size, d.Frame); err != nil {
		return err
	}
	chosen, err := a.choose(p, m.MsgID)
	out.Variant = chosen != id
	return err
}

// describe says what a mail has become, with all of its batch in place.
func (a *adder) describe(sha [32]byte, out *Added) error {
	_, err := a.row(`
		SELECT `+kindColumn+`, coalesce(p.series, c.series, 0) FROM `+rowTables+` WHERE m.sha256 = ?`,
		[]any{sha[:]}, &out.Kind, &out.Series)
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
	var project *int64
	var msgid string
	var chosen bool
	if _, err := a.row(`SELECT project, msgid, chosen FROM mail WHERE id = ?`, []any{id}, &project, &msgid, &chosen); err != nil {
		return err
	}
	if project == nil {
		_, err := a.choose(nil, msgid)
		return err
	}
	if chosen {
		c := a.change(*project) // its place in canonical order is another
		c.replaced[msgid] = true
		c.senders[before.Sender] = true
		c.gone = append(c.gone, before)
	}
	_, err = a.choose(&track.Project{ID: *project}, msgid)
	return err
}

// insert writes the facts of a mail, not chosen yet.
func (a *adder) insert(m *track.Mail, p *track.Project, byList bool) (int64, error) {
	f, err := factsOf(m, p, byList)
	if err != nil {
		return 0, err
	}
	res, err := a.run(`
		INSERT INTO mail (sha256, project, msgid, chosen, by_list, delivered, dated, date, kind, sender, sender_name, name,
			marked, number, total, version, refs, content_sha, diff_sha, hash, pull_url, state, more)
		VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, f...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// factsOf are the values of a mail's row, in the order of the INSERT above.
func factsOf(m *track.Mail, p *track.Project, byList bool) ([]any, error) {
	var project any
	sender, name := m.From, m.Subject.Name("")
	if p != nil {
		project, sender, name = p.ID, p.Sender(m), m.Subject.Name(p.LinkName)
	}
	more, err := moreOf(m)
	if err != nil {
		return nil, err
	}
	var patchHash []byte
	if m.Hash != "" {
		if patchHash, err = hex.DecodeString(m.Hash); err != nil {
			return nil, err
		}
	}
	content := sha256.Sum256([]byte(m.Content))
	return []any{
		m.SHA256[:], project, m.MsgID, byList, m.Delivered.UnixMicro(), !m.Date.IsZero(), m.DateOrDelivered().Unix(),
		int(m.Kind()), sender.Email, sender.Name, name,
		m.Subject.Marked, m.Subject.Number, m.Subject.Total, m.Subject.Version, strings.Join(m.Refs, "\n"),
		content[:], shaOrNil(m.Diff), patchHash, orNil(m.PullURL), orNil(m.State), more,
	}, nil
}

func shaOrNil(text string) []byte {
	if text == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
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
	var project any
	if p != nil {
		project = p.ID
	}
	var before int64
	err = a.each(`
		SELECT id, chosen FROM mail WHERE msgid = ? AND project IS ?
		ORDER BY by_list DESC, delivered, sha256`, []any{msgid, project}, func(scan func(...any) error) error {
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
	if before == 0 {
		c.fresh[msgid] = true
	} else {
		c.replaced[msgid] = true
	}
	if now == 0 {
		return nil
	}
	r, err := a.loadRow(now)
	if err != nil {
		return err
	}
	c.senders[r.Sender] = true
	return a.insertRefs(p.ID, r)
}

func (a *adder) unchoose(p *track.Project, id int64) error {
	if p != nil {
		r, err := a.loadRow(id)
		if err != nil {
			return err
		}
		c := a.change(p.ID)
		c.gone = append(c.gone, r)
		c.senders[r.Sender] = true
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
	h := sha256.New()
	fmt.Fprintf(h, "%d %s", project, id)
	sum := h.Sum(nil)
	var v uint64
	for _, b := range sum[:8] {
		v = v<<8 | uint64(b)
	}
	return int64(v)
}

func unixMicro(v int64) time.Time { return time.UnixMicro(v).UTC() }
func unixSec(v int64) time.Time   { return time.Unix(v, 0).UTC() }
