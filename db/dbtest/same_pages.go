package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// SamePages puts the same rows into both engines and asks both for the same pages. Other than in Same, the rows make
// sense: what is derived hangs on mails of its kind.
func SamePages(t *rapid.T, a, b engine.Engine) {
	ctx := context.Background()
	w := &sensible{t: t}
	w.draw()
	change := w.anyChange()
	for _, e := range []engine.Engine{a, b} {
		for _, f := range []func(engine.Tx) error{w.put, change} {
			if err := e.Write(ctx, f); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 60 {
		question, ask := w.anyPage()
		var said [2]string
		for i, e := range []engine.Engine{a, b} {
			if err := e.View(ctx, func(v engine.View) error {
				answer, err := ask(v)
				text, err2 := json.MarshalIndent(answer, "", " ")
				said[i] = string(text)
				return errors.Join(err, err2)
			}); err != nil {
				t.Fatalf("%s: %v", question, err)
			}
		}
		if said[0] != said[1] {
			t.Fatalf("%s\none says\n%s\nthe other\n%s", question, said[0], said[1])
		}
	}
}

// sensible is what is stored.
type sensible struct {
	t         *rapid.T
	projects  []engine.Project
	mails     []*engine.Mail
	derived   engine.Derived
	decisions []engine.Decision
	events    []engine.Event
}

func (w *sensible) draw() {
	for i := range rapid.IntRange(1, 3).Draw(w.t, "projects") {
		w.projects = append(w.projects, engine.Project{Project: track.Project{LinkName: []string{"frob", "widget", "add"}[i],
			ListID: listID}})
	}
	for i := range rapid.IntRange(1, 30).Draw(w.t, "mails") {
		w.mail(int64(i) + 1)
	}
	w.people()
	w.tell()
}

func (w *sensible) number(what string, most int) int { return rapid.IntRange(0, most).Draw(w.t, what) }
func (w *sensible) seldom(what string) bool          { return w.number(what, 5) == 0 }

func (w *sensible) date(what string) time.Time {
	n := w.number(what, 11)
	return epoch.Add(time.Duration(n%4)*30*time.Minute +
		time.Duration(n/4)*25*24*time.Hour) // many at one time, or in one month
}

// mail draws a mail and what was derived of it. Now and then it takes the place of an earlier one of its name.
func (w *sensible) mail(id int64) {
	t := w.t
	m := &engine.Mail{
		SHA256: sha256.Sum256(fmt.Append(nil, id)), Project: int64(1 + w.number("project", len(w.projects)-1)),
		MsgID: fmt.Sprintf("<%d@x>", id), Chosen: true, Delivered: epoch, Date: w.date("date"), ContentSHA: []byte("content"),
		Kind: oneOf(t, "kind", track.Patch, track.Patch, track.Cover, track.Talk), Sender: oneOf(t, "sender",
			someSenders[:3]...),
		SenderName: oneOf(t, "name", someNames...), Name: oneOf(t, "subject", someNames...), Total: w.number("total", 2),
		Hash: oneOf(t, "hash", nil, []byte{0, 255, 1, 2, 3, 4, 5}, []byte{0, 255, 1, 2, 3, 4, 6}), PullURL: oneOf(t, "pull",
			"", "git://x"),
	}
	w.mails = append(w.mails, m)
	if len(w.mails) > 1 && w.seldom("a copy") {
		first := w.mails[w.number("of", len(w.mails)-2)]
		m.MsgID, m.Project, m.Kind = first.MsgID, first.Project, first.Kind
		if first.Kind == track.Talk || first.First != 0 || !first.Chosen || w.isParent(idOf(w.mails, first)) {
			m.Chosen = false
			return
		}
		first.Chosen, m.First = false, idOf(w.mails, first)
		w.drop(m.First)
	}
	w.derive(id, m)
}

func idOf(mails []*engine.Mail, m *engine.Mail) int64 { return int64(slices.Index(mails, m)) + 1 }

// isParent tells whether something hangs on a mail.
func (w *sensible) isParent(id int64) bool {
	return slices.ContainsFunc(w.derived.Replies, func(r engine.ReplyRow) bool { return r.Parent == id }) ||
		slices.ContainsFunc(w.derived.Series, func(s engine.SeriesRow) bool { return s.Cover == id || s.ID == id })
}

func (w *sensible) drop(id int64) {
	d := &w.derived
	d.Patches = slices.DeleteFunc(d.Patches, func(p engine.PatchRow) bool { return p.Mail == id })
	d.Covers = slices.DeleteFunc(d.Covers, func(c engine.CoverRow) bool { return c.Mail == id })
}

func (w *sensible) derive(id int64, m *engine.Mail) {
	t, d := w.t, &w.derived
	called := id
	if m.First != 0 {
		called = m.First
	}
	hidden := w.seldom("hidden")
	switch m.Kind {
	case track.Patch:
		d.Patches = append(d.Patches, engine.PatchRow{
			Mail: id, Project: m.Project, Series: w.series(id, m), Number: w.number("number", 3), Date: m.Date,
			Submitter: m.Sender,
			State:     oneOf(t, "state", append(someStates, "my-own", "rfc")...), Delegate: oneOf(t, "delegate", "", "ann@x.org",
				"bob@x.org"),
			Archived: w.seldom("archived"), ID: called, Hidden: hidden,
			Checked: oneOf(t, "checked", track.CheckPending, track.CheckSuccess, track.CheckFail),
		})
	case track.Cover:
		d.Covers = append(d.Covers, engine.CoverRow{
			Mail: id, Project: m.Project, Series: w.series(id, m), ID: called, Date: m.Date, Submitter: m.Sender, Hidden: hidden,
		})
	default:
		d.Replies = append(d.Replies, engine.ReplyRow{
			Mail: id, Project: m.Project, Parent: w.parent(), Date: m.Date, Ignored: w.seldom("ignored"), ID: called,
			Hidden: hidden,
		})
	}
	w.decide(m)
}

// series is a series for a patch or cover: none, a new one, or one that is there.
func (w *sensible) series(id int64, m *engine.Mail) int64 {
	all := w.derived.Series
	switch w.number("series", 3) {
	case 0:
		return 0
	case 1:
		s := engine.SeriesRow{
			ID: id, Project: m.Project, Key: m.MsgID, Name: oneOf(w.t, "series name", "", "Ann's", "all of it"),
			Given: oneOf(w.t, "given", "", "", "given"), Version: 1 + w.number("version", 2), Total: 2,
			Received: w.number("received", 2),
			Complete: w.seldom("complete"), Date: m.Date, Submitter: m.Sender, Hidden: w.seldom("hidden series"),
		}
		if m.Kind == track.Cover {
			s.Cover = id
		}
		w.derived.Series = append(all, s)
		return id
	}
	if len(all) == 0 {
		return 0
	}
	return all[w.number("which", len(all)-1)].ID
}

func (w *sensible) parent() int64 {
	parents := []int64{0}
	for _, p := range w.derived.Patches {
		parents = append(parents, p.Mail)
	}
	for _, c := range w.derived.Covers {
		parents = append(parents, c.Mail)
	}
	return oneOf(w.t, "parent", parents...)
}

func (w *sensible) decide(m *engine.Mail) {
	t := w.t
	if w.number("decided", 2) > 0 {
		return
	}
	d := engine.Decision{
		Name: engine.NameOf(m), CommitRef: oneOf(t, "commit", nil, ptr("abc")), PullURL: oneOf(t, "pull url", nil,
			ptr("git://y")),
		Addressed: oneOf(t, "addressed", nil, ptr(true), ptr(false)), Relation: oneOf(t, "relation", nil, ptr[int64](7),
			ptr[int64](9)),
	}
	if at := slices.IndexFunc(w.decisions, func(o engine.Decision) bool { return o.Name == d.Name }); at >= 0 {
		w.decisions[at] = d
		return
	}
	w.decisions = append(w.decisions, d)
}

func (w *sensible) people() {
	for _, email := range someSenders[:3] {
		w.derived.People = append(w.derived.People, engine.PersonRow{Email: email, Name: oneOf(w.t, "known as", someNames...),
			Date: epoch, Mail: 1})
	}
}

// tell draws events whose dates never run backwards.
func (w *sensible) tell() {
	date := epoch
	for range w.number("events", 40) {
		date = date.Add(time.Duration(w.number("later", 2)) * time.Microsecond)
		e := engine.Event{
			Date: date, Project: int64(1 + w.number("project", len(w.projects)-1)),
			Category: oneOf(w.t, "category", track.PatchCreated, track.CoverCreated, track.SeriesCreated,
				track.PatchStateChanged),
			Actor: oneOf[track.Actor](w.t, "actor", "", "ann", "bob"), Before: oneOf(w.t, "before", "", "new"),
		}
		if m := w.mails[w.number("about", len(w.mails)-1)]; m.Kind != track.Talk {
			e.Mail = idOf(w.mails, m)
		}
		for _, r := range w.derived.Replies {
			if r.Parent != 0 && r.Parent == e.Mail && w.seldom("comment") {
				e.Comment = r.Mail
			}
		}
		if w.seldom("of a series") {
			e.Series = int64(1 + w.number("series", len(w.mails)))
		}
		w.events = append(w.events, e)
	}
}

func (w *sensible) put(tx engine.Tx) error {
	for i := range w.projects {
		c := w.projects[i]
		if err := tx.PutProject(&c); err != nil {
			return err
		}
	}
	var mails []*engine.Mail
	frames := make([][]byte, len(w.mails))
	for i, m := range w.mails {
		c := *m
		mails, frames[i] = append(mails, &c), []byte("frame")
	}
	d := w.derived
	return errors.Join(tx.Insert(mails, frames), tx.Put(d.Sorted()), tx.PutDecisions(w.decisions),
		tx.AddEvents(slices.Clone(w.events)))
}

// anyChange draws what becomes of some rows later.
func (w *sensible) anyChange() func(engine.Tx) error {
	var d engine.Derived
	var gone []int64
	for _, p := range w.derived.Patches {
		switch w.number("becomes", 5) {
		case 0:
			p.State, p.Archived, p.Hidden = oneOf(w.t, "state later", someStates...), w.seldom("archived later"),
				w.seldom("hidden later")
			d.Patches = append(d.Patches, p)
		case 1:
			if !w.isParent(p.Mail) {
				gone = append(gone, p.Mail)
			}
		}
	}
	for _, c := range w.derived.Covers {
		if c.Hidden = w.seldom("hidden later"); w.seldom("changed") {
			d.Covers = append(d.Covers, c)
		}
	}
	for _, s := range w.derived.Series {
		if s.Hidden = w.seldom("hidden later"); w.seldom("changed") {
			d.Series = append(d.Series, s)
		}
	}
	before := epoch.Add(time.Duration(w.number("pruned", 20)-10) * time.Microsecond)
	strays := w.seldom("strays")
	return func(tx engine.Tx) error {
		err := errors.Join(tx.Put(d.Sorted()), tx.DropMails(gone))
		if strays {
			err = errors.Join(err, tx.DropStrays())
		}
		_, err2 := tx.Prune(before, time.Time{})
		return errors.Join(err, err2)
	}
}

// some draws what a list is restricted to: seldom anything, and then now and then to nothing at all.
func some[T any](w *sensible, what string, all ...T) track.In[T] {
	switch w.number(what+" restricts", 7) {
	case 0:
		return track.In[T]{oneOf(w.t, what, all...)}
	case 1:
		in := track.In[T]{}
		for _, x := range all {
			if rapid.Bool().Draw(w.t, what) {
				in = append(in, x)
			}
		}
		return in
	}
	return nil
}

func (w *sensible) scope() (s track.Scope) {
	if w.seldom("private projects") {
		s.Without = []int64{int64(1 + w.number("private", 3))}
	}
	s.Whole = w.seldom("whole")
	return s
}

func (w *sensible) paging(columns ...string) (p track.Paging) {
	columns = append(columns, "id", "date", "id", "date", "none")
	for range w.number("columns", 3) - 1 {
		p.Order = append(p.Order, track.Order{By: oneOf(w.t, "by", columns...), Desc: rapid.Bool().Draw(w.t, "descending")})
	}
	p.Offset, p.Limit = w.number("offset", 12), w.number("limit", 12)
	return p
}

func (w *sensible) times() (since, before time.Time) {
	if w.seldom("since") {
		since = w.date("since").Add(oneOf(w.t, "and", 0, time.Nanosecond, time.Microsecond))
	}
	if w.seldom("before") {
		before = w.date("before").Add(oneOf(w.t, "and", 0, time.Microsecond))
	}
	return since, before
}

func (w *sensible) words() []string {
	if !w.seldom("words") {
		return nil
	}
	return rapid.SliceOfN(rapid.SampledFrom(someTexts), 1, 2).Draw(w.t, "words")
}

// anyPage draws a question.
func (w *sensible) anyPage() (question string, ask func(v engine.View) (any, error)) {
	ids := numbers(int64(len(w.mails)) + 1)
	projects := func() track.In[int64] { return some[int64](w, "projects", 1, 2, 3, 9) }
	senders := func() track.In[string] { return some(w, "submitters", append(someSenders[:3], "x@x")...) }
	msgids := func() track.In[string] { return some(w, "msgids", "<1@x>", "<2@x>", "<5@x>") }
	since, before := w.times()
	switch what := oneOf(w.t, "list", "patches", "patches", "patches", "covers", "series", "comments", "people", "events",
		"events", "rows"); what {
	case "patches":
		q := track.PatchQuery{
			Scope: w.scope(), Paging: w.paging("name", "project", "state", "archived", "submitter", "check", "delegate"),
			Projects: projects(), IDs: some(w, "ids", ids...), Series: some(w, "series", ids...), Submitters: senders(),
			Delegates: some(w, "delegates", "ann@x.org", "bob@x.org"), Nobodys: oneOf(w.t, "nobodys", false, false, true),
			States: some[track.State](w, "states", "new", "accepted", "my-own"),
			Hashes: some(w, "hashes", "00ff0102030405", "00FF0102030406", "zz", ""), MsgIDs: msgids(),
			Archived: oneOf(w.t, "archived", nil, nil, nil, ptr(true), ptr(false)),
			Checked:  some(w, "checked", track.CheckPending, track.CheckFail), Since: since, Before: before, Words: w.words(),
		}
		if rapid.IntRange(0, 3).Draw(w.t, "only count") == 0 {
			all := []track.PatchQuery{q, {Projects: q.Projects, Nobodys: true, Archived: q.Archived}}
			return fmt.Sprintf("counts %+v", q), func(v engine.View) (any, error) { return v.PatchCounts(all) }
		}
		return fmt.Sprintf("patches %+v", q), func(v engine.View) (any, error) { return v.PatchPage(q, -1) }
	case "covers":
		q := track.CoverQuery{
			Scope: w.scope(), Paging: w.paging("name", "submitter"), Projects: projects(), IDs: some(w, "ids", ids...),
			Series: some(w, "series", ids...), Submitters: senders(), MsgIDs: msgids(), Since: since, Before: before,
			Words: w.words(),
		}
		return fmt.Sprintf("covers %+v", q), func(v engine.View) (any, error) { return v.CoverPage(q, -1) }
	case "series":
		q := track.SeriesQuery{
			Scope: w.scope(), Paging: w.paging("name", "submitter", "received_all"), Projects: projects(), IDs: some(w, "ids",
				ids...),
			Submitters: senders(), Incomplete: oneOf(w.t, "incomplete", false, false, true), Since: since, Before: before,
			Words: w.words(),
		}
		return fmt.Sprintf("series %+v", q), func(v engine.View) (any, error) { return v.SeriesPage(q, -1) }
	case "comments":
		q := track.CommentQuery{Scope: w.scope(), Paging: w.paging("submitter", "subject"), Parent: oneOf(w.t, "parent",
			ids...), Words: w.words()}
		return fmt.Sprintf("comments %+v", q), func(v engine.View) (any, error) { return v.CommentPage(q, -1) }
	case "people":
		q := track.PersonQuery{Scope: w.scope(), Paging: w.paging("name", "email"), IDs: some(w, "ids", ids...),
			Emails: senders(), Words: w.words()}
		return fmt.Sprintf("people %+v", q), func(v engine.View) (any, error) { return v.PersonPage(q, -1) }
	case "events":
		q := track.EventsQuery{
			Scope: w.scope(), Paging: w.paging(), Projects: projects(),
			Categories: some(w, "categories", track.PatchCreated, track.CoverCreated, track.PatchDelegated), Series: some(w,
				"series", ids...),
			Patches: some(w, "patches", ids...), Covers: some(w, "covers", ids...), Actors: some[track.Actor](w, "actors", "ann",
				"bob"),
			Above: int64(max(0, w.number("above", 20)-15)),
		}
		if w.seldom("since") {
			q.Since = epoch.Add(time.Duration(w.number("since", 30_000)) * time.Nanosecond)
		}
		if w.seldom("before") {
			q.Before = epoch.Add(time.Duration(w.number("before", 30)) * time.Microsecond)
		}
		return fmt.Sprintf("events %+v", q), func(v engine.View) (any, error) { return v.EventPage(q, -1) }
	default:
		scope := w.scope()
		return fmt.Sprintf("rows %+v", scope), func(v engine.View) (any, error) {
			patches, err := v.PatchRows(ids, scope)
			covers, err2 := v.CoverRows(ids, scope)
			comments, err3 := v.CommentRows(ids, scope)
			series, err4 := v.SeriesWith(ids)
			return []any{patches, covers, comments, series}, errors.Join(err, err2, err3, err4)
		}
	}
}
