package versions

import (
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// How many mails that are like another are looked at, the nearest first: someone may send ten thousand.
const (
	mostAlike = 100 // of other versions
	mostSame  = 5   // of the same version
)

// likenesses are questions, each asked for a series.
type likenesses struct {
	queries []engine.Likeness
	series  []int64
	keep    []func(engine.Alike) bool // what of the answer counts; nil: all
}

func (l *likenesses) ask(s *sending, q engine.Likeness) {
	q.Project, q.Version = s.row.Project, s.Version
	q.Most = mostAlike
	if q.Which == engine.SameEarlier || q.Which == engine.SameLater {
		q.Most = mostSame
	}
	l.queries, l.series, l.keep = append(l.queries, q), append(l.series, s.row.ID), append(l.keep, nil)
}

// find notes for each series the series of the mails that are like its own.
func (l *likenesses) find(v engine.View, e evidence) error {
	if len(l.queries) == 0 {
		return nil
	}
	found, err := v.Alike(l.queries)
	for i, of := range found {
		for _, a := range of {
			if keep := l.keep[i]; keep == nil || keep(a) {
				e.note(l.series[i], a.Series, track.NoLink)
			}
		}
	}
	return err
}

// alikeBefore finds what has a title or a change-id of these series: of lower versions, and of the same version what
// may be the same once more.
func (f *Finder) alikeBefore(asked []*sending, e evidence) error {
	var l likenesses
	for _, s := range asked {
		l.askSame(s, engine.SameEarlier)
		l.askChanges(s, engine.SameEarlier, s.Date)
		if s.Version > 1 {
			l.askTitles(s, engine.Lower, s.Date.Add(clockSkew))
			l.askChanges(s, engine.Lower, time.Time{})
		}
	}
	return l.find(f.View, e)
}

// clockSkew is how much a clock may be wrong.
const clockSkew = 24 * time.Hour

// askSame asks for sendings of the same version, by the titles of the first mails. Many series have titles that come
// again, and few are sent again; so that the others need not be loaded, a mail that is found has to say RESEND or RFC,
// or to have the same diff.
func (l *likenesses) askSame(s *sending, which engine.Which) {
	for i, m := range s.members[:min(len(s.members), mostFirst)] {
		if m.Title == 0 {
			continue
		}
		l.ask(s, engine.Likeness{By: engine.ByTitle, Value: m.Title, Which: which, At: s.Date})
		l.keep[len(l.keep)-1] = func(a engine.Alike) bool {
			earlier, later := a.Name, s.Name
			if which == engine.SameLater {
				earlier, later = later, earlier
			}
			return len(m.Hash) > 0 && a.Hash == string(m.Hash) ||
				i == 0 && (track.IsResend(later) || track.IsRFC(earlier) && !track.IsRFC(later))
		}
	}
}

// mostFirst is how many mails of a series are looked for among those of the same version: a cover and two patches. Of
// most that are sent again, one of these is the same.
const mostFirst = 3

// askTitles asks for all titles.
func (l *likenesses) askTitles(s *sending, which engine.Which, at time.Time) {
	if s.Title != 0 {
		l.ask(s, engine.Likeness{By: engine.ByTitle, Value: s.Title, Which: which, At: at})
	}
	for _, title := range s.Titles {
		if title != s.Title {
			l.ask(s, engine.Likeness{By: engine.ByTitle, Value: title, Which: which, At: at})
		}
	}
}

func (l *likenesses) askChanges(s *sending, which engine.Which, at time.Time) {
	for _, change := range s.Changes {
		l.ask(s, engine.Likeness{By: engine.ByChange, Value: change, Which: which, At: at})
	}
}

func (l *likenesses) askDiffs(s *sending, which engine.Which, at time.Time) {
	for _, diff := range s.Diffs {
		l.ask(s, engine.Likeness{By: engine.ByDiff, Text: diff, Which: which, At: at})
	}
}

// askNamed asks for mails whose text names one of these as the version before.
func (l *likenesses) askNamed(s *sending, which engine.Which, at time.Time) {
	for _, m := range s.members {
		l.ask(s, engine.Likeness{By: engine.ByEarlier, Text: m.MsgID, Which: which, At: at})
	}
}

// diffsBefore finds what has a patch of these series: of lower versions, and of the same version for what says that it
// was sent again.
func (f *Finder) diffsBefore(asked []*sending, e evidence) error {
	var l likenesses
	for _, s := range asked {
		if track.IsResend(s.Name) {
			l.askDiffs(s, engine.SameEarlier, s.Date)
		}
		if s.Version > 1 {
			l.askDiffs(s, engine.Lower, s.Date.Add(clockSkew))
		}
	}
	return l.find(f.View, e)
}
