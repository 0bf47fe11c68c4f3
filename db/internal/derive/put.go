package derive

import (
	"math"

	"patchwatch/db/engine"
)

// Where people put mails into series (track.Item.PutWith), mails belong together that have nothing else in common. So
// what a change reaches includes all that was put with it, what it was put with, and so on. Few projects have such
// mails; of the others only that is asked.

// Put notes that somebody decided about these mails of a project into which series they go. What they were put with
// before, and what they are put with now, are among the ids.
func (a *Adder) Put(project int64, msgids ...string) {
	c := a.change(project)
	for _, id := range msgids {
		if id != "" {
			c.put[id] = true
		}
	}
}

// putAnew notes which of these mails of a project people have put into series: the project may have got the decisions
// of another.
func (a *Adder) putAnew(project int64, names []engine.Name) error {
	some, err := a.Tx.AnyPut(project)
	if err != nil || !some {
		return err
	}
	msgids := make([]string, len(names))
	for i, name := range names {
		msgids[i] = name.MsgID
	}
	puts, err := a.Tx.Puts(project, msgids)
	for _, p := range puts {
		a.Put(project, p.MsgID, p.With)
	}
	return err
}

// putBeside finds the patches and covers that people put with any of these, or that these were put with, and so on.
func (n *neighbourhood) putBeside(ids []string) ([]*engine.Row, error) {
	if n.anyPut == nil {
		some, err := n.from.AnyPut(n.project)
		if err != nil {
			return nil, err
		}
		n.anyPut = &some
	}
	if !*n.anyPut {
		return nil, nil
	}
	var found []string
	for ask := n.putNotAsked(ids); len(ask) > 0; {
		puts, err := n.from.Puts(n.project, ask)
		if err != nil {
			return nil, err
		}
		var next []string
		for _, p := range puts {
			n.putWith[p.MsgID] = p.With
			next = append(next, p.MsgID, p.With)
		}
		found = append(found, next...)
		ask = n.putNotAsked(next)
	}
	return n.targets(found)
}

func (n *neighbourhood) putNotAsked(ids []string) (out []string) {
	for _, id := range ids {
		if !n.putAsked[id] {
			n.putAsked[id] = true
			out = append(out, id)
		}
	}
	return out
}

// targets are the patches and covers among these.
func (n *neighbourhood) targets(ids []string) (out []*engine.Row, err error) {
	if err := n.fetchAll(ids); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if r := n.byID[id]; r != nil && !isTalk(r) {
			out = append(out, r)
		}
	}
	return out, nil
}

// puts are the mails that people put into series, of all projects, with what each was put with.
type puts map[engine.Name]string

func readPuts(v engine.View) (puts, error) {
	out := puts{}
	return out, v.EachPut(func(p engine.Put) error {
		out[p.Name] = p.With
		return nil
	})
}

// ties finds the mails that people put together, among all.
type ties struct {
	puts
	places map[engine.Name]uint32 // of a mail that hangs on this name, in parts; noPlace: of none yet
}

const noPlace = math.MaxUint32

func (p puts) ties() *ties {
	t := &ties{p, make(map[engine.Name]uint32, 2*len(p))}
	for name, with := range p {
		t.places[name] = noPlace
		t.places[engine.Name{Project: name.Project, MsgID: with}] = noPlace
	}
	return t
}

// take takes in a mail by its place, and joins it with those that it belongs to.
func (t *ties) take(name engine.Name, place uint32, join func(a, b uint32)) {
	t.tie(name, place, join)
	if with, put := t.puts[name]; put {
		t.tie(engine.Name{Project: name.Project, MsgID: with}, place, join)
	}
}

func (t *ties) tie(name engine.Name, place uint32, join func(a, b uint32)) {
	other, there := t.places[name]
	switch {
	case !there:
	case other == noPlace:
		t.places[name] = place
	default:
		join(other, place)
	}
}
