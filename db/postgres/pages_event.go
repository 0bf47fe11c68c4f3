package postgres

import (
	"math"
	"time"

	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) EventPage(f track.EventsQuery, known int) (page track.Page[track.EventRow], err error) {
	if nothing(f.Projects) || nothing(f.Categories) || nothing(f.Series) || nothing(f.Patches) ||
		nothing(f.Covers) || nothing(f.Actors) {
		return page, nil
	}
	l, between, err := q.eventListing(f)
	if err != nil {
		return page, err
	}
	if page, there, err := q.eventsAtOnce(l, f, known); there || err != nil {
		return page, err
	}
	total, hidden, err := q.countEvents(l, between, f.Scope)
	if err != nil {
		return page, err
	}
	if page.Total = known; known < 0 {
		page.Total = total
	}
	l.where.without(`e.id`, hidden)
	ids, err := q.page(l, f.Paging, page.Total)
	if err != nil {
		return page, err
	}
	page.Rows, err = q.eventRows(numbers(ids), f.Scope)
	return page, err
}

// eventsAtOnce finds a page of all events, or of those of some projects, by one journey, and what they are about by
// another, if no event is hidden; there is false where it is to be found otherwise.
func (q *queries) eventsAtOnce(l *listing, f track.EventsQuery, known int) (
	page track.Page[track.EventRow], there bool, err error,
) {
	if !l.exact || known >= 0 || f.Offset > near {
		return page, false, nil
	}
	var some bool
	if !f.Scope.Whole {
		if err := q.also(anyHidden, nil, func(scan func(...any) error) error { return scan(&some) }); err != nil {
			return page, false, err
		}
	}
	on, err := q.onPage(l, f.Paging, known)
	if err != nil {
		return page, false, err
	}
	rows, subjects, err := q.bareEvents(on)
	if err != nil || some {
		return page, false, err
	}
	page.Rows = rows
	if page.Total, err = q.totalOf(on, len(rows)); err == nil {
		err = q.subjectsOf(rows, subjects, f.Scope)
	}
	return page, true, err
}

// eventListing chooses the index of what is asked for, hidden events included. Events come newest first, unless it is
// said otherwise.
func (q *queries) eventListing(f track.EventsQuery) (*listing, stretch, error) {
	l := &listing{row: `e.id`, from: `event e`, counted: both.EventTotal, ordered: true}
	l.order = []both.OrderTerm{{Expr: `e.id`, Desc: true}}
	for _, o := range f.Order {
		if o.By == "date" || o.By == "id" {
			l.order[0].Desc = o.Desc
			break
		}
	}
	between, err := q.eventsBetween(f)
	l.where.add(between.from != math.MinInt64, `e.id >= ?`, between.from)
	l.where.add(between.to != math.MaxInt64, `e.id < ?`, between.to)
	l.where.without(`e.project`, f.Without)
	if err == nil {
		err = q.alongEvents(l, f)
	}
	if between == allEvents && f.Series == nil && f.Patches == nil && f.Covers == nil && f.Actors == nil {
		l.exact = true
	}
	return l, between, err
}

// stretch is a part of all numbers.
type stretch struct{ from, to int64 } // to is behind the last one

var allEvents = stretch{math.MinInt64, math.MaxInt64}

// countEvents counts the events of a list that a viewer sees, and tells which ones are hidden. Mostly nothing is, which
// is asked along with the count: the question which ones takes the server half a millisecond to begin.
func (q *queries) countEvents(l *listing, between stretch, scope track.Scope) (total int, hidden []int64, err error) {
	var some bool
	if !scope.Whole {
		if err = q.also(anyHidden, nil, func(scan func(...any) error) error { return scan(&some) }); err != nil {
			return 0, nil, err
		}
	}
	if bounds := l.conditions(); between != allEvents && len(bounds.terms) == between.bounds() {
		total, err = q.countStretch(between)
	} else {
		total, err = q.count(l)
	}
	if err != nil || !some {
		return total, nil, err
	}
	if hidden, err = q.hiddenEvents(); err != nil || len(hidden) == 0 {
		return total, hidden, err
	}
	c := l.conditions()
	c.add(true, in(`e.id`), hidden)
	var less int
	_, err = q.Row(`SELECT count(*) FROM event e`+c.where(), c.args, &less)
	return total - less, hidden, err
}

