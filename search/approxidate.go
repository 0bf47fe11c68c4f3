package search

import (
	"strconv"
	"strings"
	"time"
)

// A dateReader collects what the words of a date say.
type dateReader struct {
	now              time.Time
	year, month, day int       // 0: not said
	clock            int       // seconds since midnight; -1: not said
	east             int       // the zone that the clock has, in seconds
	base             time.Time // now, or what the words lead to from there
	moved            bool      // base is not now any more
	unit             timeUnit  // how precise base is
}

// readDate reads what git's approxidate reads, as far as people write it: 2026-01-31, 31.01.2026, 1/31/2026, jan 31,
// jan 2026, 10:30, yesterday, noon, friday, last friday, 2 weeks ago, last month. The text is in lower case.
func readDate(text string, now time.Time) (m moment, ok bool) {
	r := dateReader{now: now, base: now, clock: -1}
	words := dateWords(text)
	if len(words) == 0 || len(words) > maxDateWords {
		return m, false
	}
	for len(words) > 0 {
		n := r.read(words)
		if n == 0 {
			return m, false
		}
		words = words[n:]
	}
	return r.moment()
}

// maxDateWords is how many words a date may have. "last friday at 10:30" has four.
const maxDateWords = 10

// dateWords splits a date at spaces, commas, underscores and at dots, but for dots between the three numbers of a date,
// and at the "t" between a date and a time.
func dateWords(text string) []string {
	var words []string
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" \t,_", c) }) {
		if day, clock, ok := strings.Cut(word, "t"); ok && endsInDigit(day) && strings.Contains(clock, ":") {
			words = append(words, day, clock)
			continue
		}
		if numbers := strings.Split(word, "."); len(numbers) == 3 && allDigits(strings.Join(numbers, "")) {
			words = append(words, word)
			continue
		}
		words = append(words, strings.FieldsFunc(word, func(c rune) bool { return c == '.' })...)
	}
	return words
}

