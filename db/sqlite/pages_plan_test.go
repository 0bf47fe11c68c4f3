package sqlite

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
	"patchwatch/track"
)

// pageOrders are those in which the first thousand pages of any list come at once.
var pageOrders = [][]track.Order{nil, {{By: "id", Desc: true}}, {{By: "date"}}, {{By: "date", Desc: true}}}

// pageCase is a list that is narrowed in one way, or in two. sorted: what is found is few and so is sorted. scans: all
// is gone through, in an index that is in order.
type pageCase struct {
	ask           func(v engine.View, p track.Paging) error
	sorted, scans bool
}

func patchCase(f track.PatchQuery) func(v engine.View, p track.Paging) error {
	return func(v engine.View, p track.Paging) error {
		f.Paging = p
		_, err := v.PatchPage(f, -1)
		return err
	}
}

func coverCase(f track.CoverQuery) func(v engine.View, p track.Paging) error {
	return func(v engine.View, p track.Paging) error {
		f.Paging = p
		_, err := v.CoverPage(f, -1)
		return err
	}
}

func seriesCase(f track.SeriesQuery) func(v engine.View, p track.Paging) error {
	return func(v engine.View, p track.Paging) error {
		f.Paging = p
		_, err := v.SeriesPage(f, -1)
		return err
	}
}

func eventCase(f track.EventsQuery) func(v engine.View, p track.Paging) error {
	return func(v engine.View, p track.Paging) error {
		f.Paging = p
		_, err := v.EventPage(f, -1)
		return err
	}
}

func pageCases() map[string]pageCase {
	yes, no, since := true, false, at(100)
	two := track.In[int64]{1, 2}
	states := track.In[track.State]{"new", "rfc"}
	private := track.Scope{Without: []int64{2}}
	cases := map[string]pageCase{}
	for name, f := range map[string]track.PatchQuery{
		"all": {}, "all but private": {Scope: private}, "hidden too": {Scope: track.Scope{Whole: true}},
		"not archived": {Archived: &no},
		"in a state":   {States: states[:1]}, "in states": {States: states},
	} {
		cases["patches: "+name] = pageCase{ask: patchCase(f), scans: true}
	}
	for name, f := range map[string]track.PatchQuery{
		"of a project": {Projects: two[:1]}, "of projects": {Projects: two},
		"of a project in a state":               {Projects: two[:1], States: states[:1]},
		"of projects in states":                 {Projects: two, States: states},
		"of a project in a state, not archived": {Projects: two[:1], States: states[:1], Archived: &no, Scope: private},
		"of a delegate":                         {Delegates: track.In[string]{"bob@x.org"}},
		"of delegates in states":                {Delegates: track.In[string]{"a", "b"}, States: states},
		"archived":                              {Archived: &yes},
	} {
		cases["patches: "+name] = pageCase{ask: patchCase(f)}
	}
	for name, f := range map[string]track.PatchQuery{
		"of a project since": {Projects: two[:1], Since: since}, "with numbers": {IDs: two}, "of a series": {Series: two},
		"of people": {Submitters: track.In[string]{"ann@x.org", "bob@x.org"}},
		"of a hash": {Hashes: track.In[string]{"abcd"}},
		"of a name": {MsgIDs: track.In[string]{"<p1@x>"}},
	} {
		cases["patches: "+name] = pageCase{ask: patchCase(f), sorted: true}
	}
	for name, f := range map[string]track.PatchQuery{"since": {Since: since}, "before": {Before: since}} {
		cases["patches: "+name] = pageCase{ask: patchCase(f), sorted: true, scans: true}
	}
	cases["patches: with a word"] = pageCase{ask: patchCase(track.PatchQuery{Words: []string{"name"}}),
		scans: true, sorted: true}
	for name, f := range map[string]track.CoverQuery{"all": {}, "all but private": {Scope: private}} {
		cases["covers: "+name] = pageCase{ask: coverCase(f), scans: true}
	}
	for name, f := range map[string]track.CoverQuery{"of a project": {Projects: two[:1]}, "of projects": {Projects: two}} {
		cases["covers: "+name] = pageCase{ask: coverCase(f)}
	}
	for name, f := range map[string]track.CoverQuery{
		"since": {Since: since}, "of people": {Submitters: track.In[string]{"ann@x.org"}}, "of a series": {Series: two},
		"of a name": {MsgIDs: track.In[string]{"<c@x>"}},
	} {
		cases["covers: "+name] = pageCase{ask: coverCase(f), sorted: true}
	}
	for name, f := range map[string]track.SeriesQuery{"all": {}, "all but private": {Scope: private}} {
		cases["series: "+name] = pageCase{ask: seriesCase(f), scans: true}
	}
	for name, f := range map[string]track.SeriesQuery{
		"of a project": {Projects: two[:1]}, "of projects": {Projects: two},
	} {
		cases["series: "+name] = pageCase{ask: seriesCase(f)}
	}
	cases["series: since"] = pageCase{ask: seriesCase(track.SeriesQuery{Since: since}), sorted: true, scans: true}
	for name, f := range map[string]track.SeriesQuery{
		"of people": {Submitters: track.In[string]{"ann@x.org"}}, "with numbers": {IDs: two},
	} {
		cases["series: "+name] = pageCase{ask: seriesCase(f), sorted: true}
	}
	for name, f := range map[string]track.EventsQuery{"all": {}, "all but private": {Scope: private}} {
		cases["events: "+name] = pageCase{ask: eventCase(f), scans: true}
	}
	created := track.In[track.Category]{track.PatchCreated, track.CoverCreated}
	for name, f := range map[string]track.EventsQuery{
		"since": {Since: since, Before: since.Add(time.Hour)}, "above": {Above: 2}, "of a project": {Projects: two[:1]},
		"of projects":   {Projects: two},
		"of a category": {Categories: created[:1]}, "of categories": {Categories: created},
		"of a project and category": {Projects: two[:1], Categories: created[:1]},
		"of a series":               {Series: two[:1]}, "of an actor": {Actors: track.In[track.Actor]{"ann"}},
	} {
		cases["events: "+name] = pageCase{ask: eventCase(f)}
	}
	for name, f := range map[string]track.EventsQuery{"of a patch": {Patches: two[:1]}, "of a cover": {Covers: two[:1]}} {
		cases["events: "+name] = pageCase{ask: eventCase(f), sorted: true}
	}
	cases["people: all but private"] = pageCase{scans: true, sorted: true, ask: func(v engine.View, p track.Paging) error {
		_, err := v.PersonPage(track.PersonQuery{Scope: private, Paging: p}, -1)
		return err
	}}
	cases["comments"] = pageCase{sorted: true, ask: func(v engine.View, p track.Paging) error {
		_, err := v.CommentPage(track.CommentQuery{Parent: 2, Paging: p}, -1)
		return err
	}}
	return cases
}

