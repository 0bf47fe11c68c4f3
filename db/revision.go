package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"strings"

	"patchwatch/track"
)

// revisions finds which series is a new version of which. Nothing of this is stored: it is looked up, by index, when it
// is asked for, and so is a function of what is stored and cannot go stale. Most series are of
// version 1, which revises nothing and costs no lookup.
type revisions struct {
	asker
	known map[int64]int64 // answers: the series that a series revises, 0 for none
	parts []int64         // of the index by title; nil: not counted yet
}

// asker is whatever a question can be put to: f is called with each row.
type asker interface {
	each(query string, args []any, f func(scan func(...any) error) error) error
}

func newRevisions(ctx context.Context, tx *sql.Tx) *revisions {
	return &revisions{asker: &txAsker{ctx: ctx, tx: tx, stmts: map[string]*sql.Stmt{}}, known: map[int64]int64{}}
}

// txAsker asks a transaction that is read from only.
type txAsker struct {
	ctx   context.Context
	tx    *sql.Tx
	stmts map[string]*sql.Stmt
}

// edition is a series as the search for its other versions sees it.
type edition struct {
	track.Version
	id, project int64
	title       string
}

// member is a mail of it.
type member struct {
	mail   int64
	msgID  string
	sender string
	refs   []string
	title  sql.NullInt64
}

// titleHash is by what later versions of a patch or cover are found; nil for other mail. As with refHash, nobody can
// make one collide with another's.
func titleHash(kind track.Kind, sender, name string) any {
	title := track.Title(name)
	if kind != track.Patch && kind != track.Cover || title == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(sender + "\n" + title))
	return int64(binary.BigEndian.Uint64(sum[:]))
}

// revised is the number of the series that this one revises; 0 if it revises none that is stored.
func (r *revisions) revised(series int64) (int64, error) {
	if id, ok := r.known[series]; ok {
		return id, nil
	}
	found, err := r.load(series)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	id, err := r.find(&found[0])
	r.known[series] = id
	return id, err
}

func (r *revisions) find(v *edition) (int64, error) {
	if v.Version.Version <= 1 {
		return 0, nil
	}
	members, err := r.members(v.id)
	if err != nil {
		return 0, err
	}
	links := map[int64]track.Link{}
	if err := r.byTitle(v, members, links); err != nil {
		return 0, err
	}
	if err := r.byThread(v, members, links); err != nil {
		return 0, err
	}
	all, err := r.load(keys(links)...)
	if err != nil {
		return 0, err
	}
	byKey := map[string]int64{}
	var candidates []track.Earlier
	for _, c := range all {
		link := links[c.id]
		if link == track.SharedTitle && c.title != "" && c.title == v.title {
			link = track.SameTitle
		}
		candidates = append(candidates, track.Earlier{Version: c.Version, Link: link})
		byKey[c.Key] = c.id
	}
	key, _ := v.Revised(candidates)
	return byKey[key], nil
}

func (r *revisions) byTitle(v *edition, members []member, links map[int64]track.Link) error {
	const day = 24 * 60 * 60 // that a clock may be wrong
	for _, m := range members {
		if !m.title.Valid {
			continue
		}
		found, err := r.titled(`
			SELECT m.version, m.date, m.msgid, coalesce(p.series, c.series, 0)
			FROM mail m LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
			WHERE (m.id >> 16) = +? AND m.title = +? AND m.version < ? AND m.date <= ? AND m.project = +? AND m.chosen
			ORDER BY m.version DESC, m.date DESC, m.msgid LIMIT ?`,
			(*namesake).earlier, m.title.Int64, v.Version.Version, v.Date.Unix()+day, v.project, sameTitle)
		if err != nil {
			return err
		}
		noteSeries(links, found)
	}
	return nil
}

// byThread finds the series that members refer to, or to a comment on which they refer, and those of which a mail of
// the same sender refers to the same mail as they do, whether that is stored or not.
func (r *revisions) byThread(v *edition, members []member, links map[int64]track.Link) error {
	refs, hashes := map[string]bool{}, map[int64]bool{}
	senders := map[string]bool{}
	for _, m := range members {
		senders[m.sender] = true
		for _, ref := range m.refs {
			refs[ref] = true
			hashes[refHash(v.project, ref)] = true
		}
	}
	if len(refs) == 0 {
		return nil
	}
	if err := r.series(links, track.SameThread, `
		SELECT coalesce(p.series, c.series, pp.series, pc.series) FROM json_each(?) j CROSS JOIN mail m
			LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id LEFT JOIN reply r ON r.mail = m.id
			LEFT JOIN patch pp ON pp.mail = r.parent LEFT JOIN cover pc ON pc.mail = r.parent
		WHERE m.msgid = j.value AND m.project = +? AND m.chosen`, list(keys(refs)), v.project); err != nil {
		return err
	}
	return r.series(links, track.SameThread, `
		SELECT coalesce(p.series, c.series) FROM json_each(?) j CROSS JOIN ref f CROSS JOIN mail m
			LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
		WHERE f.hash = j.value AND f.member = 1 AND m.id = f.mail AND m.sender IN (SELECT value FROM json_each(?))`,
		list(keys(hashes)), list(keys(senders)))
}

func (r *revisions) load(series ...int64) (out []edition, err error) {
	err = r.each(`
		SELECT id, project, key, version, date, coalesce(name, '') FROM series WHERE id IN (SELECT value FROM json_each(?))`,
		[]any{list(series)}, func(scan func(...any) error) error {
			var v edition
			var date int64
			var name string
			err := scan(&v.id, &v.project, &v.Key, &v.Version.Version, &date, &name)
			v.Date, v.title = unixSec(date), track.Title(name)
			out = append(out, v)
			return err
		})
	return out, err
}

func (r *revisions) members(series int64) (out []member, err error) {
	err = r.each(`
		SELECT m.id, m.msgid, m.sender, m.refs, m.title FROM mail m WHERE m.id IN (
			SELECT mail FROM patch WHERE series = ?1 UNION ALL SELECT cover FROM series WHERE id = ?1)`,
		[]any{series}, func(scan func(...any) error) error {
			var m member
			var refs string
			err := scan(&m.mail, &m.msgID, &m.sender, &refs, &m.title)
			if refs != "" {
				m.refs = strings.Split(refs, "\n")
			}
			out = append(out, m)
			return err
		})
	return out, err
}

// series notes the series that a query gives, with the strongest of several links.
func (r *revisions) series(links map[int64]track.Link, link track.Link, query string, args ...any) error {
	return r.each(query, args, func(scan func(...any) error) error {
		var id sql.NullInt64
		if err := scan(&id); err != nil || !id.Valid {
			return err
		}
		links[id.Int64] = max(links[id.Int64], link)
		return nil
	})
}

func (r *txAsker) each(query string, args []any, f func(scan func(...any) error) error) error {
	s := r.stmts[query]
	if s == nil {
		var err error
		if s, err = r.tx.PrepareContext(r.ctx, query); err != nil {
			return err
		}
		r.stmts[query] = s // the transaction closes it
	}
	rows, err := s.QueryContext(r.ctx, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, f)
}

// list is values as one argument of a statement, for json_each.
func list[T any](values []T) string {
	text, err := json.Marshal(values)
	if err != nil {
		panic(err) // strings and numbers have a JSON form
	}
	return string(text)
}

func keys[K comparable, V any](m map[K]V) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}
