package dbtest

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// pageOf sorts all rows of a list and cuts a page out of them.
func pageOf[R any](rows []R, p track.Paging, id func(R) int64, columns map[string]func(a, b R) int) (page track.Page[R],
	err error) {
	slices.SortFunc(rows, func(a, b R) int {
		desc := false
		for _, o := range p.Order {
			by := columns[o.By]
			if o.By == "id" {
				by = func(a, b R) int { return cmp.Compare(id(a), id(b)) }
			}
			if by == nil {
				continue
			}
			desc = o.Desc
			if n := by(a, b); n != 0 {
				return turned(n, desc)
			}
		}
		return turned(cmp.Compare(id(a), id(b)), desc)
	})
	page.Total = len(rows)
	if from := min(max(p.Offset, 0), len(rows)); from < len(rows) && p.Limit > 0 {
		page.Rows = rows[from:min(from+p.Limit, len(rows))]
	}
	return page, nil
}

func turned(n int, desc bool) int {
	if desc {
		return -n
	}
	return n
}

// chosenBy tells whether a value is among those that are asked for.
func chosenBy[T comparable](in track.In[T], value T) bool {
	return in == nil || slices.Contains(in, value)
}

func within(date, since, before time.Time) bool {
	return (since.IsZero() || !date.Before(since)) && (before.IsZero() || date.Before(before))
}

func hasAll(text string, words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !contains(text, w) })
}

func seen(s track.Scope, project int64, hidden bool) bool {
	return !slices.Contains(s.Without, project) && (s.Whole || !hidden)
}

func (s *state) personView(email, name string, scope track.Scope) track.PersonView {
	if name == "" {
		name, _ = s.nameOf(email, scope)
	}
	return track.PersonView{ID: s.addresses.get(email), Email: email, Name: name}
}

// nameOf is what a viewer calls a person, if some mail that the viewer sees names them.
func (s *state) nameOf(email string, scope track.Scope) (name string, seen bool) {
	p := s.people.get(email)
	if p == nil {
		return "", false
	}
	if m := s.mails.get(p.Mail); len(scope.Without) == 0 || m != nil && !slices.Contains(scope.Without, m.Project) {
		return p.Name, true
	}
	var best *engine.Naming
	for _, m := range s.sentBy(email) {
		if n := m.naming(); m.names() && !slices.Contains(scope.Without, m.Project) && (best == nil || n.Before(best)) {
			best = &n
		}
	}
	if best == nil {
		return "", false
	}
	return best.Name, true
}

// bySubmitter compares what two people are called.
func (s *state) bySubmitter(a, b track.PersonView, scope track.Scope) int {
	x, _ := s.nameOf(a.Email, scope)
	y, _ := s.nameOf(b.Email, scope)
	return strings.Compare(x, y)
}

// brief is a series where it is named beside something else. One that is no more has a number.
func (s *state) brief(id int64) track.SeriesBrief {
	b := track.SeriesBrief{ID: id}
	if row := s.series.get(id); row != nil {
		b.Name, b.Date = cmp.Or(row.Given, row.Name, s.leader(row).Name), row.Date
		b.Version, b.Submitter = row.Version, row.Submitter
	}
	return b
}

func (v *view) PatchCounts(lists []track.PatchQuery) ([]int, error) {
	counts := make([]int, len(lists))
	for i, f := range lists {
		page, err := v.PatchPage(f, -1)
		if err != nil {
			return nil, err
		}
		counts[i] = page.Total
	}
	return counts, nil
}

