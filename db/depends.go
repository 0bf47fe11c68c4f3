package db

import (
	"context"
	"slices"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Dependencies gives what the mails of each series name in Depends-on lines, and which series name it. What was written
// is stored; what it means is looked up when it is asked for, so that it makes no difference which came first. A
// Message-ID means the series of that patch or cover in the same project; the series itself is left out. A URL is a
// page of some other site, and nothing is known of it here. What the scope leaves out is not known either.
func (s *Store) Dependencies(
	ctx context.Context, series []int64, scope track.Scope,
) (map[int64]track.Dependencies, error) {
	return viewed(ctx, s, func(v engine.View) (map[int64]track.Dependencies, error) {
		projects, err := v.Depending(series)
		if err != nil || len(projects) == 0 {
			return nil, err
		}
		d := &dependencies{v, projects}
		on, err := d.on()
		if err != nil {
			return nil, err
		}
		if err := d.leaveOut(on, scope); err != nil {
			return nil, err
		}
		out := make(map[int64]track.Dependencies, len(series))
		for _, id := range series {
			out[id] = track.Dependencies{On: on[id]}
		}
		for _, id := range engine.SortedKeys(projects) {
			for _, o := range on[id] {
				if is, asked := out[o.Series]; asked && !slices.Contains(is.Of, id) {
					is.Of = append(is.Of, id)
					out[o.Series] = is
				}
			}
		}
		return out, nil
	})
}

// dependencies looks up what the Depends-on lines of some series mean. All are looked up at once, in as many questions
// as for one.
type dependencies struct {
	engine.View
	projects map[int64]int64 // by series
}

// on gives what each series depends on.
func (d *dependencies) on() (map[int64][]track.Dependency, error) {
	written, err := d.written()
	if err != nil {
		return nil, err
	}
	meant, err := d.meant(written)
	if err != nil {
		return nil, err
	}
	out := map[int64][]track.Dependency{}
	for id, lines := range written {
		for _, line := range lines {
			dependency := track.Dependency{Written: line, Series: meant[d.named(id, line)]}
			if dependency.Series != id && !slices.Contains(out[id], dependency) {
				out[id] = append(out[id], dependency)
			}
		}
	}
	return out, nil
}

// leaveOut takes out the series that the scope does not have: what they depend on, and of what depends on them the
// number.
func (d *dependencies) leaveOut(on map[int64][]track.Dependency, scope track.Scope) error {
	ids := map[int64]bool{}
	for id, of := range on {
		ids[id] = true
		for _, o := range of {
			ids[o.Series] = true
		}
	}
	rows, err := d.Series(engine.SortedKeys(ids))
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	for _, r := range rows {
		seen[r.ID] = (scope.Whole || !r.Hidden) && !slices.Contains(scope.Without, r.Project)
	}
	for id, of := range on {
		if !seen[id] {
			delete(on, id)
			continue
		}
		for i := range of {
			if !seen[of[i].Series] {
				of[i].Series = 0
			}
		}
	}
	return nil
}

// written gives the lines of each series.
func (d *dependencies) written() (map[int64][]string, error) {
	series := engine.SortedKeys(d.projects)
	members, err := d.Members(series)
	if err != nil {
		return nil, err
	}
	var mails []int64
	for _, id := range series {
		for _, m := range members[id] {
			mails = append(mails, m.Mail)
		}
	}
	texts, err := d.More(mails)
	if err != nil {
		return nil, err
	}
	out := map[int64][]string{}
	for _, id := range series {
		for _, m := range members[id] {
			more, err := engine.ParseMore(texts[m.Mail])
			if err != nil {
				return nil, err
			}
			out[id] = append(out[id], more.Depends...)
		}
	}
	return out, nil
}

// named is the mail that a line of a series names.
func (d *dependencies) named(series int64, line string) engine.Name {
	return engine.Name{Project: d.projects[series], MsgID: bracketed(line)}
}

// meant gives the series of the mails that lines name.
func (d *dependencies) meant(written map[int64][]string) (map[engine.Name]int64, error) {
	var names []engine.Name
	for id, lines := range written {
		for _, line := range lines {
			if !strings.Contains(line, "://") {
				names = append(names, d.named(id, line))
			}
		}
	}
	return d.SeriesOf(names)
}
