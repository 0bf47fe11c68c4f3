// Package webtest has a database of a few mails, for tests of what the web shows.
package webtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Fake is a Store of a few mails: a series of two patches in the project demo, with a cover, comments and checks, a
// patch that is in no series, one that is hidden, and one in the private project secret.
type Fake struct {
	ProjectList []track.Project
	UserList    []track.User
	Own         []engine.OwnState
	Name        string // of the epoch
	Counts      map[int64]int64
	PatchList   []track.PatchRow
	CoverList   []track.CoverRow
	SeriesAll   []track.SeriesRow
	CommentList []track.CommentRow
	PersonList  []track.PersonView
	EventList   []track.EventRow
	CheckList   []track.Check
	BundleList  []track.Bundle
	Mails       map[int64]string

	Wrote []string // what was written, in order
	Calls int      // so many were there
	Fails error    // what every call fails with
}

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02T15:04:05.999999", s)
	if err != nil {
		panic(err)
	}
	return t
}

const mail = `From: Ann <ann@example.org>
To: demo@lists.example.org
Received: from a.example.org
Received: from b.example.org
Subject: [PATCH demo v2 %s] add "it"
	and more
Message-ID: %s
Date: Thu, 1 Jan 2026 10:00:00 +0000

A <message> & more.

Signed-off-by: Ann <ann@example.org>
---
diff --git a/f b/f
--- a/f
+++ b/f
@@ -1 +1 @@
-a
+b
`

