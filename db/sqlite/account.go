package sqlite

import (
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
	"patchwatch/track"
)

// credentialColumns are what credentialInto scans.
const credentialColumns = `hash, id, account, kind, label, read_only, made, used, expires, network`

func credentialInto(c *engine.Credential) []any {
	return []any{
		(*sum)(&c.Hash), &c.ID, &c.User, &c.Kind, &c.Label, &c.ReadOnly, (*seconds)(&c.Made), (*seconds)(&c.Used),
		(*seconds)(&c.Expires), &c.Network,
	}
}

func (q *queries) Credentials(hashes []engine.Sum) (map[engine.Sum]track.Credential, error) {
	out := make(map[engine.Sum]track.Credential, len(hashes))
	for _, hash := range hashes {
		var c engine.Credential
		there, err := q.Row(`SELECT `+credentialColumns+` FROM credential WHERE hash = ?`,
			[]any{hash[:]}, credentialInto(&c)...)
		if err != nil {
			return nil, err
		}
		if there {
			out[hash] = c.Credential
		}
	}
	return out, nil
}

func (q *queries) CredentialsOf(user int64) (out []track.Credential, err error) {
	c := &conditions{}
	c.add(user != 0, is(`account`), user)
	err = q.Each(`SELECT `+credentialColumns+` FROM credential`+c.where()+` ORDER BY id`, c.args,
		func(scan func(...any) error) error {
			var c engine.Credential
			err := scan(credentialInto(&c)...)
			out = append(out, c.Credential)
			return err
		})
	return out, err
}

func (t *tx) PutUsers(users []*engine.User) error {
	for _, u := range users {
		res, err := t.w.run(`
			INSERT INTO account (id, name, first_name, last_name, password, admin, disabled, made, send_email,
				items_per_page, show_ids)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, first_name = excluded.first_name,
				last_name = excluded.last_name,
				password = excluded.password, admin = excluded.admin, disabled = excluded.disabled, made = excluded.made,
				send_email = excluded.send_email, items_per_page = excluded.items_per_page, show_ids = excluded.show_ids`,
			both.NumberOrNull(u.ID), u.Name, u.FirstName, u.LastName, both.TextOrNull(u.Password), u.Admin, u.Disabled,
			u.Made.Unix(),
			u.SendEmail, u.PerPage, u.ShowIDs)
		if err != nil {
			return err
		}
		if u.ID == 0 {
			if u.ID, err = res.LastInsertId(); err != nil {
				return err
			}
		}
		if err := t.putUserLists(u); err != nil {
			return err
		}
	}
	return nil
}

// putUserLists writes a user's addresses and projects anew.
func (t *tx) putUserLists(u *engine.User) error {
	if err := t.w.exec(`DELETE FROM account_address WHERE account = ?`, u.ID); err != nil {
		return err
	}
	for i, email := range u.Emails {
		if err := t.w.exec(`INSERT INTO account_address (email, account, place)
			VALUES (?, ?, ?)`, email, u.ID, i); err != nil {
			return err
		}
	}
	if err := t.w.exec(`DELETE FROM maintainer WHERE account = ?`, u.ID); err != nil {
		return err
	}
	for _, project := range u.Maintains {
		if err := t.w.exec(`INSERT INTO maintainer (account, project) VALUES (?, ?)`, u.ID, project); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) AddCredentials(all []*engine.Credential) error {
	for _, c := range all {
		res, err := t.w.run(`
			INSERT INTO credential (hash, account, kind, label, read_only, made, used, expires, network)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.Hash[:], c.User, int(c.Kind), c.Label, c.ReadOnly, c.Made.Unix(), both.SecondsOrNull(c.Used),
			both.SecondsOrNull(c.Expires), c.Network)
		if err != nil {
			return err
		}
		if c.ID, err = res.LastInsertId(); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) UseCredential(id int64, at time.Time) error {
	return t.w.exec(`UPDATE credential SET used = ? WHERE id = ?`, at.Unix(), id)
}

func (t *tx) DropCredentials(ids []int64) error {
	for _, id := range ids {
		if err := t.w.exec(`DELETE FROM credential WHERE id = ?`, id); err != nil {
			return err
		}
	}
	return nil
}
