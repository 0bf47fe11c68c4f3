package dbtest

import (
	"context"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// hooked is an engine that asks before each call inside its transactions and views, by the name of the method. An error
// is the answer of that call, and the engine beneath is not asked. It tells of answers that are values.
type hooked struct {
	engine.Engine
	before func(method string) error
	after  func(method string, answer any)
}

var _ engine.Engine = hooked{}

func (h hooked) Write(ctx context.Context, f func(engine.Tx) error) error {
	return h.Engine.Write(ctx, func(tx engine.Tx) error { return f(hookedTx{hookedView{h, tx}, tx}) })
}

func (h hooked) View(ctx context.Context, f func(engine.View) error) error {
	return h.Engine.View(ctx, func(v engine.View) error { return f(hookedView{h, v}) })
}

func (h hooked) Look(ctx context.Context, f func(engine.View) error) error {
	return h.Engine.Look(ctx, func(v engine.View) error { return f(hookedView{h, v}) })
}

func (h hooked) do(method string, f func() error) error {
	if err := h.before(method); err != nil {
		return err
	}
	return f()
}

func ask[T any](h hooked, method string, f func() (T, error)) (answer T, err error) {
	err = h.do(method, func() error {
		answer, err = f()
		return err
	})
	h.after(method, answer)
	return answer, err
}

// hookedView and hookedTx hand every method on. They embed no engine.View and no engine.Tx, so that a new method can't
// be missed.
type hookedView struct {
	hooked
	view engine.View
}

func (h hookedView) Known(keys []engine.Bytes) (map[engine.Bytes]engine.Known, error) {
	return ask(h.hooked, "Known", func() (map[engine.Bytes]engine.Known, error) { return h.view.Known(keys) })
}

func (h hookedView) Copies(names []engine.Name) (map[engine.Name][]engine.Copy, error) {
	return ask(h.hooked, "Copies", func() (map[engine.Name][]engine.Copy, error) { return h.view.Copies(names) })
}

func (h hookedView) Mails(ids []int64) (map[int64]*engine.Mail, error) {
	return ask(h.hooked, "Mails", func() (map[int64]*engine.Mail, error) { return h.view.Mails(ids) })
}

func (h hookedView) Namings(emails []string) (map[string]engine.Naming, error) {
	return ask(h.hooked, "Namings", func() (map[string]engine.Naming, error) { return h.view.Namings(emails) })
}

func (h hookedView) Holds(sums []engine.Sum) ([]bool, error) {
	return ask(h.hooked, "Holds", func() ([]bool, error) { return h.view.Holds(sums) })
}

func (h hookedView) Unrouted(most int) ([]engine.MailKey, error) {
	return ask(h.hooked, "Unrouted", func() ([]engine.MailKey, error) { return h.view.Unrouted(most) })
}

func (h hookedView) LastMail() (int64, error) {
	return ask(h.hooked, "LastMail", func() (int64, error) { return h.view.LastMail() })
}

func (h hookedView) After(id int64, most int) ([]engine.MailKey, error) {
	return ask(h.hooked, "After", func() ([]engine.MailKey, error) { return h.view.After(id, most) })
}

func (h hookedView) Frames(ids []int64, f func(id int64, frame []byte) error) error {
	return h.do("Frames", func() error { return h.view.Frames(ids, f) })
}

func (h hookedView) Rows(ids []int64) ([]*engine.Row, error) {
	return ask(h.hooked, "Rows", func() ([]*engine.Row, error) { return h.view.Rows(ids) })
}

func (h hookedView) RowsNamed(project int64, msgids []string) ([]*engine.Row, error) {
	return ask(h.hooked, "RowsNamed", func() ([]*engine.Row, error) { return h.view.RowsNamed(project, msgids) })
}

func (h hookedView) Referrers(q engine.Referring) ([]engine.Referrer, error) {
	return ask(h.hooked, "Referrers", func() ([]engine.Referrer, error) { return h.view.Referrers(q) })
}

func (h hookedView) Marked(project int64, queries []engine.Marking) ([][]*engine.Row, error) {
	return ask(h.hooked, "Marked", func() ([][]*engine.Row, error) { return h.view.Marked(project, queries) })
}

func (h hookedView) Derived(mails []int64) (engine.Derived, error) {
	return ask(h.hooked, "Derived", func() (engine.Derived, error) { return h.view.Derived(mails) })
}

func (h hookedView) Series(ids []int64) ([]engine.SeriesRow, error) {
	return ask(h.hooked, "Series", func() ([]engine.SeriesRow, error) { return h.view.Series(ids) })
}

func (h hookedView) Members(series []int64) (map[int64][]engine.Member, error) {
	return ask(h.hooked, "Members", func() (map[int64][]engine.Member, error) { return h.view.Members(series) })
}

func (h hookedView) People(emails []string) (map[string]engine.PersonRow, error) {
	return ask(h.hooked, "People", func() (map[string]engine.PersonRow, error) { return h.view.People(emails) })
}

func (h hookedView) Alike(queries []engine.Likeness) ([][]engine.Alike, error) {
	return ask(h.hooked, "Alike", func() ([][]engine.Alike, error) { return h.view.Alike(queries) })
}

func (h hookedView) Beside(to []engine.Name, who engine.Who) ([]engine.Beside, error) {
	return ask(h.hooked, "Beside", func() ([]engine.Beside, error) { return h.view.Beside(to, who) })
}

func (h hookedView) LeadTo(names []engine.Name) (map[engine.Name]int64, error) {
	return ask(h.hooked, "LeadTo", func() (map[engine.Name]int64, error) { return h.view.LeadTo(names) })
}

func (h hookedView) Depending(series []int64) (map[int64]int64, error) {
	return ask(h.hooked, "Depending", func() (map[int64]int64, error) { return h.view.Depending(series) })
}

func (h hookedView) Revising(series []int64, most int) (map[int64][]engine.SeriesRow, error) {
	return ask(h.hooked, "Revising", func() (map[int64][]engine.SeriesRow, error) { return h.view.Revising(series, most) })
}

func (h hookedView) PatchesOf(series []int64) ([]engine.PatchRow, error) {
	return ask(h.hooked, "PatchesOf", func() ([]engine.PatchRow, error) { return h.view.PatchesOf(series) })
}

func (h hookedView) Completed(series []int64) (map[int64]time.Time, error) {
	return ask(h.hooked, "Completed", func() (map[int64]time.Time, error) { return h.view.Completed(series) })
}

func (h hookedView) SeriesOf(names []engine.Name) (map[engine.Name]int64, error) {
	return ask(h.hooked, "SeriesOf", func() (map[engine.Name]int64, error) { return h.view.SeriesOf(names) })
}

func (h hookedView) Patches(f track.Filter) ([]track.PatchView, error) {
	return ask(h.hooked, "Patches", func() ([]track.PatchView, error) { return h.view.Patches(f) })
}

func (h hookedView) SeriesList(f track.Filter) ([]track.SeriesView, error) {
	return ask(h.hooked, "SeriesList", func() ([]track.SeriesView, error) { return h.view.SeriesList(f) })
}

func (h hookedView) MailViews(ids []int64) ([]track.MailView, error) {
	return ask(h.hooked, "MailViews", func() ([]track.MailView, error) { return h.view.MailViews(ids) })
}

func (h hookedView) Find(q engine.Finding) ([]int64, error) {
	return ask(h.hooked, "Find", func() ([]int64, error) { return h.view.Find(q) })
}

func (h hookedView) Replies(parents []int64, ignoredToo, hiddenToo bool) (map[int64][]int64, error) {
	return ask(h.hooked, "Replies", func() (map[int64][]int64, error) {
		return h.view.Replies(parents, ignoredToo, hiddenToo)
	})
}

func (h hookedView) Covers(patches []int64) (map[int64]int64, error) {
	return ask(h.hooked, "Covers", func() (map[int64]int64, error) { return h.view.Covers(patches) })
}

func (h hookedView) More(mails []int64) (map[int64]string, error) {
	return ask(h.hooked, "More", func() (map[int64]string, error) { return h.view.More(mails) })
}

func (h hookedView) Counts() (engine.Counts, error) {
	return ask(h.hooked, "Counts", func() (engine.Counts, error) { return h.view.Counts() })
}

func (h hookedView) EachItem(f func(project, mail int64, it *track.Item) error) error {
	return h.do("EachItem", func() error { return h.view.EachItem(f) })
}

func (h hookedView) EachMail(f func(*engine.DerivedMail) error) error {
	return h.do("EachMail", func() error { return h.view.EachMail(f) })
}

func (h hookedView) EachSeries(f func(*engine.SeriesRow, []engine.Member) error) error {
	return h.do("EachSeries", func() error { return h.view.EachSeries(f) })
}

func (h hookedView) EachPut(f func(engine.Put) error) error {
	return h.do("EachPut", func() error { return h.view.EachPut(f) })
}

func (h hookedView) EachPerson(f func(engine.PersonRow) error) error {
	return h.do("EachPerson", func() error { return h.view.EachPerson(f) })
}

func (h hookedView) EachNaming(f func(engine.Naming) error) error {
	return h.do("EachNaming", func() error { return h.view.EachNaming(f) })
}

func (h hookedView) EachRef(f func(engine.RefKey) error) error {
	return h.do("EachRef", func() error { return h.view.EachRef(f) })
}

func (h hookedView) EachMisplaced(f func(engine.Misplaced) error) error {
	return h.do("EachMisplaced", func() error { return h.view.EachMisplaced(f) })
}

func (h hookedView) Projects() ([]engine.Project, error) {
	return ask(h.hooked, "Projects", func() ([]engine.Project, error) { return h.view.Projects() })
}

func (h hookedView) Works() ([]engine.Work, error) {
	return ask(h.hooked, "Works", func() ([]engine.Work, error) { return h.view.Works() })
}

func (h hookedView) Reading() (int, error) {
	return ask(h.hooked, "Reading", func() (int, error) { return h.view.Reading() })
}

func (h hookedView) Dictionaries() ([]engine.Dictionary, error) {
	return ask(h.hooked, "Dictionaries", func() ([]engine.Dictionary, error) { return h.view.Dictionaries() })
}

func (h hookedView) Maildirs() ([]engine.Maildir, error) {
	return ask(h.hooked, "Maildirs", func() ([]engine.Maildir, error) { return h.view.Maildirs() })
}

func (h hookedView) Repositories() ([]engine.Repository, error) {
	return ask(h.hooked, "Repositories", func() ([]engine.Repository, error) { return h.view.Repositories() })
}

func (h hookedView) Decisions(names []engine.Name) (map[engine.Name]engine.Decision, error) {
	return ask(h.hooked, "Decisions", func() (map[engine.Name]engine.Decision, error) { return h.view.Decisions(names) })
}

func (h hookedView) SeriesNamed(project int64) (bool, error) {
	return ask(h.hooked, "SeriesNamed", func() (bool, error) { return h.view.SeriesNamed(project) })
}

func (h hookedView) AnyPut(project int64) (bool, error) {
	return ask(h.hooked, "AnyPut", func() (bool, error) { return h.view.AnyPut(project) })
}

func (h hookedView) Puts(project int64, msgids []string) ([]engine.Put, error) {
	return ask(h.hooked, "Puts", func() ([]engine.Put, error) { return h.view.Puts(project, msgids) })
}

func (h hookedView) AnyPair() (bool, error) {
	return ask(h.hooked, "AnyPair", func() (bool, error) { return h.view.AnyPair() })
}

func (h hookedView) Pairs(names []engine.Name) ([]engine.Pair, error) {
	return ask(h.hooked, "Pairs", func() ([]engine.Pair, error) { return h.view.Pairs(names) })
}

func (h hookedView) Log(q engine.LogQuery) ([]engine.LogEntry, error) {
	return ask(h.hooked, "Log", func() ([]engine.LogEntry, error) { return h.view.Log(q) })
}

func (h hookedView) Events(q engine.EventQuery) ([]engine.Event, error) {
	return ask(h.hooked, "Events", func() ([]engine.Event, error) { return h.view.Events(q) })
}

func (h hookedView) LastEvent() (id int64, date time.Time, err error) {
	err = h.do("LastEvent", func() error {
		id, date, err = h.view.LastEvent()
		return err
	})
	return id, date, err
}

func (h hookedView) PatchCounts(lists []track.PatchQuery) ([]int, error) {
	return ask(h.hooked, "PatchCounts", func() ([]int, error) { return h.view.PatchCounts(lists) })
}

func (h hookedView) PatchPage(q track.PatchQuery, total int) (track.Page[track.PatchRow], error) {
	return ask(h.hooked, "PatchPage", func() (track.Page[track.PatchRow], error) { return h.view.PatchPage(q, total) })
}

func (h hookedView) CoverPage(q track.CoverQuery, total int) (track.Page[track.CoverRow], error) {
	return ask(h.hooked, "CoverPage", func() (track.Page[track.CoverRow], error) { return h.view.CoverPage(q, total) })
}

func (h hookedView) SeriesPage(q track.SeriesQuery, total int) (track.Page[track.SeriesRow], error) {
	return ask(h.hooked, "SeriesPage", func() (track.Page[track.SeriesRow], error) { return h.view.SeriesPage(q, total) })
}

func (h hookedView) CommentPage(q track.CommentQuery, total int) (track.Page[track.CommentRow], error) {
	return ask(h.hooked, "CommentPage", func() (track.Page[track.CommentRow], error) {
		return h.view.CommentPage(q, total)
	})
}

func (h hookedView) PersonPage(q track.PersonQuery, total int) (track.Page[track.PersonView], error) {
	return ask(h.hooked, "PersonPage", func() (track.Page[track.PersonView], error) { return h.view.PersonPage(q, total) })
}

func (h hookedView) EventPage(q track.EventsQuery, total int) (track.Page[track.EventRow], error) {
	return ask(h.hooked, "EventPage", func() (track.Page[track.EventRow], error) { return h.view.EventPage(q, total) })
}

func (h hookedView) PatchRows(ids []int64, s track.Scope) (map[int64]track.PatchRow, error) {
	return ask(h.hooked, "PatchRows", func() (map[int64]track.PatchRow, error) { return h.view.PatchRows(ids, s) })
}

func (h hookedView) CoverRows(ids []int64, s track.Scope) (map[int64]track.CoverRow, error) {
	return ask(h.hooked, "CoverRows", func() (map[int64]track.CoverRow, error) { return h.view.CoverRows(ids, s) })
}

func (h hookedView) CommentRows(ids []int64, s track.Scope) (map[int64]track.CommentRow, error) {
	return ask(h.hooked, "CommentRows", func() (map[int64]track.CommentRow, error) { return h.view.CommentRows(ids, s) })
}

func (h hookedView) SeriesWith(ids []int64) (map[int64]int64, error) {
	return ask(h.hooked, "SeriesWith", func() (map[int64]int64, error) { return h.view.SeriesWith(ids) })
}

func (h hookedView) Users() ([]engine.User, error) {
	return ask(h.hooked, "Users", func() ([]engine.User, error) { return h.view.Users() })
}

func (h hookedView) Credentials(hashes []engine.Sum) (map[engine.Sum]track.Credential, error) {
	return ask(h.hooked, "Credentials", func() (map[engine.Sum]track.Credential, error) {
		return h.view.Credentials(hashes)
	})
}

func (h hookedView) CredentialsOf(user int64) ([]track.Credential, error) {
	return ask(h.hooked, "CredentialsOf", func() ([]track.Credential, error) { return h.view.CredentialsOf(user) })
}

func (h hookedView) Checks(names []engine.Name) (map[engine.Name][]track.Check, error) {
	return ask(h.hooked, "Checks", func() (map[engine.Name][]track.Check, error) { return h.view.Checks(names) })
}

func (h hookedView) ChecksOn(mail int64) ([]track.Check, error) {
	return ask(h.hooked, "ChecksOn", func() ([]track.Check, error) { return h.view.ChecksOn(mail) })
}

func (h hookedView) NewestChecks(names []engine.Name) (map[engine.Name][]track.Check, error) {
	return ask(h.hooked, "NewestChecks", func() (map[engine.Name][]track.Check, error) {
		return h.view.NewestChecks(names)
	})
}

func (h hookedView) ChecksNumbered(ids []int64) (map[int64]track.Check, error) {
	return ask(h.hooked, "ChecksNumbered", func() (map[int64]track.Check, error) { return h.view.ChecksNumbered(ids) })
}

func (h hookedView) Bundles(owner int64) ([]track.Bundle, error) {
	return ask(h.hooked, "Bundles", func() ([]track.Bundle, error) { return h.view.Bundles(owner) })
}

func (h hookedView) Marks(user int64, series track.In[int64], most int) ([]track.Mark, error) {
	return ask(h.hooked, "Marks", func() ([]track.Mark, error) { return h.view.Marks(user, series, most) })
}

func (h hookedView) Related(relations []int64) (map[int64][]engine.Name, error) {
	return ask(h.hooked, "Related", func() (map[int64][]engine.Name, error) { return h.view.Related(relations) })
}

func (h hookedView) OwnStates() ([]engine.OwnState, error) {
	return ask(h.hooked, "OwnStates", func() ([]engine.OwnState, error) { return h.view.OwnStates() })
}

func (h hookedView) Epoch() (string, error) {
	return ask(h.hooked, "Epoch", func() (string, error) { return h.view.Epoch() })
}

func (h hookedView) Changes(projects []int64) (map[int64]int64, error) {
	return ask(h.hooked, "Changes", func() (map[int64]int64, error) { return h.view.Changes(projects) })
}

func (h hookedView) Stands(ids []int64) (map[int64]int64, error) {
	return ask(h.hooked, "Stands", func() (map[int64]int64, error) { return h.view.Stands(ids) })
}

func (h hookedView) Tracked(ids []int64) (map[int64]engine.Tracked, error) {
	return ask(h.hooked, "Tracked", func() (map[int64]engine.Tracked, error) { return h.view.Tracked(ids) })
}

func (h hookedView) Restated(above int64, most int) ([]engine.Restated, error) {
	return ask(h.hooked, "Restated", func() ([]engine.Restated, error) { return h.view.Restated(above, most) })
}

func (h hookedView) SavedQueries(owner track.Actor) ([]engine.SavedQuery, error) {
	return ask(h.hooked, "SavedQueries", func() ([]engine.SavedQuery, error) { return h.view.SavedQueries(owner) })
}

func (h hookedView) Having(having engine.Having, most int) ([]int64, error) {
	return ask(h.hooked, "Having", func() ([]int64, error) { return h.view.Having(having, most) })
}

func (h hookedView) Archived(mails []int64) ([]track.ArchivedMail, error) {
	return ask(h.hooked, "Archived", func() ([]track.ArchivedMail, error) { return h.view.Archived(mails) })
}

func (h hookedView) NamedIn(projects []int64, msgids []string) ([]int64, error) {
	return ask(h.hooked, "NamedIn", func() ([]int64, error) { return h.view.NamedIn(projects, msgids) })
}

func (h hookedView) ReferringIn(projects []int64, msgids []string) ([]int64, error) {
	return ask(h.hooked, "ReferringIn", func() ([]int64, error) { return h.view.ReferringIn(projects, msgids) })
}

func (h hookedView) Recent(q track.RecentQuery) ([]int64, error) {
	return ask(h.hooked, "Recent", func() ([]int64, error) { return h.view.Recent(q) })
}