// New makes one.
func New() *Fake {
	ann := track.PersonView{ID: 1, Name: "Ann", Email: "ann@example.org"}
	bob := track.PersonView{ID: 2, Email: "bob@example.org"}
	s := &Fake{Name: "e1", Counts: map[int64]int64{0: 1, 1: 1, 2: 1}}
	s.ProjectList = []track.Project{
		{ID: 1, LinkName: "demo", ListID: "demo.lists.example.org", ListEmail: "demo@lists.example.org", Name: "Demo",
			WebURL: "https://demo.example.org", ListArchiveURL: "https://lore.example.org/demo/",
			ListArchiveURLFormat: "https://lore.example.org/r/{}/", CommitURLFormat: "https://git.example.org/{}",
			ShowDependencies: true},
		{ID: 2, LinkName: "secret", ListID: "secret.lists.example.org", Name: "Secret", Private: true},
	}
	s.UserList = []track.User{
		{ID: 1, Name: "root", Admin: true, Emails: []string{"root@example.org"}},
		{ID: 2, Name: "Maint", FirstName: "Mary", LastName: "Maint", Emails: []string{"mary@example.org"},
			Maintains: []int64{1}, PerPage: 100},
		{ID: 3, Name: "ann", Emails: []string{"ann@example.org"}},
		{ID: 4, Name: "del", Emails: []string{"del@example.org"}},
		{ID: 5, Name: "strange"},
		{ID: 6, Name: "keeper", Maintains: []int64{2}},
	}
	s.Own = []engine.OwnState{{Slug: "queued", Number: 13, Open: true}}
	series := track.SeriesBrief{ID: 1, Name: "add it", Date: at("2026-01-01T10:00:00"), Version: 2, Submitter: ann.Email}
	brief := func(id int64, project int64, name string) track.MailBrief {
		return track.MailBrief{ID: id, Project: project, MsgID: fmt.Sprintf("<m%d/x@example.org>", id), Name: name,
			Date: at("2026-01-01T10:00:00").Add(time.Duration(id) * time.Minute)}
	}
	s.CoverList = []track.CoverRow{{MailBrief: brief(1, 1, "[v2,0/2] add it"), Mail: 1, Submitter: ann, Series: series}}
	second := brief(3, 1, "[v2,2/2] second")
	s.PatchList = []track.PatchRow{
		{MailBrief: brief(2, 1, `[v2,1/2] add "it" <é>`), Mail: 2, State: track.StateNew, Hash: "aa11", Submitter: ann,
			Delegate: "del@example.org", Series: series, Number: 1, Total: 2, Checked: track.CheckWarning,
			Related: []track.MailBrief{second}},
		{MailBrief: second, Mail: 13, State: track.StateAccepted, Archived: true, CommitRef: "abc", PullURL: "git://x",
			Hash: "bb22", Submitter: ann, Series: series, Number: 2, Total: 2},
		{MailBrief: brief(6, 1, "alone"), Mail: 6, State: "queued", Submitter: bob},
		{MailBrief: brief(7, 1, "spam"), Mail: 7, State: track.StateNew, Submitter: bob, Hidden: true},
		{MailBrief: brief(8, 2, "secret"), Mail: 8, State: track.StateNew, Submitter: ann, Hash: "cc33"},
	}
	s.SeriesAll = []track.SeriesRow{{
		SeriesBrief: series, Project: 1, Total: 2, Received: 2, Complete: true, Submitter: ann,
		Cover: s.CoverList[0].MailBrief, Patches: []track.MailBrief{s.PatchList[0].MailBrief, second},
	}}
	no := false
	s.CommentList = []track.CommentRow{
		{MailBrief: brief(4, 1, "Re: add it"), Mail: 4, Parent: s.PatchList[0].MailBrief, Submitter: bob, Addressed: &no},
		{MailBrief: brief(5, 1, "Re: cover"), Mail: 5, Parent: s.CoverList[0].MailBrief, OnCover: true, Submitter: ann},
	}
	s.PersonList = []track.PersonView{ann, bob}
	s.CheckList = []track.Check{
		{ID: 1, Project: 1, MsgID: s.PatchList[0].MsgID, User: 2, Date: at("2026-01-02T10:00:00.5"),
			State: track.CheckSuccess, Context: "build", TargetURL: "https://ci.example.org/1", Description: "fine"},
		{ID: 2, Project: 1, MsgID: s.PatchList[0].MsgID, User: 2, Date: at("2026-01-02T11:00:00"),
			State: track.CheckWarning, Context: "lint"},
	}
	s.BundleList = []track.Bundle{
		{ID: 1, Owner: 2, Project: 1, Name: "mine & yours", Public: true,
			Patches: []string{second.MsgID, s.PatchList[0].MsgID}},
		{ID: 2, Owner: 2, Project: 1, Name: "own", Patches: []string{second.MsgID}},
		{ID: 3, Owner: 6, Project: 2, Name: "inside", Public: true, Patches: []string{s.PatchList[4].MsgID}},
	}
	s.EventList = s.told(series)
	s.Mails = map[int64]string{}
	for _, id := range []int64{1, 2, 13, 4, 5, 6, 7, 8} {
		s.Mails[id] = fmt.Sprintf(mail, "1/2", fmt.Sprintf("<m%d@example.org>", id))
	}
	return s
}

func (s *Fake) told(series track.SeriesBrief) (all []track.EventRow) {
	patch, cover := s.PatchList[0].MailBrief, s.CoverList[0].MailBrief
	for i, e := range []track.EventRow{
		{Category: track.SeriesCreated, Series: series},
		{Category: track.CoverCreated, Cover: cover},
		{Category: track.PatchCreated, Patch: patch},
		{Category: track.PatchCompleted, Patch: patch, Series: series},
		{Category: track.SeriesCompleted, Series: series},
		{Category: track.PatchCommentCreated, Patch: patch, Comment: s.CommentList[0].MailBrief},
		{Category: track.CoverCommentCreated, Cover: cover, Comment: s.CommentList[1].MailBrief},
		{Category: track.PatchStateChanged, Patch: patch, Actor: "Maint", Before: "new", After: "accepted"},
		{Category: track.PatchDelegated, Patch: patch, Actor: "Maint", Before: "", After: "del@example.org"},
		{Category: track.PatchRelationChanged, Patch: patch, Actor: "Maint"},
		{Category: track.CheckCreated, Patch: patch, Actor: "Maint", Check: &s.CheckList[0]},
		{Category: track.PatchCreated, Patch: s.PatchList[4].MailBrief, Project: 2},
	} {
		e.ID, e.Date = int64(i+1), at("2026-01-03T00:00:00").Add(time.Duration(i)*time.Second+7*time.Microsecond)
		if e.Project == 0 {
			e.Project = 1
		}
		all = append(all, e)
	}
	return all
}

