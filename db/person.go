package db

import "database/sql"

// A person's name is that of the newest-dated mail which has one, whichever came last. Each row of person remembers that
// mail, so that almost always a new mail need only be compared with it.

// naming is a mail as one that may name its sender.
type naming struct {
	mail        int64
	msgID       string
	date        int64 // seconds since 1970
	email, name string
}

// before tells whether a mail names the sender rather than another.
func (n *naming) before(o *naming) bool {
	switch {
	case (n.name != "") != (o.name != ""):
		return n.name != ""
	case n.date != o.date:
		return n.date > o.date
	case n.msgID != o.msgID:
		return n.msgID < o.msgID
	}
	return n.name < o.name
}

// loadNaming is what a stored mail says of its sender; nil if it says nothing.
func (w *writer) loadNaming(mail int64) (*naming, error) {
	n := &naming{mail: mail}
	there, err := w.row(`
		SELECT msgid, date, sender, sender_name FROM mail WHERE id = ? AND chosen AND project IS NOT NULL AND kind <> 3`,
		[]any{mail}, &n.msgID, &n.date, &n.email, &n.name)
	if err != nil || !there {
		return nil, err
	}
	return n, nil
}

// derivePeople names the senders of what a transaction changed.
func (a *adder) derivePeople() error {
	best := map[string]*naming{} // of the mails that are new
	gone := map[string]map[int64]bool{}
	for _, c := range a.changes {
		for _, n := range c.namings {
			if b := best[n.email]; b == nil || n.before(b) {
				best[n.email] = n
			}
		}
		for _, r := range c.gone {
			if gone[r.Sender] == nil {
				gone[r.Sender] = map[int64]bool{}
			}
			gone[r.Sender][r.mail] = true
		}
	}
	for email := range gone {
		if best[email] == nil {
			best[email] = nil
		}
	}
	for email, n := range best {
		if email == "" {
			continue
		}
		if err := a.derivePerson(email, n, gone[email]); err != nil {
			return err
		}
	}
	return nil
}

// derivePerson names somebody of whom one new mail may be better than all others, if any is new, and some are no more.
func (w *writer) derivePerson(email string, n *naming, gone map[int64]bool) error {
	was := naming{email: email}
	there, err := w.row(`SELECT name, date, mail FROM person WHERE email = ?`, []any{email}, &was.name, &was.date, &was.mail)
	if err != nil {
		return err
	}
	if there && gone[was.mail] || n != nil && gone[n.mail] { // the latter: it came and went in one batch
		return w.findName(email)
	}
	if n == nil {
		return nil
	}
	if there && n.date == was.date {
		if _, err := w.row(`SELECT msgid FROM mail WHERE id = ?`, []any{was.mail}, &was.msgID); err != nil {
			return err
		}
	}
	if there && !n.before(&was) {
		return nil
	}
	return w.putPerson(n)
}

func (w *writer) putPerson(n *naming) error {
	return w.exec(`INSERT OR REPLACE INTO person (email, name, date, mail) VALUES (?, ?, ?, ?)`, n.email, n.name, n.date, n.mail)
}

// findName looks through all mails of a person, part by part of the index.
func (w *writer) findName(email string) error {
	var mail sql.NullInt64
	if _, err := w.row(`
		WITH RECURSIVE part(n) AS (SELECT min(id) >> 13 FROM mail
			UNION ALL SELECT (SELECT min(id) >> 13 FROM mail WHERE id > n << 13 | 8191) FROM part WHERE n IS NOT NULL)
		SELECT m.id FROM part CROSS JOIN mail m
		WHERE m.id = (SELECT id FROM mail
			WHERE (id >> 13) = part.n AND sender = +? AND chosen AND project IS NOT NULL AND kind <> 3
			ORDER BY (sender_name <> '') DESC, date DESC, msgid, sender_name LIMIT 1)
		ORDER BY (m.sender_name <> '') DESC, m.date DESC, m.msgid, m.sender_name LIMIT 1`, []any{email}, &mail); err != nil {
		return err
	}
	if !mail.Valid {
		return w.exec(`DELETE FROM person WHERE email = ?`, email)
	}
	n, err := w.loadNaming(mail.Int64)
	if err != nil || n == nil {
		return err
	}
	return w.putPerson(n)
}

// rebuildPeople names everybody, in one pass over all mails, those of one sender after the other.
func (w *writer) rebuildPeople() error {
	if err := w.exec(`DELETE FROM person`); err != nil {
		return err
	}
	var best *naming
	put := func() error {
		if best == nil {
			return nil
		}
		return w.putPerson(best)
	}
	if err := w.each(`
		SELECT id, msgid, date, sender, sender_name FROM mail WHERE chosen AND project IS NOT NULL AND kind <> 3 AND sender <> ''
		ORDER BY sender`, nil, func(scan func(...any) error) error {
		n := &naming{}
		if err := scan(&n.mail, &n.msgID, &n.date, &n.email, &n.name); err != nil {
			return err
		}
		if best != nil && best.email != n.email {
			if err := put(); err != nil {
				return err
			}
			best = nil
		}
		if best == nil || n.before(best) {
			best = n
		}
		return nil
	}); err != nil {
		return err
	}
	return put()
}