const anyHidden = `SELECT EXISTS (SELECT FROM patch WHERE hidden) OR EXISTS (SELECT FROM cover WHERE hidden)
	OR EXISTS (SELECT FROM reply WHERE hidden) OR EXISTS (SELECT FROM series WHERE hidden)`

// bounds is how many ends a stretch has.
func (s stretch) bounds() (n int) {
	if s.from != allEvents.from {
		n++
	}
	if s.to != allEvents.to {
		n++
	}
	return n
}

// countStretch counts all events of a stretch. Their numbers have no gaps, unless somebody has made some.
func (q *queries) countStretch(s stretch) (total int, err error) {
	var first, last, all int64
	if _, err := q.Row(`
		SELECT coalesce((SELECT min(id) FROM event), 0), coalesce((SELECT max(id) FROM event), -1),
			(SELECT coalesce(sum(amount), 0)::bigint FROM total WHERE list = 4)`, nil, &first, &last, &all); err != nil {
		return 0, err
	}
	if last-first+1 == all {
		return int(max(min(s.to, last+1)-max(s.from, first), 0)), nil
	}
	_, err = q.Row(`SELECT count(*) FROM event WHERE id >= ? AND id < ?`, []any{s.from, s.to}, &total)
	return total, err
}

// alongEvents takes the index of the narrowest thing that is asked for. The others are conditions.
func (q *queries) alongEvents(l *listing, f track.EventsQuery) error {
	c := &l.where
	const ofCover = `e.category IN ('cover-created', 'cover-comment-created')`
	if f.Patches != nil {
		c.add(true, `e.mail = ANY (ARRAY(`+copies+`))`, []int64(f.Patches))
		c.add(true, `NOT `+ofCover)
	}
	if f.Covers != nil {
		c.add(true, `e.mail = ANY (ARRAY(`+copies+`))`, []int64(f.Covers))
		c.add(true, ofCover)
	}
	l.ordered = f.Patches == nil && f.Covers == nil
	alongKey(l, `e.series`, f.Series)
	alongKey(l, `e.actor`, f.Actors)
	if l.ordered && l.keys == nil && (f.Projects != nil || f.Categories != nil) {
		return q.alongKinds(l, f)
	}
	anyOf(c, `e.project`, f.Projects)
	anyOf(c, `e.category`, f.Categories)
	return nil
}

// alongKey takes an index by one column where none is taken yet.
func alongKey[T any](l *listing, column string, values []T) {
	switch {
	case values == nil:
	case l.ordered && l.keys == nil:
		l.keys = []key{keyOf(column, values)}
	default:
		anyOf(&l.where, column, values)
	}
}

// alongKinds goes along the index of projects and categories, once for each pair of them that there is. Where these are
// very many, it looks at all events instead.
func (q *queries) alongKinds(l *listing, f track.EventsQuery) error {
	l.meeting = conditions{}
	anyOf(&l.meeting, `e.project`, f.Projects)
	anyOf(&l.meeting, `e.category`, f.Categories)
	var err error
	if l.chosen, err = q.kinds(l, `e.category`); l.chosen == nil {
		l.where.addAll(&l.meeting)
		return err
	}
	l.keys = []key{{column: `e.project`}, {column: `e.category`}}
	return nil
}

// copies are all mails of the names that some mails have: an event names the copy that stood for the name when it
// happened.
var copies = copiesOf + ` ` + in(`o.id`)

// eventsBetween is the stretch of a time. Events are dated in the order of their numbers, so a number is looked for and
// no index by date is needed.
func (q *queries) eventsBetween(f track.EventsQuery) (s stretch, err error) {
	s = allEvents
	if !f.Since.IsZero() {
		if s.from, err = q.firstEvent(f.Since); err != nil {
			return s, err
		}
	}
	if !f.Before.IsZero() {
		if s.to, err = q.firstEvent(f.Before); err != nil {
			return s, err
		}
	}
	if f.Above > 0 {
		s.from = max(s.from, f.Above+1)
	}
	return s, nil
}

