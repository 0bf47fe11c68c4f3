package dbtest

import (
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func (v *view) Tracked(ids []int64) (map[int64]engine.Tracked, error) {
	out := map[int64]engine.Tracked{}
	for _, id := range ids {
		if m := v.mails.get(id); m != nil {
			out[id] = v.tracked(m)
		}
	}
	return out, nil
}

func (s *state) tracked(m *mail) engine.Tracked {
	out := engine.Tracked{Name: engine.NameOf(&m.Mail), Chosen: m.Chosen, Role: s.role(m), Pull: m.PullURL != "",
		Series: s.seriesOf(m.ID)}
	own := out.Series
	if r := s.replies.get(m.ID); r != nil {
		out.Hidden = r.Hidden || s.aboutHidden(r)
		if own == 0 {
			out.Series = s.seriesOf(r.Parent)
		}
	}
	if c := s.covers.get(m.ID); c != nil {
		out.Hidden = c.Hidden
	}
	if p := s.patches.get(m.ID); p != nil {
		out.State, out.Delegate, out.Archived, out.Hidden = p.State, p.Delegate, p.Archived, p.Hidden
	}
	in := s.series.get(out.Series)
	if in == nil {
		in, out.Series = &engine.SeriesRow{}, 0
	}
	out.Complete = in.Complete
	if out.Role == track.RolePatch || out.Role == track.RoleCover {
		out.Version = m.Version
		if own != 0 {
			out.Version = in.Version
		}
	}
	return out
}

func (v *view) Restated(above int64, most int) (out []engine.Restated, err error) {
	for note, mail := range v.restated.from(above + 1) {
		if len(out) == most {
			break
		}
		out = append(out, engine.Restated{Note: note, Mail: mail})
	}
	return out, nil
}

func (t *tx) AddRestated(mails []int64) error {
	for _, id := range mails {
		note := t.restated.last() + 1
		for was, mail := range t.restated.all() {
			if mail == id {
				t.restated.drop(was)
			}
		}
		t.restated.put(note, id)
	}
	return nil
}

func (v *view) SavedQueries(owner track.Actor) (out []engine.SavedQuery, err error) {
	for _, s := range v.savedQueries {
		if s.Owner == owner {
			out = append(out, s)
		}
	}
	return out, nil
}

func (t *tx) PutSavedQuery(s engine.SavedQuery) error {
	all := slices.DeleteFunc(slices.Clone(t.savedQueries), func(o engine.SavedQuery) bool {
		return o.Owner == s.Owner && o.Name == s.Name
	})
	if s.Query != "" {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b engine.SavedQuery) int {
		return compareText(textKey{text: a.Name},
			textKey{text: b.Name})
	})
	t.savedQueries = all
	return nil
}

func (v *view) Having(h engine.Having, most int) ([]int64, error) {
	if h == (engine.Having{}) || h.State == track.StateNew {
		return nil, nil
	}
	out := []int64{}
	for id, p := range v.patches.all() {
		if h.State != "" && p.State == h.State || h.Delegate != "" && p.Delegate == h.Delegate || h.Archived && p.Archived ||
			h.Series != 0 && p.Series == h.Series {
			out = append(out, id)
		}
	}
	if s := v.series.get(h.Series); h.Series != 0 && s != nil && s.Cover != 0 {
		out = append(out, s.Cover)
	}
	if h.Series != 0 {
		for _, id := range slices.Clone(out) {
			for _, r := range v.replying(id) {
				out = append(out, r.Mail)
			}
		}
	}
	if len(out) > most {
		return nil, nil
	}
	return out, nil
}
