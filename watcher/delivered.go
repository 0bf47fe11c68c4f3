package watcher

import (
	"strconv"
	"strings"
	"time"
)

// Delivered says when the mail in a Maildir file was delivered, in UTC and whole microseconds: what the file name says,
// otherwise mtime. The name is asked first because it survives copies and restores, which the mtime does not.
//
// The Maildir specification has a unique name begin with the seconds since 1970 and a dot; up to the next dot an M
// and digits are the microseconds.
func Delivered(name string, mtime time.Time) time.Time {
	if t, ok := nameTime(name); ok {
		return t
	}
	return inCalendar(mtime)
}

// inCalendar is a file's time, or 1970 where it has none that people or JSON can write, with a year of four digits:
// some file systems let everybody give a file any of 64 bits.
func inCalendar(t time.Time) time.Time {
	if t = t.UTC().Truncate(time.Microsecond); t.Year() < 1 || t.Year() > 9999 {
		return time.Unix(0, 0).UTC()
	}
	return t
}

func nameTime(name string) (t time.Time, ok bool) {
	name, _, _ = strings.Cut(name, ":") // the flags of a mail in cur
	seconds, rest, _ := strings.Cut(name, ".")
	unique, host, _ := strings.Cut(rest, ".")
	fewest := 9
	if host != "" && countDigits(unique) < len(unique) {
		fewest = 1 // "5.M7P8Q9.host" can be nothing but a Maildir name
	}
	s, ok := nameSeconds(seconds, fewest)
	if !ok {
		return t, false
	}
	return time.Unix(s, nameMicros(unique)*1000).UTC(), true
}

// nameSeconds reads up to eleven digits: a year after 5138 is no time. A name that could be anything needs nine of
// them: Maildir began in 1995, so "0001.eml" is a number that somebody gave, and not a time.
func nameSeconds(s string, fewest int) (int64, bool) {
	if len(s) < fewest || len(s) > 11 || countDigits(s) != len(s) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func nameMicros(unique string) int64 {
	for i := 0; i < len(unique); i++ {
		if unique[i] != 'M' {
			continue
		}
		digits := countDigits(unique[i+1:])
		if digits == 0 || digits > 6 {
			continue
		}
		n, _ := strconv.ParseInt(unique[i+1:i+1+digits], 10, 64)
		return n
	}
	return 0
}

// countDigits is the length of the run of ASCII digits that s begins with.
func countDigits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}
