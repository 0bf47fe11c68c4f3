// Package results shows what searches find: as pages, as feeds, and as files of mails. It answers wherever the archive
// takes a query, in the forms and under the names that public-inbox has, so that b4 and lei search here as they do
// there; and it has the page on which people search everything.
//
// The order of work, one file each: what is asked (ask.go), the answer, which is kept while it holds (answer.go), its
// forms (page.go, tree.go), and what people have saved (saved.go).
package results

import (
	"context"
	"net/http"

	"patchwatch/track"
	"patchwatch/web/find"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// Store is what is asked of the database.
type Store interface {
	find.Saver
	SaveQuery(ctx context.Context, by track.Actor, name, query string) error
	ArchivedMails(ctx context.Context, ids []int64) ([]track.ArchivedMail, error)
}

// Config is what Results needs. Finder may be nil: then nothing is searched, and that is said.
type Config struct {
	Store  Store
	Desk   *visit.Desk // of the same Store
	Finder find.Finder
	Gate   *find.Gate

	// File answers with mails as one file; whole: with the whole threads of these.
	File func(v *visit.Visit, mails []int64, whole bool) (*site.Answer, error)

	// Feed answers with mails as an Atom feed.
	Feed func(v *visit.Visit, f Feed, mails []int64) (*site.Answer, error)
}

// Results answers searches.
type Results struct{ Config }

// A Feed is what a feed says of itself.
type Feed struct {
	Place
	Title      string
	Self, Page string // where the feed and the page of its query are, below the place
}

// New makes a Results.
func New(c Config) *Results { return &Results{c} }

// Install puts the page for everything into a mux, which serve.Routes is to wrap.
func (r *Results) Install(mux *http.ServeMux) {
	mux.HandleFunc("GET /search/{$}", r.Desk.Writes(r.everywhere)) // it keeps its answers itself
	mux.HandleFunc("POST /search/{$}", r.Desk.Writes(r.everywhere))
	mux.HandleFunc("GET /search/help/{$}", r.Desk.Reads(visit.Kind{}, r.help))
	mux.HandleFunc("POST /search/saved/{$}", r.Desk.Writes(r.save))
}

// A Place is where is searched.
type Place struct {
	Project *track.Project // nil: all that the viewer sees
	Path    string         // below which its mails are, and to which queries are sent: escaped, with slashes around
	Thread  []int64        // only these stored mails; nil: all
}
