package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// value is a field as text. null tells that it is JSON's null.
func (f *form) value(name string) (text string, null, ok bool) {
	if all := f.plain[name]; all != nil {
		return all[len(all)-1], false, true
	}
	raw, ok := f.json[name]
	if !ok {
		return "", false, false
	}
	text, null, fine := scalar(raw)
	switch {
	case !fine:
		f.fail(name, "Not a valid string.")
		return "", false, false
	case strings.IndexByte(text, 0) >= 0:
		f.fail(name, nulls)
		return "", false, false
	}
	return text, null, true
}

// scalar reads a string, number, truth value or null as text.
func scalar(raw json.RawMessage) (text string, null, ok bool) {
	switch raw[0] {
	case '"':
		if json.Unmarshal(raw, &text) != nil {
			return "", false, false
		}
		return text, false, true
	case 'n':
		return "", true, true
	case '{', '[':
		return "", false, false
	}
	return string(raw), false, true
}

// text is a field that is not null; ok: it is there.
func (f *form) text(name string, most int) (text string, ok bool) {
	text, null, ok := f.value(name)
	if null {
		f.fail(name, notNull)
		return "", false
	}
	return f.bounded(name, text, most, ok)
}

// textOrNull is empty for null.
func (f *form) textOrNull(name string, most int) (text string, ok bool) {
	text, _, ok = f.value(name)
	return f.bounded(name, text, most, ok)
}

func (f *form) bounded(name, text string, most int, there bool) (string, bool) {
	text = strings.TrimSpace(text)
	switch raw := f.json[name]; {
	case raw != nil && (raw[0] == 't' || raw[0] == 'f'):
		f.fail(name, "Not a valid string.")
		return "", false
	case utf8.RuneCountInString(text) > most:
		f.fail(name, fmt.Sprintf("Ensure this field has no more than %d characters.", most))
	}
	return text, there
}

// optional is a field that may be emptied; nil: it is not there.
func (f *form) optional(name string, most int) *string {
	if text, ok := f.textOrNull(name, most); ok {
		return &text
	}
	return nil
}

func (f *form) optionalURL(name string, most int) string {
	text, _ := f.textOrNull(name, most)
	if text != "" && !isURL(text) {
		f.fail(name, "Enter a valid URL.")
	}
	return text
}

// flag is a truth value; nil: it is not there.
func (f *form) flag(name string) *bool {
	text, null, ok := f.value(name)
	switch {
	case !ok, text == "" && f.plain != nil:
		return nil
	case null:
		f.fail(name, notNull)
		return nil
	}
	on, ok := parseFlag(strings.TrimSpace(text))
	if !ok {
		f.fail(name, "Must be a valid boolean.")
		return nil
	}
	return &on
}

// flagOrNull points to nil for null.
func (f *form) flagOrNull(name string) **bool {
	text, null, ok := f.value(name)
	if !ok {
		return nil
	}
	var is *bool
	if null || text == "" || text == "null" || text == "Null" {
		return &is
	}
	on, ok := parseFlag(strings.TrimSpace(text))
	if !ok {
		f.fail(name, "Must be a valid boolean.")
		return nil
	}
	is = &on
	return &is
}
