package results

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"patchwatch/search"
	"patchwatch/web/find"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// What people have saved to search for it again, each for themselves.

// Everywhere is the path of the page for everything.
const Everywhere = "/search/"

// saved is a query that the viewer has saved.
type saved struct{ Name, Query, URL string }

func (r *Results) addSaved(v *visit.Visit, p *page) error {
	all, err := r.Store.SavedQueries(v.Ctx(), owner(v))
	if err != nil {
		return err
	}
	for _, s := range all {
		p.Saved = append(p.Saved, saved{
			Name: mailtext.Visible(s.Name), Query: mailtext.Visible(s.Query),
			URL: prefix(v) + Everywhere + "?q=" + url.QueryEscape("saved:"+s.Name),
		})
	}
	return nil
}

// everywhere searches all that the viewer sees. Without a query it asks for one.
func (r *Results) everywhere(v *visit.Visit, w http.ResponseWriter) error {
	at := Place{Path: Everywhere}
	if a, err := read(v.R); err != nil || strings.TrimSpace(a.text) != "" {
		return r.Search(v, w, at)
	}
	if v.R.Method == http.MethodPost {
		return &visit.Refusal{Status: http.StatusBadRequest, Detail: "There is no query."}
	}
	body, err := r.empty(v, &asked{limit: defaultLimit}, at, "")
	if err != nil {
		return err
	}
	return send(w, v.R, http.StatusOK, body)
}

func (r *Results) help(*visit.Visit) (*site.Answer, error) {
	return &site.Answer{Body: []byte(search.Help()), About: []int64{}, Header: [][2]string{
		{"Content-Type", "text/plain; charset=utf-8"},
	}}, nil
}

// The limits of what one person may save.
const (
	mostSaved = 100
	mostName  = 100 // bytes
	mostForm  = 64 << 10
)

// save saves a query under a name, or forgets the one that was saved under it.
func (r *Results) save(v *visit.Visit, w http.ResponseWriter) error {
	if v.Viewer.User == nil || v.Viewer.ReadOnly {
		return visit.ErrForbidden
	}
	v.R.Body = http.MaxBytesReader(w, v.R.Body, mostForm)
	if err := v.R.ParseForm(); err != nil {
		return &visit.Refusal{Status: http.StatusBadRequest, Detail: "This is not a form, or a very long one."}
	}
	name, query := strings.TrimSpace(v.R.PostForm.Get("name")), strings.TrimSpace(v.R.PostForm.Get("q"))
	if v.R.PostForm.Has("forget") {
		query = ""
	} else if err := r.maySave(v, name, query); err != nil {
		return err
	}
	if err := r.Store.SaveQuery(v.Ctx(), v.Viewer.Actor(), name, query); err != nil {
		return err
	}
	to := Everywhere
	if query != "" {
		to += "?q=" + url.QueryEscape("saved:"+name)
	}
	return &visit.Redirect{To: to, Status: http.StatusSeeOther}
}

// maySave finds what is wrong with a name and its query.
func (r *Results) maySave(v *visit.Visit, name, query string) error {
	bad := func(format string, args ...any) error {
		return &visit.Refusal{Status: http.StatusBadRequest, Detail: fmt.Sprintf(format, args...)}
	}
	if name == "" || len(name) > mostName || strings.ContainsAny(name, " \t\r\n\"()") || name != mailtext.Visible(name) {
		return bad("The name of a saved query has no spaces, quotes or parentheses, and at most %d bytes.", mostName)
	}
	var m search.Mistake
	if _, _, err := find.Parse(v.Ctx(), r.Store, query, owner(v), r.Desk.Clock()); errors.As(err, &m) {
		return bad("%s", mistake(m))
	} else if err != nil {
		return err
	}
	return r.roomFor(v.Ctx(), v, name)
}

func (r *Results) roomFor(ctx context.Context, v *visit.Visit, name string) error {
	all, err := r.Store.SavedQueries(ctx, v.Viewer.Actor())
	if err != nil || len(all) < mostSaved {
		return err
	}
	for _, s := range all {
		if s.Name == name {
			return nil
		}
	}
	return &visit.Refusal{Status: http.StatusBadRequest, Detail: fmt.Sprintf("You may save %d queries.", mostSaved)}
}
