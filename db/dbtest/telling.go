package dbtest

import (
	"context"
	"fmt"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// telling is what was shown of patches and comments when the last transaction ended, so that what happened since can be
// held against what was told of it.
type telling struct {
	last    int64 // event
	patches map[engine.Name]patchShown
	covers  map[engine.Name]bool
	replies map[engine.Name]string // the Message-ID of what each hangs on
	names   map[int64]engine.Name  // of all mails that were ever there, by number
}

type patchShown struct{ state, delegate string }

// look wants that whoever hears of all events knows what patches there are, in which state and with whom, and what
// comments hang on them, without hearing anything twice.
func (o *telling) look(t tester, e engine.Engine) {
	t.Helper()
	now := telling{patches: map[engine.Name]patchShown{}, covers: map[engine.Name]bool{},
		replies: map[engine.Name]string{}, names: map[int64]engine.Name{}}
	if err := e.Look(context.Background(), func(v engine.View) error {
		if err := now.read(v); err != nil {
			return err
		}
		events, err := v.Events(engine.EventQuery{Above: o.last})
		if err != nil {
			return err
		}
		now.last = o.last
		for id, name := range o.names {
			if _, there := now.names[id]; !there {
				now.names[id] = name
			}
		}
		if len(events) > 0 {
			now.last = events[len(events)-1].ID
		}
		return o.compare(events, &now)
	}); err != nil {
		t.Fatal(err)
	}
	*o = now
}

func (o *telling) read(v engine.View) error {
	return v.EachMail(func(m *engine.DerivedMail) error {
		name := engine.NameOf(&m.Mail)
		copies, err := v.Copies([]engine.Name{name})
		for _, c := range copies[name] {
			o.names[c.ID] = name
		}
		switch p, r := m.Patch, m.Reply; {
		case p != nil:
			o.patches[name] = patchShown{string(p.State), p.Delegate}
		case m.Cover != nil:
			o.covers[name] = true
		case r != nil && r.Parent != 0 && !r.Ignored:
			o.replies[name] = m.ParentID
		}
		return err
	})
}

func (o *telling) compare(events []engine.Event, now *telling) error {
	created, states, delegates := map[engine.Name]int{}, map[engine.Name][]engine.Event{}, map[engine.Name][]engine.Event{}
	comments := map[string]int{}
	for _, e := range events {
		name := now.names[e.Mail]
		name.Project = e.Project
		switch e.Category {
		case track.PatchCreated, track.CoverCreated:
			created[name]++
		case track.PatchStateChanged:
			states[name] = append(states[name], e)
		case track.PatchDelegated:
			delegates[name] = append(delegates[name], e)
		case track.PatchCommentCreated, track.CoverCommentCreated:
			comments[fmt.Sprint(e.Project, now.names[e.Comment].MsgID, name.MsgID)]++
		}
	}
	for name, is := range now.patches {
		was, there := o.patches[name]
		switch n := created[name]; {
		case !there && n == 0:
			return fmt.Errorf("patch %v came and nothing is told of it", name)
		case there && n > 0:
			return fmt.Errorf("patch %v was there and is told to be new", name)
		case n > 1:
			return fmt.Errorf("patch %v is told to be new %d times", name, n)
		case !there: // it begins with any
			continue
		}
		if err := chained("state", name, was.state, is.state, states[name]); err != nil {
			return err
		}
		if err := chained("delegate", name, was.delegate, is.delegate, delegates[name]); err != nil {
			return err
		}
	}
	for name := range now.covers {
		if there, n := o.covers[name], created[name]; there && n > 0 || !there && n != 1 {
			return fmt.Errorf("cover %v is told %d times, was there: %v", name, n, there)
		}
	}
	for name, on := range now.replies {
		was := o.replies[name]
		n := comments[fmt.Sprint(name.Project, name.MsgID, on)]
		if was == on && n > 0 || was != on && n != 1 {
			return fmt.Errorf("comment %v on %s (before on %q) is told %d times", name, on, was, n)
		}
	}
	return nil
}

// chained wants events to lead from what was to what is.
func chained(what string, name engine.Name, was, is string, told []engine.Event) error {
	at := was
	for _, e := range told {
		if e.Before != at || e.After == at {
			return fmt.Errorf("the %s of %v was %q and is told to change from %q to %q", what, name, at, e.Before, e.After)
		}
		at = e.After
	}
	if at != is {
		return fmt.Errorf("the %s of %v is %q, was %q, and by what is told %q", what, name, is, was, at)
	}
	return nil
}
