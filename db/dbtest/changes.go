package dbtest

import (
	"encoding/json"
	"maps"
	"strings"

	"patchwatch/db/engine"
)

// changing is what a database showed at some time, and how often that had changed.
type changing struct {
	lines   map[string]bool // of the dump
	numbers map[int64]int64 // View.Changes of all projects and of 0
	links   map[string]int64
}

// look compares with what was there before: where the dump says something else of a project, its changes were counted.
func (c *changing) look(t tester, after, dump string, v engine.View) error {
	now := changing{lines: map[string]bool{}, links: map[string]int64{}}
	for line := range strings.Lines(dump) {
		now.lines[line] = true
	}
	projects, err := v.Projects()
	if err != nil {
		return err
	}
	ids := []int64{0}
	for _, p := range projects {
		now.links[p.LinkName] = p.ID
		ids = append(ids, p.ID)
	}
	if now.numbers, err = v.Changes(ids); err != nil {
		return err
	}
	if c.lines != nil {
		c.compare(t, after, &now)
	}
	*c = now
	return nil
}

func (c *changing) compare(t tester, after string, now *changing) {
	t.Helper()
	grew := func(id int64) bool { return now.numbers[id] > c.numbers[id] }
	people := c.people()
	differ := maps.Clone(c.lines)
	for line := range now.lines {
		if differ[line] {
			delete(differ, line)
		} else {
			differ[line] = true
		}
	}
	for line := range differ {
		var is struct {
			Type, Project, Email string
			LinkName             string `json:"link_name"`
		}
		if err := json.Unmarshal([]byte(line), &is); err != nil {
			t.Fatal(err)
		}
		link, known := is.Project+is.LinkName, true
		switch id := now.links[link]; {
		case is.Type == "person":
			known = !people[is.Email] || grew(0) // new ones are not counted
		case link != "":
			known = grew(id) || grew(0)
		}
		if !known {
			t.Fatalf("%s: no change is counted of %s", after, line)
		}
	}
}

// people are the addresses of those who are named.
func (c *changing) people() map[string]bool {
	out := map[string]bool{}
	for line := range c.lines {
		var is struct{ Type, Email string }
		if json.Unmarshal([]byte(line), &is) == nil && is.Type == "person" {
			out[is.Email] = true
		}
	}
	return out
}