func endsInDigit(s string) bool { return s != "" && '0' <= s[len(s)-1] && s[len(s)-1] <= '9' }

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// read reads the first word, or the first few that belong together, and returns how many; 0 if it makes no sense.
func (r *dateReader) read(words []string) int {
	word := words[0]
	switch {
	case strings.Contains(word, ":"):
		return btoi(r.readClock(word))
	case strings.ContainsAny(word, "-/."):
		return btoi(r.readNumbers(word))
	}
	if n, ok := number(word); ok && len(words) > 1 && r.goBack(n, words[1]) {
		return 2
	}
	if word == "last" && len(words) > 1 {
		return 2 * btoi(r.goBack(1, words[1]) || r.readWeekday(words[1], 1))
	}
	return btoi(r.readName(word) || r.readWeekday(word, 0) || r.readMonth(word) || r.readNumber(word))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// number reads digits, or a number that is written out.
func number(word string) (n int, ok bool) {
	for i, name := range strings.Fields("zero one two three four five six seven eight nine ten") {
		if word == name {
			return i, true
		}
	}
	if word == "a" || word == "an" {
		return 1, true
	}
	n, err := strconv.Atoi(word)
	return n, err == nil && allDigits(word) && n < 1_000_000
}

// goBack moves n units into the past.
func (r *dateReader) goBack(n int, unit string) bool {
	switch strings.TrimSuffix(unit, "s") {
	case "second", "sec":
		r.base = r.base.Add(-time.Duration(n) * time.Second)
	case "minute", "min":
		r.base = r.base.Add(-time.Duration(n) * time.Minute)
	case "hour":
		r.base = r.base.Add(-time.Duration(n) * time.Hour)
	case "day":
		r.base = r.base.AddDate(0, 0, -n)
	case "week":
		r.base = r.base.AddDate(0, 0, -7*n)
	case "month":
		r.base = r.base.AddDate(0, -n, 0)
	case "year":
		r.base = r.base.AddDate(-n, 0, 0)
	default:
		return false
	}
	r.moved, r.unit = true, unitSecond
	return true
}

// readName reads a word that is a time by itself, or that only fills.
func (r *dateReader) readName(word string) bool {
	switch word {
	case "ago", "at", "on", "of", "and":
	case "now":
		r.moved, r.unit = true, unitSecond
	case "today":
		r.moved, r.unit = true, unitDay
	case "yesterday":
		r.base = r.base.AddDate(0, 0, -1)
		r.moved, r.unit = true, unitDay
	case "never", "epoch":
		r.base = time.Unix(0, 0).UTC()
		r.moved, r.unit = true, unitSecond
	case "midnight":
		r.hour(0)
	case "noon":
		r.hour(12)
	case "tea":
		r.hour(17)
	default:
		return false
	}
	return true
}

// hour is the hour of the day that was said, or the last such hour if no day was.
func (r *dateReader) hour(hour int) {
	r.clock = hour * 60 * 60
	if !r.moved && r.now.Hour() < hour {
		r.base = r.base.AddDate(0, 0, -1)
	}
}

// readWeekday goes back to a day of the week: today's or the last one, or with atLeast 1 the one before today.
func (r *dateReader) readWeekday(word string, atLeast int) bool {
	for day := time.Sunday; day <= time.Saturday; day++ {
		name := strings.ToLower(day.String())
		if word != name && word != name[:3] {
			continue
		}
		back := (int(r.base.Weekday()) - int(day) + 7) % 7
		if back < atLeast {
			back += 7
		}
		r.base = r.base.AddDate(0, 0, -back)
		r.moved, r.unit = true, unitDay
		return true
	}
	return false
}

func (r *dateReader) readMonth(word string) bool {
	for month := time.January; month <= time.December; month++ {
		name := strings.ToLower(month.String())
		if word == name || word == name[:3] || word == "sept" && month == time.September {
			r.month = int(month)
			return true
		}
	}
	return false
}

// readNumber reads a year or a day: "2026", "5", "5th".
func (r *dateReader) readNumber(word string) bool {
	n, ok := number(strings.TrimRight(word, "dhnrst"))
	switch {
	case !ok:
		return false
	case 1900 <= n && n <= 9999 && r.year == 0:
		r.year = n
	case 1 <= n && n <= 31 && r.day == 0:
		r.day = n
	default:
		return false
	}
	return true
}

// readNumbers reads a date of two or three numbers. The year has four digits and is the first or the last. Between "/"
// the month comes before the day, unless it cannot.
func (r *dateReader) readNumbers(word string) bool {
	sep := word[strings.IndexAny(word, "-/.")]
	parts := strings.Split(word, string(sep))
	var n []int
	for _, part := range parts {
		v, err := strconv.Atoi(part)
		if err != nil || !allDigits(part) || v < 1 || v > 9999 {
			return false
		}
		n = append(n, v)
	}
	switch {
	case len(n) == 2 && len(parts[0]) == 4:
		r.year, r.month = n[0], n[1]
	case len(n) == 3 && len(parts[0]) == 4:
		r.year, r.month, r.day = n[0], n[1], n[2]
	case len(n) == 3 && len(parts[2]) == 4:
		r.year, r.month, r.day = n[2], n[1], n[0]
		if sep == '/' && n[0] <= 12 {
			r.month, r.day = n[0], n[1]
		}
	default:
		return false
	}
	return true
}

// readClock reads 10:30, 10:30:00, and the same with a zone: 10:30z, 10:30+0200.
func (r *dateReader) readClock(word string) bool {
	word = strings.TrimSuffix(word, "z")
	for _, layout := range []string{"15:04", "15:04:05", "15:04-0700", "15:04:05-0700", "15:04:05-07:00"} {
		t, err := time.Parse(layout, word)
		if err != nil {
			continue
		}
		_, r.east = t.Zone()
		r.clock = t.Hour()*60*60 + t.Minute()*60 + t.Second()
		return true
	}
	return false
}

// moment is what was said, as a whole.
func (r *dateReader) moment() (m moment, ok bool) {
	said := r.year > 0 || r.month > 0 || r.day > 0
	if said == r.moved && (said || r.clock < 0) {
		return m, false // "5 jan yesterday" or "ago"
	}
	from, unit := r.base, r.unit
	switch {
	case said:
		if from, unit, ok = r.date(); !ok {
			return m, false
		}
	case r.moved && unit == unitSecond && r.clock < 0:
		return inFourDigits(momentOf(from, unitSecond))
	default:
		unit = unitDay
	}
	from = time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
	if r.clock >= 0 {
		from, unit = from.Add(time.Duration(r.clock-r.east)*time.Second), unitSecond
	}
	return inFourDigits(momentOf(from, unit))
}

func inFourDigits(m moment) (moment, bool) {
	first, last := time.Unix(m.first, 0).UTC(), time.Unix(m.last, 0).UTC()
	return m, first.Year() >= 1 && last.Year() <= 9999
}

// date fills what was left out of a date so that it is the last such one that is not in the future. A month without a
// day is all of it, and so is a year.
func (r *dateReader) date() (from time.Time, unit timeUnit, ok bool) {
	year, month, day, unit := r.year, r.month, r.day, unitDay
	switch {
	case year == 0 && month == 0:
		year, month = r.now.Year(), int(r.now.Month())
		if day > r.now.Day() {
			if month--; month == 0 {
				year, month = year-1, 12
			}
		}
	case year == 0:
		if year = r.now.Year(); month > int(r.now.Month()) {
			year--
		}
	case month == 0 && day > 0:
		return from, unit, false
	case month == 0:
		month, unit = 1, unitYear
	}
	if day == 0 {
		day, unit = 1, max(unit, unitMonth)
	}
	from = time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return from, unit, month <= 12 && from.Day() == day
}
