package both

import (
	"patchwatch/db/engine"
	"patchwatch/track"
)

// CheckColumns are what CheckInto scans of a table check_result that is called c.
const CheckColumns = `c.id, c.project, c.msgid, c.account, c.date, c.state, c.context, c.target_url, c.description`

func (q *Queries) CheckInto(c *track.Check) []any {
	return []any{&c.ID, &c.Project, &c.MsgID, &c.User, q.Micros(&c.Date), &c.State, &c.Context,
		&c.TargetURL, &c.Description}
}

func (q *Queries) Checks(names []engine.Name) (map[engine.Name][]track.Check, error) {
	return q.checks(q.In(`c.msgid`), names)
}

// NewestChecks finds them in the index: programs check a patch again and again.
func (q *Queries) NewestChecks(names []engine.Name) (map[engine.Name][]track.Check, error) {
	return q.checks(`c.id IN (SELECT max(n.id) FROM check_result n WHERE `+q.In(`n.msgid`)+`
		GROUP BY n.msgid, n.project, n.account, n.context)`, names)
}

// checks gives those of the names that meet a condition, which takes a list of Message-IDs.
func (q *Queries) checks(condition string, names []engine.Name) (map[engine.Name][]track.Check, error) {
	wanted := make(map[engine.Name]bool, len(names))
	msgids := make([]string, 0, len(names))
	for _, n := range names {
		if !wanted[n] {
			wanted[n] = true
			msgids = append(msgids, n.MsgID)
		}
	}
	out := map[engine.Name][]track.Check{}
	return out, q.Each(`SELECT `+CheckColumns+` FROM check_result c WHERE `+condition+` ORDER BY c.id`,
		[]any{q.List(Once(msgids))},
		func(scan func(...any) error) error {
			var c track.Check
			err := scan(q.CheckInto(&c)...)
			if n := (engine.Name{Project: c.Project, MsgID: c.MsgID}); wanted[n] {
				out[n] = append(out[n], c)
			}
			return err
		})
}

func (q *Queries) ChecksOn(mail int64) (all []track.Check, err error) {
	err = q.Each(`SELECT `+CheckColumns+` FROM mail m JOIN check_result c ON c.msgid = m.msgid AND c.project = m.project
		WHERE m.id = ? ORDER BY c.id`, []any{mail},
		func(scan func(...any) error) error {
			var c track.Check
			err := scan(q.CheckInto(&c)...)
			all = append(all, c)
			return err
		})
	return all, err
}

func (q *Queries) ChecksNumbered(ids []int64) (map[int64]track.Check, error) {
	out := make(map[int64]track.Check, len(ids))
	return out, q.Each(`SELECT `+CheckColumns+` FROM check_result c WHERE `+q.In(`c.id`), []any{q.List(ids)},
		func(scan func(...any) error) error {
			var c track.Check
			err := scan(q.CheckInto(&c)...)
			out[c.ID] = c
			return err
		})
}
