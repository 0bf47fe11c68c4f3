package sqlite

import (
	"slices"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func TestNotes(t *testing.T) {
	e, start, _ := openFilled(t)
	net := start.projects[0]
	net.Rules = []track.Rule{{Pattern: "b*", Delegate: "b@x", Priority: 2}, {Pattern: "a*", Delegate: "a@x"}}
	answers(t, e, []asked{
		{"Projects", func(v engine.View) (any, error) { return v.Projects() }, []engine.Project{start.projects[1], net}},
		{"Works", func(v engine.View) (any, error) { return v.Works() }, start.works},
		{"Reading", func(v engine.View) (any, error) { return v.Reading() }, 3},
		{"Dictionaries", func(v engine.View) (any, error) { return v.Dictionaries() }, start.learned},
		{"Maildirs", func(v engine.View) (any, error) { return v.Maildirs() }, start.maildirs},
	})
}

func TestHistory(t *testing.T) {
	e, start, _ := openFilled(t)
	log, events := slices.Clone(start.log), slices.Clone(start.events)
	slices.Reverse(log)
	q1, p1 := start.decisions[0], start.decisions[1]
	answers(t, e, []asked{
		{"Decisions", func(v engine.View) (any, error) {
			return v.Decisions([]engine.Name{q1.Name, p1.Name, q1.Name, {Project: 2, MsgID: "<q1@x>"}})
		}, map[engine.Name]engine.Decision{q1.Name: q1, p1.Name: p1}},
		{"SeriesNamed", func(v engine.View) (any, error) { return v.SeriesNamed(1) }, true},
		{"SeriesNamed not", func(v engine.View) (any, error) { return v.SeriesNamed(2) }, false},
		{"Log", func(v engine.View) (any, error) { return v.Log(engine.LogQuery{}) }, log},
		{"Log of a project", func(v engine.View) (any, error) { return v.Log(engine.LogQuery{Project: "net"}) }, log[1:]},
		{"Log of a mail", func(v engine.View) (any, error) { return v.Log(engine.LogQuery{MsgID: "<q1@x>"}) }, log[:2]},
		{"Log of a mail in a project", func(v engine.View) (any, error) {
			return v.Log(engine.LogQuery{Project: "net", MsgID: "<q1@x>"})
		},
			log[1:2]},
		{"Log, some", func(v engine.View) (any, error) { return v.Log(engine.LogQuery{Most: 1}) }, log[:1]},
		{"Events", func(v engine.View) (any, error) { return v.Events(engine.EventQuery{}) }, events},
		{"Events, some", func(v engine.View) (any, error) {
			return v.Events(engine.EventQuery{Above: events[0].ID, Most: 1})
		},
			events[1:2]},
		{"LastEvent", func(v engine.View) (any, error) {
			id, date, err := v.LastEvent()
			return engine.Event{ID: id, Date: date}, err
		}, engine.Event{ID: events[2].ID, Date: events[2].Date}},
	})
}

// A new database has nothing to tell.
func TestNothing(t *testing.T) {
	answers(t, openForTest(t), []asked{
		{"LastEvent", func(v engine.View) (any, error) {
			id, date, err := v.LastEvent()
			return engine.Event{ID: id, Date: date}, err
		}, engine.Event{}},
		{"LastMail", func(v engine.View) (any, error) { return v.LastMail() }, int64(0)},
		{"Reading", func(v engine.View) (any, error) { return v.Reading() }, 0},
		{"Alike", func(v engine.View) (any, error) {
			return v.Alike([]engine.Likeness{{Value: 1, Most: 1}})
		}, [][]engine.Alike{nil}},
		{"Namings", func(v engine.View) (any, error) { return v.Namings([]string{"ann@x.org"}) }, map[string]engine.Naming{}},
		{"Counts", func(v engine.View) (any, error) { return v.Counts() }, engine.Counts{}},
	})
}
