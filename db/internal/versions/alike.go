package versions

import (
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// How many mails that are like another are looked at, the nearest first: someone may send ten thousand.
const (
	mostAlike = 100 // of other versions
	mostSame  = 20  // of the same version
)

// likenesses are questions, each asked for a series.
type likenesses struct {
	queries []engine.Likeness
	series  []int64
}

func (l *likenesses) ask(s *sending, q engine.Likeness) {
	q.Project, q.Version = s.row.Project, s.Version
	q.Most = mostAlike
	if q.Which == engine.SameEarlier || q.Which == engine.SameLater {
		q.Most = mostSame
	}
	l.queries, l.series = append(l.queries, q), append(l.series, s.row.ID)
}

// find notes for each series the series of the mails that are like its own.
func (l *likenesses) find(v engine.View, e evidence) error {
	if len(l.queries) == 0 {
		return nil
	}
	found, err := v.Alike(l.queries)
	for i, of := range found {
		for _, a := range of {
			e.note(l.series[i], a.Series, track.NoLink)
		}
	}
	return err
}

// alikeBefore finds what has a title or a change-id of these series: of lower versions, and of the same version what is
// led by the same title.
func (f *Finder) alikeBefore(asked []*sending, e evidence) error {
	var l likenesses
	for _, s := range asked {
		l.ask1(s, engine.SameEarlier, s.Date)
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

// ask1 asks for the title that leads the series.
func (l *likenesses) ask1(s *sending, which engine.Which, at time.Time) {
	if s.Title != 0 {
		l.ask(s, engine.Likeness{By: engine.ByTitle, Value: s.Title, Which: which, At: at})
	}
}

// askTitles asks for all titles.
func (l *likenesses) askTitles(s *sending, which engine.Which, at time.Time) {
	l.ask1(s, which, at)
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
