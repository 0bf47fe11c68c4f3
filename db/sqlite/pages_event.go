package sqlite

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
	var hidden []int64
	if !f.Whole {
		if hidden, err = q.hiddenEvents(); err != nil {
			return page, err
		}
	}
	if page.Total = known; known < 0 {
		if page.Total, err = q.countEvents(l, between, hidden); err != nil {
			return page, err
		}
	}
	l.where.add(len(hidden) > 0, `e.id NOT IN (SELECT value FROM json_each(?))`, list(hidden))
	ids, err := q.page(l, f.Paging, page.Total)
	if err != nil {
		return page, err
	}
	page.Rows, err = q.eventRows(ids, f.Scope)
	return page, err
}

// eventListing chooses the index of what is asked for, hidden events included. Events come newest first, unless it is
// said otherwise.
func (q *queries) eventListing(f track.EventsQuery) (*listing, stretch, error) {
	l := &listing{row: `e.id`, counted: both.EventTotal, ordered: true}
	l.order = []both.OrderTerm{{Expr: `e.id`, Desc: true}}
	for _, o := range f.Order {
		if o.By == "date" || o.By == "id" {
			l.order[0].Desc = o.Desc
			break
		}
	}
	between, err := q.eventsBetween(f)
	l.where.add(between.from != math.MinInt64, `e.id >= +?`, between.from)
	l.where.add(between.to != math.MaxInt64, `e.id < +?`, between.to)
	l.where.add(len(f.Without) > 0, `e.project NOT IN (SELECT value FROM json_each(?))`, list(f.Without))
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

// countEvents counts the events of a list but hidden ones.
func (q *queries) countEvents(l *listing, between stretch, hidden []int64) (total int, err error) {
	if bounds := l.conditions(); between != allEvents && len(bounds.terms) == between.bounds() {
		total, err = q.countStretch(between)
	} else {
		total, err = q.count(l)
	}
	if err != nil || len(hidden) == 0 {
		return total, err
	}
	c := l.conditions()
	c.add(true, `e.id IN (SELECT value FROM json_each(?))`, list(hidden))
	var less int
	_, err = q.Row(`SELECT count(*) FROM event e NOT INDEXED`+c.where(), c.args, &less)
	return total - less, err
}

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
			(SELECT coalesce(sum(amount), 0) FROM total WHERE list = 4)`, nil, &first, &last, &all); err != nil {
		return 0, err
	}
	if last-first+1 == all {
		return int(max(min(s.to, last+1)-max(s.from, first), 0)), nil
	}
	_, err = q.Row(`SELECT count(*) FROM event NOT INDEXED WHERE id >= ? AND id < ?`, []any{s.from, s.to}, &total)
	return total, err
}

// alongEvents takes the index of the narrowest thing that is asked for. The others are conditions.
func (q *queries) alongEvents(l *listing, f track.EventsQuery) error {
	c := &l.where
	const ofCover = `e.category IN ('cover-created', 'cover-comment-created')`
	if l.given(f.Patches != nil, `event e INDEXED BY event_mail`) {
		c.add(true, `e.mail IN (`+copies+`)`, list(f.Patches))
		c.add(true, `NOT `+ofCover)
	}
	if l.given(f.Covers != nil, `event e INDEXED BY event_mail`) {
		c.add(true, `e.mail IN (`+copies+`)`, list(f.Covers))
		c.add(true, ofCover)
	}
	l.ordered = l.from == ``
	alongKey(l, `e.series`, f.Series, `event_series`)
	alongKey(l, `e.actor`, f.Actors, `event_actor`)
	if l.from == `` && (f.Projects != nil || f.Categories != nil) {
		return q.alongKinds(l, f)
	}
	anyOf(c, `e.project`, f.Projects)
	anyOf(c, `e.category`, f.Categories)
	l.given(true, `event e NOT INDEXED`)
	return nil
}

// alongKey takes an index by one column where none is taken yet.
func alongKey[T any](l *listing, column string, values []T, index string) {
	switch {
	case values == nil:
	case l.from == ``:
		l.from = `event e INDEXED BY ` + index
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
		l.from = `event e NOT INDEXED`
		l.where.addAll(&l.meeting)
		return err
	}
	l.from = `event e INDEXED BY event_kind`
	l.keys = []key{{column: `e.project`}, {column: `e.category`}}
	return nil
}

// copies are all mails of the names that some mails have: an event names the copy that stood for the name when it
// happened.
const copies = `SELECT n.id FROM json_each(?) j CROSS JOIN mail o CROSS JOIN mail n
	WHERE o.id = j.value AND n.msgid = o.msgid AND n.project IS o.project`

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
		SELECT iif(` + middleIsLate + `, low, (low + high) / 2 + 1), iif(` + middleIsLate + `, (low + high) / 2, high)
		FROM half WHERE low < high)
	SELECT low FROM half WHERE low >= high`

const middleIsLate = `coalesce((SELECT date FROM event WHERE id >= (low + high) / 2 ORDER BY id LIMIT 1) >= ?1, 1)`

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

// hiddenEvents are those that are about hidden mails, which are few, and replies to them. A mail may be something else
// than when they happened.
func (q *queries) hiddenEvents() (ids []int64, err error) {
	err = q.Each(`
		WITH shut(mail) AS (
			SELECT mail FROM patch INDEXED BY patch_hidden WHERE hidden
			UNION ALL SELECT mail FROM cover INDEXED BY cover_hidden WHERE hidden
			UNION ALL SELECT mail FROM reply INDEXED BY reply_hidden WHERE hidden
			UNION ALL SELECT r.mail FROM patch h INDEXED BY patch_hidden CROSS JOIN reply r INDEXED BY reply_parent
				WHERE h.hidden AND r.parent = h.mail
			UNION ALL SELECT r.mail FROM cover h INDEXED BY cover_hidden CROSS JOIN reply r INDEXED BY reply_parent
				WHERE h.hidden AND r.parent = h.mail),
		copied(mail) AS MATERIALIZED (
			SELECT n.id FROM shut CROSS JOIN mail o CROSS JOIN mail n
			WHERE o.id = shut.mail AND n.msgid = o.msgid AND n.project IS o.project)
		SELECT e.id FROM copied CROSS JOIN event e INDEXED BY event_mail WHERE e.mail = copied.mail
		UNION SELECT e.id FROM copied CROSS JOIN event e INDEXED BY event_comment WHERE e.comment = copied.mail
		UNION SELECT e.id FROM series h INDEXED BY series_hidden CROSS JOIN event e INDEXED BY event_series
		WHERE h.hidden AND e.series = h.id`, nil, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

const eventRowsQuery = `
	SELECT e.id, e.date, e.category, e.project, e.actor, e.before, e.after, e.mail, e.comment, e.series,
		k.id, k.project, k.msgid, k.account, k.date, k.state, k.context, k.target_url, k.description
	FROM ` + given + `event e LEFT JOIN check_result k ON k.id = e.check_result
	WHERE e.id = j.value`

// about is what an event is about, by number.
type about struct{ mail, comment, series int64 }

// eventRows tells what events are about, in the same order.
func (q *queries) eventRows(ids []int64, scope track.Scope) ([]track.EventRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	out := make([]track.EventRow, 0, len(ids))
	subjects := make(map[int64]about, len(ids)) // by event
	if err := q.Each(eventRowsQuery, []any{list(ids)}, func(scan func(...any) error) error {
		var e track.EventRow
		var a about
		var k track.Check
		err := scan(&e.ID, (*micros)(&e.Date), &e.Category, &e.Project, (*text)(&e.Actor),
			(*text)(&e.Before), (*text)(&e.After),
			(*number)(&a.mail), (*number)(&a.comment), (*number)(&a.series),
			(*number)(&k.ID), (*number)(&k.Project), (*text)(&k.MsgID), (*number)(&k.User), (*microsOrZero)(&k.Date),
			(*smallNumber)(&k.State), (*text)(&k.Context), (*text)(&k.TargetURL), (*text)(&k.Description))
		if k.ID != 0 {
			e.Check = &k
		}
		out, subjects[e.ID] = append(out, e), a
		return err
	}); err != nil {
		return nil, err
	}
	inOrderOf(out, ids, func(e *track.EventRow) int64 { return e.ID })
	return out, q.subjectsOf(out, subjects, scope)
}

// subjectsOf fills in what events are about, as it is now: nothing where that has moved out of the viewer's sight.
func (q *queries) subjectsOf(events []track.EventRow, subjects map[int64]about, scope track.Scope) error {
	var mails, series []int64
	for _, a := range subjects {
		mails, series = append(mails, a.mail, a.comment), append(series, a.series)
	}
	named, err := q.mailBriefs(both.Once(mails), scope)
	if err != nil {
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
	FROM ` + given + `mail o CROSS JOIN mail n
		LEFT JOIN patch p ON p.mail = n.id LEFT JOIN cover c ON c.mail = n.id LEFT JOIN reply r ON r.mail = n.id
	WHERE o.id = j.value AND n.msgid = o.msgid AND n.project IS o.project AND n.chosen
		AND (+? OR NOT coalesce(p.hidden, c.hidden, r.hidden, 0))`

// mailBriefs names, by the numbers of any copies, the mails that stand for them.
func (q *queries) mailBriefs(ids []int64, scope track.Scope) (map[int64]track.MailBrief, error) {
	out := make(map[int64]track.MailBrief, len(ids))
	return out, q.Each(mailBriefsQuery, []any{list(ids), scope.Whole}, func(scan func(...any) error) error {
		var id int64
		var m track.MailBrief
		err := scan(append([]any{&id}, mailBriefInto(&m)...)...)
		if scope.Has(m.Project) {
			out[id] = m
		}
		return err
	})
}

const seriesBriefsQuery = `SELECT s.project, ` + seriesBrief + ` FROM ` + given + `series s WHERE s.id = j.value`

// seriesBriefs has the numbers also of series that are no more, or that the viewer does not see.
func (q *queries) seriesBriefs(ids []int64, scope track.Scope) (map[int64]track.SeriesBrief, error) {
	out := make(map[int64]track.SeriesBrief, len(ids))
	for _, id := range ids {
		out[id] = track.SeriesBrief{ID: id}
	}
	return out, q.Each(seriesBriefsQuery, []any{list(ids)}, func(scan func(...any) error) error {
		var project int64
		var s track.SeriesBrief
		err := scan(append([]any{&project}, seriesBriefInto(&s)...)...)
		if scope.Has(project) {
			out[s.ID] = s
		}
		return err
	})
}
