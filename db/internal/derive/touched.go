package derive

import (
	"maps"
	"slices"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// touching notes of which projects a transaction changes what is shown, so that readers who have kept an answer see
// whether it still is the answer. Project 0 stands for what is shown of all. Where the project of a row is not known it
// stands for that too: to note too much costs an answer that is made once more, to note too little would be a stale
// one. It is used as a value: behind a pointer, the methods that it has of Tx would be in the program twice.
type touching struct {
	engine.Tx
	projects map[int64]bool
}

func newTouching(tx engine.Tx) touching { return touching{tx, map[int64]bool{}} }

// all is what is shown of all projects.
const all = 0

func (t touching) touch(project int64) { t.projects[project] = true }

// put counts the changes.
func (t touching) put() error {
	if len(t.projects) == 0 {
		return nil
	}
	return t.PutChanges(slices.Sorted(maps.Keys(t.projects)))
}

// Part forgets what a part noted that failed.
func (t touching) Part(f func() error) error {
	before, done := maps.Clone(t.projects), false
	defer func() {
		if !done {
			t.projects = before
		}
	}()
	err := t.Tx.Part(f)
	done = err == nil
	return err
}

// in is the transaction for those who know in which projects it was shown what they take out.
func (t touching) in(projects ...int64) engine.Tx {
	for _, id := range projects {
		if id != 0 {
			t.touch(id)
		}
	}
	return t.Tx
}

// touchMails notes mails that are in a project: others are shown nowhere.
func (t touching) touchMails(mails []*engine.Mail) {
	for _, m := range mails {
		if m.Project != 0 {
			t.touch(m.Project)
		}
	}
}

func (t touching) Insert(mails []*engine.Mail, frames [][]byte) error {
	t.touchMails(mails)
	return t.Tx.Insert(mails, frames)
}

func (t touching) Update(mails []*engine.Mail) error {
	t.touchMails(mails)
	return t.Tx.Update(mails)
}

func (t touching) Remove(mails []int64) error {
	t.touch(all)
	return t.Tx.Remove(mails)
}

// Put does not note people: putNames does, which knows whether a name is another than before.
func (t touching) Put(d *engine.Derived) error {
	for i := range d.Series {
		t.touch(d.Series[i].Project)
	}
	for i := range d.Patches {
		t.touch(d.Patches[i].Project)
	}
	for i := range d.Covers {
		t.touch(d.Covers[i].Project)
	}
	for i := range d.Replies {
		t.touch(d.Replies[i].Project)
	}
	return t.Tx.Put(d)
}

func (t touching) DropMails(mails []int64) error {
	t.touch(all)
	return t.Tx.DropMails(mails)
}

func (t touching) DropSeries(ids []int64) error {
	t.touch(all)
	return t.Tx.DropSeries(ids)
}

func (t touching) DropPeople(emails []string) error {
	if len(emails) > 0 {
		t.touch(all)
	}
	return t.Tx.DropPeople(emails)
}

func (t touching) DropStrays() error {
	t.touch(all)
	return t.Tx.DropStrays()
}

func (t touching) PutDecisions(decisions []engine.Decision) error {
	for i := range decisions {
		t.touch(decisions[i].Project)
		if decisions[i].Relation != nil {
			t.touch(all) // patches of other projects may be related
		}
	}
	return t.Tx.PutDecisions(decisions)
}

func (t touching) MoveDecisions(from, to int64) error {
	return t.in(from, to).MoveDecisions(from, to)
}

func (t touching) AddEvents(events []engine.Event) error {
	for i := range events {
		t.touch(events[i].Project)
	}
	return t.Tx.AddEvents(events)
}

func (t touching) PutProject(p *engine.Project) error {
	t.touch(all)
	return t.Tx.PutProject(p)
}

func (t touching) PutUsers(users []*engine.User) error {
	t.touch(all)
	return t.Tx.PutUsers(users)
}

func (t touching) AddChecks(checks []*track.Check) error {
	for _, c := range checks {
		t.touch(c.Project)
	}
	return t.Tx.AddChecks(checks)
}

func (t touching) MoveChecks(from, to int64) error {
	return t.in(from, to).MoveChecks(from, to)
}

func (t touching) PutBundle(b *track.Bundle) error {
	return t.in(b.Project).PutBundle(b)
}

// PutMarks counts for the user alone, who sees them: by the negative number, since the others are projects.
func (t touching) PutMarks(marks []track.Mark) error {
	for _, m := range marks {
		t.touch(-m.User)
	}
	return t.Tx.PutMarks(marks)
}

func (t touching) DropBundles(ids []int64) error {
	t.touch(all)
	return t.Tx.DropBundles(ids)
}

func (t touching) PutAdopted(all []engine.Adopted) error {
	for i := range all {
		t.touch(all[i].Project)
	}
	return t.Tx.PutAdopted(all)
}

func (t touching) MoveAdopted(from, to int64) error {
	return t.in(from, to).MoveAdopted(from, to)
}

func (t touching) NumberPeople(people []engine.PersonNumber) error {
	t.touch(all)
	return t.Tx.NumberPeople(people)
}

func (t touching) PutOwnStates(states []engine.OwnState) error {
	t.touch(all)
	return t.Tx.PutOwnStates(states)
}

func (t touching) PutEpoch(name string) error {
	t.touch(all)
	return t.Tx.PutEpoch(name)
}

func (t touching) Prune(events, log time.Time) (gone [2]int64, err error) {
	t.touch(all)
	return t.Tx.Prune(events, log)
}
