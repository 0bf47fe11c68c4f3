package results

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"patchwatch/search"
	"patchwatch/track"
	"patchwatch/web/find"
	"patchwatch/web/internal/visit"
)

// An asked is what a request asks for. The names of its parameters are those of public-inbox.
type asked struct {
	text    string // q
	form    string // x: A is a feed, m a file of mails (by POST only), t shows threads; otherwise a list
	offset  int    // o: so many are left out; below 0 it counts from the oldest, which is -1
	limit   int    // l
	best    bool   // r: the best first
	threads bool   // t: one mail of each thread; with x=m, whole threads

	tree  search.Node
	notes []search.Mistake
}

const (
	defaultLimit = 200
	mostLimit    = 200
	feedLimit    = 50 // of a feed, which has whole mails
	mostOffset   = 1 << 30

	// manyOfThread is of how many mails of each thread a list is made that shows one of each. If there are more, a thread
	// may be on the next page too.
	manyOfThread = 5
)

// read takes the parameters of a URL.
func read(r *http.Request) (*asked, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, &visit.Refusal{Status: http.StatusBadRequest, Detail: "The query of the URL cannot be read."}
	}
	a := &asked{text: values.Get("q"), form: values.Get("x"), limit: defaultLimit}
	a.best, a.threads = isOn(values, "r"), isOn(values, "t")
	switch {
	case a.form == "m" && r.Method != http.MethodPost, a.form != "A" && a.form != "m" && a.form != "t":
		a.form = ""
	}
	if a.offset, err = number(values, "o", 0, -mostOffset); err != nil {
		return nil, err
	}
	if a.form == "A" {
		a.limit = feedLimit
	}
	a.limit, err = number(values, "l", a.limit, 1)
	a.limit = min(a.limit, mostLimit)
	return a, err
}

// isOn tells whether a switch is given, and not as 0.
func isOn(values url.Values, name string) bool {
	return values.Has(name) && values.Get(name) != "0"
}

func number(values url.Values, name string, none, least int) (int, error) {
	text := values.Get(name)
	if text == "" {
		return none, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > mostOffset {
		return 0, &visit.Refusal{Status: http.StatusBadRequest, Detail: "The parameter " + name + " takes a number."}
	}
	return n, nil
}

// url is a URL of the same search with another offset, relative to its place.
func (a *asked) url(form string, offset int) string {
	values := url.Values{"q": {a.text}}
	if form != "" {
		values.Set("x", form)
	}
	if offset != 0 {
		values.Set("o", strconv.Itoa(offset))
	}
	if a.limit != defaultLimit && form != "A" {
		values.Set("l", strconv.Itoa(a.limit))
	}
	for name, on := range map[string]bool{"r": a.best, "t": a.threads && form != "m"} {
		if on {
			values.Set(name, "1")
		}
	}
	return "?" + values.Encode()
}

// program tells whether what reads the answer is no person.
func (a *asked) program() bool { return a.form == "A" || a.form == "m" }

// parse reads the query. What is wrong with it is a search.Mistake.
func (r *Results) parse(v *visit.Visit, a *asked) (err error) {
	a.tree, a.notes, err = find.Parse(v.Ctx(), r.Store, a.text, owner(v), r.Desk.Clock())
	return err
}

// owner is whose saved queries are meant. Nobody has saved any who has not logged in.
func owner(v *visit.Visit) track.Actor {
	if v.Viewer.User == nil {
		return ""
	}
	return v.Viewer.Actor()
}

// question is what the Finder is asked.
func (a *asked) question(v *visit.Visit, at Place) find.Question {
	q := find.Question{
		Tree: a.tree, Scope: v.Scope(), Among: at.Thread, Skip: a.offset, Limit: a.limit, Relevant: a.best,
	}
	switch {
	case a.form == "m": // all of it
		q.Skip, q.Limit, q.Relevant = 0, 0, false
	case a.threads:
		q.Limit *= manyOfThread
	}
	if at.Project != nil {
		q.Tree = find.In(q.Tree, at.Project.LinkName)
	}
	if a.offset < 0 && a.form != "m" {
		q.Oldest, q.Skip = true, -a.offset-1
	}
	return q
}

// refusal is what is said of an error of a search, if it may be told, and of a gate.
func refusal(w http.ResponseWriter, err error) error {
	var no find.Refused
	var wait find.Overspent
	switch {
	case errors.As(err, &no):
		return &visit.Refusal{Status: http.StatusBadRequest, Detail: string(no)}
	case errors.As(err, &wait):
		return later(w, http.StatusTooManyRequests, wait.Error(), time.Duration(wait))
	case errors.Is(err, find.ErrFull), errors.Is(err, find.ErrTooLong):
		return later(w, http.StatusServiceUnavailable, err.Error(), 10*time.Second)
	}
	return err
}

// later refuses a request that may be sent again after a while.
func later(w http.ResponseWriter, status int, detail string, after time.Duration) error {
	w.Header().Set("Retry-After", strconv.Itoa(int(after/time.Second)))
	return &visit.Refusal{Status: status, Detail: detail}
}

// beingMade is what is said while much of the mail cannot be found yet.
func beingMade(s find.State) string {
	return fmt.Sprintf("The search index is being made: %d %% of the mail is searched so far.", 100*s.Indexed/max(s.Stored,
		1))
}

// mistake says where a query cannot be read.
func mistake(m search.Mistake) string {
	return "The query cannot be read at " + strings.TrimSuffix(m.Error(), ".") + "."
}
