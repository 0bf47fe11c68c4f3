package pages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/internal/visit"
)

// What people decide on pages. The fields of forms are those of Patchwork's, since scripts send them too.

// actStore is what forms ask of the database.
type actStore interface {
	Decide(ctx context.Context, by track.Actor, patches []int64, d track.Decided) error
	AddBundle(ctx context.Context, by track.Actor, b track.Bundle) (track.Bundle, error)
	SetBundle(ctx context.Context, by track.Actor, b track.Bundle) error
	Bundle(ctx context.Context, id int64) (track.Bundle, error)
	RemoveBundle(ctx context.Context, by track.Actor, id int64) error
	LogOf(ctx context.Context, mails []engine.LogQuery, most int) ([]engine.LogEntry, error)
}

// acts is the form in which is said what is done with the rows that were ticked.
type acts struct {
	URL       string
	States    []choice
	Delegates []choice
	Bundles   []choice // the viewer's own
}

// acts are those of a page of a project. The form is sent to the page's own address, with what it was narrowed by.
func (c *call) acts(p *track.Project, q query) *acts {
	a := &acts{URL: cmp.Or(q.with(), "?"), States: c.stateChoices(""), Delegates: c.maintainers(p)}
	if all, err := c.bundlesOf(p); err == nil {
		for i := range all {
			a.Bundles = append(a.Bundles, choice{Value: strconv.FormatInt(all[i].ID, 10), Text: named(all[i].Name)})
		}
	}
	return a
}

func (c *call) bundlesOf(p *track.Project) (own []track.Bundle, err error) {
	if c.Viewer.User == nil {
		return nil, nil
	}
	all, err := c.Store.Bundles(c.Ctx(), c.Viewer.User.ID)
	for _, b := range all {
		if b.Project == p.ID {
			own = append(own, b)
		}
	}
	return own, err
}

// mostPatches is how many patches are decided about at once.
const mostPatches = 1000

func bad(sentence string, args ...any) error {
	return &visit.Refusal{Status: http.StatusBadRequest, Detail: fmt.Sprintf(sentence, args...)}
}

// errLogin is for those who would have to log in.
var errLogin = &visit.Refusal{Status: http.StatusForbidden, Detail: "Authentication credentials were not provided."}

// decideAbout does with patches of a project what the form says, all or nothing, and says where the browser goes on.
func (c *call) decideAbout(p *track.Project, ids []int64) (see string, err error) {
	back := c.R.URL.EscapedPath() + c.query().with()
	switch action := strings.ToLower(c.R.PostFormValue("action")); action {
	case "create", "add", "remove":
		return back, c.changeBundle(p, action, ids)
	case "", "update":
	default:
		return "", bad("action is update, create, add or remove.")
	}
	d, what, err := c.decision(p)
	if err != nil {
		return "", err
	}
	if len(ids) == 0 || len(what) == 0 {
		return back, nil
	}
	rows, err := c.mayDecide(p, ids)
	if err != nil {
		return "", err
	}
	changed := changedBy(rows, d)
	if err := c.Store.Decide(c.Ctx(), c.Viewer.Actor(), ids, d); err != nil {
		return "", err
	}
	return c.R.URL.EscapedPath() + c.query().with("did", did(what, changed)), nil
}

