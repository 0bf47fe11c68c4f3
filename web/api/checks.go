package api

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/internal/site"
)

func (c *call) checks() (*site.Answer, error) {
	patch, found, err := c.checksHere()
	if err != nil {
		return nil, err
	}
	q := c.query()
	p, err := q.paging("id", "user", "date", "state", "target_url", "context", "description")
	if err != nil {
		return nil, err
	}
	found = q.chooseChecks(found)
	sortChecks(found, p.by)
	page, err := turn(&p, sliced(found))
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	list(e, page.Rows, func(e *encoder, k *track.Check) { e.checkOf(k, patch.ID) })
	return c.paged(e, q, p, page.Total, []int64{patch.Project}), nil
}

// checksHere finds the patch in the URL, and all its checks. Both are asked for together, since mostly the number is
// that of the mail which stands for the patch.
func (c *call) checksHere() (patch track.PatchRow, all []track.Check, err error) {
	id, err := c.id(0)
	if err != nil {
		return patch, nil, err
	}
	err = c.Store.Together(c.ctx(), func(ctx context.Context) (err error) {
		patch, err = c.asking(ctx).patchOf(id)
		return err
	}, func(ctx context.Context) (err error) {
		all, err = c.Store.ChecksOn(ctx, id)
		return err
	})
	if err == nil && patch.Mail != id {
		all, err = c.Store.ChecksOn(c.ctx(), patch.Mail)
	}
	return patch, all, err
}

// chooseChecks filters: one patch has few checks.
func (q *query) chooseChecks(all []track.Check) []track.Check {
	users := q.userList("user")
	contexts := last(q, "context", exactly)
	states := last(q, "state", func(text string) []track.CheckState {
		if s, ok := track.ParseCheckState(text); ok {
			return []track.CheckState{s}
		}
		if len(text) == 1 && text[0] >= '0' && text[0] <= '3' { // as Patchwork calls them here
			return []track.CheckState{track.CheckState(text[0] - '0')}
		}
		return nil
	})
	since, before := q.time("since"), q.time("before")
	return slices.DeleteFunc(all, func(k track.Check) bool {
		switch {
		case q.nothing,
			users != nil && !slices.ContainsFunc(users, func(u *track.User) bool { return u.ID == k.User }),
			contexts != nil && !slices.Contains(contexts, k.Context),
			states != nil && !slices.Contains(states, k.State),
			!since.IsZero() && k.Date.Before(since),
			!before.IsZero() && !k.Date.Before(before):
			return true
		}
		return false
	})
}

// hasWords tells whether each word is in one of the texts, ignoring case.
func hasWords(words []string, texts ...string) bool {
	for _, w := range words {
		w = strings.ToLower(w)
		if !slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(strings.ToLower(t), w) }) {
			return false
		}
	}
	return true
}

func sortChecks(all []track.Check, by []track.Order) {
	sortBy(all, by, func(a, b *track.Check, column string) int {
		switch column {
		case "user":
			return cmp.Compare(a.User, b.User)
		case "date":
			return a.Date.Compare(b.Date)
		case "state":
			return cmp.Compare(a.State, b.State)
		case "target_url":
			return cmp.Compare(a.TargetURL, b.TargetURL)
		case "context":
			return cmp.Compare(a.Context, b.Context)
		case "description":
			return cmp.Compare(a.Description, b.Description)
		}
		return cmp.Compare(a.ID, b.ID)
	})
}

// sortBy sorts rows that are in memory as a database would: equal ones by number, reversed where the last column is.
func sortBy[Row any](all []Row, by []track.Order, compare func(a, b *Row, column string) int) {
	desc := len(by) > 0 && by[len(by)-1].Desc
	by = append(slices.Clone(by), track.Order{By: "id", Desc: desc})
	order.By(all, func(a, b Row) int {
		for _, o := range by {
			if n := compare(&a, &b, o.By); n != 0 && o.Desc {
				return -n
			} else if n != 0 {
				return n
			}
		}
		return 0
	})
}

