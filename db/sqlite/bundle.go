package sqlite

import (
	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) Bundles(owner int64) (out []track.Bundle, err error) {
	c := &conditions{}
	c.add(owner != 0, is(`b.account`), owner)
	err = q.Each(`
		SELECT b.id, b.account, b.project, b.name, b.public, p.msgid FROM bundle b
		LEFT JOIN bundle_patch p ON p.bundle = b.id`+
		c.where()+` ORDER BY b.id, p.place`, c.args, func(scan func(...any) error) error {
		var b track.Bundle
		var msgid string
		err := scan(&b.ID, &b.Owner, &b.Project, &b.Name, &b.Public, (*text)(&msgid))
		if last := len(out) - 1; last < 0 || out[last].ID != b.ID {
			out = append(out, b)
		}
		if last := len(out) - 1; msgid != "" {
			out[last].Patches = append(out[last].Patches, msgid)
		}
		return err
	})
	return out, err
}

func (t *tx) PutBundle(b *track.Bundle) error {
	res, err := t.w.run(`
		INSERT INTO bundle (id, account, project, name, public) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET account = excluded.account, project = excluded.project, name = excluded.name,
			public = excluded.public`,
		both.NumberOrNull(b.ID), b.Owner, b.Project, b.Name, b.Public)
	if err != nil {
		return err
	}
	if b.ID == 0 {
		if b.ID, err = res.LastInsertId(); err != nil {
			return err
		}
	}
	if err := t.w.exec(`DELETE FROM bundle_patch WHERE bundle = ?`, b.ID); err != nil {
		return err
	}
	for i, msgid := range b.Patches {
		if err := t.w.exec(`INSERT INTO bundle_patch (bundle, place, msgid) VALUES (?, ?, ?)`, b.ID, i+1, msgid); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) DropBundles(ids []int64) error {
	for _, id := range ids {
		if err := t.w.exec(`DELETE FROM bundle_patch WHERE bundle = ?`, id); err != nil {
			return err
		}
		if err := t.w.exec(`DELETE FROM bundle WHERE id = ?`, id); err != nil {
			return err
		}
	}
	return nil
}
