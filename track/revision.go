package track

import (
	"slices"
	"strings"
	"time"
)

// Sending is what a series is recognised by as a new version of another, or as the same version sent again.
type Sending struct {
	Key       string
	Version   int
	Date      time.Time
	Submitter string // address
	Name      string // of the mail that leads it, with its prefixes
	Title     int64  // of that mail, hashed with its sender; 0: none

	// Each sorted and without repetition.
	Titles  []int64  // of its patches, hashed so; cover not included
	Diffs   []string // of its patches, hashed
	Changes []int64  // the change-id of its cover, otherwise those of its patches, hashed
}

// Link says why two series are taken for versions of the same, the weakest reason first.
type Link int

const (
	NoLink       Link = iota // they are not
	SharedTitle              // a mail of each has the same title and sender
	SameDiffs                // most patches are the same, of the same submitter
	SameTitle                // the mails that lead the two have the same title and sender
	Resent                   // the same version once more: its subjects say RESEND, or titles and patches are the same
	SameThread               // one refers to the other or to a comment on it, or both to the same mail
	NamedEarlier             // the text of the one names the other as an earlier version
	SameChange               // both have the same change-id
	LinkedByHand             // a person said so
)

// String names the reason for programs.
func (l Link) String() string {
	return [...]string{
		NoLink: "", SharedTitle: "shared-title", SameDiffs: "diffs", SameTitle: "title", Resent: "resent",
		SameThread: "thread", NamedEarlier: "text", SameChange: "change-id", LinkedByHand: "by-hand",
	}[l]
}

// Earlier is a series that another revises, or may revise.
type Earlier struct {
	*Sending
	Link Link
}

// maxClockSkew is how much later than its next version a series may be dated: clocks are wrong by a time zone, not by
// more. It matters where titles or patches are all that two series have in common, since titles such as "fix the build"
// come again.
const maxClockSkew = 24 * time.Hour

// Revised returns which of the candidates s revises, with the reason; the Link of each candidate is what references
// say or a person said, NoLink where they say nothing. What a person said counts most. Otherwise it is the one of the
// highest version, which may be its own if s is the same once more; among equals the one with the strongest reason,
// then the newest that was sent before s. The Sending is nil if s revises none. The order of candidates means nothing.
func (s *Sending) Revised(candidates []Earlier) Earlier {
	var best Earlier
	for _, c := range candidates {
		c.Link = s.link(c.Sending, c.Link)
		if c.Link != NoLink && (best.Sending == nil || c.before(&best, s.Date)) {
			best = c
		}
	}
	return best
}

// before tells whether c is revised rather than o, by what was sent at a date.
func (c *Earlier) before(o *Earlier, sent time.Time) bool {
	late := c.Date.After(sent)
	switch {
	case (c.Link == LinkedByHand) != (o.Link == LinkedByHand):
		return c.Link == LinkedByHand
	case c.Version != o.Version:
		return c.Version > o.Version
	case c.Link != o.Link:
		return c.Link > o.Link
	case late != o.Date.After(sent):
		return !late
	case !c.Date.Equal(o.Date):
		return c.Date.After(o.Date)
	}
	return c.Key < o.Key
}

// link says why s revises o. Different change-ids speak against all weaker reasons: their author says that the two are
// about different things.
func (s *Sending) link(o *Sending, found Link) Link {
	switch {
	case !o.precedes(s):
		return NoLink
	case found == LinkedByHand:
		return found
	case inCommon(s.Changes, o.Changes) > 0:
		return SameChange
	case len(s.Changes) > 0 && len(o.Changes) > 0:
		return NoLink
	case found == NamedEarlier:
		return found
	case s.Version == o.Version:
		return s.resends(o)
	case found >= SameThread:
		return found
	case branch(s.Name) != branch(o.Name) || o.Date.After(s.Date.Add(maxClockSkew)):
		return NoLink
	case s.Title != 0 && s.Title == o.Title:
		return SameTitle
	case s.sameDiffs(o):
		return SameDiffs
	case s.sharesTitle(o):
		return SharedTitle
	}
	return NoLink
}

// precedes tells whether s can be revised by o: it has a lower version, or was sent before as the same version.
func (s *Sending) precedes(o *Sending) bool {
	switch {
	case s.Version != o.Version:
		return s.Version < o.Version
	case !s.Date.Equal(o.Date):
		return s.Date.Before(o.Date)
	}
	return s.Key < o.Key
}

// resends tells, of one version, whether s is o once more. People write PATCH where they wrote RFC and begin to count
// anew, which makes it a new version.
func (s *Sending) resends(o *Sending) Link {
	if s.Submitter != o.Submitter || branch(s.Name) != branch(o.Name) {
		return NoLink
	}
	sameTitle := s.Title != 0 && s.Title == o.Title
	sameDiffs := s.sameDiffs(o)
	switch {
	case IsResend(s.Name) && (sameTitle || sameDiffs), sameDiffs && slices.Equal(s.Titles, o.Titles):
		return Resent
	case sameTitle && IsRFC(o.Name) && !IsRFC(s.Name):
		return SameTitle
	}
	return NoLink
}

// sameDiffs tells whether most patches of each are patches of the other. Where a series merely carries those of
// another, they are not most of its own.
func (s *Sending) sameDiffs(o *Sending) bool {
	return s.Submitter == o.Submitter && 2*inCommon(s.Diffs, o.Diffs) > max(len(s.Diffs), len(o.Diffs))
}

func (s *Sending) sharesTitle(o *Sending) bool {
	has := func(titles []int64, title int64) bool {
		_, found := slices.BinarySearch(titles, title)
		return title != 0 && found
	}
	return inCommon(s.Titles, o.Titles) > 0 || has(s.Titles, o.Title) || has(o.Titles, s.Title)
}

// inCommon counts what two sorted lists have in common.
func inCommon[T int64 | string](a, b []T) (n int) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			n, i, j = n+1, i+1, j+1
		}
	}
	return n
}

// branch is the prefix that names a release, such as "5.10" or "stable-6.1.y"; empty: none. The same patch is sent for
// several of these, with versions of its own for each.
func branch(name string) string {
	for _, p := range prefixes(name) {
		for i := 1; i < len(p)-1; i++ {
			if p[i] == '.' && isDigit(p[i-1]) && isDigit(p[i+1]) {
				return strings.ToLower(p)
			}
		}
	}
	return ""
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// IsRFC tells by its name that a mail asks for comments only, since people write that into the brackets.
func IsRFC(name string) bool {
	return slices.ContainsFunc(prefixes(name), func(p string) bool { return strings.EqualFold(p, "RFC") })
}

// Title is what versions of a patch or cover have in common: the name without its prefixes, in lower case, with
// single spaces.
func Title(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(title(name)), " "))
}
