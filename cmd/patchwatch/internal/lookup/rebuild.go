package lookup

import (
	"context"

	"patchwatch/db"
	"patchwatch/search/index"
)

// Rebuild throws the index away and makes it anew, or has the process that keeps it do so, and waits for that.
func Rebuild(ctx context.Context, s *db.Store, x *index.Index, progress db.Progress) error {
	if err := x.Discard(); err != nil {
		return err
	}
	for {
		kept, err := Update(ctx, s, x, 0, progress)
		if err != nil || !kept {
			return err
		}
		state, err := x.State(ctx)
		if err != nil {
			return err
		}
		last, err := s.LastMail(ctx)
		if err != nil {
			return err
		}
		if !x.Discarding() && state.Watermark >= last {
			return nil
		}
		progress.Tell(int(state.Watermark), int(last))
		sleep(ctx, look)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// StateOf says how much of a database is indexed.
func StateOf(ctx context.Context, s *db.Store) (state index.State, last int64, err error) {
	x := Open(s)
	defer x.Close()
	if state, err = x.State(ctx); err != nil {
		return state, 0, err
	}
	last, err = s.LastMail(ctx)
	return state, last, err
}
