package lookup

import (
	"context"

	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/search"
)

// mostExcerpted is how many bytes of a mail are read for its excerpt: what is asked for is seldom further below, and
// the answer must not wait for mails of many megabytes.
const mostExcerpted = 256 << 10

// Excerpts gives a line of each mail that shows why a query has found it, by the number of the mail. Mails without
// such a line are not there, nor are those beyond the first 16 MiB.
func Excerpts(ctx context.Context, s *db.Store, n search.Node, mails []int64) (map[int64]search.Excerpt, error) {
	x := search.NewExcerpter(n)
	if x == nil || len(mails) == 0 {
		return nil, nil
	}
	stored, err := s.MailsNumbered(ctx, mails)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]search.Excerpt, len(stored))
	for i := range stored {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if e := excerptOf(x, &stored[i]); e != nil {
			out[stored[i].ID] = e
		}
	}
	return out, nil
}

// excerptOf is nil for a mail that cannot be read.
func excerptOf(x *search.Excerpter, m *db.StoredMail) search.Excerpt {
	raw, err := m.Raw()
	if err != nil {
		return nil
	}
	read, err := ingest.ReadSearched(raw[:min(len(raw), mostExcerpted)], m.SHA256)
	if err != nil {
		return nil
	}
	return x.Excerpt(search.NewDocument(read.Mail, read.Texts))
}

// Excerpts gives a line of each mail that shows why a query has found it.
func (s *Server) Excerpts(ctx context.Context, n search.Node, mails []int64) (map[int64]search.Excerpt, error) {
	return Excerpts(ctx, s.Store, n, mails)
}
