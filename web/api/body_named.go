package api

import (
	"cmp"
	"strconv"
	"strings"

	"patchwatch/track"
)

// state is a state by slug or name, or by its number as a number; nil: it is not there.
func (f *form) state(name string) *track.State {
	text, _, there := f.value(name)
	if !there {
		return nil
	}
	if text = strings.TrimSpace(text); text == "" {
		f.fail(name, notNull)
		return nil
	}
	s, ok := f.world.State(text)
	raw := f.json[name]
	if _, err := strconv.Atoi(text); err == nil && (raw == nil || raw[0] == '"') {
		ok = false
	}
	if !ok {
		var all []string
		for _, s := range f.world.States {
			all = append(all, string(s.Slug))
		}
		slug := strings.ReplaceAll(strings.ToLower(text), " ", "-")
		f.fail(name, "Invalid state "+slug+". Expected one of: "+strings.Join(all, ", ")+".")
		return nil
	}
	return &s
}

// delegate is who is to look after patches of a project: somebody who maintains it, by number. nil: it is not there;
// empty: nobody is to.
func (f *form) delegate(name string, p *track.Project) *string {
	text, _, ok := f.value(name)
	if !ok {
		return nil
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return &text
	}
	id, ok := parseID(text)
	u := f.world.User(id)
	switch {
	case !ok:
		f.fail(name, noPK)
		return nil
	case u == nil:
		f.fail(name, noObject(id))
		return nil
	case !(track.Viewer{User: u}).Maintains(p):
		f.fail(name, "User '"+u.Name+"' is not a maintainer for project '"+cmp.Or(p.Name, p.LinkName)+"'")
		return nil
	}
	as := u.Delegate()
	return &as
}

func noObject(id int64) string { return "Invalid pk \"" + text(id) + "\" - object does not exist." }

func text(n int64) string { return strconv.FormatInt(n, 10) }
