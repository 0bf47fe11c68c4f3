package api

import (
	"math"
	"slices"
	"strings"

	"patchwatch/track"
	"patchwatch/web/internal/site"
)

// EpochHeader names the time in which the numbers of events mean what they meant: when another one begins, as when a
// backup takes the place of a database, whoever remembers a number must begin again.
const EpochHeader = "X-Patchwatch-Epoch"

// category is one with the version that knows it first.
type category struct {
	track.Category
	since version
}

var categories = []category{
	{track.CoverCreated, v10}, {track.PatchCreated, v10}, {track.PatchCompleted, v10}, {track.PatchStateChanged, v10},
	{track.PatchRelationChanged, v10}, {track.PatchDelegated, v10}, {track.CheckCreated, v10}, {track.SeriesCreated, v10},
	{track.SeriesCompleted, v10}, {track.CoverCommentCreated, v13}, {track.PatchCommentCreated, v13},
}

func (c *call) events() (*site.Answer, error) {
	q := c.query()
	p, err := q.paging("date")
	if err != nil {
		return nil, err
	}
	f := q.eventQuery()
	if p.by == nil {
		p.by = []track.Order{{By: "date", Desc: q.one("since_id") == ""}}
	}
	page, err := find(q, &p, func(at track.Paging) (track.Page[track.EventRow], error) {
		f.Paging = at
		return c.Store.EventPage(c.ctx(), f)
	})
	if err != nil {
		return nil, err
	}
	e := c.encoderFor(len(page.Rows))
	list(e, page.Rows, (*encoder).event)
	a := c.paged(e, q, p, page.Total, f.Projects)
	a.Header = append(a.Header, [2]string{EpochHeader, c.world.Epoch})
	return a, nil
}

// eventQuery reads Patchwork's filters, and since_id: what came after that event, the first first.
func (q *query) eventQuery() track.EventsQuery {
	f := track.EventsQuery{
		Scope: q.scope(), Projects: q.projects(), Series: in(q, "series", ids), Patches: in(q, "patch", ids),
		Covers: in(q, "cover", ids), Since: q.time("since"), Before: q.time("before"),
	}
	f.Categories = last(q, "category", func(text string) []track.Category {
		for _, k := range categories {
			if text == string(k.Category) && q.version >= k.since {
				return []track.Category{k.Category}
			}
		}
		return nil
	})
	if f.Categories == nil {
		f.Categories = categoriesOf(q.version)
	}
	if q.version >= v12 {
		f.Actors = last(q, "actor", func(text string) []track.Actor {
			if id, _ := parseID(text); q.world.User(id) != nil {
				return []track.Actor{q.world.User(id).Actor()}
			}
			return nil
		})
	}
	f.Above = q.above()
	return f
}

// categoriesOf are those that a version knows; nil: all.
func categoriesOf(v version) (known track.In[track.Category]) {
	if v >= v13 {
		return nil
	}
	for _, k := range categories {
		if v >= k.since {
			known = append(known, k.Category)
		}
	}
	return known
}

// above is since_id; 0 is all there are.
func (q *query) above() int64 {
	text := strings.TrimLeft(q.one("since_id"), "0")
	if text == "" {
		return 0
	}
	id, ok := parseID(text)
	if !ok {
		q.nothing = true
		return math.MaxInt64
	}
	return id
}

func (e *encoder) event(r *track.EventRow) {
	e.raw(`{"id":`)
	e.number(r.ID)
	e.raw(`,"category":`)
	e.text(string(r.Category))
	e.raw(`,"project":`)
	e.projectIn(r.Project)
	e.raw(`,"date":`)
	e.date(r.Date)
	e.raw(`,"actor":`)
	e.userIn(e.actor(r.Actor))
	e.raw(`,"payload":`)
	e.payload(r)
	e.raw("}")
}

// actor is the user who did it; nil: mail did, or somebody without an account here.
func (e *encoder) actor(a track.Actor) *track.User {
	at := slices.IndexFunc(e.world.Users, func(u track.User) bool { return u.Actor() == a })
	if at < 0 {
		return nil
	}
	return &e.world.Users[at]
}

func (e *encoder) payload(r *track.EventRow) {
	switch r.Category {
	case track.CoverCreated:
		e.raw(`{"cover":`)
		e.coverIn(&r.Cover)
	case track.PatchCreated:
		e.payloadPatch(r)
	case track.SeriesCreated, track.SeriesCompleted:
		e.raw(`{"series":`)
		e.seriesIn(&r.Series, r.Project)
	case track.PatchCompleted:
		e.payloadPatch(r)
		e.raw(`,"series":`)
		e.seriesIn(&r.Series, r.Project)
	case track.PatchStateChanged:
		e.payloadPatch(r)
		e.raw(`,"previous_state":`)
		e.text(r.Before)
		e.raw(`,"current_state":`)
		e.text(r.After)
	case track.PatchDelegated:
		e.payloadPatch(r)
		e.raw(`,"previous_delegate":`)
		e.userIn(e.world.Owner(r.Before))
		e.raw(`,"current_delegate":`)
		e.userIn(e.world.Owner(r.After))
	case track.PatchRelationChanged:
		e.payloadPatch(r)
		e.raw(`,"previous_relation":null,"current_relation":null`)
	case track.CheckCreated:
		e.payloadPatch(r)
		e.raw(`,"check":`)
		if r.Check == nil {
			e.raw("null")
		} else {
			e.checkIn(r.Check, r.Patch.ID)
		}
	case track.CoverCommentCreated:
		e.raw(`{"cover":`)
		e.coverIn(&r.Cover)
		e.raw(`,"comment":`)
		e.commentIn(&r.Comment, &r.Cover, true)
	case track.PatchCommentCreated:
		e.payloadPatch(r)
		e.raw(`,"comment":`)
		e.commentIn(&r.Comment, &r.Patch, false)
	default:
		e.raw("{")
	}
	e.raw("}")
}

func (e *encoder) payloadPatch(r *track.EventRow) {
	e.raw(`{"patch":`)
	e.patchIn(&r.Patch)
}
