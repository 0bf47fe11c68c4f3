package dbtest

import (
	"fmt"

	"pgregory.net/rapid"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func (r *rows) restate() step {
	ids := rapid.SliceOfN(rapid.Int64Range(1, 9), 1, 3).Draw(r.t, "restated")
	return step{"restate", func(tx engine.Tx) (string, error) { return "", tx.AddRestated(ids) }}
}

func (r *rows) saveQuery() step {
	s := engine.SavedQuery{Owner: oneOf(r.t, "owner", track.Actor("ann"), track.Actor("")), Name: oneOf(r.t, "name",
		someNames...),
		Query: oneOf(r.t, "query", "", "s:slab", "state:new")}
	return step{"save a query", func(tx engine.Tx) (string, error) { return "", tx.PutSavedQuery(s) }}
}

// searches asks what a search index asks.
func (a *asking) searches() {
	is, err := a.Tracked(a.ids)
	a.say("trackedQuery", is, err)
	for _, most := range []int{1, 9} {
		for _, h := range []engine.Having{{State: "accepted"}, {State: "new"}, {State: "rejected"}, {Delegate: "ann@x.org"},
			{Archived: true}, {Series: 1}, {Series: 2}, {}} {
			mails, err := a.Having(h, most)
			set(a, fmt.Sprintf("%d having %+v, known: %v", most, h, mails != nil), mails, err)
		}
	}
	for above := range int64(4) {
		restated, err := a.Restated(above, 2)
		a.say(fmt.Sprint("restated above ", above), restated, err)
	}
	for _, owner := range []track.Actor{"ann", "", "bob"} {
		saved, err := a.SavedQueries(owner)
		a.say("saved queries of "+string(owner), saved, err)
	}
}
