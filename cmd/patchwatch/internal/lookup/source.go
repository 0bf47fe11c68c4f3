// Package lookup finds mails. Rooms meet here: the database that has them, the parser that reads them, the language
// of queries and the index.
package lookup

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/search"
	"patchwatch/search/index"
	"patchwatch/track"
)

// Open is the search index of a database, which is made when it is written first.
func Open(s *db.Store) *index.Index {
	return index.New(engines.SearchIndex(s.Path()), ingest.ParserVersion)
}

// source is a Store as the index sees it, for a viewer who does not see all.
type source struct {
	store *db.Store // not embedded: the program would hold each of its methods once more, to call them by
	scope track.Scope
}

func (s source) Identity(ctx context.Context) (string, error) { return s.store.Epoch(ctx) }

func (s source) LastMail(ctx context.Context) (int64, error) { return s.store.LastMail(ctx) }

func (s source) After(ctx context.Context, id int64, most int) ([]index.Mail, error) {
	return mailsOf(s.store.MailsAfter(ctx, id, most))
}

func (s source) Mails(ctx context.Context, ids []int64) ([]index.Mail, error) {
	return mailsOf(s.store.MailsNumbered(ctx, ids))
}

func mailsOf(stored []db.StoredMail, err error) ([]index.Mail, error) {
	out := make([]index.Mail, len(stored))
	for i := range stored {
		m := &stored[i]
		out[i] = index.Mail{ID: m.ID, Sum: m.SHA256, Read: func() (*search.Document, error) { return document(m) }}
	}
	return out, err
}

// document reads a stored mail.
func document(m *db.StoredMail) (*search.Document, error) {
	raw, err := m.Raw()
	if err != nil {
		return nil, err
	}
	read, err := ingest.ReadSearched(raw, m.SHA256)
	if err != nil {
		return nil, err
	}
	read.Mail.Delivered, read.Mail.ImportedAs = m.Delivered, m.ImportedAs
	return search.NewDocument(read.Mail, read.Texts), nil
}

func (s source) Restated(ctx context.Context, above int64, most int) ([]index.Restated, error) {
	notes, err := s.store.Restated(ctx, above, most)
	out := make([]index.Restated, len(notes))
	for i, n := range notes {
		out[i] = index.Restated(n)
	}
	return out, err
}

func (s source) Tracked(ctx context.Context, ids []int64, w index.Wants) (map[int64]search.Tracked, error) {
	all, err := s.store.Tracked(ctx, ids, db.TrackedQuery{Scope: s.scope, Copies: w.Copies, Checks: w.Checks,
		Trailers: w.Trailers})
	out := make(map[int64]search.Tracked, len(all))
	for id, is := range all {
		out[id] = search.Tracked{
			Project: is.Project, Role: is.Role, Pull: is.Pull, State: is.State, Delegate: is.Delegate, Archived: is.Archived,
			Series: is.Series, Version: is.Version, Complete: is.Complete, Checks: is.Checks, Trailers: is.Trailers,
		}
	}
	return out, err
}

// Few asks for values that few mails have, and that the database has an index of.
func (s source) Few(ctx context.Context, n search.Term, most int) (mails []int64, ok bool, err error) {
	var h db.Having
	switch {
	case n.Field == search.State:
		h.State = track.State(n.Value)
	case n.Field == search.Delegate && strings.Contains(n.Value, "@"):
		h.Delegate = n.Value
	case n.Field == search.Is && n.Value == "archived":
		h.Archived = true
	case n.Field == search.Series:
		h.Series, err = strconv.ParseInt(n.Value, 10, 64)
	default:
		return nil, false, nil
	}
	if err == nil {
		mails, err = s.store.Having(ctx, h, most)
	}
	return mails, mails != nil, err
}

func (s source) Document(ctx context.Context, id int64) (*search.Document, error) {
	found, err := s.store.MailsNumbered(ctx, []int64{id})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	d, err := document(&found[0])
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil, err
	}
	return d, nil // one that cannot be read is no answer, and no error
}