func (c *call) check() (*site.Answer, error) {
	patch, all, err := c.checksHere()
	if err != nil {
		return nil, err
	}
	id, err := c.id(1)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(k track.Check) bool { return k.ID == id })
	if at < 0 {
		return nil, errNotFound
	}
	e := c.encoder()
	e.checkOf(&all[at], patch.ID)
	return answerOf(e, patch.Project), nil
}

func (e *encoder) checkOf(k *track.Check, patch int64) {
	e.checkURL(k, patch)
	e.raw(`,"user":`)
	e.userIn(e.world.User(k.User))
	e.checkFields(k)
	e.raw(`,"description":`)
	e.textOrNull(k.Description)
	e.raw("}")
}

// checkIn writes a check where an event names it.
func (e *encoder) checkIn(k *track.Check, patch int64) {
	e.checkURL(k, patch)
	e.checkFields(k)
	e.raw("}")
}

func (e *encoder) checkURL(k *track.Check, patch int64) {
	e.raw(`{"id":`)
	e.number(k.ID)
	e.raw(`,"url":"`)
	e.raw(e.api + "/patches/")
	e.number(patch)
	e.raw("/checks/")
	e.number(k.ID)
	e.raw(`/"`)
}

func (e *encoder) checkFields(k *track.Check) {
	e.raw(`,"date":`)
	e.date(k.Date)
	e.raw(`,"state":`)
	e.text(k.State.String())
	e.raw(`,"target_url":`)
	e.textOrNull(k.TargetURL)
	e.raw(`,"context":`)
	e.text(k.Context)
}

const maxText = 255 // characters, of most fields

var contextPattern = regexp.MustCompile(`^[-a-zA-Z0-9_]+$`)

// addCheck takes what a program found out about a patch. As in Patchwork, who may decide about it may report.
func (c *call) addCheck() (int, []byte, error) {
	patch, err := c.onePatch()
	if err != nil {
		return 0, nil, err
	}
	if !c.viewer.Decides(c.world.Project(patch.Project), patch.Submitter.Email, patch.Delegate) {
		return 0, nil, errForbidden
	}
	f, err := c.form()
	if err != nil {
		return 0, nil, err
	}
	k := f.check()
	if err := f.err(); err != nil {
		return 0, nil, err
	}
	k.User = c.viewer.User.ID
	if k, err = c.Store.AddCheck(c.ctx(), c.viewer.Actor(), k, patch.ID); err != nil {
		return 0, nil, err
	}
	k.Date = k.Date.Truncate(time.Microsecond)
	e := c.encoder()
	e.checkOf(&k, patch.ID)
	c.w.Header().Set("Location", c.base+c.path+"/patches/"+text(patch.ID)+"/checks/"+text(k.ID)+"/")
	return http.StatusCreated, e.b, nil
}

func (f *form) check() (k track.Check) {
	k.State = f.checkState("state")
	k.TargetURL = f.optionalURL("target_url", 200)
	k.Context = "default"
	switch context, ok := f.text("context", maxText); {
	case context != "":
		if k.Context = context; !contextPattern.MatchString(context) {
			f.fail("context", `Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.`)
		}
	case ok && f.plain == nil:
		f.fail("context", notBlank)
	}
	k.Description, _ = f.textOrNull("description", 64<<10)
	return k
}

// checkState is a state by name or number.
func (f *form) checkState(name string) track.CheckState {
	text, null, _ := f.value(name)
	if text = strings.TrimSpace(text); len(text) == 1 && '0' <= text[0] && text[0] <= '3' {
		return track.CheckState(text[0] - '0')
	}
	s, ok := track.ParseCheckState(text)
	switch {
	case null:
		f.fail(name, notNull)
	case text == "":
		f.fail(name, "A check must have a state.")
	case !ok || s.String() != text:
		f.fail(name, `"`+text+`" is not a valid choice.`)
	}
	return s
}

// isURL tells whether a text is a URL that a browser may go to.
func isURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || strings.ContainsAny(text, " \t\n\"<>") {
		return false
	}
	if host := u.Hostname(); !strings.Contains(host, ".") && !strings.Contains(host, ":") && host != "localhost" {
		return false // as in Patchwork
	}
	return u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "ftp" || u.Scheme == "ftps"
}
