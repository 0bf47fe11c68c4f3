package dbtest

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// questions are those of which there are too many to ask them all.
type questions struct {
	referring []engine.Referring
	marking   []engine.Marking
	alike     []engine.Likeness
	filters   []track.Filter
}

func anyQuestions(t *rapid.T) (q questions) {
	for project := range int64(4) {
		q.referring = append(q.referring, engine.Referring{
			Project: project, To: append(someIDs, someIDs[0]),
			Who:     oneOf(t, "who", engine.Anybody, engine.Members, engine.NonMembers),
			Until:   oneOf(t, "until", time.Time{}, epoch.Add(time.Hour)),
			Senders: oneOf(t, "senders", nil, someSenders[:1], someSenders[1:]),
		})
		from := epoch.Unix() + rapid.Int64Range(0, 3600).Draw(t, "from")
		q.marking = append(q.marking, engine.Marking{
			Sender: oneOf(t, "sender", someSenders...), Version: rapid.IntRange(1, 3).Draw(t, "version"),
			Total: rapid.IntRange(1, 2).Draw(t, "total"), From: from,
			To:     from + oneOf[int64](t, "length", 0, 1800, 9999),
			Number: rapid.IntRange(0, 2).Draw(t, "number"), Same: rapid.Bool().Draw(t, "same"),
		})
		q.alike = append(q.alike, anyLikeness(t), anyLikeness(t))
	}
	for range 12 {
		f := AnyFilter(t)
		if rapid.Bool().Draw(t, "by two") {
			g := AnyFilter(t)
			f.States, f.Submitter, f.Text = g.States, g.Submitter, g.Text
		}
		q.filters = append(q.filters, f)
	}
	return q
}

func anyLikeness(t *rapid.T) engine.Likeness {
	q := engine.Likeness{
		Project: oneOf[int64](t, "project", 1, 1, 2),
		By:      oneOf(t, "by", engine.ByTitle, engine.ByChange, engine.ByDiff, engine.ByEarlier),
		Which:   oneOf(t, "which", engine.Lower, engine.SameEarlier, engine.SameLater, engine.Higher),
		Version: rapid.IntRange(1, 3).Draw(t, "version"),
		At:      oneOf(t, "at", time.Time{}, epoch.Add(time.Hour)), Most: oneOf(t, "most", 1, 100),
	}
	switch q.By {
	case engine.ByDiff:
		q.Text = oneOf(t, "hash", "\x00\xff", "\x00\xff\x00")
	case engine.ByEarlier:
		q.Text = oneOf(t, "earlier", someIDs...)
	default:
		q.Value = oneOf[int64](t, "value", 5, -6, 7)
	}
	return q
}

// answers are the answers to every question there is, each as a line.
func answers(t *rapid.T, v engine.View, q *questions) []string {
	a := &asking{t: t, View: v, questions: q}
	last, err := v.LastMail()
	a.say("last mail", last, err)
	a.ids = append(numbers(last+2), 1, 0)
	for _, ask := range []func(){a.facts, a.derivations, a.lists, a.streams, a.notes, a.history,
		a.accounts, a.programs, a.searches, a.archives, a.adoptions, a.pushing} {
		ask()
	}
	return a.lines
}

type asking struct {
	t *rapid.T
	engine.View
	*questions
	ids   []int64
	lines []string
}

func (a *asking) say(question string, answer any, err error) {
	if err != nil {
		a.t.Fatalf("%s: %v", question, err)
	}
	a.lines = append(a.lines, fmt.Sprintf("%s: %+v", question, answer))
}

// set says an answer whose order means nothing.
func set[T any](a *asking, question string, answer []T, err error) {
	var texts []string
	for _, x := range answer {
		texts = append(texts, fmt.Sprintf("%+v", x))
	}
	slices.Sort(texts)
	a.say(question, texts, err)
}

func values[K comparable, V any](m map[K]*V) map[K]V {
	out := map[K]V{}
	for k, v := range m {
		out[k] = *v
	}
	return out
}

