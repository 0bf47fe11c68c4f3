package results

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"patchwatch/search"
	"patchwatch/track"
	"patchwatch/web/find"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// Search answers a request that has a query, or sends none and returns why. A query that cannot be read is a 400, and
// one that finds nothing a 404, as in public-inbox.
func (r *Results) Search(v *visit.Visit, w http.ResponseWriter, at Place) error {
	a, err := read(v.R)
	if err != nil {
		return err
	}
	if r.Finder == nil {
		return &visit.Refusal{Status: http.StatusServiceUnavailable, Detail: "Nothing can be searched here."}
	}
	var m search.Mistake
	switch err := r.parse(v, a); {
	case errors.As(err, &m) && v.HTML && !a.program():
		return r.amend(v, w, a, at, mistake(m))
	case errors.As(err, &m):
		return &visit.Refusal{Status: http.StatusBadRequest, Detail: mistake(m)}
	case err != nil:
		return err
	}
	return r.found(v, w, a, at)
}

// found answers what is asked.
func (r *Results) found(v *visit.Visit, w http.ResponseWriter, a *asked, at Place) error {
	state, err := r.Finder.State(v.Ctx())
	if err != nil {
		return err
	}
	if a.program() && state.BeingMade() {
		return later(w, http.StatusServiceUnavailable, beingMade(state), 30*time.Second)
	}
	ask := site.Ask{Key: a.key(v, at, state), Viewer: v.Viewer, Own: true}
	answer, err := r.Desk.Keeper.Answer(v.Ctx(), ask, func(_ context.Context, world *site.World) (*site.Answer, error) {
		v.World = world
		return r.make(v, a, at, state)
	})
	if err == nil && len(answer.Body) == 0 {
		return r.none(v, w, a, at, state)
	}
	if err != nil {
		return refusal(w, err)
	}
	answer.Write(w, v.R)
	return nil
}

// key is what an answer depends on, besides the database and who asks: the query as it was read, since "yesterday" is
// another day tomorrow, the state of the search, and of a page what time it is, in steps.
func (a *asked) key(v *visit.Visit, at Place, s find.State) string {
	var now time.Time
	if !a.program() {
		now = v.Now
	}
	return fmt.Sprintf("search %s %d\n%s%s %t\n%q %q\n%s\n%s %d %d", v.Links.Base, now.Unix(), at.Path, a.url(a.form, a.offset),
		a.threads,
		a.text, a.tree, v.R.URL.Path, s.Version, s.Indexed, s.Stored)
}

// make searches. An answer without a body says that nothing was found.
func (r *Results) make(v *visit.Visit, a *asked, at Place, state find.State) (*site.Answer, error) {
	leave, err := r.Gate.Enter(v.Ctx(), v.Client())
	if err != nil {
		return nil, err
	}
	defer leave()
	answer := &site.Answer{}
	if at.Project != nil && !(a.form == "m" && a.threads) { // whole threads have mails of other lists too
		answer.About = []int64{at.Project.ID}
	}
	f, err := r.Finder.Find(v.Ctx(), a.question(v, at))
	if err != nil || len(f.Mails) == 0 {
		return answer, err
	}
	var made *site.Answer
	switch a.form {
	case "m":
		made, err = r.File(v, f.Mails, a.threads)
	case "A":
		made, err = r.Feed(v, Feed{at, a.text + " - search results", a.url("A", 0), a.url("", 0)}, f.Mails)
	default:
		made, err = r.list(v, a, at, f)
	}
	if err != nil {
		return nil, err
	}
	answer.Header, answer.Body = made.Header, made.Body
	sum := sha256.Sum256(answer.Body)
	answer.Tag = base64.RawURLEncoding.EncodeToString(sum[:15])
	return answer, nil
}

// list answers with a page.
func (r *Results) list(v *visit.Visit, a *asked, at Place, f find.Found) (*site.Answer, error) {
	mails, err := r.mails(v.Ctx(), f.Mails)
	if err != nil {
		return nil, err
	}
	body, err := r.page(v, a, at, &listing{mails: mails, known: f.Known, more: f.More, state: f.State})
	return &site.Answer{Body: body, Header: [][2]string{{"Content-Type", htmlType}}}, err
}

// mails reads what was found, in its order.
func (r *Results) mails(ctx context.Context, ids []int64) ([]track.ArchivedMail, error) {
	all, err := r.Store.ArchivedMails(ctx, ids)
	if err != nil {
		return nil, err
	}
	by := make(map[int64]int, len(all))
	for i := range all {
		by[all[i].Mail] = i
	}
	out := make([]track.ArchivedMail, 0, len(ids))
	for _, id := range ids {
		if i, there := by[id]; there {
			out = append(out, all[i])
		}
	}
	return out, nil
}

const htmlType = "text/html; charset=utf-8"

// listing is what was found.
type listing struct {
	mails []track.ArchivedMail
	known map[int64]find.Known // by the number of the stored mail
	more  bool                 // there are others after these
	state find.State
}

// none says that nothing was found.
func (r *Results) none(v *visit.Visit, w http.ResponseWriter, a *asked, at Place, s find.State) error {
	switch {
	case s.BeingMade():
		return later(w, http.StatusServiceUnavailable, beingMade(s), 30*time.Second)
	case !v.HTML || a.program():
		return &visit.Refusal{Status: http.StatusNotFound, Detail: "No results found."}
	}
	body, err := r.page(v, a, at, &listing{state: s})
	if err != nil {
		return err
	}
	return send(w, v.R, http.StatusNotFound, body)
}

// amend shows a query that cannot be read, and what is wrong with it.
func (r *Results) amend(v *visit.Visit, w http.ResponseWriter, a *asked, at Place, problem string) error {
	body, err := r.empty(v, a, at, problem)
	if err != nil {
		return err
	}
	return send(w, v.R, http.StatusBadRequest, body)
}

func send(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	w.Header().Set("Content-Type", htmlType)
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Add("Vary", "Accept")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client has gone
	}
	return nil
}
