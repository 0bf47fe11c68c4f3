package pages

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
)

// seriesStore is what lists of series ask of the database.
type seriesStore interface {
	SeriesPage(context.Context, track.SeriesQuery) (track.Page[track.SeriesRow], error)
	PersonPage(context.Context, track.PersonQuery) (track.Page[track.PersonView], error)
	Overviews(context.Context, []track.SeriesRow, track.Scope) (map[int64]*track.Overview, error)
	SeriesWhole(context.Context, track.SeriesRow, track.Scope) (track.SeriesWhole, error)
	FirstReplies(context.Context, []track.SeriesRow, track.Scope) (map[int64]time.Time, error)
	Checks(ctx context.Context, patches []int64) (map[int64][]track.Check, error)
}

// seriesLine is a series in a list.
type seriesLine struct {
	ID              int64
	At              layout.Link
	Project         layout.Link // where a list has series of several projects
	Version         int
	Older, Newer    *layout.Link // versions beside it
	Received, Total int
	Missing         int
	Reviews         reviews
	Checks          checks
	State           standing
	Delegate        string
	Replies         int
	Sent, Last      moment
	By              layout.Link
	MayDecide       bool
	Ticks           bool  // the list has a column of boxes
	Newest          int64 // number of the mail that came last
	New             int   // mails that the viewer has not looked at
	Looked          bool  // the viewer has looked at it before
	Answered        bool  // the viewer has replied
	ShowsUnseen     bool  // it is said of series that were never looked at, too
}

// seriesLines fills in what a list says of series. Whatever they are, it asks a fixed number of questions. folds leaves
// out those of which there is a newer version.
func (c *call) seriesLines(rows []track.SeriesRow, folds bool) ([]seriesLine, error) {
	views, err := c.Store.Overviews(c.Ctx(), rows, c.Scope())
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, o := range views {
		for i := range o.Patches {
			ids = append(ids, o.Patches[i].ID)
		}
	}
	results, err := c.Store.Checks(c.Ctx(), ids)
	if err != nil {
		return nil, err
	}
	marks, err := c.marksOf(rows)
	if err != nil {
		return nil, err
	}
	lines := make([]seriesLine, 0, len(rows))
	for i := range rows {
		o := views[rows[i].ID]
		if p := c.World.Project(rows[i].Project); p != nil && !(folds && o.Revised.ID != 0) {
			l := c.seriesLine(p, &rows[i], o, results)
			l.look(o, marks)
			lines = append(lines, l)
		}
	}
	return lines, nil
}

func (c *call) seriesLine(
	p *track.Project, r *track.SeriesRow, o *track.Overview, results map[int64][]track.Check,
) seriesLine {
	l := seriesLine{
		ID: r.ID, At: layout.Link{Text: seriesName(&r.SeriesBrief), URL: c.seriesPath(r.ID)}, Version: r.Version,
		Received: r.Received, Total: r.Total, Missing: max(0, r.Total-r.Received), State: standingOfAll(o.Patches),
		Sent: c.moment(r.Date), Last: c.moment(o.Last), By: c.submitterLink(p, &r.Submitter), Project: c.projectLink(p),
		Older: c.versionLink(o.Revises), Newer: c.versionLink(o.Revised), MayDecide: c.Viewer.User != nil,
	}
	if r.Complete {
		l.Missing = 0
	}
	var all []track.PatchTrailers
	for i := range o.Patches {
		patch := &o.Patches[i]
		all = append(all, o.Trailers[patch.ID])
		l.Checks.add(results[patch.ID])
		l.Delegate = cmp.Or(l.Delegate, c.delegate(patch.Delegate))
		l.MayDecide = l.MayDecide && c.Viewer.Decides(p, patch.Submitter.Email, patch.Delegate)
	}
	for _, n := range o.Replies {
		l.Replies += n
	}
	l.Reviews = reviewsOf(all...)
	if u := c.Viewer.User; u != nil {
		l.Answered = slices.ContainsFunc(u.Emails, func(email string) bool { return o.Voices[email] })
	}
	return l
}

// seriesPath is the page of a series.
func (c *call) seriesPath(id int64) string {
	return c.prefix() + "/series/" + strconv.FormatInt(id, 10) + "/"
}

func (c *call) versionLink(s track.SeriesBrief) *layout.Link {
	if s.ID == 0 {
		return nil
	}
	return &layout.Link{Text: fmt.Sprintf("v%d", s.Version), URL: c.seriesPath(s.ID)}
}

// received says how many patches have come of how many, for lists: "3/5". A series may have more than it announces.
func (l seriesLine) received() string {
	if l.Received > l.Total {
		return strconv.Itoa(l.Received)
	}
	return fmt.Sprintf("%d/%d", l.Received, l.Total)
}

// arrived says the same in words.
func (l seriesLine) arrived() string {
	switch {
	case l.Received < l.Total:
		return fmt.Sprintf("%d of %d patches", l.Received, l.Total)
	case l.Received > l.Total:
		return fmt.Sprintf("%d patches, where %d were announced", l.Received, l.Total)
	case l.Total == 1:
		return "1 patch"
	}
	return fmt.Sprintf("%d patches", l.Total)
}

// showsVersion: a version is named where there is another one.
func (l seriesLine) showsVersion() bool { return l.Version > 1 || l.Older != nil || l.Newer != nil }

// seriesName is what a series is called. One without a cover has the name of its first patch, of which the marker says
// nothing about the whole.
func seriesName(r *track.SeriesBrief) string {
	name := named(r.Name)
	if end := strings.Index(name, "] "); name[0] == '[' && end > 0 && len(name) > end+2 {
		return name[end+2:]
	}
	return name
}
