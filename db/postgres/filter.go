package postgres

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

func (c *conditions) addAll(o *conditions) {
	c.terms, c.args = append(c.terms, o.terms...), append(c.args, o.args...)
}

// project takes a link name; an empty one doesn't restrict.
func (c *conditions) project(column, linkName string) {
	c.add(linkName != "", column+` = (SELECT id FROM project WHERE `+is(`link_name`)+`)`, linkName)
}

// anyOf restricts a column to some values; nil: it does not.
func anyOf[T any](c *conditions, column string, values []T) {
	switch {
	case values == nil:
	case len(values) == 1: // in a form that an index by the column and then by date serves
		c.add(true, is(column), values[0])
	default:
		c.add(true, in(column), values)
	}
}

// states restricts to these; none: it does not. Where none of them is new, a term says so, so that the index
// patch_decided can be taken.
func (c *conditions) states(column string, states []track.State) {
	if len(states) > 0 {
		anyOf(c, column, states)
		c.add(both.OnlyDecided(states), column+` <> '`+string(track.StateNew)+`'`)
	}
}

// between restricts a column of seconds to times from since on and before another.
func (c *conditions) between(column string, since, before time.Time) {
	c.add(!since.IsZero(), column+` >= ?`, both.SecondsFrom(since))
	c.add(!before.IsZero(), column+` < ?`, both.SecondsFrom(before))
}

// contains ignores the case of ASCII letters.
func (c *conditions) contains(column, part string) {
	c.add(part != "", like(column), both.LikePattern(part))
}

// like compares as SQLite does: under this collation no letters but those of ASCII have a case.
func like(column string) string { return column + ` COLLATE "C" ILIKE ?` }

// person matches an address exactly where one is given, so that the index serves; otherwise a part of an address, or of
// a name: the newest of that address, or the mail's own, shown.
func (c *conditions) person(column, shown, who string) {
	switch {
	case who == "":
	case strings.Contains(who, "@"):
		c.add(true, is(column), strings.ToLower(who))
	default:
		p := both.LikePattern(who)
		c.add(true, `(`+column+` IN (SELECT email FROM person WHERE `+like(`email`)+` OR `+like(`name`)+`)
			OR `+like(shown)+`)`, p, p, p)
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
	c.add(f.Among != nil, in(`p.mail`), []int64(f.Among))
	c.add(!f.Archived, `NOT p.archived`)
	c.add(!f.Hidden && f.ID == 0, `NOT p.hidden`)
	return c
}

func seriesConditions(f track.Filter) *conditions {
	c := &conditions{}
	c.project(`s.project`, f.Project)
	c.person(`s.submitter`, `lm.sender_name`, f.Submitter)
	c.contains(`coalesce(s.given, s.name, lm.name)`, f.Text)
	c.add(!f.Since.IsZero(), `s.date >= ?`, f.Since.Unix())
	c.add(!f.Until.IsZero(), `s.date < ?`, f.Until.Unix())
	c.add(f.Series != 0, is(`s.id`), f.Series)
	c.add(f.Among != nil, in(`s.id`), []int64(f.Among))
	c.add(f.Incomplete, `NOT s.complete`)
	c.add(!f.Hidden && f.Series == 0, `NOT s.hidden`)
	c.add(f.Delegate != "", `s.id IN (SELECT series FROM patch WHERE `+is(`delegate`)+`)`, strings.ToLower(f.Delegate))
	if len(f.States) > 0 {
		of := &conditions{}
		of.states(`state`, f.States)
		c.add(true, `EXISTS (SELECT 1 FROM patch`+of.where()+` AND series = s.id)`, of.args...)
	}
	return c
}