// firstEventQuery halves a stretch of numbers, in which there may be gaps, until it is empty. The event that is looked
// for is not before low, and high is behind it or it.
const firstEventQuery = `
	WITH RECURSIVE half(low, high) AS (
		SELECT coalesce((SELECT min(id) FROM event), 0), coalesce((SELECT max(id) FROM event), 0) + 1
		UNION ALL
		SELECT CASE WHEN m.late THEN low ELSE (low + high) / 2 + 1 END, CASE WHEN m.late THEN (low + high) / 2 ELSE high END
		FROM half CROSS JOIN LATERAL (SELECT coalesce((SELECT date FROM event WHERE id >= (low + high) / 2
			ORDER BY id LIMIT 1) >= ?, true) AS late) m WHERE low < high)
	SELECT low FROM half WHERE low >= high`

// firstEvent is the number of the first event of a time or later, or one that no event below it has and none above it
// is of before.
func (q *queries) firstEvent(t time.Time) (id int64, err error) {
	micros := t.UnixMicro()
	if t.Nanosecond()%1000 > 0 {
		micros++
	}
	_, err = q.Row(firstEventQuery, []any{micros}, &id)
	return id, err
}

// hiddenEvents finds those that are about hidden mails, which are few, and replies to them. A mail may be something
// else than when they happened.
func (q *queries) hiddenEvents() (ids []int64, err error) {
	err = q.Each(`
		WITH shut AS (
			SELECT mail FROM patch WHERE hidden UNION ALL SELECT mail FROM cover WHERE hidden
			UNION ALL SELECT mail FROM reply WHERE hidden
			UNION ALL SELECT r.mail FROM (SELECT mail FROM patch WHERE hidden UNION ALL SELECT mail FROM cover WHERE hidden) h
				CROSS JOIN LATERAL (SELECT mail FROM reply WHERE parent = h.mail`+lookedUp+`) r),
		copied AS MATERIALIZED (
			SELECT n.id FROM shut CROSS JOIN LATERAL (SELECT n.id FROM mail o JOIN mail n ON n.msgid = o.msgid
				AND n.project IS NOT DISTINCT FROM o.project WHERE o.id = shut.mail`+lookedUp+`) n)
		SELECT e.id FROM copied c CROSS JOIN LATERAL (SELECT id FROM event WHERE mail = c.id`+lookedUp+`) e
		UNION SELECT e.id FROM copied c CROSS JOIN LATERAL (SELECT id FROM event WHERE comment = c.id`+lookedUp+`) e
		UNION SELECT e.id FROM series h CROSS JOIN LATERAL (SELECT id FROM event WHERE series = h.id`+lookedUp+`) e
			WHERE h.hidden`, nil, numbersInto(&ids))
	return ids, err
}

func eventRowsQuery(from string) string {
	return `
	SELECT j.place, e.id, e.date, e.category, e.project, e.actor, e.before, e.after, e.mail, e.comment, e.series,
		k.id, k.project, k.msgid, k.account, k.date, k.state, k.context, k.target_url, k.description
	FROM ` + from + `event e ON e.id = j.value LEFT JOIN check_result k ON k.id = e.check_result`
}

// about is what an event is about, by number.
type about struct{ mail, comment, series int64 }

// eventRows tells what events are about, in the same order.
func (q *queries) eventRows(on *onPage, scope track.Scope) ([]track.EventRow, error) {
	out, subjects, err := q.bareEvents(on)
	if err != nil {
		return nil, err
	}
	return out, q.subjectsOf(out, subjects, scope)
}

