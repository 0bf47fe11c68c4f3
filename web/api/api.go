package api

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"

	"patchwatch/track"
	"patchwatch/web/internal/site"
)

// Store is what the API asks of the database.
type Store interface {
	site.Store

	PatchPage(context.Context, track.PatchQuery) (track.Page[track.PatchRow], error)
	CoverPage(context.Context, track.CoverQuery) (track.Page[track.CoverRow], error)
	SeriesPage(context.Context, track.SeriesQuery) (track.Page[track.SeriesRow], error)
	CommentPage(context.Context, track.CommentQuery) (track.Page[track.CommentRow], error)
	PersonPage(context.Context, track.PersonQuery) (track.Page[track.PersonView], error)
	EventPage(context.Context, track.EventsQuery) (track.Page[track.EventRow], error)
	EventsAfter(context.Context, track.EventsQuery) (rows []track.EventRow, upTo int64, err error)
	LastEvent(context.Context) (int64, error)

	PatchRows(ctx context.Context, ids []int64, s track.Scope) (map[int64]track.PatchRow, error)
	CoverRows(ctx context.Context, ids []int64, s track.Scope) (map[int64]track.CoverRow, error)
	CommentRows(ctx context.Context, ids []int64, s track.Scope) (map[int64]track.CommentRow, error)
	CommentRow(ctx context.Context, id int64, onCover bool, s track.Scope) (track.CommentRow, error)
	SeriesRow(ctx context.Context, id int64, s track.Scope) (track.SeriesRow, error)
	SeriesRowNow(ctx context.Context, id int64, s track.Scope) (track.SeriesRow, error)
	Dependencies(ctx context.Context, series []int64, s track.Scope) (map[int64]track.Dependencies, error)
	Together(ctx context.Context, fs ...func(context.Context) error) error
	Raws(ctx context.Context, mails []int64, f func(mail int64, raw []byte) error) error

	Decide(ctx context.Context, by track.Actor, patches []int64, d track.Decided) error
	Relate(ctx context.Context, by track.Actor, patch int64, to []int64, also track.Decided) error
	SetAddressed(ctx context.Context, by track.Actor, comment int64, addressed *bool) error
	SetUser(ctx context.Context, by track.Actor, u track.User) error

	ChecksOn(ctx context.Context, mail int64) ([]track.Check, error)
	AddCheck(ctx context.Context, by track.Actor, c track.Check, patch int64) (track.Check, error)

	Bundles(ctx context.Context, owner int64) ([]track.Bundle, error)
	Bundle(ctx context.Context, id int64) (track.Bundle, error)
	AddBundle(ctx context.Context, by track.Actor, b track.Bundle) (track.Bundle, error)
	SetBundle(ctx context.Context, by track.Actor, b track.Bundle) error
	RemoveBundle(ctx context.Context, by track.Actor, id int64) error
}

// Config is what the API needs.
type Config struct {
	Store  Store
	Keeper *site.Keeper                     // of the same Store
	Viewer func(*http.Request) track.Viewer // who asks; nil: it is always anybody
	Log    *slog.Logger                     // nil: the default

	// SetProject writes the settings of a project, found by number.
	SetProject func(ctx context.Context, by track.Actor, p track.Project) error

	// Parts is how many bytes of mails that were read are kept. 0: 32 MiB.
	Parts int
}

// API answers requests under /api/.
type API struct {
	Config
	parts *site.Cache[partsKey, *parts]
}

// New makes an API.
func New(c Config) *API {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Parts == 0 {
		c.Parts = 32 << 20
	}
	return &API{Config: c, parts: site.NewCache[partsKey, *parts](c.Parts)}
}

// call is a request that is being answered.
type call struct {
	*API
	r       *http.Request
	w       http.ResponseWriter
	version version
	path    string   // of the API in this version, "/api/1.3"
	names   []string // what stands in the URL for {…}, in order
	base    string
	viewer  track.Viewer
	world   *site.World
	asks    context.Context // of questions for an answer that is kept; nil: the request's is
}

// ctx is with which the database is asked.
func (c *call) ctx() context.Context { return cmp.Or(c.asks, c.r.Context()) }

// asking is the call for one of those who ask Together.
func (c *call) asking(ctx context.Context) *call {
	with := *c
	with.asks = ctx
	return &with
}

// scope leaves out what the viewer does not see.
func (c *call) scope() track.Scope { return track.Scope{Without: c.world.Without(c.viewer)} }

// whole is scope with hidden mail: for those who ask for one by its number, and are told that it is gone.
func (c *call) whole() track.Scope {
	return track.Scope{Without: c.world.Without(c.viewer), Whole: true}
}

// id is the number in the URL at a place; a number that nothing can have is not found.
func (c *call) id(at int) (int64, error) {
	id, ok := parseID(c.names[at])
	if !ok {
		return 0, errNotFound
	}
	return id, nil
}

// numbered finds a patch or cover by its number. One that is hidden is gone, for everybody. is tells project and
// hidden.
func numbered[Row any](
	c *call, id int64, rows func(context.Context, []int64, track.Scope) (map[int64]Row, error),
	is func(*Row) (project int64, hidden bool),
) (row Row, err error) {
	found, err := rows(c.ctx(), []int64{id}, c.whole())
	if err != nil {
		return row, err
	}
	row, ok := found[id]
	project, hidden := is(&row)
	switch {
	case !ok || c.world.Project(project) == nil:
		return row, errNotFound
	case hidden:
		return row, errGone
	}
	return row, nil
}

// parseID reads the number of something. It is not for signs, spaces and what is more than 64 bits long.
func parseID(s string) (id int64, ok bool) {
	if len(s) == 0 || len(s) > 18 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		id = id*10 + int64(s[i]-'0')
	}
	return id, id > 0
}
