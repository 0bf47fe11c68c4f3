package postgres

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
	return out, q.Each(`SELECT `+credentialColumns+` FROM credential WHERE `+in(`hash`), []any{sums(hashes)},
		func(scan func(...any) error) error {
			var c engine.Credential
			err := scan(credentialInto(&c)...)
			out[c.Hash] = c.Credential
			return err
		})
}

// sums are hashes as one argument.
func sums(hashes []engine.Sum) [][]byte {
	out := make([][]byte, len(hashes))
	for i := range hashes {
		out[i] = hashes[i][:]
	}
	return out
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
		if err := t.numbered(`account`, &u.ID); err != nil {
			return err
		}
		if err := t.w.exec(`
			INSERT INTO account (id, name, first_name, last_name, password, admin, disabled, made, send_email,
				items_per_page, show_ids)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, first_name = excluded.first_name,
				last_name = excluded.last_name, password = excluded.password, admin = excluded.admin,
				disabled = excluded.disabled, made = excluded.made, send_email = excluded.send_email,
				items_per_page = excluded.items_per_page, show_ids = excluded.show_ids`,
			u.ID, u.Name, u.FirstName, u.LastName, both.TextOrNull(u.Password), u.Admin, u.Disabled, u.Made.Unix(),
			u.SendEmail, u.PerPage, u.ShowIDs); err != nil {
			return err
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
	if err := t.w.exec(`INSERT INTO account_address (email, account, place)
		SELECT j.email, ?::bigint, j.place - 1 FROM unnest(?::text[]) WITH ORDINALITY j(email, place)`,
		u.ID, u.Emails); err != nil {
		return err
	}
	if err := t.w.exec(`DELETE FROM maintainer WHERE account = ?`, u.ID); err != nil {
		return err
	}
	return t.w.exec(`INSERT INTO maintainer (account, project) SELECT ?::bigint, unnest(?::bigint[])`, u.ID, u.Maintains)
}

func (t *tx) AddCredentials(all []*engine.Credential) error {
	for _, c := range all {
		var err error
		if c.ID, err = t.next(`credential`, 1); err != nil {
			return err
		}
		if err := t.w.exec(`
			INSERT INTO credential (id, hash, account, kind, label, read_only, made, used, expires, network)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.ID, c.Hash[:], c.User, int(c.Kind), c.Label, c.ReadOnly, c.Made.Unix(), both.SecondsOrNull(c.Used),
			both.SecondsOrNull(c.Expires), c.Network); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) UseCredential(id int64, at time.Time) error {
	return t.w.exec(`UPDATE credential SET used = ? WHERE id = ?`, at.Unix(), id)
}

func (t *tx) DropCredentials(ids []int64) error {
	return t.w.exec(`DELETE FROM credential WHERE `+in(`id`), ids)
}
