package sqlite

import (
	"context"

	"patchwatch/db/engine"
)

// Warm reads what is kept in memory of the database: names and digests. Otherwise those who ask first do it, and wait.
// What is kept already is brought up to date. Others get connections in between.
func (e *database) Warm(ctx context.Context) error {
	r, err := e.enterReaders()
	if err != nil {
		return err
	}
	defer r.leave()
	for had := -1; ; {
		var has int
		if err := r.view(ctx, func(c *writer) (err error) {
			has, err = r.asking(c).warm()
			return err
		}); err != nil {
			return explain(err)
		}
		if has == had {
			break
		}
		had = has
	}
	r.names.rank()
	return nil
}

// warm does a part of it, and gives how much there is now.
func (q *queries) warm() (n int, err error) {
	k, _, err := q.names.at(q)
	if err != nil {
		return 0, err
	}
	n = len(k.mails.rows)
	for _, by := range []engine.Feature{engine.ByTitle, engine.ByChange, engine.ByDiff} {
		d, _ := digestedBy(by)
		kept, _, _, err := q.digests.at(q, by, d)
		if err != nil {
			return 0, err
		}
		n += len(kept.all)
	}
	return n, nil
}
