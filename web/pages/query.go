package pages

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// query is what a URL asks for after "?". What nobody knows is ignored, and what means nothing too, as in Patchwork.
type query struct{ url.Values }

func (c *call) query() query {
	text := strings.ReplaceAll(c.R.URL.RawQuery, ";", "%3B") // for Go it is an error, for Django a letter
	values, _ := url.ParseQuery(text)                        // what can be read of it
	return query{values}
}

// maxValue bounds the values that are looked at, in bytes.
const maxValue = 1000

// one is the last value of that name.
func (q query) one(name string) string {
	all := q.Values[name]
	if len(all) == 0 {
		return ""
	}
	text := strings.TrimSpace(all[len(all)-1])
	if len(text) > maxValue || !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return ""
	}
	return text
}

// number is a number above 0; 0: there is none.
func (q query) number(name string) int64 {
	n, err := strconv.ParseInt(q.one(name), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// maxWords bounds what is searched for: each word is a condition of its own.
const maxWords = 20

// words are those of a text, each of which must be found.
func words(text string) []string {
	all := strings.Fields(strings.ReplaceAll(text, "\ufffd", ""))
	return all[:min(len(all), maxWords)]
}

// with is the query with some values changed, as it stands in a URL after the path: empty, or from "?" on. An empty
// value takes the name out.
func (q query) with(changes ...string) string {
	values := url.Values{}
	for name, all := range q.Values {
		if name != "did" && q.one(name) != "" {
			values[name] = all[len(all)-1:]
		}
	}
	for i := 0; i < len(changes); i += 2 {
		if changes[i+1] == "" {
			values.Del(changes[i])
		} else {
			values.Set(changes[i], changes[i+1])
		}
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}
