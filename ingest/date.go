package ingest

import (
	"strconv"
	"strings"
	"time"
)

// parseDate reads the value of a Date header, both RFC 5322's and what is sent instead of it: without a zone (which
// means UTC) or without seconds, with names for zones, with the year before the time or after it, with a day of 32.
// It is as lenient as Patchwork, since people's clocks and programs are old. It returns the zero time if the value
// makes no sense.
func parseDate(s string) time.Time {
	f, ok := dateFields(s)
	if !ok {
		return time.Time{}
	}
	day, month, ok := dayAndMonth(f.day, f.month)
	if !ok {
		return time.Time{}
	}
	if strings.Index(f.year, ":") > 0 {
		f.year, f.clock = f.clock, f.year
	}
	f.year = strings.TrimSuffix(f.year, ",")
	if f.year == "" {
		return time.Time{}
	}
	if !isDigit(f.year[0]) {
		f.year, f.zone = f.zone, f.year
	}
	year, err := strconv.Atoi(f.year)
	hour, minute, second, ok := clock(strings.TrimSuffix(f.clock, ","))
	if err != nil || !ok || year < 0 || year > 9999 {
		return time.Time{}
	}
	return utc(fullYear(year), month, day, hour, minute, second, zoneSeconds(f.zone))
}

type dateParts struct{ day, month, year, clock, zone string }

// dateFields splits a date at its spaces, and drops the name of the day.
func dateFields(s string) (f dateParts, ok bool) {
	words := strings.FieldsFunc(s, isSpace)
	if len(words) == 0 {
		return f, false
	}
	if strings.HasSuffix(words[0], ",") || isDayName(words[0]) {
		words = words[1:]
	} else if i := strings.LastIndexByte(words[0], ','); i >= 0 {
		words[0] = words[0][i+1:]
	}
	if len(words) == 3 { // RFC 850: 01-Jan-70 00:00:00 GMT
		if parts := strings.Split(words[0], "-"); len(parts) == 3 {
			words = append(parts, words[1:]...)
		}
	}
	if len(words) == 4 {
		words = append(words[:3:3], splitZone(words[3])...)
	}
	if len(words) < 5 {
		return f, false
	}
	return dateParts{words[0], words[1], words[2], words[3], words[4]}, true
}

// splitZone takes the zone off a time that it directly follows, "10:00:00+0200".
func splitZone(s string) []string {
	i := strings.IndexByte(s, '+')
	if i < 0 {
		i = strings.IndexByte(s, '-')
	}
	if i > 0 {
		return []string{s[:i], s[i:]}
	}
	return []string{s, ""}
}

func isDayName(s string) bool {
	switch strings.ToLower(s) {
	case "mon", "tue", "wed", "thu", "fri", "sat", "sun":
		return true
	}
	return false
}

// dayAndMonth reads a day and a month in either order.
func dayAndMonth(a, b string) (day int, month time.Month, ok bool) {
	month, ok = months[strings.ToLower(b)]
	if !ok {
		a, b = b, a
		if month, ok = months[strings.ToLower(b)]; !ok {
			return 0, 0, false
		}
	}
	day, err := strconv.Atoi(strings.TrimSuffix(a, ","))
	return day, month, err == nil && plausible(day)
}

var months = monthNames()

func monthNames() map[string]time.Month {
	names := map[string]time.Month{}
	for m := time.January; m <= time.December; m++ {
		full := strings.ToLower(m.String())
		names[full], names[full[:3]] = m, m
	}
	return names
}

// clock reads 10:00, 10:00:00, and the same with dots.
func clock(s string) (hour, minute, second int, ok bool) {
	sep := ":"
	if !strings.Contains(s, ":") {
		sep = "."
	}
	parts := strings.Split(s, sep)
	if len(parts) == 2 {
		parts = append(parts, "0")
	}
	if len(parts) != 3 {
		return 0, 0, 0, false
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || !plausible(v) {
			return 0, 0, 0, false
		}
		n[i] = v
	}
	return n[0], n[1], n[2], true
}

// plausible keeps arithmetic on what a mail says from overflowing.
func plausible(n int) bool { return -100_000_000 < n && n < 100_000_000 }

// fullYear is RFC 5322's rule (4.3): of years with two digits, 00 to 49 are after 2000, and 50 to 99 after 1900.
// Years with three digits count from 1900; programs that print C's count of years write them.
func fullYear(y int) int {
	switch {
	case y < 50:
		return y + 2000
	case y < 1000:
		return y + 1900
	}
	return y
}

// zoneSeconds is how far east of Greenwich a zone is. An unknown zone is UTC.
func zoneSeconds(zone string) int {
	zone = strings.ToUpper(zone)
	n, ok := zones[zone]
	if !ok {
		var err error
		if n, err = strconv.Atoi(zone); err != nil || !plausible(n) {
			return 0
		}
	}
	sign := 1
	if n < 0 {
		sign, n = -1, -n
	}
	return sign * (n/100*3600 + n%100*60)
}

// zones are the names that RFC 822 has; CEST and the like are not among them.
var zones = map[string]int{
	"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "AST": -400, "ADT": -300, "EST": -500, "EDT": -400, "CST": -600, "CDT": -500,
	"MST": -700, "MDT": -600, "PST": -800, "PDT": -700,
}

// utc carries what exceeds its range: hour 25 is an hour of the next day. A year that four digits cannot hold gives
// the zero time.
func utc(year int, month time.Month, day, hour, minute, second, east int) time.Time {
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Unix()
	seconds := (int64(day)-1)*86400 + int64(hour)*3600 + int64(minute)*60 + int64(second) - int64(east)
	t := time.Unix(first+seconds, 0).UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}
