package track

import (
	"strings"
	"time"
)

// Version is what identifies revisions of a series: it tells whether one series is a new version of another.
type Version struct {
	Key     string
	Version int
	Date    time.Time
}

// Link says why two series are taken for versions of the same, the weakest reason first.
type Link int

const (
	SharedTitle Link = iota // a mail of each has the same title and sender
	SameTitle               // and it is the title of both series
	SameThread              // one refers to the other or to a comment on it, or both to the same mail
)

// Earlier is a series that may be the one before.
type Earlier struct {
	Version
	Link Link
}

// maxClockSkew is how much later than its next version a series may be dated: clocks are wrong by a time zone, not by
// more. It matters where the title is all that two series have in common, since titles such as "fix the build" come
// again.
const maxClockSkew = 24 * time.Hour

// Revised returns which of the candidates v revises: the highest version below its own; among equals the one with the
// strongest reason, then the newest. It returns false if v revises none. The order of candidates means nothing.
func (v Version) Revised(candidates []Earlier) (key string, ok bool) {
	var best *Earlier
	for i := range candidates {
		c := &candidates[i]
		if c.Version.Version >= v.Version || c.Link < SameThread && c.Date.After(v.Date.Add(maxClockSkew)) {
			continue
		}
		if best == nil || c.before(best) {
			best = c
		}
	}
	if best == nil {
		return "", false
	}
	return best.Key, true
}

// before tells whether c is revised rather than o.
func (c *Earlier) before(o *Earlier) bool {
	switch {
	case c.Version.Version != o.Version.Version:
		return c.Version.Version > o.Version.Version
	case c.Link != o.Link:
		return c.Link > o.Link
	case !c.Date.Equal(o.Date):
		return c.Date.After(o.Date)
	}
	return c.Key < o.Key
}

// Title is what versions of a patch or cover have in common: the name without its prefixes, in lower case, with
// single spaces.
func Title(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(title(name)), " "))
}