// bareEvents are events in the same order, and the numbers of what they are about.
func (q *queries) bareEvents(on *onPage) (out []track.EventRow, subjects map[int64]about, err error) {
	if on.none() {
		return nil, nil, nil
	}
	subjects = map[int64]about{} // by event
	var places []int64
	err = q.Each(eventRowsQuery(on.table()), on.args(), func(scan func(...any) error) error {
		var place int64
		var e track.EventRow
		var a about
		var k track.Check
		err := scan(&place, &e.ID, (*micros)(&e.Date), &e.Category, &e.Project, (*text)(&e.Actor),
			(*text)(&e.Before), (*text)(&e.After),
			(*number)(&a.mail), (*number)(&a.comment), (*number)(&a.series),
			(*number)(&k.ID), (*number)(&k.Project), (*text)(&k.MsgID), (*number)(&k.User), (*microsOrZero)(&k.Date),
			(*smallNumber)(&k.State), (*text)(&k.Context), (*text)(&k.TargetURL), (*text)(&k.Description))
		if k.ID != 0 {
			e.Check = &k
		}
		out, places, subjects[e.ID] = append(out, e), append(places, place), a
		return err
	})
	return inPlaces(out, places), subjects, err
}

// subjectsOf fills in what events are about, as it is now: nothing where that has moved out of the viewer's sight.
func (q *queries) subjectsOf(events []track.EventRow, subjects map[int64]about, scope track.Scope) error {
	if len(events) == 0 {
		return nil
	}
	var mails, series []int64
	for _, a := range subjects {
		mails, series = append(mails, a.mail, a.comment), append(series, a.series)
	}
	named := make(map[int64]track.MailBrief, len(mails))
	if err := q.alsoMailBriefs(both.Once(mails), scope, named); err != nil {
		return err
	}
	sets, err := q.seriesBriefs(both.Once(series), scope)
	if err != nil {
		return err
	}
	for i := range events {
		e := &events[i]
		a := subjects[e.ID]
		switch e.Category {
		case track.CoverCreated, track.CoverCommentCreated:
			e.Cover = named[a.mail]
		default:
			e.Patch = named[a.mail]
		}
		e.Comment, e.Series = named[a.comment], sets[a.series]
	}
	return nil
}

const mailBriefsQuery = `
	SELECT o.id, coalesce(p.id, c.id, r.id, n.id), coalesce(n.project, 0), n.msgid, n.name, n.date
	FROM ` + given + `mail o ON o.id = j.value
		JOIN mail n ON n.msgid = o.msgid AND n.project IS NOT DISTINCT FROM o.project AND n.chosen
		LEFT JOIN patch p ON p.mail = n.id LEFT JOIN cover c ON c.mail = n.id LEFT JOIN reply r ON r.mail = n.id
	WHERE ? OR NOT coalesce(p.hidden, c.hidden, r.hidden, false)`

// alsoMailBriefs names, by the numbers of any copies, the mails that stand for them, with the next question.
func (q *queries) alsoMailBriefs(ids []int64, scope track.Scope, named map[int64]track.MailBrief) error {
	return q.also(mailBriefsQuery, []any{ids, scope.Whole}, func(scan func(...any) error) error {
		var id int64
		var m track.MailBrief
		err := scan(append([]any{&id}, mailBriefInto(&m)...)...)
		if scope.Has(m.Project) {
			named[id] = m
		}
		return err
	})
}

var seriesBriefsQuery = `SELECT s.project, ` + seriesBrief + ` FROM series s WHERE ` + in(`s.id`)

// seriesBriefs has the numbers also of series that are no more, or that the viewer does not see.
func (q *queries) seriesBriefs(ids []int64, scope track.Scope) (map[int64]track.SeriesBrief, error) {
	out := make(map[int64]track.SeriesBrief, len(ids))
	for _, id := range ids {
		out[id] = track.SeriesBrief{ID: id}
	}
	return out, q.Each(seriesBriefsQuery, []any{ids}, func(scan func(...any) error) error {
		var project int64
		var s track.SeriesBrief
		err := scan(append([]any{&project}, seriesBriefInto(&s)...)...)
		if scope.Has(project) {
			out[s.ID] = s
		}
		return err
	})
}