func pointed[T any](list []*T) (out []T) {
	for _, p := range list {
		out = append(out, *p)
	}
	return out
}

func (a *asking) names() (out []engine.Name) {
	for _, id := range someIDs {
		for project := range int64(4) {
			out = append(out, engine.Name{Project: project, MsgID: id})
		}
	}
	return append(out, out[0])
}

func (a *asking) facts() {
	var keys []engine.Bytes
	var sums []engine.Sum
	for n := range 11 {
		sums = append(sums, sha256.Sum256(fmt.Append(nil, n)))
		for _, id := range someIDs {
			keys = append(keys, engine.Bytes{MsgID: id, SHA256: sums[n]})
		}
	}
	known, err := a.Known(keys)
	a.say("known", known, err)
	copies, err := a.Copies(a.names())
	for _, name := range a.names() {
		set(a, fmt.Sprint("copies of ", name), copies[name], err)
	}
	stands, err := a.Stands(append(a.ids, 1, 99))
	a.say("stand", stands, err)
	mails, err := a.Mails(a.ids)
	a.say("mails", values(mails), err)
	namings, err := a.Namings(someSenders)
	for _, who := range someSenders {
		n, there := namings[who]
		n.Mail = 0 // of two that say the same either will do
		a.say("naming of "+who, fmt.Sprint(there, n), err)
	}
	held, err := a.Holds(sums)
	a.say("holds", held, err)
	for _, most := range []int{1, 3, 100} {
		after, err := a.After(1, most)
		a.say("after", after, err)
		unrouted, err := a.Unrouted(most)
		a.say("unrouted", unrouted, err)
	}
	err = a.Frames(a.ids, func(id int64, frame []byte) error {
		a.say("frame", fmt.Sprint(id, frame == nil, len(frame), sha256.Sum256(frame)), nil)
		return nil
	})
	a.say("frames", nil, err)
}

func (a *asking) derivations() {
	rows, err := a.Rows(a.ids)
	set(a, "rows", pointed(rows), err)
	for _, project := range []int64{1, 2, 3} {
		rows, err := a.RowsNamed(project, append(someIDs, someIDs[0]))
		set(a, fmt.Sprint("rows named in ", project), pointed(rows), err)
		marked, err := a.Marked(project, a.marking)
		for i := range a.marking {
			set(a, fmt.Sprintf("marked in %d %+v", project, a.marking[i]), pointed(marked[i]), err)
		}
	}
	for _, id := range a.ids {
		depending, err := a.Depending([]int64{id, id})
		a.say(fmt.Sprint("depending beside ", id), depending, err)
	}
	var names []engine.Name
	for _, id := range someIDs {
		names = append(names, engine.Name{MsgID: id}, engine.Name{Project: 1, MsgID: id}, engine.Name{Project: 2, MsgID: id})
	}
	of, err := a.SeriesOf(append(names, names[0]))
	a.say("series of names", of, err)
	for _, q := range a.referring {
		referrers, err := a.Referrers(q)
		var texts []string
		for _, r := range referrers {
			texts = append(texts, fmt.Sprintf("%s %+v", r.To, *r.Row))
		}
		set(a, fmt.Sprintf("referrers %+v", q), texts, err)
	}
	alike, err := a.Alike(a.alike)
	for i := range a.alike {
		a.say(fmt.Sprintf("alike %+v", a.alike[i]), alike[i], err)
	}
	for _, who := range []engine.Who{engine.Anybody, engine.Members, engine.NonMembers} {
		beside, err := a.Beside(a.names(), who)
		set(a, fmt.Sprint("beside ", who), beside, err)
	}
	led, err := a.LeadTo(a.names())
	a.say("lead to", led, err)
	d, err := a.Derived(a.ids)
	set(a, "patches", d.Patches, err)
	set(a, "covers", d.Covers, err)
	set(a, "replies", d.Replies, err)
	series, err := a.Series(a.ids)
	set(a, "series", series, err)
	members, err := a.Members(append(a.ids, 6, 6))
	a.say("members", members, err)
	for _, most := range []int{1, 100} {
		revising, err := a.Revising(append(a.ids, 6, 6), most)
		a.say("revising", revising, err)
	}
	in, err := a.PatchesOf(append(a.ids, 6, 6))
	set(a, "patches of series", in, err)
	completed, err := a.Completed(append(a.ids, 6, 6))
	a.say("completed", completed, err)
	people, err := a.People(append(someSenders, someSenders[0]))
	a.say("people", people, err)
}

