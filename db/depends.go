package db

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"patchwatch/track"
)

// Dependencies gives what the mails of a series name in Depends-on lines, in order, and which series name it. What was
// written is stored; what it means is looked up when it is asked for, so that it makes no difference which came first. A
// Message-ID means the series of that patch or cover in the same project; the series itself is left out. A URL is a page of
// some other site, and nothing is known of it here.
func (s *Store) Dependencies(ctx context.Context, series int64) (on []track.Dependency, of []int64, err error) {
	tx, done, err := s.view(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer done()
	d := &dependencies{newRevisions(ctx, tx)}
	if on, err = d.on(series); err == nil {
		of, err = d.of(series)
	}
	return on, of, explain(err)
}

type dependencies struct{ *revisions }

func (d *dependencies) on(series int64) (out []track.Dependency, err error) {
	var written []string
	var project int64
	err = d.each(`
		SELECT m.project, m.more FROM (
			SELECT cover AS mail, -1 AS number FROM series WHERE id = ?1 AND cover IS NOT NULL
			UNION ALL SELECT mail, number FROM patch WHERE series = ?1) x
		JOIN mail m ON m.id = x.mail WHERE m.more IS NOT NULL ORDER BY x.number`, []any{series}, func(scan func(...any) error) error {
		var text sql.NullString
		if err := scan(&project, &text); err != nil {
			return err
		}
		m, err := parseMore(text)
		written = append(written, m.Depends...)
		return err
	})
	for i := 0; err == nil && i < len(written); i++ {
		var found int64
		if found, err = d.meant(project, written[i]); err == nil && found != series {
			dependency := track.Dependency{Written: written[i], Series: found}
			if !slices.Contains(out, dependency) {
				out = append(out, dependency)
			}
		}
	}
	return out, err
}

// meant is the series that a Depends-on line means; 0 if none is known.
func (d *dependencies) meant(project int64, written string) (series int64, err error) {
	if strings.Contains(written, "://") {
		return 0, nil
	}
	err = d.each(`
		SELECT coalesce(p.series, c.series, 0) FROM mail m LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
		WHERE m.msgid = +? AND m.project = +? AND m.chosen`, []any{bracketed(written), project}, func(scan func(...any) error) error {
		return scan(&series)
	})
	return series, err
}

// of goes through all mails of the project with a Depends-on line, by an index of just these.
func (d *dependencies) of(series int64) (out []int64, err error) {
	var others []int64
	err = d.each(`
		SELECT DISTINCT coalesce(p.series, c.series) FROM mail m
			LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
		WHERE m.project = (SELECT project FROM series WHERE id = ?1) AND instr(m.more, '"Depends":') > 0 AND m.chosen
			AND coalesce(p.series, c.series, ?1) <> ?1 ORDER BY 1`, []any{series}, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		others = append(others, id)
		return err
	})
	for i := 0; err == nil && i < len(others); i++ {
		var on []track.Dependency
		if on, err = d.on(others[i]); err != nil {
			break
		}
		if slices.ContainsFunc(on, func(o track.Dependency) bool { return o.Series == series }) {
			out = append(out, others[i])
		}
	}
	return out, err
}
