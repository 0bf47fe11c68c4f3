package dbtest

import (
	"context"
	"fmt"

	"patchwatch/db/engine"
)

// numbering is by what numbers others call what is stored.
type numbering struct {
	mails  map[engine.Name]int64
	series map[string]int64 // by project and key
	people map[string]int64 // by address
}

// wantCalled wants every name called by the number of its copy that was stored first, in all rows, and every series by
// the smallest number of its mails.
func wantCalled(t tester, after string, e engine.Engine) (c numbering) {
	t.Helper()
	c = numbering{map[engine.Name]int64{}, map[string]int64{}, map[string]int64{}}
	if err := e.Look(context.Background(), func(v engine.View) error {
		of := map[int64]int64{} // by the mail that stands
		err := v.EachMail(func(m *engine.DerivedMail) error {
			name := engine.NameOf(&m.Mail)
			copies, err := v.Copies([]engine.Name{name})
			if err != nil {
				return err
			}
			first, ids := m.ID, []int64{}
			for _, other := range copies[name] {
				first, ids = min(first, other.ID), append(ids, other.ID)
			}
			c.mails[name], of[m.ID] = first, first
			if err := isCalled(m, first); err != nil {
				return err
			}
			return allMean(v, ids, m.ID)
		})
		if err != nil {
			return err
		}
		if err := v.EachSeries(func(s *engine.SeriesRow, members []engine.Member) error {
			first := of[members[0].Mail]
			for _, m := range members {
				first = min(first, of[m.Mail])
			}
			c.series[fmt.Sprint(s.Project, s.Key)] = s.ID
			if s.ID != first {
				return fmt.Errorf("series %s is called %d, and not %d", s.Key, s.ID, first)
			}
			return nil
		}); err != nil {
			return err
		}
		return v.EachPerson(func(p engine.PersonRow) error {
			c.people[p.Email] = p.ID
			return nil
		})
	}); err != nil {
		t.Fatalf("%s: %v", after, err)
	}
	return c
}

// isCalled looks at all that was derived of a mail.
func isCalled(m *engine.DerivedMail, first int64) error {
	row := engine.Row{Mail: m.ID, First: m.First}
	switch p, c, r := m.Patch, m.Cover, m.Reply; {
	case row.Called() != first, m.First == m.ID, p != nil && p.ID != first,
		c != nil && c.ID != first, r != nil && r.ID != first:
		return fmt.Errorf("mail %d is to be called %d: first %d, %s, %s, %s", m.ID, first, m.First,
			shown(p), shown(c), shown(r))
	case c != nil && (!c.Date.Equal(m.Date) || c.Submitter != m.Sender):
		return fmt.Errorf("the cover of %v by %s is %+v", m.Date, m.Sender, *c)
	}
	return nil
}

// allMean wants the numbers of all copies to lead to the mail that stands for them.
func allMean(v engine.View, copies []int64, mail int64) error {
	stands, err := v.Stands(copies)
	for _, id := range copies {
		found, err2 := v.Find(engine.Finding{ID: id})
		if err2 != nil {
			return err2
		}
		if stands[id] != mail || len(found) != 1 || found[0] != mail {
			return fmt.Errorf("of mail %d the copy %d means %d, and finds %v", mail, id, stands[id], found)
		}
	}
	return err
}

// keep takes in who was ever named, by number. Nobody gets another's number, or another number.
func (c *numbering) keep(t tester, after string, ever map[string]int64) {
	t.Helper()
	for email, id := range c.people {
		if was, there := ever[email]; there && was != id {
			t.Fatalf("%s: %s had the number %d and has %d", after, email, was, id)
		}
		ever[email] = id
	}
	taken := map[int64]string{}
	for email, id := range ever {
		if other, there := taken[id]; there || id == 0 {
			t.Fatalf("%s: %s and %s have the number %d", after, email, other, id)
		}
		taken[id] = email
	}
}
