package dbtest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/track"
)

// dependsOn is a mail with Depends-on lines.
func dependsOn(m *track.Mail, lines ...string) *track.Mail {
	m.Depends = lines
	return m
}

// dependenciesInWords names the dependencies of the series of a mail: the keys of what it depends on, then those of
// what depends on it, each after a <.
func dependenciesInWords(t *testing.T, s *db.Store, id string) string {
	t.Helper()
	is := seriesOf(t, s, id).ID
	all, err := s.Dependencies(context.Background(), []int64{is}, track.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	key := func(series int64) string {
		all, err := s.SeriesList(context.Background(), track.Filter{Series: series})
		if err != nil || len(all) != 1 {
			return "?"
		}
		return strings.Trim(all[0].Key, "<>")
	}
	var words []string
	for _, d := range all[is].On {
		words = append(words, key(d.Series))
	}
	text := strings.Join(words, " ")
	for _, o := range all[is].Of {
		text += " <" + key(o)
	}
	return strings.TrimSpace(text)
}

// The cases are those of Patchwork's dependency tests, in both orders; there the earlier order finds nothing.
func (u suite) TestDependencies(t *testing.T) {
	first := []*track.Mail{made("c@1", 0, "[0/2] first"), made("p1@1", 0, "[1/2] a", "c@1"),
		made("p2@1", 0, "[2/2] b", "c@1")}
	elsewhere := made("e@x", 0, "single elsewhere")
	elsewhere.ListIDs = []string{"other.example.org"}
	for _, tt := range []struct{ name, line, on, of string }{
		{"a patch", "<p1@1>", "c@1", "<c@2"},
		{"another patch, without brackets", "p2@1", "c@1", "<c@2"},
		{"the cover", "<c@1>", "c@1", "<c@2"},
		{"its own cover", "<c@2>", "", ""},
		{"of another project", "<e@x>", "?", ""},
		{"unknown", "<nobody@x>", "?", ""},
		{"a page", "https://patchwork.example.org/project/p/list/?series=1", "?", ""},
		{"neither", "not-an-id-or-url", "?", ""},
	} {
		for _, in := range []string{"cover", "patch"} {
			second := []*track.Mail{made("c@2", 60, "[0/1] second"), made("q1@2", 60, "[1/1] c", "c@2")}
			dependsOn(second[map[string]int{"cover": 0, "patch": 1}[in]], tt.line)
			for _, order := range [][]*track.Mail{slices.Concat(first, second), slices.Concat(second, first)} {
				s := u.open(t)
				for _, m := range append(order, elsewhere) {
					add(t, s, m)
				}
				got := fmt.Sprintf("%s|%s", dependenciesInWords(t, s, "q1@2"), dependenciesInWords(t, s, "p1@1"))
				if want := tt.on + "|" + tt.of; got != want {
					t.Errorf("%s, in the %s: %s, want %s", tt.name, in, got, want)
				}
			}
		}
	}
}

func (u suite) TestTwoDependencies(t *testing.T) {
	s := u.open(t)
	add(t, s, dependsOn(made("1@x", 0, "[1/2] a"), "<b@x>", "<a@x>"),
		dependsOn(made("2@x", 0, "[2/2] b", "1@x"), "<c@x>", "<a@x>"),
		made("a@x", -60, "first"), made("b@x", -60, "second"), made("c@x", -60, "third"))
	if got := dependenciesInWords(t, s, "1@x"); got != "b@x a@x c@x" {
		t.Errorf("depends on %s", got)
	}
}

// The dependencies of a page of series take as many questions as those of one.
func (u suite) TestDependenciesOfMany(t *testing.T) {
	e, counter := Counting(u.database(t).engine(t))
	s, err := db.New(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	ids, want := []int64{}, map[int64]track.Dependencies{}
	const n = 20
	for i := range n {
		id := fmt.Sprint(i, "@x")
		m := made(id, i, "single "+id)
		m.ListIDs = []string{fmt.Sprint("list", i%2, ".example.org")}
		if i > 1 {
			dependsOn(m, fmt.Sprintf("<%d@x>", i-2), "<"+id+">")
		}
		add(t, s, m)
		ids = append(ids, seriesOf(t, s, id).ID)
	}
	for i := range n {
		d := track.Dependencies{}
		if i > 1 {
			d.On = []track.Dependency{{Written: fmt.Sprintf("<%d@x>", i-2), Series: ids[i-2]}}
		}
		if i < n-2 {
			d.Of = []int64{ids[i+2]}
		}
		want[ids[i]] = d
	}
	ask := func(series []int64) (got map[int64]track.Dependencies, calls int) {
		counter.Take()
		got, err := s.Dependencies(context.Background(), series, track.Scope{})
		if err != nil {
			t.Fatal(err)
		}
		each, _ := counter.Take()
		for _, n := range each {
			calls += n
		}
		return got, calls
	}
	_, one := ask(ids[4:5])
	got, all := ask(ids)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
	if one != all || one > 6 {
		t.Errorf("%d questions for one series and %d for %d", one, all, n)
	}
}
