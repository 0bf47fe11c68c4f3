package versions

import (
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// After finds the series that revise each of these, by number.
func (f *Finder) After(ids []int64) (map[int64][]int64, error) {
	if err := f.load(ids); err != nil {
		return nil, err
	}
	var asked []*sending
	for _, id := range engine.SortedKeys(numbers(ids)) {
		if _, known := f.after[id]; !known && f.sendings[id] != nil {
			asked = append(asked, f.sendings[id])
		}
	}
	if err := f.findAfter(asked); err != nil {
		return nil, err
	}
	out := map[int64][]int64{}
	for _, id := range ids {
		if revisers := f.after[id]; len(revisers) > 0 {
			out[id] = revisers
		}
	}
	return out, nil
}

func (f *Finder) findAfter(asked []*sending) error {
	if len(asked) == 0 {
		return nil
	}
	e := evidence{}
	if err := f.decided(asked, e); err != nil {
		return err
	}
	if err := f.alikeAfter(asked, e); err != nil {
		return err
	}
	if err := f.threadAfter(asked, e); err != nil {
		return err
	}
	return f.revisers(asked, e)
}

// revisers notes those of the series found that do revise the one that led to them.
func (f *Finder) revisers(asked []*sending, e evidence) error {
	var found []int64
	for _, of := range e {
		for id := range of {
			found = append(found, id)
		}
	}
	before, err := f.Before(engine.Distinct(found))
	if err != nil {
		return err
	}
	for _, s := range asked {
		f.after[s.row.ID] = nil
		for _, id := range engine.SortedKeys(e[s.row.ID]) {
			if before[id].Series == s.row.ID {
				f.after[s.row.ID] = append(f.after[s.row.ID], id)
			}
		}
	}
	return nil
}

func (f *Finder) alikeAfter(asked []*sending, e evidence) error {
	var l likenesses
	for _, s := range asked {
		l.askSame(s, engine.SameLater)
		l.askChanges(s, engine.SameLater, s.Date)
		l.askDiffs(s, engine.SameLater, s.Date)
		l.askTitles(s, engine.Higher, time.Time{})
		l.askChanges(s, engine.Higher, time.Time{})
		l.askNamed(s, engine.SameLater, s.Date)
		l.askNamed(s, engine.Higher, time.Time{})
		l.askDiffs(s, engine.Higher, time.Time{})
		whichever := *s // the version of a mail may be another than that of its series, where people forget to number some
		whichever.Version = 0
		l.askTitles(&whichever, engine.Higher, time.Time{})
		l.askChanges(&whichever, engine.Higher, time.Time{})
		l.askNamed(&whichever, engine.Higher, time.Time{})
		l.askDiffs(&whichever, engine.Higher, time.Time{})
	}
	return l.find(f.View, e)
}

// threadAfter finds the series that refer to mails of these, to comments on them, or to what they refer to themselves.
func (f *Finder) threadAfter(asked []*sending, e evidence) error {
	below, err := f.below(asked)
	if err != nil {
		return err
	}
	var own, beside []engine.Name
	for _, s := range asked {
		own = append(own, below[s.row.ID]...)
		beside = append(beside, s.refs()...)
	}
	referring, err := f.Beside(append(own, beside...), engine.Anybody) // a patch without a number may revise what has one
	if err != nil {
		return err
	}
	to := map[engine.Name][]int64{}
	for _, b := range referring {
		to[b.To] = append(to[b.To], b.Series)
	}
	at := sortBeside(referring, engine.Higher)
	for _, s := range asked {
		for _, name := range below[s.row.ID] {
			for _, id := range to[name] {
				e.note(s.row.ID, id, track.SameThread)
			}
		}
		for _, place := range s.places() {
			for _, a := range at.nearest(place, 0) {
				e.note(s.row.ID, a.Series, track.SameThread)
			}
		}
	}
	return nil
}

// below are the mails of each series and the comments on them.
func (f *Finder) below(asked []*sending) (map[int64][]engine.Name, error) {
	var unknown []*sending
	for _, s := range asked {
		if _, known := f.talk[s.row.ID]; !known {
			unknown = append(unknown, s)
		}
	}
	if err := f.findTalk(unknown); err != nil {
		return nil, err
	}
	out := make(map[int64][]engine.Name, len(asked))
	for _, s := range asked {
		out[s.row.ID] = f.talk[s.row.ID]
	}
	return out, nil
}

func (f *Finder) findTalk(of []*sending) error {
	if len(of) == 0 {
		return nil
	}
	var mails []int64
	for _, s := range of {
		for _, m := range s.members {
			mails = append(mails, m.Mail)
		}
	}
	replies, err := f.Replies(mails, true, true)
	if err != nil {
		return err
	}
	var comments []int64
	for _, of := range replies {
		comments = append(comments, of...)
	}
	rows, err := f.Rows(engine.Distinct(comments))
	if err != nil {
		return err
	}
	msgid := map[int64]string{}
	for _, r := range rows {
		msgid[r.Mail] = r.ID
	}
	for _, s := range of {
		var names []engine.Name
		for _, m := range s.members {
			names = append(names, engine.Name{Project: s.row.Project, MsgID: m.MsgID})
			for _, c := range replies[m.Mail] {
				names = append(names, engine.Name{Project: s.row.Project, MsgID: msgid[c]})
			}
		}
		f.talk[s.row.ID] = names
	}
	return nil
}
