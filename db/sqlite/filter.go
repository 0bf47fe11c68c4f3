package sqlite

import (
	"strings"
	"time"

	"patchwatch/db/internal/both"
	"patchwatch/track"
)

// conditions is a WHERE clause in the making.
type conditions struct {
	terms []string
	args  []any
}

func (c *conditions) add(wanted bool, term string, args ...any) {
	if wanted {
		c.terms = append(c.terms, term)
		c.args = append(c.args, args...)
	}
}

// project takes a link name; an empty one doesn't restrict.
func (c *conditions) project(column, linkName string) {
	c.add(linkName != "", column+` = (SELECT id FROM project WHERE `+is(`link_name`)+`)`, linkName)
}

func (c *conditions) oneOf(column string, values []string) {
	switch {
	case len(values) == 1: // in a form that an index by the column and then by date serves
		c.add(true, is(column), values[0])
	case len(values) > 1:
		args := make([]any, len(values))
		for i, v := range values {
			args[i] = v
		}
		c.add(true, column+` IN (`+both.Placeholders(len(values))+`)`, args...)
	}
}

// states restricts to these. Where none of them is new, the term that says so lets SQLite take the index patch_decided.
func (c *conditions) states(column string, states []track.State) {
	texts := make([]string, len(states))
	for i, s := range states {
		texts[i] = string(s)
	}
	c.oneOf(column, texts)
	c.add(both.OnlyDecided(states), column+` <> '`+string(track.StateNew)+`'`)
}

// between restricts a column of seconds to times from since on and before another.
func (c *conditions) between(column string, since, before time.Time) {
	c.add(!since.IsZero(), column+` >= +?`, both.SecondsFrom(since))
	c.add(!before.IsZero(), column+` < +?`, both.SecondsFrom(before))
}

// contains ignores the case of ASCII letters.
func (c *conditions) contains(column, part string) {
	c.add(part != "", column+` LIKE ? ESCAPE '\'`, both.LikePattern(part))
}

// person matches an address exactly where one is given, so that the index serves; otherwise a part of an address, or of
// a name: the newest of that address, or the mail's own, shown.
func (c *conditions) person(column, shown, who string) {
	switch {
	case who == "":
	case strings.Contains(who, "@"):
		c.add(true, is(column), strings.ToLower(who))
	default:
		p := both.LikePattern(who)
		c.add(true, `(`+column+` IN (SELECT email FROM person WHERE email LIKE ? ESCAPE '\' OR name LIKE ? ESCAPE '\')
			OR `+shown+` LIKE ? ESCAPE '\')`, p, p, p)
	}
}

func (c *conditions) where() string {
	if len(c.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.terms, " AND ")
}

func patchConditions(f track.Filter) *conditions {
	c := &conditions{}
	c.add(f.ID != 0, `p.mail = (`+standsFor+`)`, f.ID)
	c.project(`p.project`, f.Project)
	c.states(`p.state`, f.States)
	c.person(`p.submitter`, `m.sender_name`, f.Submitter)
	c.add(f.Delegate != "", is(`p.delegate`), strings.ToLower(f.Delegate))
	c.contains(`m.name`, f.Text)
	c.add(!f.Since.IsZero(), `p.date >= ?`, f.Since.Unix())
	c.add(!f.Until.IsZero(), `p.date < ?`, f.Until.Unix())
	c.add(f.Series != 0, is(`p.series`), f.Series)
	c.add(f.Among != nil, in(`p.mail`), list(f.Among))
	c.add(!f.Archived, `NOT p.archived`)
	c.add(!f.Hidden && f.ID == 0, `NOT p.hidden`)
	return c
}

func (q *queries) seriesConditions(f track.Filter) (*conditions, error) {
	c := &conditions{}
	c.project(`s.project`, f.Project)
	c.person(`s.submitter`, `lm.sender_name`, f.Submitter)
	c.contains(`coalesce(s.given, s.name, lm.name)`, f.Text)
	c.add(!f.Since.IsZero(), `s.date >= ?`, f.Since.Unix())
	c.add(!f.Until.IsZero(), `s.date < ?`, f.Until.Unix())
	c.add(f.Series != 0, is(`s.id`), f.Series)
	c.add(f.Among != nil, in(`s.id`), list(f.Among))
	c.add(f.Incomplete, `NOT s.complete`)
	c.add(!f.Hidden && f.Series == 0, `NOT s.hidden`)
	c.add(f.Delegate != "", `s.id IN (SELECT series FROM patch WHERE `+is(`delegate`)+`)`, strings.ToLower(f.Delegate))
	return c, q.anyState(c, f.States)
}

// anyState matches series of which a patch has one of these states. Where few patches have, their series are looked up;
// where many have, the newest series are looked at one by one, and soon enough are found.
func (q *queries) anyState(c *conditions, states []track.State) error {
	if len(states) == 0 {
		return nil
	}
	const few = 1000
	sub := &conditions{}
	sub.states(`state`, states)
	if both.OnlyDecided(states) {
		var n int
		query, args := `SELECT count(*) FROM (SELECT 1 FROM patch`+sub.where()+` LIMIT +?)`, append(sub.args, few)
		if _, err := q.Row(query, args, &n); err != nil {
			return err
		}
		if n < few {
			c.add(true, `s.id IN (SELECT series FROM patch`+sub.where()+`)`, sub.args...)
			return nil
		}
	}
	c.add(true, `EXISTS (SELECT 1 FROM patch`+sub.where()+` AND series = s.id)`, sub.args...)
	return nil
}
