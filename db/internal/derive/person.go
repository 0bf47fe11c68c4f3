package derive

import "patchwatch/db/engine"

// A person's name is that of the newest-dated mail which has one, whichever came last. Each row of a person remembers
// that mail, so that almost always a new mail need only be compared with it.

func namingOf(m *engine.Mail) engine.Naming {
	return engine.Naming{Mail: m.ID, MsgID: m.MsgID, Date: m.Date, Email: m.Sender, Name: m.SenderName}
}

func personOf(n engine.Naming) engine.PersonRow {
	return engine.PersonRow{Email: n.Email, Name: n.Name, Date: n.Date, Mail: n.Mail, MsgID: n.MsgID}
}

// derivePeople names the senders of what a transaction changed.
func (a *Adder) derivePeople() error {
	best := map[string]*engine.Naming{} // of the mails that are new; nil: none is
	gone := map[string]map[int64]bool{}
	for _, c := range a.changes {
		for i := range c.namings {
			n := &c.namings[i]
			if b := best[n.Email]; b == nil || n.Before(b) {
				best[n.Email] = n
			}
		}
		for _, r := range c.gone {
			if gone[r.Sender] == nil {
				gone[r.Sender] = map[int64]bool{}
			}
			gone[r.Sender][r.Mail] = true
			if _, there := best[r.Sender]; !there {
				best[r.Sender] = nil
			}
		}
	}
	delete(best, "")
	if len(best) == 0 {
		return nil
	}
	emails := engine.SortedKeys(best)
	if err := a.claimPeople(emails); err != nil {
		return err
	}
	people, err := a.Tx.People(emails)
	if err != nil {
		return err
	}
	var search []string
	put := map[string]engine.PersonRow{}
	for email, n := range best {
		p, there := people[email]
		was := engine.Naming{Mail: p.Mail, MsgID: p.MsgID, Date: p.Date, Email: email, Name: p.Name}
		switch {
		case there && gone[email][p.Mail], n != nil && gone[email][n.Mail]: // the latter came and went in one batch
			search = append(search, email)
		case n != nil && (!there || n.Before(&was)):
			put[email] = personOf(*n)
		}
	}
	return a.putPeople(people, put, search)
}

// putPeople writes people, and those for whom all of their mails must be searched. people are who was there before.
func (a *Adder) putPeople(people, put map[string]engine.PersonRow, search []string) error {
	if len(search) > 0 {
		found, err := a.Tx.Namings(search)
		if err != nil {
			return err
		}
		nobody := map[string]bool{}
		for _, email := range search {
			if n, there := found[email]; there {
				put[email] = personOf(n)
			} else {
				nobody[email] = true
			}
		}
		if err := a.Tx.DropPeople(engine.SortedKeys(nobody)); err != nil {
			return err
		}
	}
	return a.putNames(people, put)
}

// putNames writes people. people are who was there before: who is new is in no answer yet.
func (w *Writing) putNames(people, put map[string]engine.PersonRow) error {
	var d engine.Derived
	for _, email := range engine.SortedKeys(put) {
		d.People = append(d.People, put[email])
		if was, there := people[email]; there && was.Name != put[email].Name {
			w.Touch(all)
		}
	}
	return w.Tx.Put(&d)
}

// rebuildPeople names everybody, in one pass over all mails, those of one sender after the other. It writes the names
// that are wrong.
func (w *Writing) rebuildPeople() error {
	var best []engine.Naming
	flush := func() error {
		err := w.correctPeople(best)
		best = best[:0]
		return err
	}
	if err := w.Tx.EachNaming(func(n engine.Naming) error {
		switch last := len(best) - 1; {
		case last < 0 || best[last].Email != n.Email:
			if len(best) == correctAtOnce {
				if err := flush(); err != nil {
					return err
				}
			}
			best = append(best, n)
		case n.Before(&best[last]):
			best[last] = n
		}
		return nil
	}); err != nil {
		return err
	}
	return flush()
}

const correctAtOnce = 1000

func (w *Writing) correctPeople(named []engine.Naming) error {
	emails := make([]string, len(named))
	for i := range named {
		emails[i] = named[i].Email
	}
	people, err := w.Tx.People(emails)
	if err != nil {
		return err
	}
	wrong := map[string]engine.PersonRow{}
	for _, n := range named {
		is := personOf(n)
		if p, there := people[n.Email]; !there || p.Name != is.Name || p.Mail != is.Mail || !p.Date.Equal(is.Date) {
			wrong[n.Email] = is
		}
	}
	return w.putNames(people, wrong)
}
