package layout

import (
	"fmt"
	"html/template"
	"time"
)

// Moment is a time as pages show it: absolute, with its age beside it.
type Moment struct{ at, now time.Time }

// MomentOf is a time as it is shown at another.
func MomentOf(at, now time.Time) Moment { return Moment{at.UTC(), now} }

// Known tells whether it is any time at all.
func (m Moment) Known() bool { return !m.at.IsZero() }

// ISO is for programs.
func (m Moment) ISO() string { return m.at.Format("2006-01-02T15:04:05Z") }

// Day is for lists, in which there is little room.
func (m Moment) Day() string { return m.at.Format("2 Jan 2006") }

// Long is a date with its time.
func (m Moment) Long() string { return m.at.Format("2 Jan 2006 15:04 UTC") }

const (
	day   = 24 * time.Hour
	month = 30 * day
	year  = 365 * day
)

// Age is how long ago it was, in the largest unit of which there are two; empty: it is yet to come, by a clock that is
// not ours.
func (m Moment) Age() string {
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

// dayOf is a day for people and programs, where its age says nothing. The zero time is never.
func dayOf(t time.Time) template.HTML {
	if t.IsZero() {
		return "never"
	}
	return template.HTML(t.UTC().Format(`<time datetime="2006-01-02">2 Jan 2006</time>`)) // digits and signs alone
}
