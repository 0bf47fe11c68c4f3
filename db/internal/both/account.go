package both

import "patchwatch/db/engine"

func (q *Queries) Users() (out []engine.User, err error) {
	at := map[int64]int{} // in out
	if err := q.Each(`
		SELECT id, name, first_name, last_name, password, admin, disabled, made, send_email, items_per_page, show_ids
		FROM account ORDER BY id`, nil, func(scan func(...any) error) error {
		var u engine.User
		err := scan(&u.ID, &u.Name, &u.FirstName, &u.LastName, q.Text(&u.Password), &u.Admin,
			&u.Disabled, q.Seconds(&u.Made),
			&u.SendEmail, &u.PerPage, &u.ShowIDs)
		at[u.ID] = len(out)
		out = append(out, u)
		return err
	}); err != nil {
		return nil, err
	}
	if err := q.Each(`SELECT account, email FROM account_address ORDER BY account, place`, nil,
		func(scan func(...any) error) error {
			var id int64
			var email string
			err := scan(&id, &email)
			u := &out[at[id]]
			u.Emails = append(u.Emails, email)
			return err
		}); err != nil {
		return nil, err
	}
	return out, q.Each(`SELECT account, project FROM maintainer ORDER BY account, project`, nil,
		func(scan func(...any) error) error {
			var id, project int64
			err := scan(&id, &project)
			u := &out[at[id]]
			u.Maintains = append(u.Maintains, project)
			return err
		})
}
