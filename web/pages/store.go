package pages

import (
	"context"
	"errors"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/find"
	"patchwatch/web/internal/visit"
)

// Store is what pages ask of the database. What a page needs is listed with it.
type Store interface {
	find.Saver
	visit.Store
	mailStore
	seriesStore
	actStore
	markStore
}

// markStore is what is asked about how far somebody has looked.
type markStore interface {
	Marks(ctx context.Context, user int64, series track.In[int64], most int) ([]track.Mark, error)
	Mark(ctx context.Context, by track.Actor, marks []track.Mark) error
}

// mailStore is what the pages of patches, cover letters and versions ask.
type mailStore interface {
	CommentPage(context.Context, track.CommentQuery) (track.Page[track.CommentRow], error)
	SeriesPage(context.Context, track.SeriesQuery) (track.Page[track.SeriesRow], error)
	SeriesRowNow(ctx context.Context, id int64, s track.Scope) (track.SeriesRow, error)
	PatchCounts(ctx context.Context, lists []track.PatchQuery) ([]int, error)
	Raws(ctx context.Context, mails []int64, f func(mail int64, raw []byte) error) error
	Trailers(ctx context.Context, patches []int64) (map[int64]track.PatchTrailers, error)
	Checks(ctx context.Context, patches []int64) (map[int64][]track.Check, error)
	ChecksOf(ctx context.Context, patches []track.MailBrief) (map[int64][]track.Check, error)
	Versions(ctx context.Context, series int64) ([]track.SeriesView, error)
	Reasons(ctx context.Context, mail int64) ([]track.Reason, error)
	RecentMails(context.Context, track.RecentQuery) ([]track.ArchivedMail, error)
	Earlier(ctx context.Context, series int64) ([]int64, error)
}

func notThere(err error) bool { return errors.Is(err, engine.ErrNotFound) }
