package admin

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
)

// hooksPage says what waits to be sent to other programs, and why.
type hooksPage struct {
	layout.Page
	Hooks []hookRow
}

type hookRow struct {
	ID               int64
	URL, Of, Wants   string
	Waiting          int
	Oldest           layout.Moment
	GivenUp, Failing layout.Moment
	NextTry          string
	Fault            string
	Failures         int
	Signed, AnyPlace bool
}

// hookSaid is what the page says after a form was sent.
var hookSaid = map[string]string{
	"retry": "What waits is sent now.", "skip": "The first event is left out, and what waits is sent now.",
	"remove": "The hook is removed: nothing more is sent there.",
}

func (c *call) hooks() (*shown, error) {
	p := &hooksPage{Page: layout.Page{Title: "Hooks", Done: hookSaid[c.R.URL.Query().Get("done")]}}
	all, err := c.Store.HooksWaiting(c.Ctx())
	if err != nil {
		return nil, err
	}
	for i := range all {
		p.Hooks = append(p.Hooks, c.hookRow(&all[i]))
	}
	return &shown{template: "hooks", page: p}, nil
}

func (c *call) hookRow(h *track.HookWaiting) hookRow {
	row := hookRow{
		ID: h.ID, URL: mailtext.Visible(h.URL), Of: "all that are not private", Waiting: h.Waiting,
		Oldest: layout.MomentOf(h.Oldest, c.Now), GivenUp: layout.MomentOf(h.GivenUp, c.Now),
		Failing: layout.MomentOf(h.FailingSince, c.Now), Fault: mailtext.Visible(h.Fault), Failures: h.Failures,
		Signed: h.Secret != "", AnyPlace: h.AllowPrivate,
	}
	if of := c.World.Project(h.Project); of != nil {
		row.Of = mailtext.Visible(of.LinkName)
	} else if h.Project != 0 {
		row.Of = "a project that is not tracked any more"
	}
	var wants []string
	for _, k := range h.Categories {
		wants = append(wants, string(k))
	}
	if row.Wants = strings.Join(wants, ", "); row.Wants == "" {
		row.Wants = "all events"
	}
	if !h.NextTry.IsZero() {
		row.NextTry = h.NextTry.UTC().Format("2 Jan 2006 15:04 UTC")
	}
	return row
}

// changeHook has what waits for a hook sent, or takes the hook out.
func (c *call) changeHook() (*done, error) {
	id, err := strconv.ParseInt(c.R.PostFormValue("hook"), 10, 64)
	if err != nil {
		return nil, refusal(http.StatusBadRequest, "hook is the number of a hook.")
	}
	what, by := c.R.PostFormValue("action"), c.Viewer.Actor()
	switch what {
	case "retry", "skip":
		err = c.Store.RetryHook(c.Ctx(), by, id, what == "skip")
	case "remove":
		err = c.Store.RemoveHook(c.Ctx(), by, id)
	default:
		err = refusal(http.StatusBadRequest, "action is retry, skip or remove.")
	}
	if err != nil {
		return nil, err
	}
	return &done{see: fmt.Sprintf("hooks/?done=%s", what)}, nil
}