// AnyFilter draws what somebody may ask of a list.
func AnyFilter(t *rapid.T) (f track.Filter) {
	switch rapid.IntRange(0, 10).Draw(t, "restricted by") {
	case 0:
		f.Project = oneOf(t, "project", "frob", "widget", "Frob", "covers", listID, "none")
	case 1:
		f.States = oneOf(t, "states", []track.State{"new"}, []track.State{"accepted"}, []track.State{"accepted", "rejected"},
			[]track.State{"new", "rejected"})
	case 2:
		f.Submitter = oneOf(t, "submitter", someTexts...)
	case 3:
		f.Delegate = oneOf(t, "delegate", "ann@x.org", "BOB@x.org", "nobody@x.org", "Maint@example.org",
			"rule@example.org")
	case 4:
		f.Text = oneOf(t, "text", someTexts...)
	case 5:
		f.Since = epoch.Add(time.Duration(rapid.IntRange(0, 6).Draw(t, "since")) * 20 * time.Minute)
	case 6:
		f.Until = epoch.Add(time.Duration(rapid.IntRange(0, 6).Draw(t, "until")) * 20 * time.Minute)
	case 7:
		f.Series = rapid.Int64Range(1, 6).Draw(t, "series")
	case 9:
		f.Among = rapid.SliceOfN(rapid.Int64Range(1, 6), 0, 4).Draw(t, "among")
	case 8:
		f.ID = rapid.Int64Range(1, 6).Draw(t, "id")
	}
	f.Archived, f.Incomplete = rapid.Bool().Draw(t, "archived"), rapid.Bool().Draw(t, "incomplete")
	f.Limit = oneOf(t, "limit", 0, 0, 1, 2)
	return f
}

func (a *asking) lists() {
	for _, f := range a.filters {
		patches, err := a.Patches(f)
		a.say(fmt.Sprintf("patches %+v", f), patches, err)
		series, err := a.SeriesList(f)
		a.say(fmt.Sprintf("series %+v", f), series, err)
	}
	views, err := a.MailViews(a.ids)
	a.say("mail views", views, err)
	for _, project := range []string{"", "frob", "none"} {
		for _, q := range []engine.Finding{
			{ID: 1}, {ID: 99}, {MsgIDs: someIDs[:3]}, {Beginning: "<"}, {Beginning: "<a"}, {Beginning: "<", Most: 2},
			{Beginning: "<%"},
		} {
			q.Project = project
			found, err := a.Find(q)
			a.say(fmt.Sprintf("found %+v", q), found, err)
		}
	}
	for _, too := range [][2]bool{{}, {true, false}, {false, true}} {
		replies, err := a.Replies(a.ids, too[0], too[1])
		a.say(fmt.Sprint("replies, ignored and hidden too: ", too), replies, err)
	}
	covers, err := a.Covers(a.ids)
	a.say("covers of", covers, err)
	more, err := a.More(a.ids)
	a.say("more", more, err)
	counts, err := a.Counts()
	a.say("counts", counts, err)
}

