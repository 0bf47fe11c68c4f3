package postgres

import (
	"patchwatch/track"
)

func (t *tx) AddChecks(checks []*track.Check) error {
	for _, c := range checks {
		if err := t.numbered(`check_result`, &c.ID); err != nil {
			return err
		}
		if err := t.w.exec(`
			INSERT INTO check_result (id, project, msgid, account, date, state, context, target_url, description)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.ID, c.Project, c.MsgID, c.User, c.Date.UnixMicro(), int(c.State), c.Context, c.TargetURL,
			c.Description); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) MoveChecks(from, to int64) error {
	return t.w.exec(`UPDATE check_result SET project = ? WHERE project = ?`, to, from)
}
