package search

import (
	"slices"
	"strconv"
	"strings"

	"patchwatch/track"
)

// termOf reads an exact value, and brings it into the one form that it has in mails.
func (s *scanner) termOf(info fieldInfo, v fieldText) Node {
	value := strings.TrimSpace(v.text)
	if value == "" {
		s.fail(v.at, "%s: has no value", info.name)
	}
	switch info.field {
	case MsgID, References:
		value = trimAngles(value)
	case ListID:
		value = strings.ToLower(trimAngles(value))
	case PreBlob, PostBlob, Blob:
		value = s.hex(v.at, strings.TrimRight(value, "*"), "the id of a blob, or its beginning,", 4)
	case PatchID:
		value = s.hex(v.at, value, "the id of a patch", 40)
	case State:
		value = strings.ReplaceAll(strings.ToLower(value), " ", "-")
	case Delegate, Project:
		value = strings.ToLower(value)
	case Series:
		value = s.number(v.at, strings.TrimPrefix(value, "s"))
	case Is:
		value = s.kind(v.at, value)
	case Check:
		value = s.check(v.at, value)
	case Trailer:
		value = trailerValue(value)
	}
	return Term{info.field, value}
}

func trimAngles(id string) string {
	return strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">")
}

func (s *scanner) hex(at int, value, what string, least int) string {
	value = strings.ToLower(value)
	if len(value) < least || len(value) > 64 || !isHex(value) {
		s.fail(at, "%s has %d to 64 digits, of 0-9 and a-f", what, least)
	}
	return value
}

func isHex(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !('0' <= r && r <= '9' || 'a' <= r && r <= 'f') })
}

func (s *scanner) number(at int, value string) string {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 1 {
		s.fail(at, "the number of a series looks like 12 or s12")
	}
	return strconv.FormatInt(n, 10)
}

// kinds is what "is:" takes.
func kinds() []string { return []string{"patch", "cover", "comment", "pull", "complete", "archived"} }

func (s *scanner) kind(at int, value string) string {
	value = strings.ToLower(value)
	if !slices.Contains(kinds(), value) {
		s.fail(at, "is: takes one of %s", strings.Join(kinds(), ", "))
	}
	return value
}

// check reads STATE, CONTEXT or CONTEXT=STATE.
func (s *scanner) check(at int, value string) string {
	value = strings.ToLower(value)
	if i := strings.LastIndexByte(value, '='); i >= 0 {
		if _, ok := track.ParseCheckState(value[i+1:]); !ok {
			s.fail(at+i+1, "a check is pending, success, warning or fail")
		}
	}
	return value
}

// trailerValue reads KEY or KEY=WHO.
func trailerValue(value string) string {
	key, who, ok := strings.Cut(value, "=")
	key = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(key), ":"))
	if who = strings.TrimSpace(who); !ok || who == "" {
		return key
	}
	return key + "=" + who
}

// savedQuery is the tree of a saved query.
func (s *scanner) savedQuery(v fieldText) Node {
	text, ok := "", false
	if s.opts.Saved != nil {
		text, ok = s.opts.Saved(v.text)
	}
	switch {
	case !ok:
		s.fail(v.at, "there is no saved query %q", v.text)
	case s.saved == MaxSaved:
		s.fail(v.at, "saved queries lead to saved queries more than %d times", MaxSaved)
	case len(text) > MaxLength:
		s.fail(v.at, "the saved query %q is longer than %d bytes", v.text, MaxLength)
	}
	inner := parser{scanner: newScanner(text, s.opts, s.words)}
	inner.saved = s.saved + 1
	defer func() {
		if m, is := recover().(Mistake); is {
			s.fail(v.at, "in the saved query %q, %v", v.text, m)
		}
	}()
	return inner.query()
}

// sizeUnits are the letters that may follow a number of bytes.
var sizeUnits = map[byte]int64{'k': 1 << 10, 'm': 1 << 20, 'g': 1 << 30}

// rangeOf reads a range, or a single value of a field that has ranges.
func (s *scanner) rangeOf(info fieldInfo, v fieldText) Node {
	first, last, isRange := strings.Cut(v.text, "..")
	if first == "" && last == "" {
		s.fail(v.at, "%s: has no value", info.name)
	}
	n := Range{info.field, MinRange, MaxRange}
	lastAt := v.at + len(v.text) - len(last)
	if !isRange {
		n.From, n.To = s.single(info, fieldText{first, v.at})
		return n
	}
	if first != "" {
		n.From, _ = s.limits(info, fieldText{first, v.at})
	}
	if last != "" {
		_, n.To = s.limits(info, fieldText{last, lastAt})
	}
	if n.From > n.To {
		s.note(v.at, "this range ends before it begins, so no mail is in it")
	}
	return n
}

// single is the range that one value means. A day is, as in public-inbox, that day and the next.
func (s *scanner) single(info fieldInfo, v fieldText) (from, to int64) {
	if info.field == Size || info.field == Version {
		return s.limits(info, v)
	}
	m := s.moment(info.name, v)
	if m.unit < unitMonth {
		m.last = min(m.last+secondsADay, maxTime)
	}
	return m.in(info.name)
}

// limits are the first and the last value that a text means: those of a day, of a month.
func (s *scanner) limits(info fieldInfo, v fieldText) (first, last int64) {
	switch info.field {
	case Date, Received:
		return s.moment(info.name, v).in(info.name)
	}
	text, unit := strings.ToLower(v.text), int64(1)
	if n := len(text); n > 0 && info.field == Size && sizeUnits[text[n-1]] > 0 {
		text, unit = text[:n-1], sizeUnits[text[n-1]]
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		s.fail(v.at, "%q is no number", v.text)
	}
	return int64(n) * unit, int64(n) * unit
}
