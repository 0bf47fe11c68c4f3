package derive

import (
	"context"

	"patchwatch/db/engine"
)

// retireAtOnce is how many series a rebuild looks at together.
const retireAtOnce = 500

// retireAll finds anew what shows as superseded in all projects that want it: first what each series revises, and when
// that is known of all of them, what their patches show. It looks at every series, so it need not find out which others
// one of them may change, as a transaction that adds mail has to. Memory holds eight bytes for each series.
func (r *rebuilder) retireAll(ctx context.Context) error {
	wanted := false
	for _, p := range r.projects {
		wanted = wanted || p.Supersede
	}
	if !wanted {
		return nil
	}
	ids := map[int64][]int64{}
	if err := r.Tx.EachSeries(func(s *engine.SeriesRow, _ []engine.Member) error {
		if p := r.projects[s.Project]; p != nil && p.Supersede {
			ids[s.Project] = append(ids[s.Project], s.ID)
		}
		return ctx.Err()
	}); err != nil {
		return err
	}
	for _, project := range engine.SortedKeys(ids) {
		if err := r.retireProject(ctx, project, ids[project], (*retirement).relink); err != nil {
			return err
		}
		if err := r.retireProject(ctx, project, ids[project], (*retirement).show); err != nil {
			return err
		}
	}
	return nil
}

func (r *rebuilder) retireProject(
	ctx context.Context, project int64, ids []int64, f func(r *retirement, ids []int64) error,
) error {
	for len(ids) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(ids), retireAtOnce)
		if err := f(r.newRetirement(r.projects[project]), ids[:n]); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// showedOf is what change.showed is, of patches that are there.
func showedOf(is *engine.Derived, rows []*engine.Row) map[string]engine.PatchRow {
	names := make(map[int64]string, len(rows))
	for _, m := range rows {
		names[m.Mail] = m.ID
	}
	out := make(map[string]engine.PatchRow, len(is.Patches))
	for _, row := range is.Patches {
		out[names[row.Mail]] = row
	}
	return out
}