// mayDecide gives the patches of these numbers if they are all in the project, and the viewer may decide about each.
func (c *call) mayDecide(p *track.Project, ids []int64) ([]track.PatchRow, error) {
	if c.Viewer.User == nil {
		return nil, errLogin
	}
	found, err := c.Store.PatchRows(c.Ctx(), ids, c.Scope())
	if err != nil {
		return nil, err
	}
	var rows []track.PatchRow
	for _, id := range ids {
		row, ok := found[id]
		if !ok || row.Project != p.ID {
			return nil, bad("%d is no patch of this project.", id)
		}
		if !c.Viewer.Decides(p, row.Submitter.Email, row.Delegate) {
			return nil, visit.ErrForbidden
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// decision reads what is decided: state, delegate and archived, each of which may be "*", so that it stays. what lists
// which are not.
func (c *call) decision(p *track.Project) (d track.Decided, what []string, err error) {
	value := func(name string) (string, bool) {
		text, there := c.R.PostForm[name]
		if !there || text[len(text)-1] == "*" {
			return "", false
		}
		what = append(what, name)
		return strings.TrimSpace(text[len(text)-1]), true
	}
	if text, ok := value("state"); ok {
		state, known := c.World.State(text)
		if !known {
			return d, nil, bad("There is no such state.")
		}
		d.State = &state
	}
	if text, ok := value("delegate"); ok {
		as, err := c.delegateCalled(p, text)
		if err != nil {
			return d, nil, err
		}
		d.Delegate = &as
	}
	if text, ok := value("archived"); ok {
		archived, err := strconv.ParseBool(text)
		if err != nil {
			return d, nil, bad("archived is True or False.")
		}
		d.Archived = &archived
	}
	return d, what, nil
}

// delegateCalled is how patches call a maintainer of a project, by number or name; empty: nobody.
func (c *call) delegateCalled(p *track.Project, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	u := c.World.UserCalled(text)
	if u == nil || !(track.Viewer{User: u}).Maintains(p) {
		return "", bad("Whom patches are delegated to has to maintain the project.")
	}
	return u.Delegate(), nil
}

// changedBy are the numbers of the patches that a decision changes.
func changedBy(rows []track.PatchRow, d track.Decided) (ids []int64) {
	for i := range rows {
		r := &rows[i]
		if d.State != nil && *d.State != r.State || d.Delegate != nil && *d.Delegate != r.Delegate ||
			d.Archived != nil && *d.Archived != r.Archived {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// changeBundle makes a bundle of patches, adds them to one, or takes them out.
func (c *call) changeBundle(p *track.Project, action string, ids []int64) error {
	if c.Viewer.User == nil {
		return errLogin
	}
	if c.Viewer.ReadOnly {
		return visit.ErrForbidden
	}
	rows, err := c.Store.PatchRows(c.Ctx(), ids, c.Scope())
	if err != nil {
		return err
	}
	var patches []string
	for _, id := range ids {
		if r, ok := rows[id]; ok && r.Project == p.ID {
			patches = append(patches, r.MsgID)
		}
	}
	if action == "create" {
		return c.createBundle(p, patches)
	}
	id, err := strconv.ParseInt(cmp.Or(c.R.PostFormValue("bundle_id"), c.R.PostFormValue("removed_bundle_id")), 10, 64)
	if err != nil {
		return bad("bundle_id is the number of a bundle.")
	}
	b, err := c.Store.Bundle(c.Ctx(), id)
	if errors.Is(err, engine.ErrNotFound) || err == nil && (b.Owner != c.Viewer.User.ID || b.Project != p.ID) {
		return visit.ErrNotFound
	}
	if err != nil {
		return err
	}
	for _, id := range patches {
		b.Patches = slices.DeleteFunc(b.Patches, func(o string) bool { return o == id })
		if action == "add" {
			b.Patches = append(b.Patches, id)
		}
	}
	return c.Store.SetBundle(c.Ctx(), c.Viewer.Actor(), b)
}

// bundleName is a name as a form gives it.
func bundleName(text string) (string, error) {
	const most = 50 // bytes, as in Patchwork
	name := strings.TrimSpace(text)
	if name == "" || len(name) > most || !utf8.ValidString(name) || strings.ContainsAny(name, "/\x00\r\n") {
		return "", bad("The name of a bundle is a line of at most %d bytes, without a slash.", most)
	}
	return name, nil
}

func (c *call) createBundle(p *track.Project, patches []string) error {
	name, err := bundleName(cmp.Or(c.R.PostFormValue("bundle_name"), c.R.PostFormValue("name")))
	if err != nil {
		return err
	}
	_, err = c.Store.AddBundle(c.Ctx(), c.Viewer.Actor(), track.Bundle{
		Owner: c.Viewer.User.ID, Project: p.ID, Name: name, Patches: patches,
	})
	if errors.Is(err, engine.ErrConflict) {
		return bad("You have a bundle of that name already.")
	}
	return err
}

// ticked are the numbers of the boxes PREFIX:NUMBER that were ticked.
func (c *call) ticked(prefix string) (ids []int64, err error) {
	for name := range c.R.PostForm {
		text, ok := strings.CutPrefix(name, prefix+":")
		if !ok {
			continue
		}
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id <= 0 {
			return nil, bad("%s:NUMBER is a field of the form.", prefix)
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if len(ids) > mostPatches {
		return nil, bad("At most %d rows can be ticked at once.", mostPatches)
	}
	return ids, nil
}

// patchesOf are the patches of series, by the numbers of both.
func (c *call) patchesOf(of *track.Project, series []int64) (ids []int64, err error) {
	if len(series) == 0 {
		return nil, nil
	}
	page, err := c.Store.SeriesPage(c.Ctx(), track.SeriesQuery{
		Scope: c.Scope(), Projects: track.In[int64]{of.ID}, IDs: series, Paging: track.Paging{Limit: len(series)},
	})
	if err == nil && len(page.Rows) < len(series) {
		err = bad("Not all that was ticked is a series of this project.")
	}
	for i := range page.Rows {
		for _, p := range page.Rows[i].Patches {
			ids = append(ids, p.ID)
		}
	}
	if len(ids) > mostPatches {
		return nil, bad("At most %d patches can be decided about at once.", mostPatches)
	}
	return ids, err
}

// seriesListPost decides about all patches of the series that were ticked.
func (c *call) seriesListPost() (string, error) {
	of, err := c.Project()
	if err != nil {
		return "", err
	}
	series, err := c.ticked("series_id")
	if err != nil {
		return "", err
	}
	ids, err := c.patchesOf(of, series)
	if err != nil {
		return "", err
	}
	return c.decideAbout(of, ids)
}

// listPost decides about the patches that were ticked.
func (c *call) listPost() (string, error) {
	of, err := c.Project()
	if err != nil {
		return "", err
	}
	ids, err := c.ticked("patch_id")
	if err != nil {
		return "", err
	}
	return c.decideAbout(of, ids)
}

// escapedQuery is for URLs that name another.
func escapedQuery(text string) string { return url.QueryEscape(text) }
