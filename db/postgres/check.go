package postgres

import (
	"patchwatch/db/engine"
	"patchwatch/track"
)

// checkColumns are what checkInto scans of a table check_result that is called c.
const checkColumns = `c.id, c.project, c.msgid, c.account, c.date, c.state, c.context, c.target_url, c.description`

func checkInto(c *track.Check) []any {
	return []any{&c.ID, &c.Project, &c.MsgID, &c.User, (*micros)(&c.Date), &c.State, &c.Context,
		&c.TargetURL, &c.Description}
}

func (q *queries) Checks(names []engine.Name) (map[engine.Name][]track.Check, error) {
	return q.checks(in(`c.msgid`), names)
}

// NewestChecks finds them in the index: programs check a patch again and again.
func (q *queries) NewestChecks(names []engine.Name) (map[engine.Name][]track.Check, error) {
	return q.checks(`c.id IN (SELECT max(n.id) FROM check_result n WHERE `+in(`n.msgid`)+`
		GROUP BY n.msgid, n.project, n.account, n.context)`, names)
}

// checks gives those of the names that meet a condition, which takes a list of Message-IDs.
func (q *queries) checks(condition string, names []engine.Name) (map[engine.Name][]track.Check, error) {
	wanted := make(map[engine.Name]bool, len(names))
	msgids := make([]string, 0, len(names))
	for _, n := range names {
		if !wanted[n] {
			wanted[n] = true
			msgids = append(msgids, n.MsgID)
		}
	}
	out := map[engine.Name][]track.Check{}
	return out, q.each(`SELECT `+checkColumns+` FROM check_result c WHERE `+condition+` ORDER BY c.id`,
		[]any{once(msgids)},
		func(scan func(...any) error) error {
			var c track.Check
			err := scan(checkInto(&c)...)
			if n := (engine.Name{Project: c.Project, MsgID: c.MsgID}); wanted[n] {
				out[n] = append(out[n], c)
			}
			return err
		})
}

func (q *queries) ChecksOn(mail int64) (all []track.Check, err error) {
	err = q.each(`SELECT `+checkColumns+` FROM mail m JOIN check_result c ON c.msgid = m.msgid AND c.project = m.project
		WHERE m.id = ? ORDER BY c.id`, []any{mail},
		func(scan func(...any) error) error {
			var c track.Check
			err := scan(checkInto(&c)...)
			all = append(all, c)
			return err
		})
	return all, err
}

func (q *queries) ChecksNumbered(ids []int64) (map[int64]track.Check, error) {
	out := make(map[int64]track.Check, len(ids))
	return out, q.each(`SELECT `+checkColumns+` FROM check_result c WHERE `+in(`c.id`), []any{ids},
		func(scan func(...any) error) error {
			var c track.Check
			err := scan(checkInto(&c)...)
			out[c.ID] = c
			return err
		})
}

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
