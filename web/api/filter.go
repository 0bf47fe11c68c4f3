package api

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"patchwatch/track"
)

// query is what a URL asks for after "?". What nobody knows is ignored, since programs send more than they should. A
// value that means nothing chooses nothing.
type query struct {
	*call
	values  url.Values
	nothing bool // something was asked for that nothing can be
}

func (c *call) query() *query {
	text := strings.ReplaceAll(c.r.URL.RawQuery, ";", "%3B") // for Go it is an error, for Django a letter
	values, _ := url.ParseQuery(text)                        // what can be read of it
	return &query{call: c, values: values}
}

// one is the last value of that name, as in Django.
func (q *query) one(name string) string {
	all := q.values[name]
	if len(all) == 0 {
		return ""
	}
	return strings.TrimSpace(all[len(all)-1])
}

// in reads values that may be repeated: what matches any of them is meant. As in Patchwork, with one that means nothing
// nothing is found.
func in[T any](q *query, name string, read func(string) []T) track.In[T] {
	return each(q, q.values[name], read)
}

// last reads a value of which the last one counts, and an empty one not at all.
func last[T any](q *query, name string, read func(string) []T) track.In[T] {
	if text := q.one(name); text != "" {
		return each(q, []string{text}, read)
	}
	return nil
}

func each[T any](q *query, texts []string, read func(string) []T) track.In[T] {
	if texts == nil {
		return nil
	}
	all := track.In[T]{}
	for _, text := range texts {
		var means []T
		if text = strings.TrimSpace(text); text != "" && utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 {
			means = read(text)
		}
		q.nothing = q.nothing || means == nil
		all = append(all, means...)
	}
	return all
}

// maxWords bounds what is searched for: each word is a condition of its own in the database, which takes no thousand.
const maxWords = 100

// words are those of q, each of which must be found.
func (q *query) words() []string {
	text := strings.Map(func(r rune) rune {
		if r == 0 || r == utf8.RuneError {
			return -1
		}
		return r
	}, q.one("q"))
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", \t\n\r", r) })
}

func ids(text string) []int64 {
	if id, ok := parseID(text); ok {
		return []int64{id}
	}
	return nil
}

func exactly(text string) []string { return []string{text} }

// projects by number or link name. Those that the viewer does not see are as if they were not. An empty one leaves out
// nothing: git-pw sends it for all projects.
func (q *query) projects() track.In[int64] {
	if q.one("project") == "" {
		return nil
	}
	return in(q, "project", func(text string) []int64 {
		if p := q.world.ProjectCalled(text); p != nil && q.viewer.Sees(p) {
			return []int64{p.ID}
		}
		return nil
	})
}

// users by number or name.
func (q *query) userList(name string) track.In[*track.User] {
	return in(q, name, func(text string) []*track.User {
		if u := q.world.UserCalled(text); u != nil {
			return []*track.User{u}
		}
		return nil
	})
}

// delegates by number, name or address, as patches call them.
func (q *query) delegates() track.In[string] {
	return in(q, "delegate", func(text string) []string {
		u := q.world.UserCalled(text)
		if u == nil && strings.Contains(text, "@") {
			if u = q.world.Owner(text); u == nil {
				return []string{strings.ToLower(text)}
			}
		}
		if u == nil {
			return nil
		}
		return append([]string{strings.ToLower(u.Name)}, u.Emails...)
	})
}

// submitters by address or by number.
func (q *query) submitters() (track.In[string], error) {
	var numbers []int64
	addresses := in(q, "submitter", func(text string) []string {
		if strings.Contains(text, "@") {
			return []string{strings.ToLower(text)}
		}
		if id, ok := parseID(text); ok {
			numbers = append(numbers, id)
			return []string{}
		}
		return []string{strings.ToLower(text)} // some mail has no proper address
	})
	if numbers == nil {
		return addresses, nil
	}
	people, err := q.Store.PersonPage(q.ctx(), track.PersonQuery{
		Scope: q.scope(), IDs: numbers, Paging: track.Paging{Limit: len(numbers)},
	})
	for _, p := range people.Rows {
		addresses = append(addresses, p.Email)
	}
	q.nothing = q.nothing || len(people.Rows) < len(numbers)
	return addresses, err
}

func (q *query) states() track.In[track.State] {
	return in(q, "state", func(text string) []track.State {
		if s, ok := q.world.State(text); ok {
			return []track.State{s}
		}
		return nil
	})
}

// msgIDs are asked for without brackets, which some programs send all the same.
func (q *query) msgIDs() track.In[string] {
	return last(q, "msgid", func(text string) []string {
		bare := strings.TrimSuffix(strings.TrimPrefix(text, "<"), ">")
		return []string{track.BoundID("<" + bare + ">"), text}
	})
}

func (q *query) hashes() track.In[string] {
	return last(q, "hash", func(text string) []string { return []string{strings.ToLower(text)} })
}

// flag is yes or no in any of the ways in which programs write it; nil: nothing is said, or something else.
func (q *query) flag(name string) *bool {
	text := q.one(name)
	if text == "" {
		return nil
	}
	if on, ok := parseFlag(text); ok {
		return &on
	}
	return nil
}

func parseFlag(text string) (on, ok bool) {
	switch strings.ToLower(text) {
	case "true", "t", "1", "yes", "y", "on":
		return true, true
	case "false", "f", "0", "no", "n", "off":
		return false, true
	}
	return false, false
}

// time is a date, with or without a time and a zone. Without a zone it is UTC.
func (q *query) time(name string) time.Time {
	text := q.one(name)
	if text == "" {
		return time.Time{}
	}
	t, ok := parseTime(text)
	q.nothing = q.nothing || !ok
	return t
}

var timeLayouts = []string{
	"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04:05.999999999",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02",
}

func parseTime(text string) (time.Time, bool) {
	if len(text) > 40 {
		return time.Time{}, false
	}
	text = strings.ToUpper(text)
	if len(text) > 10 && text[10] == ' ' {
		text = text[:10] + "T" + text[11:]
	}
	if i := strings.LastIndexByte(text, ' '); i > 10 {
		text = text[:i] + "+" + text[i+1:] // a plus that was not escaped in the URL
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
