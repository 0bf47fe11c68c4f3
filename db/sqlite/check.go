package sqlite

import (
	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (t *tx) AddChecks(checks []*track.Check) error {
	for _, c := range checks {
		res, err := t.w.run(`
			INSERT INTO check_result (id, project, msgid, account, date, state, context, target_url, description)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			both.NumberOrNull(c.ID), c.Project, c.MsgID, c.User, c.Date.UnixMicro(), int(c.State), c.Context, c.TargetURL,
			c.Description)
		if err != nil {
			return err
		}
		if c.ID, err = res.LastInsertId(); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) MoveChecks(from, to int64) error {
	return t.w.exec(`UPDATE check_result SET project = ? WHERE project = ?`, to, from)
}
