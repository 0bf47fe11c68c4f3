package db

import (
	"context"
	"time"
)

// Copy is one of the mails with a Message-ID in a project that were delivered with different bytes.
type Copy struct {
	ID        int64 // number of the mail
	Delivered time.Time
}

// Copies takes the number of any mail with a Message-ID and lists the one that stands for it in its project, then its
// variants in the order in which they would take its place.
func (s *Store) Copies(ctx context.Context, mail int64) (out []Copy, err error) {
	r, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.done()
	rows, err := r.QueryContext(ctx, `
		SELECT c.id, c.delivered FROM mail m JOIN mail c ON c.msgid = m.msgid AND c.project IS m.project
		WHERE m.id = ? ORDER BY c.chosen DESC, c.by_list DESC, c.delivered, c.sha256`, mail)
	if err != nil {
		return nil, explain(err)
	}
	err = eachRow(rows, func(scan func(...any) error) error {
		var c Copy
		var delivered int64
		err := scan(&c.ID, &delivered)
		c.Delivered = unixMicro(delivered)
		out = append(out, c)
		return err
	})
	return out, explain(err)
}
