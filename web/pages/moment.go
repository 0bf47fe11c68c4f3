package pages

import (
	"fmt"
	"time"
)

// moment is a time as pages show it: absolute, with its age beside it.
type moment struct{ at, now time.Time }

func (c *call) moment(at time.Time) moment { return moment{at.UTC(), c.Now} }

// Known tells whether it is any time at all.
func (m moment) Known() bool { return !m.at.IsZero() }

// ISO is for programs.
func (m moment) ISO() string { return m.at.Format("2006-01-02T15:04:05Z") }

// Day is for lists, in which there is little room.
func (m moment) Day() string { return m.at.Format("2 Jan 2006") }

// Long is a date with its time.
func (m moment) Long() string { return m.at.Format("2 Jan 2006 15:04 UTC") }

const (
	day   = 24 * time.Hour
	month = 30 * day
	year  = 365 * day
)

// Age is how long ago it was, in the largest unit of which there are two; empty: it is yet to come, by a clock that is
// not ours.
func (m moment) Age() string {
	age := m.now.Sub(m.at)
	switch {
	case age < -10*time.Minute:
		return ""
	case age < 10*time.Minute:
		return "now"
	case age < 2*time.Hour:
		return fmt.Sprintf("%d min", age/time.Minute)
	case age < 2*day:
		return fmt.Sprintf("%d h", age/time.Hour)
	case age < 2*month:
		return fmt.Sprintf("%d days", age/day)
	case age < 2*year:
		return fmt.Sprintf("%d months", age/month)
	}
	return fmt.Sprintf("%d years", age/year)
}