// What a page costs must not grow with what is stored before it is turned to.
func TestPagesUseIndexes(t *testing.T) {
	e, _, _ := openFilled(t)
	scan := regexp.MustCompile(`^SCAN (\w+)\b(.*)`)
	for name, c := range pageCases() {
		for _, order := range pageOrders {
			t.Run(fmt.Sprint(name, order), func(t *testing.T) {
				for query, args := range recorded(t, e, func(v engine.View) error {
					return c.ask(v, track.Paging{Order: order, Limit: 2})
				}) {
					wantCompiledOnce(t, query)
					steps := plan(t, e, query, args)
					finds := !strings.Contains(query, given) || strings.Contains(query, "OFFSET")
					for _, s := range steps {
						m := scan.FindStringSubmatch(s)
						inOrder := m != nil && (m[1] == "e" || m[1] == "a" || strings.Contains(m[2], "COVERING INDEX"))
						switch {
						case strings.Contains(query, "FROM total"): // few rows
						case m != nil && strings.Contains(m[2], "VIRTUAL TABLE"),
							m != nil && (m[1] == "half" || m[1] == "part" || m[1] == "copied" || m[1] == "CONSTANT"):
						case m != nil && !(c.scans && inOrder) && !strings.Contains(m[2], "_hidden"):
							t.Errorf("a full scan:\n%s\n%s", strings.Join(steps, "\n"), query)
						case strings.Contains(s, "TEMP B-TREE") && strings.Contains(query, "OFFSET") && !c.sorted:
							t.Errorf("rows are sorted:\n%s\n%s", strings.Join(steps, "\n"), query)
						case finds && !c.sorted && regexp.MustCompile(` [pcs] USING INDEX`).MatchString(s):
							t.Errorf("rows are read:\n%s\n%s", strings.Join(steps, "\n"), query)
						}
					}
				}
			})
		}
	}
}

// asks counts the questions.
type asks struct {
	both.Asker
	n int
}

func (a *asks) Each(query string, args []any, f func(scan func(...any) error) error) error {
	a.n++
	return a.Asker.Each(query, args, f)
}

// A page takes as many statements however many rows it has.
func TestPagesTakeAFixedNumberOfStatements(t *testing.T) {
	e, _, _ := openFilled(t)
	for name, c := range pageCases() {
		var n [2]int
		for i, limit := range []int{1, 100} {
			a := &asks{Asker: e.writer}
			if err := c.ask(queriesOf(a), track.Paging{Limit: limit}); err != nil {
				t.Fatal(err)
			}
			n[i] = a.n
		}
		if n[0] != n[1] || n[0] > 8 {
			t.Errorf("%s: %d statements for one row and %d for all", name, n[0], n[1])
		}
	}
}

// So do the dependencies of series.
func TestDependenciesTakeAFixedNumberOfStatements(t *testing.T) {
	e, _, _ := openFilled(t)
	var n [2]int
	for i, keys := range []int{1, 100} {
		var ids []int64
		var names []engine.Name
		for k := range keys {
			ids, names = append(ids, int64(k)), append(names, engine.Name{Project: int64(k), MsgID: fmt.Sprint("<", k, "@x>")})
		}
		a := &asks{Asker: e.writer}
		q := asking(a)
		_, err := q.Depending(ids)
		_, err2 := q.Members(ids)
		_, err3 := q.More(ids)
		_, err4 := q.SeriesOf(names)
		if err := errors.Join(err, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		n[i] = a.n
	}
	if n[0] != n[1] {
		t.Errorf("%d statements for one and %d for many", n[0], n[1])
	}
}
