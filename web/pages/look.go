package pages

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"patchwatch/track"
	"patchwatch/web/internal/visit"
)

// What is new since the viewer last looked. Whoever has logged in ticks off series, or opens them in a browser that
// runs the script. A mark says up to which mail, by number, so mail that comes between the page and the click is new.

// look is the form that ticks off a series.
type look struct {
	URL  string
	Upto int64 // 0: there is nothing new, and the form takes the mark away
	Line seriesLine

	Visit bool // the script ticks it off at once: it was opened to be read
}

// marksOf are the viewer's marks of series, by number.
func (c *call) marksOf(rows []track.SeriesRow) (map[int64]int64, error) {
	u := c.Viewer.User
	if u == nil || len(rows) == 0 {
		return nil, nil
	}
	ids := make(track.In[int64], len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	all, err := c.Store.Marks(c.Ctx(), u.ID, ids, len(ids))
	marks := make(map[int64]int64, len(all))
	for _, m := range all {
		marks[m.Series] = m.Upto
	}
	return marks, err
}

// look fills in what is new. Marks are nil where nobody has logged in.
func (l *seriesLine) look(o *track.Overview, marks map[int64]int64) {
	upto, looked := marks[l.ID]
	l.Looked = looked
	for _, id := range o.Mails {
		l.Newest = max(l.Newest, id)
		if id > upto && marks != nil {
			l.New++
		}
	}
}

// news says what is new, for lists; empty: nothing.
func (l seriesLine) news() string {
	switch {
	case l.Looked && l.New > 0:
		return fmt.Sprintf("%d unseen", l.New)
	case !l.Looked && l.ShowsUnseen:
		return "unseen"
	}
	return ""
}

// looks is the form on the page of a series. nil: nobody has logged in.
func (c *call) looks(p *seriesPage, q query) *look {
	if c.Viewer.User == nil || c.Viewer.ReadOnly {
		return nil
	}
	f := &look{URL: withList(c.seriesPath(p.Line.ID)+"seen/", q.one("list")), Line: p.Line}
	if p.Line.New > 0 {
		f.Upto = p.Line.Newest
		f.Visit = q.one("unseen") == ""
	}
	return f
}

// mayMark refuses those who have nothing to tick off.
func (c *call) mayMark() error {
	if c.Viewer.User == nil {
		return errLogin
	}
	if c.Viewer.ReadOnly {
		return visit.ErrForbidden
	}
	return nil
}

// seenPost ticks off a series, up to the mail that the form names.
func (c *call) seenPost() (string, error) {
	row, _, err := c.seriesHere()
	if err != nil {
		return "", err
	}
	if err := c.mayMark(); err != nil {
		return "", err
	}
	upto, err := strconv.ParseInt(c.R.PostFormValue("upto"), 10, 64)
	if err != nil || upto < 0 {
		return "", bad("upto is the number of a mail, or 0.")
	}
	mark := track.Mark{User: c.Viewer.User.ID, Series: row.ID, Upto: upto}
	back := withList(fmt.Sprintf("/series/%d/", row.ID), c.query().one("list"))
	if upto == 0 { // the page that the browser is led to must not tick it off again
		joint := "?"
		if strings.Contains(back, "?") {
			joint = "&"
		}
		back += joint + "unseen=1"
	}
	return back, c.Store.Mark(c.Ctx(), c.Viewer.Actor(), []track.Mark{mark})
}

// todoPost ticks off the series that were ticked.
func (c *call) todoPost() (string, error) {
	if err := c.mayMark(); err != nil {
		return "", err
	}
	ids, err := c.ticked("series_id")
	if err != nil || len(ids) == 0 {
		return c.R.URL.EscapedPath(), err
	}
	page, err := c.Store.SeriesPage(c.Ctx(), track.SeriesQuery{
		Scope: c.Scope(), IDs: ids, Paging: track.Paging{Limit: len(ids)},
	})
	if err != nil {
		return "", err
	}
	var marks []track.Mark
	for _, id := range slices.Compact(ids) {
		upto, err := strconv.ParseInt(c.R.PostFormValue(fmt.Sprintf("series_id:%d", id)), 10, 64)
		if err != nil || upto <= 0 {
			return "", bad("series_id:%d is up to the number of a mail.", id)
		}
		if slices.ContainsFunc(page.Rows, func(r track.SeriesRow) bool { return r.ID == id }) {
			marks = append(marks, track.Mark{User: c.Viewer.User.ID, Series: id, Upto: upto})
		}
	}
	return c.R.URL.EscapedPath(), c.Store.Mark(c.Ctx(), c.Viewer.Actor(), marks)
}
