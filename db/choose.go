package db

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"

	"patchwatch/track"
)

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
		delete(c.rows, r.ID)
		c.replaced[r.ID] = true // by none, if no other is chosen
		c.gone = append(c.gone, r)
		if err := a.deleteRefs(p.ID, r); err != nil {
			return err
		}
	}
	return a.exec(`UPDATE mail SET chosen = 0 WHERE id = ?`, id)
}

func (a *adder) insertRefs(project int64, r *row) error {
	for _, ref := range r.Refs {
		if err := a.noteRef(refHash(project, ref), r.Member(), r.mail); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) noteRef(hash int64, member bool, mail int64) error {
	return w.exec(`INSERT OR IGNORE INTO ref (hash, member, mail) VALUES (?, ?, ?)`, hash, member, mail)
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
