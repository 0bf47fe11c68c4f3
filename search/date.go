package search

import (
	"strconv"
	"strings"
	"time"
)

// compactTime is how dt: has an instant.
const compactTime = "20060102150405"

const (
	secondsADay = 24 * 60 * 60
	maxTime     = 253402300799 // the end of the year 9999
)

// A moment is a time that somebody named: from its first second to its last, both included. All is UTC.
type moment struct {
	first, last int64
	unit        timeUnit // how precise it is
}

type timeUnit int

const (
	unitSecond timeUnit = iota
	unitDay
	unitMonth
	unitYear
)

func momentOf(from time.Time, unit timeUnit) moment {
	to := from.Add(time.Second)
	switch unit {
	case unitDay:
		to = from.AddDate(0, 0, 1)
	case unitMonth:
		to = from.AddDate(0, 1, 0)
	case unitYear:
		to = from.AddDate(1, 0, 0)
	}
	return moment{from.Unix(), to.Unix() - 1, unit}
}

// in is the moment as a field has it: d knows whole days.
func (m moment) in(field string) (first, last int64) {
	if field != "d" {
		return m.first, m.last
	}
	day := func(t int64) time.Time { return time.Unix(t, 0).UTC().Truncate(secondsADay * time.Second) }
	return day(m.first).Unix(), day(m.last).Unix() + secondsADay - 1
}

// moment reads a time: digits as public-inbox has them, or what git calls a date. Instead of a space a dot may stand,
// as in 2.weeks.ago. Unlike git, it refuses what it does not know, and fills what is left out with what people mean by
// it: 2026-01 is all of that month.
func (s *scanner) moment(field string, v fieldText) moment {
	text := strings.ToLower(strings.TrimSpace(v.text))
	if m, ok := digitsOnly(field, text); ok {
		return m
	}
	if m, ok := readDate(text, s.opts.Now.UTC()); ok {
		return m
	}
	s.fail(v.at, "%q is no date: write 2026-01-31, 2.weeks.ago or yesterday", v.text)
	return moment{}
}

// digitsOnly reads YYYYMMDDhhmmss and YYYYMMDD, and in rt: seconds since 1970.
func digitsOnly(field, text string) (m moment, ok bool) {
	n, err := strconv.ParseUint(text, 10, 47)
	switch {
	case err != nil:
		return m, false
	case field == "rt" && len(text) >= 5:
		return moment{int64(n), int64(n), unitSecond}, n < 1<<38
	case len(text) == len(compactTime):
		t, err := time.Parse(compactTime, text)
		return momentOf(t, unitSecond), err == nil
	case len(text) == len("20060102"):
		t, err := time.Parse("20060102", text)
		return momentOf(t, unitDay), err == nil
	}
	return m, false
}
