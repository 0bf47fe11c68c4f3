package both

import "patchwatch/db/engine"

// Users leaves out what belongs to no account: one whose row was taken out by hand, or that came since the first
// question, where these are no view's. It would otherwise be another's.
func (q *Queries) Users() (out []engine.User, err error) {
	if err := q.Each(`
		SELECT id, name, first_name, last_name, password, admin, disabled, made, send_email, items_per_page, show_ids
		FROM account ORDER BY id`, nil, func(scan func(...any) error) error {
		var u engine.User
		err := scan(&u.ID, &u.Name, &u.FirstName, &u.LastName, q.Text(&u.Password), &u.Admin,
			&u.Disabled, q.Seconds(&u.Made),
			&u.SendEmail, &u.PerPage, &u.ShowIDs)
		out = append(out, u)
		return err
	}); err != nil {
		return nil, err
	}
	byID := make(map[int64]*engine.User, len(out))
	for i := range out {
		byID[out[i].ID] = &out[i]
	}
	if err := q.Each(`SELECT account, email FROM account_address ORDER BY account, place`, nil,
		func(scan func(...any) error) error {
			var id int64
			var email string
			err := scan(&id, &email)
			if u := byID[id]; u != nil {
				u.Emails = append(u.Emails, email)
			}
			return err
		}); err != nil {
		return nil, err
	}
	return out, q.Each(`SELECT account, project FROM maintainer ORDER BY account, project`, nil,
		func(scan func(...any) error) error {
			var id, project int64
			err := scan(&id, &project)
			if u := byID[id]; u != nil {
				u.Maintains = append(u.Maintains, project)
			}
			return err
		})
}
