package watcher

import (
	"strconv"
	"strings"
	"time"
)

// Delivered says when the mail in a Maildir file was delivered, in UTC and whole microseconds: what the file name says,
// or else mtime. The name is asked first because it survives copies and restores, which the mtime does not.
//
// The Maildir specification has a unique name begin with the seconds since 1970 and a dot; up to the next dot an M
// and digits are the microseconds.
func Delivered(name string, mtime time.Time) time.Time {
	if t, ok := nameTime(name); ok {
		return t
	}
	return mtime.UTC().Truncate(time.Microsecond)
}

func nameTime(name string) (t time.Time, ok bool) {
	name, _, _ = strings.Cut(name, ":") // the flags of a mail in cur
	seconds, rest, _ := strings.Cut(name, ".")
	unique, _, _ := strings.Cut(rest, ".")
	s, ok := nameSeconds(seconds)
	if !ok {
		return t, false
	}
	return time.Unix(s, nameMicros(unique)*1000).UTC(), true
}

// nameSeconds takes nine to eleven digits: Maildir began in 1995, so that "0001.eml" is a number somebody gave and not
// a time, and a year after 5138 is no time either.
func nameSeconds(s string) (int64, bool) {
	if len(s) < 9 || len(s) > 11 || countDigits(s) != len(s) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// nameMicros reads the M part wherever it stands ("M123P45Q6", "P45M123"): the specification leaves the order open.
// 0 where there is none.
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