func (v *view) PatchPage(f track.PatchQuery, _ int) (track.Page[track.PatchRow], error) {
	var rows []track.PatchRow
	for _, p := range v.patches.all() {
		if r := v.patchRow(p, f.Scope); seen(f.Scope, r.Project, r.Hidden) &&
			chosenBy(f.Projects, r.Project) && chosenBy(f.IDs, r.ID) && chosenBy(f.Series, p.Series) &&
			chosenBy(f.Submitters, p.Submitter) && chosenBy(f.Delegates, r.Delegate) && (!f.Nobodys || r.Delegate == "") &&
			chosenBy(f.States, r.State) &&
			hasHash(f.Hashes, r.Hash) && chosenBy(f.MsgIDs, r.MsgID) && chosenBy(f.Checked, r.Checked) &&
			(f.Archived == nil || *f.Archived == r.Archived) && within(r.Date, f.Since, f.Before) && hasAll(r.Name, f.Words) {
			rows = append(rows, r)
		}
	}
	places := func(s track.State) int { return (slices.Index(track.States(), s) + 100) % 100 }
	return pageOf(rows, f.Paging, func(r track.PatchRow) int64 { return r.ID }, map[string]func(a, b track.PatchRow) int{
		"name":    func(a, b track.PatchRow) int { return strings.Compare(a.Name, b.Name) },
		"date":    func(a, b track.PatchRow) int { return a.Date.Compare(b.Date) },
		"project": func(a, b track.PatchRow) int { return strings.Compare(v.linkName(a.Project), v.linkName(b.Project)) },
		"state": func(a, b track.PatchRow) int {
			return cmp.Or(places(a.State)-places(b.State), cmp.Compare(a.State, b.State))
		},
		"archived": func(a, b track.PatchRow) int { return order.Bools(a.Archived, b.Archived) },
		"submitter": func(a, b track.PatchRow) int {
			return v.bySubmitter(a.Submitter, b.Submitter, f.Scope)
		},
		"check":    func(a, b track.PatchRow) int { return cmp.Compare(a.Checked, b.Checked) },
		"delegate": func(a, b track.PatchRow) int { return strings.Compare(a.Delegate, b.Delegate) },
	})
}

func hasHash(in track.In[string], hash string) bool {
	return in == nil || hash != "" && slices.ContainsFunc(in, func(h string) bool { return strings.EqualFold(h, hash) })
}

func (s *state) linkName(project int64) string { return s.projects.get(project).LinkName }

func (s *state) patchRow(p *engine.PatchRow, scope track.Scope) track.PatchRow {
	m := s.mails.get(p.Mail)
	d := s.decisions.get(engine.NameOf(&m.Mail))
	r := track.PatchRow{
		MailBrief: track.MailBrief{ID: p.ID, Project: p.Project, MsgID: m.MsgID, Name: m.Name, Date: p.Date}, Mail: p.Mail,
		CommitRef: valueOf(d.CommitRef), PullURL: m.PullURL, State: p.State, Archived: p.Archived, Hidden: p.Hidden,
		Hash: hex.EncodeToString(m.Hash), Submitter: s.personView(p.Submitter, m.SenderName, scope), Delegate: p.Delegate,
		Series: s.brief(p.Series), Number: p.Number, Total: m.Total, Checked: p.Checked,
	}
	if d.PullURL != nil {
		r.PullURL = *d.PullURL
	}
	if row := s.series.get(p.Series); row != nil {
		r.Total = row.Total
	}
	if d.Relation != nil {
		r.Related = s.related(p, *d.Relation, scope)
	}
	return r
}

func valueOf(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// related are the other patches of a relation.
func (s *state) related(to *engine.PatchRow, relation int64, scope track.Scope) (out []track.MailBrief) {
	scope.Whole = false
	for name, d := range s.decisions.all() {
		m := s.chosen(name)
		if d.Relation == nil || *d.Relation != relation || m == nil {
			continue
		}
		if p := s.patches.get(m.ID); p != nil && p.ID != to.ID && seen(scope, p.Project, p.Hidden) {
			out = append(out, track.MailBrief{ID: p.ID, Project: p.Project, MsgID: m.MsgID, Name: m.Name, Date: p.Date})
		}
	}
	slices.SortFunc(out, func(a, b track.MailBrief) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.ID, b.ID))
	})
	return out
}