func (s *Fake) ask() error {
	s.Calls++
	return s.Fails
}

func (s *Fake) write(projects []int64, format string, args ...any) error {
	s.Wrote = append(s.Wrote, fmt.Sprintf(format, args...))
	for _, p := range projects {
		s.Counts[p]++
	}
	return s.Fails
}

func (s *Fake) Projects(context.Context) ([]track.Project, error) {
	return s.ProjectList, s.ask()
}
func (s *Fake) RemovedProjects(context.Context) ([]int64, error) { return nil, s.ask() }
func (s *Fake) Users(context.Context) ([]track.User, error)      { return s.UserList, s.ask() }
func (s *Fake) OwnStates(context.Context) ([]engine.OwnState, error) {
	return s.Own, s.ask()
}
func (s *Fake) Epoch(context.Context) (string, error) { return s.Name, s.Fails }
func (s *Fake) Changes(_ context.Context, projects ...int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	for _, p := range projects {
		out[p] = s.Counts[p]
	}
	return out, s.Fails
}

func (s *Fake) Moment(ctx context.Context, projects ...int64) (string, map[int64]int64, error) {
	changes, err := s.Changes(ctx, projects...)
	return s.Name, changes, err
}

func (s *Fake) Ahead(ctx context.Context, _ []int64, _ func(string, map[int64]int64) error) (context.Context, bool) {
	return ctx, false
}

func allows[T comparable](in track.In[T], is T) bool { return in == nil || slices.Contains(in, is) }

func within(without []int64, project int64, since, before, date time.Time) bool {
	return !slices.Contains(without, project) &&
		(since.IsZero() || !date.Before(since)) && (before.IsZero() || date.Before(before))
}

// page sorts by id or date only: the order is the database's business.
func page[Row any](all []Row, p track.Paging, less func(a, b *Row) int) track.Page[Row] {
	slices.SortStableFunc(all, func(a, b Row) int {
		n := less(&a, &b)
		if len(p.Order) > 0 && p.Order[len(p.Order)-1].Desc {
			return -n
		}
		return n
	})
	from := min(p.Offset, len(all))
	return track.Page[Row]{Rows: all[from:min(from+p.Limit, len(all))], Total: len(all)}
}

func (s *Fake) PatchPage(_ context.Context, q track.PatchQuery) (track.Page[track.PatchRow], error) {
	var all []track.PatchRow
	in := s.series(q.Series)
	for _, r := range s.PatchList {
		if within(q.Without, r.Project, q.Since, q.Before, r.Date) && (!r.Hidden || q.Whole) &&
			allows(q.Projects, r.Project) && allows(in, r.Series.ID) && allows(q.Submitters, r.Submitter.Email) &&
			allows(q.Delegates, r.Delegate) && allows(q.States, r.State) && allows(q.Hashes, r.Hash) &&
			allows(q.MsgIDs, r.MsgID) && (q.Archived == nil || *q.Archived == r.Archived) && hasWords(q.Words, r.Name) {
			all = append(all, r)
		}
	}
	return page(all, q.Paging, func(a, b *track.PatchRow) int { return int(a.ID - b.ID) }), s.ask()
}

func (s *Fake) CoverPage(_ context.Context, q track.CoverQuery) (track.Page[track.CoverRow], error) {
	var all []track.CoverRow
	in := s.series(q.Series)
	for _, r := range s.CoverList {
		if within(q.Without, r.Project, q.Since, q.Before, r.Date) && allows(q.Projects, r.Project) &&
			allows(in, r.Series.ID) && allows(q.Submitters, r.Submitter.Email) && allows(q.MsgIDs, r.MsgID) &&
			hasWords(q.Words, r.Name) {
			all = append(all, r)
		}
	}
	return page(all, q.Paging, func(a, b *track.CoverRow) int { return int(a.ID - b.ID) }), s.ask()
}

