package dbtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// Compare does the same to databases of two engines: mail in batches, decisions, changes of projects and rules that are
// followed at once or later, rebuilds and rereads, and what accounts and programs do. After each the two say the same.
func Compare(t *rapid.T, a, b Opener) {
	pair := &pair{t: t, places: [2]Opener{a, b}, stores: [2]*db.Store{a.store(t), b.store(t)},
		ever: [2]map[string]int64{{}, {}}}
	for _, s := range pair.stores {
		if _, err := s.AddUser(context.Background(), by, track.User{Name: "bot", Made: epoch}); err != nil {
			t.Fatal(err)
		}
	}
	mails := anyMails(t)
	for _, m := range mails {
		m.Files = rapid.SampledFrom([][]string{nil, {"net/core.c"}, {"doc/a.rst"}}).Draw(t, "files")
		m.Delegate = rapid.SampledFrom([]string{"", "", "asked@example.org"}).Draw(t, "asked")
	}
	for len(mails) > 0 || rapid.IntRange(0, 5).Draw(t, "go on") > 0 {
		what, do := pair.anything(&mails)
		pair.do(what, do)
		pair.compare(what)
	}
}

// pair is two databases, with a Store of each.
type pair struct {
	t      *rapid.T
	places [2]Opener
	stores [2]*db.Store
	ever   [2]map[string]int64 // who was ever named, by number
	shown  [2]changing

	secrets int // that were made
}

func (p *pair) anything(mails *[]*track.Mail) (what string, do func(s *db.Store) error) {
	ctx := context.Background()
	switch what = oneOf(p.t, "then", "add", "add", "program", "add", "program", "decide", "decide", "project", "project",
		"finish", "rebuild", "reread", "again"); what {
	case "add":
		n := min(len(*mails), rapid.IntRange(1, 8).Draw(p.t, "of"))
		batch := (*mails)[:n]
		*mails = (*mails)[n:]
		return what, func(s *db.Store) error {
			add(p.t, s, batch...)
			return nil
		}
	case "decide":
		return what, p.anyVerdict()
	case "program": // several, since each changes little
		for range rapid.IntRange(0, 9).Draw(p.t, "more") {
			p.do(p.anyProgram())
		}
		return p.anyProgram()
	case "project":
		d := anyDecision(p.t)
		return d.name, func(s *db.Store) error {
			d.take(p.t, s)
			return nil
		}
	case "finish":
		return what, func(s *db.Store) error { _, err := s.Finish(ctx, readJSON, nil); return err }
	case "rebuild":
		return what, func(s *db.Store) error { return s.Rebuild(ctx, nil) }
	case "again": // somebody else opens it, and the one before stays open
		p.stores = [2]*db.Store{p.places[0].store(p.t), p.places[1].store(p.t)}
		return what, func(*db.Store) error { return nil }
	}
	better := rapid.Bool().Draw(p.t, "better")
	return what, func(s *db.Store) error {
		changed, unread, err := s.Reread(ctx, func(raw []byte) (*track.Mail, error) {
			m, err := readJSON(raw)
			if better && err == nil {
				m.Subject.Version++
				m.Content += " read better"
			}
			return m, err
		}, nil)
		if unread > 0 {
			p.t.Errorf("of %d changed, %d can't be read", changed, unread)
		}
		return err
	}
}

// anyVerdict decides about a patch or a series, there or not.
func (p *pair) anyVerdict() func(s *db.Store) error {
	ctx := context.Background()
	id := rapid.Int64Range(1, 30).Draw(p.t, "about")
	who := oneOf(p.t, "delegate", "", "Maint@example.org", "bob@example.org")
	state, name, archived := oneOf(p.t, "state", someStates...), oneOf(p.t, "name", "", "named", "otherwise"),
		rapid.Bool().Draw(p.t, "archived")
	switch oneOf(p.t, "verdict", "state", "delegate", "archived", "name") {
	case "state":
		return func(s *db.Store) error { return s.SetState(ctx, by, []int64{id}, state) }
	case "delegate":
		return func(s *db.Store) error { return s.SetDelegate(ctx, by, []int64{id}, who) }
	case "archived":
		return func(s *db.Store) error { return s.SetArchived(ctx, by, []int64{id}, archived) }
	}
	return func(s *db.Store) error { return s.SetSeriesName(ctx, by, id, name) }
}

// do does it to both. A refusal is an answer like any other.
func (p *pair) do(what string, f func(s *db.Store) error) {
	var said [2]string
	for i, s := range p.stores {
		err := f(s)
		if err != nil && !errors.Is(err, engine.ErrNotFound) && !errors.Is(err, engine.ErrConflict) {
			p.t.Fatalf("%s: %v", what, err)
		}
		said[i] = fmt.Sprint(err)
	}
	if said[0] != said[1] {
		p.t.Fatalf("%s: one says %s, the other %s", what, said[0], said[1])
	}
}

func (p *pair) compare(after string) {
	ctx := context.Background()
	sameDump(p.t, after, dump(p.t, p.stores[1]), dump(p.t, p.stores[0]))
	var filters []track.Filter
	for range 3 {
		filters = append(filters, AnyFilter(p.t))
	}
	words := p.anyWords()
	var said [2][]string
	for i, s := range p.stores {
		say := func(question string, answer any, err error) {
			if err != nil {
				p.t.Fatalf("%s: %s: %v", after, question, err)
			}
			said[i] = append(said[i], fmt.Sprintf("%s: %+v", question, answer))
		}
		for _, f := range filters {
			patches, err := s.Patches(ctx, f)
			say(fmt.Sprintf("patches %+v", f), patches, err)
			series, err := s.SeriesList(ctx, f)
			say(fmt.Sprintf("series %+v", f), series, err)
		}
		status, err := s.Status(ctx)
		say("counted", []int{status.Mails, status.Pending, status.Ignored, status.Variants, status.NoSubject,
			status.Unfinished, status.OnSight}, err)
		sayPrograms(say, s)
		words(say, s)
		log, events, err := history(p.places[i])
		say("log", log, err)
		say("events", events, err)
	}
	sameAnswers(p.t, after, said[0], said[1])
	for i, place := range p.places {
		e, err := place(ctx)
		if err != nil {
			p.t.Fatal(err)
		}
		numbers := wantCalled(p.t, after, e)
		numbers.keep(p.t, after, p.ever[i])
		wantDecidedShown(p.t, after, e)
		wantSuperseded(p.t, after, p.stores[i], e)
		err = e.View(ctx, func(v engine.View) error { return p.shown[i].look(p.t, after, dump(p.t, p.stores[i]), v) })
		if e.Close(); err != nil {
			p.t.Fatal(err)
		}
	}
}

// history is the log and the events, without the times. The order of events is left out: one transaction may tell what
// it likes first, and how much one takes in when projects change depends on the time.
func history(place Opener) (log, events []string, err error) {
	e, err := place(context.Background())
	if err != nil {
		return nil, nil, err
	}
	defer e.Close()
	err = e.View(context.Background(), func(v engine.View) error {
		entries, err := v.Log(engine.LogQuery{})
		for _, x := range entries {
			x.Time = time.Time{}
			log = append(log, fmt.Sprintf("%+v", x))
		}
		happened, err2 := v.Events(engine.EventQuery{})
		for _, x := range happened {
			x.ID, x.Date = 0, time.Time{}
			events = append(events, fmt.Sprintf("%+v", x))
		}
		slices.Sort(events)
		return errors.Join(err, err2)
	})
	return log, events, err
}
