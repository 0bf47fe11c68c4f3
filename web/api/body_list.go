package api

import (
	"encoding/json"
	"slices"
	"strings"
)

// numbers is a list of numbers; ok: it is there. In a form it is a field that is repeated.
func (f *form) numbers(name string) (all []int64, ok bool) {
	texts, ok := f.texts(name)
	for _, t := range texts {
		id, fine := parseID(strings.TrimSpace(t))
		if !fine {
			f.fail(name, noPK)
			return nil, ok
		}
		all = append(all, id)
	}
	return all, ok
}

func (f *form) texts(name string) (all []string, ok bool) {
	if values, ok := f.plain[name]; ok {
		if slices.Contains(values, "") { // Django REST Framework takes it for null, not for a list that is empty
			f.fail(name, notNull)
			return nil, true
		}
		return values, true
	}
	raw, ok := f.json[name]
	if !ok {
		return nil, false
	}
	var each []json.RawMessage
	switch err := json.Unmarshal(raw, &each); {
	case err != nil:
		f.fail(name, "Expected a list of items but got type \""+pythons(raw)+"\".")
		return nil, true
	case each == nil:
		f.fail(name, notNull)
		return nil, true
	}
	for _, one := range each {
		text, null, fine := scalar(one)
		switch {
		case !fine:
			f.fail(name, "Incorrect type. Expected pk value, received "+pythons(one)+".")
			return nil, true
		case null, text == "":
			f.fail(name, notNull)
			return nil, true
		}
		all = append(all, text)
	}
	return all, true
}