func (v *view) CoverPage(f track.CoverQuery, _ int) (track.Page[track.CoverRow], error) {
	var rows []track.CoverRow
	for _, c := range v.covers.all() {
		if r := v.coverRow(c, f.Scope); seen(f.Scope, r.Project, r.Hidden) && chosenBy(f.Projects, r.Project) &&
			chosenBy(f.IDs, r.ID) &&
			chosenBy(f.Series, c.Series) && chosenBy(f.Submitters, c.Submitter) && chosenBy(f.MsgIDs, r.MsgID) &&
			within(r.Date, f.Since, f.Before) && hasAll(r.Name, f.Words) {
			rows = append(rows, r)
		}
	}
	return pageOf(rows, f.Paging, func(r track.CoverRow) int64 { return r.ID }, map[string]func(a, b track.CoverRow) int{
		"name": func(a, b track.CoverRow) int { return strings.Compare(a.Name, b.Name) },
		"date": func(a, b track.CoverRow) int { return a.Date.Compare(b.Date) },
		"submitter": func(a, b track.CoverRow) int {
			return v.bySubmitter(a.Submitter, b.Submitter, f.Scope)
		},
	})
}

func (s *state) coverRow(c *engine.CoverRow, scope track.Scope) track.CoverRow {
	m := s.mails.get(c.Mail)
	return track.CoverRow{
		MailBrief: track.MailBrief{ID: c.ID, Project: c.Project, MsgID: m.MsgID, Name: m.Name, Date: c.Date}, Mail: c.Mail,
		Hidden: c.Hidden, Submitter: s.personView(c.Submitter, m.SenderName, scope), Series: s.brief(c.Series),
	}
}

func (v *view) SeriesPage(f track.SeriesQuery, _ int) (track.Page[track.SeriesRow], error) {
	var rows []track.SeriesRow
	for _, s := range v.series.all() {
		if r := v.seriesRow(s, f.Scope); seen(f.Scope, r.Project, r.Hidden) && chosenBy(f.Projects, r.Project) &&
			chosenBy(f.IDs, r.ID) && chosenBy(f.Submitters, s.Submitter) && (!f.Incomplete || !r.Complete) &&
			within(r.Date, f.Since, f.Before) &&
			hasAll(r.Name, f.Words) {
			rows = append(rows, r)
		}
	}
	return pageOf(rows, f.Paging, func(r track.SeriesRow) int64 { return r.ID }, map[string]func(a, b track.SeriesRow) int{
		"name": func(a, b track.SeriesRow) int { return strings.Compare(a.Name, b.Name) },
		"date": func(a, b track.SeriesRow) int { return a.Date.Compare(b.Date) },
		"submitter": func(a, b track.SeriesRow) int {
			return v.bySubmitter(a.Submitter, b.Submitter, f.Scope)
		},
		"received_all": func(a, b track.SeriesRow) int { return order.Bools(a.Complete, b.Complete) },
	})
}

func (s *state) seriesRow(row *engine.SeriesRow, scope track.Scope) track.SeriesRow {
	r := track.SeriesRow{
		SeriesBrief: s.brief(row.ID), Project: row.Project, Total: row.Total, Received: row.Received, Complete: row.Complete,
		Submitter: s.personView(row.Submitter, s.leader(row).SenderName, scope), Hidden: row.Hidden,
	}
	if c := s.covers.get(row.Cover); c != nil && (scope.Whole || !c.Hidden) {
		r.Cover = s.coverRow(c, scope).MailBrief
	}
	for _, p := range s.inSeries(row.ID) {
		if scope.Whole || !p.Hidden {
			r.Patches = append(r.Patches, s.patchRow(p, scope).MailBrief)
		}
	}
	return r
}

func (v *view) CommentPage(f track.CommentQuery, _ int) (track.Page[track.CommentRow], error) {
	var rows []track.CommentRow
	parent := v.standsFor(f.Parent)
	for _, r := range v.replies.all() {
		if c := v.commentRow(r, f.Scope); parent != nil && r.Parent == parent.ID && !r.Ignored && seen(f.Scope, c.Project,
			c.Hidden) &&
			hasAll(c.Name, f.Words) {
			rows = append(rows, c)
		}
	}
	return pageOf(rows, f.Paging, func(r track.CommentRow) int64 { return r.ID }, map[string]func(a,
		b track.CommentRow) int{
		"subject": func(a, b track.CommentRow) int { return strings.Compare(a.Name, b.Name) },
		"date":    func(a, b track.CommentRow) int { return a.Date.Compare(b.Date) },
		"submitter": func(a, b track.CommentRow) int {
			return v.bySubmitter(a.Submitter, b.Submitter, f.Scope)
		},
	})
}