func (s *Fake) SeriesPage(_ context.Context, q track.SeriesQuery) (track.Page[track.SeriesRow], error) {
	var all []track.SeriesRow
	for _, r := range s.SeriesAll {
		if within(q.Without, r.Project, q.Since, q.Before, r.Date) && allows(q.Projects, r.Project) &&
			allows(q.Submitters, r.SeriesBrief.Submitter) && hasWords(q.Words, r.Name) {
			all = append(all, r)
		}
	}
	return page(all, q.Paging, func(a, b *track.SeriesRow) int { return int(a.ID - b.ID) }), s.ask()
}

func (s *Fake) CommentPage(_ context.Context, q track.CommentQuery) (track.Page[track.CommentRow], error) {
	var all []track.CommentRow
	for _, r := range s.CommentList {
		if r.Parent.ID == q.Parent && hasWords(q.Words, r.Name) {
			all = append(all, r)
		}
	}
	return page(all, q.Paging, func(a, b *track.CommentRow) int { return int(a.ID - b.ID) }), s.ask()
}

func (s *Fake) PersonPage(_ context.Context, q track.PersonQuery) (track.Page[track.PersonView], error) {
	var all []track.PersonView
	for _, r := range s.PersonList {
		if allows(q.IDs, r.ID) && allows(q.Emails, r.Email) && hasWords(q.Words, r.Name, r.Email) {
			all = append(all, r)
		}
	}
	return page(all, q.Paging, func(a, b *track.PersonView) int { return int(a.ID - b.ID) }), s.ask()
}

func (s *Fake) EventPage(_ context.Context, q track.EventsQuery) (track.Page[track.EventRow], error) {
	var all []track.EventRow
	for _, r := range s.EventList {
		if within(q.Without, r.Project, q.Since, q.Before, r.Date) && allows(q.Projects, r.Project) &&
			allows(q.Categories, r.Category) && allows(s.series(q.Series), r.Series.ID) && allows(q.Patches, r.Patch.ID) &&
			allows(q.Covers, r.Cover.ID) && allows(q.Actors, r.Actor) && r.ID > q.Above {
			all = append(all, r)
		}
	}
	return page(all, q.Paging, func(a, b *track.EventRow) int { return int(a.ID - b.ID) }), s.ask()
}

func (s *Fake) EventsAfter(ctx context.Context, q track.EventsQuery) (rows []track.EventRow, upTo int64, err error) {
	page, err := s.EventPage(ctx, q)
	if upTo = max(s.lastEvent(), q.Above); len(page.Rows) == q.Limit {
		upTo = page.Rows[len(page.Rows)-1].ID
	}
	return page.Rows, upTo, err
}

func (s *Fake) LastEvent(context.Context) (int64, error) { return s.lastEvent(), s.ask() }

func (s *Fake) lastEvent() (last int64) {
	for _, r := range s.EventList {
		last = max(last, r.ID)
	}
	return last
}

// byNumber finds rows by their numbers. of tells what a row says of itself, and whether it is hidden.
func byNumber[Row any](
	all []Row, ids []int64, s track.Scope, of func(*Row) (m *track.MailBrief, hidden bool),
) map[int64]Row {
	out := map[int64]Row{}
	for i := range all {
		m, hidden := of(&all[i])
		if slices.Contains(ids, m.ID) && !slices.Contains(s.Without, m.Project) && (s.Whole || !hidden) {
			out[m.ID] = all[i]
		}
	}
	return out
}

func (s *Fake) PatchRows(_ context.Context, ids []int64, sc track.Scope) (map[int64]track.PatchRow, error) {
	is := func(r *track.PatchRow) (*track.MailBrief, bool) { return &r.MailBrief, r.Hidden }
	return byNumber(s.PatchList, ids, sc, is), s.ask()
}

