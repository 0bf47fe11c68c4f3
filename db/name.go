package db

import (
	"context"
	"database/sql"
	"fmt"
)

// SetSeriesName records the name that a person gives to a series, by its number; an empty one takes it back.
//
// The decision is kept with the mail that leads the series today: its cover, else its lowest number. Late mails may
// make two series of one or one of two; then the name goes where that mail goes, and of two names in one series the
// one of the leading mail is shown.
func (s *Store) SetSeriesName(ctx context.Context, series int64, name string) error {
	return s.write(ctx, func(w *writer) error {
		members, err := w.membersOf(series)
		if err != nil {
			return err
		}
		if len(members) == 0 {
			return fmt.Errorf("series %d: %w", series, ErrNotFound)
		}
		for _, mail := range members { // an earlier name of another member would show, were this one taken back
			if err := w.exec(`
				UPDATE decision SET series_name = NULL WHERE series_name IS NOT NULL
				AND (project, msgid) = (SELECT project, msgid FROM mail WHERE id = ?)`, mail); err != nil {
				return err
			}
		}
		if name != "" {
			if err := w.exec(`
				INSERT INTO decision (project, msgid, series_name) SELECT project, msgid, ? FROM mail WHERE id = ?
				ON CONFLICT (project, msgid) DO UPDATE SET series_name = excluded.series_name`, name, members[0]); err != nil {
				return err
			}
		}
		return w.exec(`UPDATE series SET given = ? WHERE id = ?`, orNil(name), series)
	})
}

// membersOf are the mails of a series, the leading one first.
func (w *writer) membersOf(series int64) (mails []int64, err error) {
	err = w.eachID(`
		SELECT mail FROM (
			SELECT cover AS mail, -1 AS number FROM series WHERE id = ?1 AND cover IS NOT NULL
			UNION ALL SELECT mail, number FROM patch WHERE series = ?1)
		ORDER BY number`, []any{series}, func(mail int64) error {
		mails = append(mails, mail)
		return nil
	})
	return mails, err
}

// givenName is the name that a person gave to the series of these mails, leading mail first.
func (d *deriver) givenName(members []*row) (given sql.NullString, err error) {
	if d.named == nil {
		named, err := d.row(`SELECT 1 FROM decision WHERE project = ? AND series_name IS NOT NULL LIMIT 1`, []any{d.project}, new(int))
		if err != nil {
			return given, err
		}
		d.named = &named
	}
	if !*d.named {
		return given, nil
	}
	for _, r := range members {
		if _, err := d.row(`SELECT series_name FROM decision WHERE project = ? AND msgid = ?`, []any{d.project, r.ID}, &given); err != nil || given.Valid {
			return given, err
		}
	}
	return given, nil
}
