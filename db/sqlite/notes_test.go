package sqlite

import (
	"slices"
	"testing"

	"patchwatch/db"
	"patchwatch/track"
)

func TestNotes(t *testing.T) {
	e, start, _ := openFilled(t)
	net := start.projects[0]
	net.Rules = []track.Rule{{Pattern: "b*", Delegate: "b@x", Priority: 2}, {Pattern: "a*", Delegate: "a@x"}}
	answers(t, e, []asked{
		{"Projects", func(v db.View) (any, error) { return v.Projects() }, []db.Project{start.projects[1], net}},
		{"Works", func(v db.View) (any, error) { return v.Works() }, start.works},
		{"Reading", func(v db.View) (any, error) { return v.Reading() }, 3},
		{"Dictionaries", func(v db.View) (any, error) { return v.Dictionaries() }, start.learned},
		{"Maildirs", func(v db.View) (any, error) { return v.Maildirs() }, start.maildirs},
	})
}

func TestHistory(t *testing.T) {
	e, start, _ := openFilled(t)
	log, events := slices.Clone(start.log), slices.Clone(start.events)
	slices.Reverse(log)
	q1, p1 := start.decisions[0], start.decisions[1]
	answers(t, e, []asked{
		{"Decisions", func(v db.View) (any, error) {
			return v.Decisions([]db.Name{q1.Name, p1.Name, q1.Name, {Project: 2, MsgID: "<q1@x>"}})
		}, map[db.Name]db.Decision{q1.Name: q1, p1.Name: p1}},
		{"SeriesNamed", func(v db.View) (any, error) { return v.SeriesNamed(1) }, true},
		{"SeriesNamed not", func(v db.View) (any, error) { return v.SeriesNamed(2) }, false},
		{"Log", func(v db.View) (any, error) { return v.Log(db.LogQuery{}) }, log},
		{"Log of a project", func(v db.View) (any, error) { return v.Log(db.LogQuery{Project: "net"}) }, log[1:]},
		{"Log of a mail", func(v db.View) (any, error) { return v.Log(db.LogQuery{MsgID: "<q1@x>"}) }, log[:2]},
		{"Log of a mail in a project", func(v db.View) (any, error) { return v.Log(db.LogQuery{Project: "net", MsgID: "<q1@x>"}) },
			log[1:2]},
		{"Log, some", func(v db.View) (any, error) { return v.Log(db.LogQuery{Most: 1}) }, log[:1]},
		{"Events", func(v db.View) (any, error) { return v.Events(db.EventQuery{}) }, events},
		{"Events, some", func(v db.View) (any, error) { return v.Events(db.EventQuery{Above: events[0].ID, Most: 1}) },
			events[1:2]},
		{"LastEvent", func(v db.View) (any, error) {
			id, date, err := v.LastEvent()
			return db.Event{ID: id, Date: date}, err
		}, db.Event{ID: events[2].ID, Date: events[2].Date}},
	})
}

// A new database has nothing to tell.
func TestNothing(t *testing.T) {
	answers(t, openForTest(t), []asked{
		{"LastEvent", func(v db.View) (any, error) {
			id, date, err := v.LastEvent()
			return db.Event{ID: id, Date: date}, err
		}, db.Event{}},
		{"LastMail", func(v db.View) (any, error) { return v.LastMail() }, int64(0)},
		{"Reading", func(v db.View) (any, error) { return v.Reading() }, 0},
		{"Titled", func(v db.View) (any, error) { return v.Titled([]db.Titling{{Title: 1, Most: 1}}) }, [][]db.Namesake{nil}},
		{"Namings", func(v db.View) (any, error) { return v.Namings([]string{"ann@x.org"}) }, map[string]db.Naming{}},
		{"Counts", func(v db.View) (any, error) { return v.Counts() }, db.Counts{}},
	})
}