func (s *Fake) CoverRows(_ context.Context, ids []int64, sc track.Scope) (map[int64]track.CoverRow, error) {
	is := func(r *track.CoverRow) (*track.MailBrief, bool) { return &r.MailBrief, r.Hidden }
	return byNumber(s.CoverList, ids, sc, is), s.ask()
}

func (s *Fake) CommentRows(_ context.Context, ids []int64, sc track.Scope) (map[int64]track.CommentRow, error) {
	is := func(r *track.CommentRow) (*track.MailBrief, bool) { return &r.MailBrief, r.Hidden }
	return byNumber(s.CommentList, ids, sc, is), s.ask()
}

func (s *Fake) SeriesRow(_ context.Context, id int64, sc track.Scope) (track.SeriesRow, error) {
	for _, r := range s.SeriesAll {
		if (r.ID == id || slices.ContainsFunc(r.Patches, func(m track.MailBrief) bool { return m.ID == id })) &&
			!slices.Contains(sc.Without, r.Project) && (sc.Whole || !r.Hidden) {
			return r, s.ask()
		}
	}
	if s.Fails != nil {
		return track.SeriesRow{}, s.Fails
	}
	return track.SeriesRow{}, engine.ErrNotFound
}

// SeriesRowNow is SeriesRow: nothing was sent again.
func (s *Fake) SeriesRowNow(ctx context.Context, id int64, sc track.Scope) (track.SeriesRow, error) {
	return s.SeriesRow(ctx, id, sc)
}

// Earlier says that there are none.
func (s *Fake) Earlier(context.Context, int64) ([]int64, error) { return nil, s.ask() }

func (s *Fake) Dependencies(
	_ context.Context, series []int64, _ track.Scope,
) (map[int64]track.Dependencies, error) {
	all := map[int64]track.Dependencies{}
	for _, id := range series {
		all[id] = track.Dependencies{On: []track.Dependency{{Written: "<x@y>"}, {Written: "<z@y>", Series: 21}},
			Of: []int64{22}}
	}
	return all, s.ask()
}

func (s *Fake) Raw(_ context.Context, mail int64) ([]byte, error) {
	raw, ok := s.Mails[mail]
	if !ok {
		return nil, engine.ErrNotFound
	}
	return []byte(raw), s.ask()
}

func (s *Fake) Copies(context.Context, int64) ([]engine.Copy, error) { return nil, nil }

func (s *Fake) Raws(ctx context.Context, mails []int64, f func(mail int64, raw []byte) error) error {
	for _, mail := range mails {
		raw, err := s.Raw(ctx, mail)
		if err == nil {
			err = f(mail, raw)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func hasWords(words []string, texts ...string) bool {
	for _, w := range words {
		has := func(t string) bool { return strings.Contains(strings.ToLower(t), strings.ToLower(w)) }
		if !slices.ContainsFunc(texts, has) {
			return false
		}
	}
	return true
}

// Trailers says that Bob has acked every patch.
func (s *Fake) Trailers(_ context.Context, patches []int64) (map[int64]track.PatchTrailers, error) {
	out := map[int64]track.PatchTrailers{}
	for _, p := range patches {
		out[p] = track.PatchTrailers{Given: []track.Trailer{{Key: "Acked-by", Value: "Bob <bob@example.org>"}}}
	}
	return out, s.ask()
}

// Reasons says nothing.
func (s *Fake) Reasons(context.Context, int64) ([]track.Reason, error) { return nil, s.ask() }

// Versions says that there are no others.
func (s *Fake) Versions(context.Context, int64) ([]track.SeriesView, error) { return nil, s.ask() }

// LogOf is empty: nobody has decided anything.
func (s *Fake) LogOf(context.Context, []engine.LogQuery, int) ([]engine.LogEntry, error) {
	return nil, s.ask()
}
