package db

import (
	"context"
	"slices"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Dependencies gives what the mails of a series name in Depends-on lines, in order, and which series name it. What was
// written is stored; what it means is looked up when it is asked for, so that it makes no difference which came first. A
// Message-ID means the series of that patch or cover in the same project; the series itself is left out. A URL is a page of
// some other site, and nothing is known of it here.
func (s *Store) Dependencies(ctx context.Context, series int64) (on []track.Dependency, of []int64, err error) {
	err = s.view(ctx, func(v engine.View) error {
		rows, err := v.Series([]int64{series})
		if err != nil || len(rows) == 0 {
			return err
		}
		d := &dependencies{v, rows[0].Project}
		all, err := d.on([]int64{series})
		if err != nil {
			return err
		}
		on = all[series]
		of, err = d.of(series)
		return err
	})
	return on, of, err
}

// dependencies looks up what Depends-on lines of a project's mails mean.
type dependencies struct {
	engine.View
	project int64
}

// on gives what each series depends on.
func (d *dependencies) on(series []int64) (map[int64][]track.Dependency, error) {
	members, err := d.Members(series)
	if err != nil {
		return nil, err
	}
	var mails []int64
	for _, of := range members {
		for _, m := range of {
			mails = append(mails, m.Mail)
		}
	}
	texts, err := d.More(mails)
	if err != nil {
		return nil, err
	}
	written := map[int64][]string{}
	for _, id := range series {
		for _, m := range members[id] {
			more, err := engine.ParseMore(texts[m.Mail])
			if err != nil {
				return nil, err
			}
			written[id] = append(written[id], more.Depends...)
		}
	}
	meant, err := d.meant(written)
	if err != nil {
		return nil, err
	}
	out := map[int64][]track.Dependency{}
	for id, lines := range written {
		for _, line := range lines {
			dependency := track.Dependency{Written: line, Series: meant[line]}
			if meant[line] != id && !slices.Contains(out[id], dependency) {
				out[id] = append(out[id], dependency)
			}
		}
	}
	return out, nil
}

// meant gives the series that each line means, where one is known.
func (d *dependencies) meant(written map[int64][]string) (map[string]int64, error) {
	lines := map[string][]string{} // by the Message-ID that each names
	for _, of := range written {
		for _, line := range of {
			if !strings.Contains(line, "://") {
				lines[bracketed(line)] = append(lines[bracketed(line)], line)
			}
		}
	}
	out := map[string]int64{}
	if len(lines) == 0 {
		return out, nil
	}
	rows, err := d.RowsNamed(d.project, engine.SortedKeys(lines))
	for _, r := range rows {
		for _, line := range lines[r.ID] {
			out[line] = r.Series
		}
	}
	return out, err
}

// of gives the series that depend on this one, of all with a Depends-on line.
func (d *dependencies) of(series int64) (out []int64, err error) {
	others, err := d.Depending(d.project)
	if err != nil {
		return nil, err
	}
	others = slices.DeleteFunc(others, func(id int64) bool { return id == series })
	on, err := d.on(others)
	for _, id := range others {
		if slices.ContainsFunc(on[id], func(o track.Dependency) bool { return o.Series == series }) {
			out = append(out, id)
		}
	}
	return out, err
}
