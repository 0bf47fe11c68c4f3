package postgres

import "patchwatch/track"

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
	if err := t.numbered(`bundle`, &b.ID); err != nil {
		return err
	}
	if err := t.w.exec(`
		INSERT INTO bundle (id, account, project, name, public) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET account = excluded.account, project = excluded.project, name = excluded.name,
			public = excluded.public`, b.ID, b.Owner, b.Project, b.Name, b.Public); err != nil {
		return err
	}
	if err := t.w.exec(`DELETE FROM bundle_patch WHERE bundle = ?`, b.ID); err != nil {
		return err
	}
	return t.w.exec(`INSERT INTO bundle_patch (bundle, place, msgid)
		SELECT ?::bigint, j.place, j.msgid FROM unnest(?::text[]) WITH ORDINALITY j(msgid, place)`, b.ID, b.Patches)
}

func (t *tx) DropBundles(ids []int64) error {
	if err := t.w.exec(`DELETE FROM bundle_patch WHERE `+in(`bundle`), ids); err != nil {
		return err
	}
	return t.w.exec(`DELETE FROM bundle WHERE `+in(`id`), ids)
}
