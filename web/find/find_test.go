package find

import (
	"context"
	"errors"
	"testing"
	"time"

	"patchwatch/db/engine"
	"patchwatch/search"
	"patchwatch/track"
)

type saver map[track.Actor][]engine.SavedQuery

func (s saver) SavedQueries(_ context.Context, of track.Actor) ([]engine.SavedQuery, error) {
	if of == "broken" {
		return nil, errors.New("the disk is gone")
	}
	return s[of], nil
}

func TestParse(t *testing.T) {
	t.Parallel()
	s := saver{"ann": {{Owner: "ann", Name: "mine", Query: "s:slab"}}}
	for _, c := range []struct{ query, owner, want string }{
		{"saved:mine", "ann", "s:slab"},
		{"saved:mine", "bob", "column 7: there is no saved query \"mine\""},
		{"saved:mine", "broken", "the disk is gone"},
		{"plain", "broken", "plain"},
		{"(", "ann", "column 1: the query is empty"},
	} {
		n, _, err := Parse(t.Context(), s, c.query, track.Actor(c.owner), time.Now())
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = n.String()
		}
		if got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.query, c.owner, got, c.want)
		}
	}
}

func TestIn(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"x":       `project:"p" AND x`,
		"x y":     `project:"p" AND x AND y`,
		"NOT x":   `project:"p" AND NOT x`,
		"x OR y":  `project:"p" AND (x OR y)`,
		"x NOT y": `project:"p" AND x AND NOT y`,
	} {
		n, _, err := search.Parse(query, search.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := In(n, "p").String(); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if got := In(search.All{}, "p").String(); got != `project:"p"` {
		t.Error(got)
	}
}
