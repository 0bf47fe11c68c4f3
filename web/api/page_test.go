package api

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
)

func TestLink(t *testing.T) {
	t.Parallel()
	for page, links := range map[string][]string{
		"": {`page=2&per_page=1&q=a%2Cb%3B>; rel="next"`, `page=1&per_page=1&q=a%2Cb%3B>; rel="first"`,
			`page=3&per_page=1&q=a%2Cb%3B>; rel="last"`},
		"page=2": {`page=3&per_page=1>; rel="next"`, `per_page=1>; rel="prev"`, `page=1&per_page=1>; rel="first"`,
			`page=3&per_page=1>; rel="last"`},
		"page=3": {`page=2&per_page=1>; rel="prev"`, `page=1&per_page=1>; rel="first"`, `page=3&per_page=1>; rel="last"`},
	} {
		const list = "<http://pw.example.org/api/1.2/patches/?"
		want := list + strings.Join(links, ", "+list)
		s := newServer()
		url := "/api/1.2/patches/?per_page=1&" + page
		if page == "" {
			for i := range s.store.PatchList {
				s.store.PatchList[i].Name += " a b;"
			}
			url += "q=a,b%3B"
		}
		w := s.get(url)
		if got := w.Result().Header.Get("Link"); got != want {
			t.Errorf("%s\n%s\nwant\n%s", url, got, want)
		}
	}
	const only = `<http://pw.example.org/api/patches/?nosuch=&page=1>; rel="first", ` +
		`<http://pw.example.org/api/patches/?nosuch=&page=1>; rel="last"`
	if got := newServer().get("/api/patches/?nosuch").Result().Header.Get("Link"); got != only {
		t.Errorf("a list of one page: %s", got)
	}
}

func TestPerPage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 30, "5": 5, "05": 5, "250": 250, "251": 250, "99999999999999999999": 250, "0": 30, "-1": 30,
		"-99999999999999999999": 30, "x": 30, "1.5": 30,
	} {
		q := &query{values: url.Values{"per_page": {text}}}
		if p, err := q.paging(); err != nil || p.size != want {
			t.Errorf("per_page=%s: %d %v, want %d", text, p.size, err, want)
		}
	}
}

func TestNoSuchPage(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"2", "0", "-1", "x", "99999999999999999999", "2147483648", "1.5"} {
		w := newServer().get("/api/patches/?page=" + page)
		if w.Code != 404 || w.Body.String() != `{"detail":"Invalid page."}` {
			t.Errorf("page %s: %d %s", page, w.Code, w.Body)
		}
	}
	for _, nothing := range []string{"patches/", "covers/", "series/", "events/"} {
		if w := newServer().get("/api/" + nothing + "?project=no-such&page=2"); w.Code != 404 {
			t.Errorf("page 2 of no %s: %d %s", nothing, w.Code, w.Body)
		}
	}
	for _, place := range []string{
		"patches/?page=1", "patches/?page=%2B1", "patches/?page=last", "patches/?q=zzz&page=1", "patches/?q=zzz&page=last",
	} {
		if w := newServer().get("/api/" + place); w.Code != 200 {
			t.Errorf("%s: %d %s", place, w.Code, w.Body)
		}
	}
}

// TestManyWords: a hundred words are searched for, and no more, in every list.
func TestManyWords(t *testing.T) {
	t.Parallel()
	for _, list := range []string{
		"patches/", "covers/", "series/", "projects/", "bundles/", "users/", "people/", "patches/2/comments/",
	} {
		url := "/api/" + list + "?q=" + strings.Repeat("x+", 99)
		if w := newServer().by("Maint").get(url + "x"); w.Code != 200 {
			t.Errorf("100 words in %s: %d %s", list, w.Code, w.Body)
		}
		w := newServer().by("Maint").get(url + "x,x")
		if w.Code != 400 || w.Body.String() != `{"detail":"Too many words."}` {
			t.Errorf("101 words in %s: %d %s", list, w.Code, w.Body)
		}
	}
}

// A list of series asks for the dependencies of all of them at once.
func TestDependenciesAreAskedForOnce(t *testing.T) {
	t.Parallel()
	s := newServer()
	calls := func(more int) int {
		for i := range more {
			r := s.store.SeriesAll[0]
			r.ID = int64(100 + i)
			s.store.SeriesAll = append(s.store.SeriesAll, r)
		}
		before := s.store.Calls
		w := s.get("/api/1.4/series/?per_page=" + strconv.Itoa(1+more))
		if n := strings.Count(w.Body.String(), `"dependents":["`); w.Code != 200 || n != 1+more {
			t.Fatalf("%d with %d dependencies", w.Code, n)
		}
		return s.store.Calls - before
	}
	s.get("/api/") // the first request looks at accounts and projects too
	if one, many := calls(0), calls(5); one != many {
		t.Errorf("%d questions for one series and %d for six", one, many)
	}
}
