package dbtest

import (
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

type hookedTx struct {
	hookedView
	tx engine.Tx
}

func (h hookedTx) Stamp() (engine.Stamp, error) {
	return ask(h.hooked, "Stamp", func() (engine.Stamp, error) { return h.tx.Stamp() })
}

func (h hookedTx) Part(f func() error) error {
	return h.do("Part", func() error { return h.tx.Part(f) })
}

func (h hookedTx) Insert(mails []*engine.Mail, frames [][]byte) error {
	return h.do("Insert", func() error { return h.tx.Insert(mails, frames) })
}

func (h hookedTx) Update(mails []*engine.Mail) error {
	return h.do("Update", func() error { return h.tx.Update(mails) })
}

func (h hookedTx) Remove(mails []int64) error {
	return h.do("Remove", func() error { return h.tx.Remove(mails) })
}

func (h hookedTx) PutRefs(refs []engine.RefKey) error {
	return h.do("PutRefs", func() error { return h.tx.PutRefs(refs) })
}

func (h hookedTx) DropRefs(refs []engine.RefKey) error {
	return h.do("DropRefs", func() error { return h.tx.DropRefs(refs) })
}

func (h hookedTx) Put(d *engine.Derived) error {
	return h.do("Put", func() error { return h.tx.Put(d) })
}

func (h hookedTx) DropMails(mails []int64) error {
	return h.do("DropMails", func() error { return h.tx.DropMails(mails) })
}

func (h hookedTx) DropSeries(ids []int64) error {
	return h.do("DropSeries", func() error { return h.tx.DropSeries(ids) })
}

func (h hookedTx) DropPeople(emails []string) error {
	return h.do("DropPeople", func() error { return h.tx.DropPeople(emails) })
}

func (h hookedTx) DropStrays() error {
	return h.do("DropStrays", func() error { return h.tx.DropStrays() })
}

func (h hookedTx) PutDecisions(rows []engine.Decision) error {
	return h.do("PutDecisions", func() error { return h.tx.PutDecisions(rows) })
}

func (h hookedTx) PutPairs(rows []engine.Pair) error {
	return h.do("PutPairs", func() error { return h.tx.PutPairs(rows) })
}

func (h hookedTx) DropPairs(keys []engine.PairKey) error {
	return h.do("DropPairs", func() error { return h.tx.DropPairs(keys) })
}

func (h hookedTx) MoveDecisions(from, to int64) error {
	return h.do("MoveDecisions", func() error { return h.tx.MoveDecisions(from, to) })
}

func (h hookedTx) AddLog(rows []engine.LogEntry) error {
	return h.do("AddLog", func() error { return h.tx.AddLog(rows) })
}

func (h hookedTx) AddEvents(rows []engine.Event) error {
	return h.do("AddEvents", func() error { return h.tx.AddEvents(rows) })
}

func (h hookedTx) PutProject(v *engine.Project) error {
	return h.do("PutProject", func() error { return h.tx.PutProject(v) })
}

func (h hookedTx) PutWorks(rows []engine.Work) error {
	return h.do("PutWorks", func() error { return h.tx.PutWorks(rows) })
}

func (h hookedTx) PutReading(v int) error {
	return h.do("PutReading", func() error { return h.tx.PutReading(v) })
}

func (h hookedTx) PutDictionary(v engine.Dictionary) error {
	return h.do("PutDictionary", func() error { return h.tx.PutDictionary(v) })
}

func (h hookedTx) PutMaildirs(host string, rows []engine.Maildir) error {
	return h.do("PutMaildirs", func() error { return h.tx.PutMaildirs(host, rows) })
}

func (h hookedTx) PutRepositories(rows []engine.Repository) error {
	return h.do("PutRepositories", func() error { return h.tx.PutRepositories(rows) })
}

func (h hookedTx) PutUsers(users []*engine.User) error {
	return h.do("PutUsers", func() error { return h.tx.PutUsers(users) })
}

func (h hookedTx) AddCredentials(all []*engine.Credential) error {
	return h.do("AddCredentials", func() error { return h.tx.AddCredentials(all) })
}

func (h hookedTx) UseCredential(id int64, at time.Time) error {
	return h.do("UseCredential", func() error { return h.tx.UseCredential(id, at) })
}

func (h hookedTx) DropCredentials(ids []int64) error {
	return h.do("DropCredentials", func() error { return h.tx.DropCredentials(ids) })
}

func (h hookedTx) AddChecks(checks []*track.Check) error {
	return h.do("AddChecks", func() error { return h.tx.AddChecks(checks) })
}

func (h hookedTx) MoveChecks(from, to int64) error {
	return h.do("MoveChecks", func() error { return h.tx.MoveChecks(from, to) })
}

func (h hookedTx) PutBundle(b *track.Bundle) error {
	return h.do("PutBundle", func() error { return h.tx.PutBundle(b) })
}

func (h hookedTx) PutMarks(marks []track.Mark) error {
	return h.do("PutMarks", func() error { return h.tx.PutMarks(marks) })
}

func (h hookedTx) DropBundles(ids []int64) error {
	return h.do("DropBundles", func() error { return h.tx.DropBundles(ids) })
}

func (h hookedTx) PutOwnStates(states []engine.OwnState) error {
	return h.do("PutOwnStates", func() error { return h.tx.PutOwnStates(states) })
}

func (h hookedTx) PutEpoch(name string) error {
	return h.do("PutEpoch", func() error { return h.tx.PutEpoch(name) })
}

func (h hookedTx) Prune(events, log time.Time) ([2]int64, error) {
	return ask(h.hooked, "Prune", func() ([2]int64, error) { return h.tx.Prune(events, log) })
}

func (h hookedTx) PutChanges(projects []int64) error {
	return h.do("PutChanges", func() error { return h.tx.PutChanges(projects) })
}

func (h hookedTx) AddRestated(mails []int64) error {
	return h.do("AddRestated", func() error { return h.tx.AddRestated(mails) })
}

func (h hookedTx) PutSavedQuery(s engine.SavedQuery) error {
	return h.do("PutSavedQuery", func() error { return h.tx.PutSavedQuery(s) })
}