func (a *asking) streams() {
	var lines []string
	add := func(format string, args ...any) error {
		lines = append(lines, fmt.Sprintf(format, args...))
		return nil
	}
	ordered := func(question string, err error) {
		a.say(question, lines, err)
		lines = nil
	}
	unordered := func(question string, err error) {
		set(a, question, lines, err)
		lines = nil
	}
	ordered("items", a.EachItem(func(project, mail int64, it *track.Item) error {
		c := *it
		c.Name, c.Delivered = "", time.Time{} // an engine may leave these out
		return add("%d %d %+v", project, mail, c)
	}))
	unordered("each mail", a.EachMail(func(d *engine.DerivedMail) error {
		c := *d
		c.Patch, c.Cover, c.Reply = nil, nil, nil
		return add("%+v %s %s %s", c, shown(d.Patch), shown(d.Cover), shown(d.Reply))
	}))
	ordered("each series", a.EachSeries(func(s *engine.SeriesRow, members []engine.Member) error {
		return add("%+v %+v", *s, members)
	}))
	unordered("each put", a.EachPut(func(p engine.Put) error { return add("%+v", p) }))
	unordered("each person", a.EachPerson(func(p engine.PersonRow) error { return add("%+v", p) }))
	together := map[string]bool{}
	before := ""
	unordered("each naming", a.EachNaming(func(n engine.Naming) error {
		if n.Email != before && together[n.Email] {
			a.t.Fatalf("the mails of %s are not one after the other", n.Email)
		}
		before, together[n.Email] = n.Email, true
		return add("%+v", n)
	}))
	ordered("each reference", a.EachRef(func(k engine.RefKey) error { return add("%+v", k) }))
	unordered("each misplaced", a.EachMisplaced(func(m engine.Misplaced) error { return add("%+v", m) }))
}

func shown[T any](p *T) string {
	if p == nil {
		return "none"
	}
	return fmt.Sprintf("%+v", *p)
}

func (a *asking) notes() {
	projects, err := a.Projects()
	a.say("projects", projects, err)
	works, err := a.Works()
	a.say("works", works, err)
	reading, err := a.Reading()
	a.say("reading", reading, err)
	dictionaries, err := a.Dictionaries()
	a.say("dictionaries", dictionaries, err)
	maildirs, err := a.Maildirs()
	a.say("maildirs", maildirs, err)
	repositories, err := a.Repositories()
	a.say("repositories", repositories, err)
}

func (a *asking) history() {
	found, err := a.Decisions(a.names())
	var texts []string
	for name, d := range found {
		texts = append(texts, fmt.Sprintf("%v %v %s %s %s %s %s %s %s %s %s %s %v",
			name, d.Name, shown(d.State), shown(d.Delegate),
			shown(d.Archived), shown(d.SeriesName), shown(d.CommitRef), shown(d.PullURL), shown(d.Hidden),
			shown(d.Addressed), shown(d.Relation), shown(d.PutWith), d.StateAt))
	}
	set(a, "decisions", texts, err)
	some, err := a.AnyPair()
	a.say("any pair", some, err)
	pairs, err := a.Pairs(a.names())
	set(a, "pairs", pairs, err)
	pairs, err = a.Pairs(a.names()[:4])
	set(a, "pairs of one", pairs, err)
	for project := range int64(4) {
		named, err := a.SeriesNamed(project)
		a.say(fmt.Sprint("series named in ", project), named, err)
		some, err := a.AnyPut(project)
		a.say(fmt.Sprint("anything put in ", project), some, err)
		puts, err := a.Puts(project, append(someIDs, someIDs...))
		set(a, fmt.Sprint("puts in ", project), puts, err)
		puts, err = a.Puts(project, someIDs[:1])
		set(a, fmt.Sprint("puts of one in ", project), puts, err)
	}
	for _, q := range []engine.LogQuery{{}, {Project: "frob"}, {MsgID: "<a@x>"}, {Project: "widget", MsgID: "<a@x>"},
		{Most: 3}, {Actor: "ann"}, {Below: 3}, {Actor: "ann", Below: 4, Most: 1}} {
		entries, err := a.Log(q)
		a.say(fmt.Sprintf("log %+v", q), entries, err)
	}
	for _, q := range []engine.EventQuery{{}, {Above: 1}, {Most: 2}, {Above: 2, Most: 1}} {
		events, err := a.Events(q)
		a.say(fmt.Sprintf("events %+v", q), events, err)
	}
	changes, err := a.Changes([]int64{0, 1, 2, 3, 99})
	a.say("changes", changes, err)
	id, date, err := a.LastEvent()
	a.say("last event", fmt.Sprint(id, date), err)
}