// standsFor is the mail that stands for the name of any copy; nil: there is none.
func (s *state) standsFor(id int64) *mail {
	if m := s.mails.get(id); m != nil {
		return s.chosen(engine.NameOf(&m.Mail))
	}
	return nil
}

func (s *state) commentRow(r *engine.ReplyRow, scope track.Scope) track.CommentRow {
	m := s.mails.get(r.Mail)
	c := track.CommentRow{
		MailBrief: track.MailBrief{ID: r.ID, Project: r.Project, MsgID: m.MsgID, Name: m.Name, Date: r.Date}, Mail: r.Mail,
		OnCover: s.covers.has(r.Parent), Submitter: s.personView(m.Sender, m.SenderName, scope), Hidden: r.Hidden,
		Addressed: copied(s.decisions.get(engine.NameOf(&m.Mail)).Addressed),
	}
	if s.mails.has(r.Parent) {
		c.Parent = s.mailBrief(s.mails.get(r.Parent))
	}
	return c
}

// mailBrief names a mail by the number that was derived for it.
func (s *state) mailBrief(m *mail) track.MailBrief {
	b := track.MailBrief{ID: m.ID, Project: m.Project, MsgID: m.MsgID, Name: m.Name, Date: m.Date}
	if p := s.patches.get(m.ID); p != nil {
		b.ID = p.ID
	} else if c := s.covers.get(m.ID); c != nil {
		b.ID = c.ID
	} else if r := s.replies.get(m.ID); r != nil {
		b.ID = r.ID
	}
	return b
}

func (v *view) PersonPage(f track.PersonQuery, _ int) (track.Page[track.PersonView], error) {
	var rows []track.PersonView
	for _, p := range v.people.all() {
		id := v.addresses.get(p.Email)
		name, seen := v.nameOf(p.Email, f.Scope)
		missing := func(w string) bool { return !contains(name, w) && !contains(p.Email, w) }
		if seen && chosenBy(f.IDs, id) && chosenBy(f.Emails, p.Email) && !slices.ContainsFunc(f.Words, missing) {
			rows = append(rows, track.PersonView{ID: id, Name: name, Email: p.Email})
		}
	}
	return pageOf(rows, f.Paging, func(r track.PersonView) int64 { return r.ID }, map[string]func(a,
		b track.PersonView) int{
		"name":  func(a, b track.PersonView) int { return strings.Compare(a.Name, b.Name) },
		"email": func(a, b track.PersonView) int { return strings.Compare(a.Email, b.Email) },
	})
}

func (v *view) PatchRows(ids []int64, s track.Scope) (map[int64]track.PatchRow, error) {
	return called(v, ids, &v.patches, func(p *engine.PatchRow) (track.PatchRow, bool) {
		return v.patchRow(p, s), seen(s, p.Project, p.Hidden)
	})
}

func (v *view) CoverRows(ids []int64, s track.Scope) (map[int64]track.CoverRow, error) {
	return called(v, ids, &v.covers, func(c *engine.CoverRow) (track.CoverRow, bool) {
		return v.coverRow(c, s), seen(s, c.Project, c.Hidden)
	})
}

func (v *view) CommentRows(ids []int64, s track.Scope) (map[int64]track.CommentRow, error) {
	return called(v, ids, &v.replies, func(r *engine.ReplyRow) (track.CommentRow, bool) {
		return v.commentRow(r, s), seen(s, r.Project, r.Hidden)
	})
}

// called finds rows by the numbers of any copies.
func called[D, R any](v *view, ids []int64, derived *table[int64, *D], row func(*D) (R, bool)) (map[int64]R, error) {
	out := map[int64]R{}
	for _, id := range ids {
		if m := v.standsFor(id); m != nil {
			if d := derived.get(m.ID); d != nil {
				if r, seen := row(d); seen {
					out[id] = r
				}
			}
		}
	}
	return out, nil
}

func (v *view) SeriesWith(ids []int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	for _, id := range ids {
		if m := v.standsFor(id); m != nil {
			if series := v.seriesOf(m.ID); series != 0 {
				out[id] = series
			}
		}
	}
	return out, nil
}
