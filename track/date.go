package track

import "time"

// MaxAhead is how far the date of a mail may be after its delivery. Clocks are often wrong by a time zone, seldom by
// more.
const MaxAhead = 24 * time.Hour

// Earliest is the first date that is believed. Mail of lists with patches is younger; a clock that was never set is
// older.
var Earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// DateOf is the one date of a mail, by which it is ordered, filtered and shown. It is the date of the Date header,
// unless that is absent or unreadable (the zero time), before 1990, or more than a day after the delivery; then it is
// the time of delivery. Otherwise one mail from the year 9999 would stay on top of every list, and its sender's name
// everywhere. The date is never "now", which would make the answer depend on when the mail was read.
//
// A delivery before 1990 proves nothing: an archive program may not have kept the time of the file.
func DateOf(header, delivered time.Time) time.Time {
	header, delivered = header.Truncate(time.Second), delivered.Truncate(time.Microsecond)
	bounded := !delivered.Before(Earliest)
	switch {
	case header.IsZero(), header.Before(Earliest), bounded && header.After(delivered.Add(MaxAhead)):
		return delivered.Truncate(time.Second)
	}
	return header
}
