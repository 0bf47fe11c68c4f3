package dbtest

import (
	"slices"

	"patchwatch/db/engine"
)

func (v *view) Alike(queries []engine.Likeness) ([][]engine.Alike, error) {
	out := make([][]engine.Alike, len(queries))
	for i := range queries {
		out[i] = v.alike(&queries[i])
	}
	return out, nil
}

func (s *state) alike(q *engine.Likeness) (out []engine.Alike) {
	for _, m := range s.having(q) {
		if m.Chosen && m.Project == q.Project && isWhich(q, m) {
			out = append(out, s.alikeOf(m))
		}
	}
	slices.SortFunc(out, q.Which.Compare)
	return first(out, q.Most)
}

func (s *state) alikeOf(m *mail) engine.Alike {
	return engine.Alike{Version: m.Version, Date: m.Date, MsgID: m.MsgID, Series: s.seriesOf(m.ID), Name: m.Name,
		Hash: string(m.Hash)}
}

// having gives the mails with what is asked for, of any project.
func (s *state) having(q *engine.Likeness) (out []*mail) {
	if q.By == engine.ByTitle {
		for key, m := range s.byTitle.from(numberKey{q.Value, -1 << 63, -1 << 63}) {
			if key.of != q.Value || q.Value == 0 {
				break
			}
			out = append(out, m)
		}
		return out
	}
	for _, m := range s.mails.all() {
		if q.By == engine.ByChange && q.Value != 0 && m.Change == q.Value ||
			q.By == engine.ByDiff && q.Text != "" && string(m.Hash) == q.Text ||
			q.By == engine.ByEarlier && q.Text != "" && m.Earlier == q.Text {
			out = append(out, m)
		}
	}
	return out
}

func isWhich(q *engine.Likeness, m *mail) bool {
	var right bool
	early := q.At.IsZero() || m.Date.Unix() <= q.At.Unix()
	switch q.Which {
	case engine.Lower:
		right = m.Version < q.Version && early
	case engine.SameEarlier:
		right = m.Version == q.Version && early
	case engine.SameLater:
		right = m.Version == q.Version && (q.At.IsZero() || m.Date.Unix() >= q.At.Unix())
	case engine.Higher:
		right = m.Version > q.Version
	}
	return right
}

func (v *view) Beside(to []engine.Name, who engine.Who) (out []engine.Beside, err error) {
	once(to, func(name engine.Name) {
		found, _ := v.Referrers(engine.Referring{Project: name.Project, To: []string{name.MsgID}, Who: who})
		for _, r := range found {
			if r.Series != 0 {
				m := v.mails.get(r.Mail)
				out = append(out, engine.Beside{To: name, Sender: m.Sender, Alike: v.alikeOf(m)})
			}
		}
	})
	return out, nil
}

func (v *view) LeadTo(names []engine.Name) (map[engine.Name]int64, error) {
	found := map[engine.Name]int64{}
	for _, name := range names {
		m := v.chosen(name)
		if m == nil {
			continue
		}
		series := v.seriesOf(m.ID)
		if r := v.replies.get(m.ID); r != nil && !v.patches.has(m.ID) && !v.covers.has(m.ID) {
			series = v.seriesOf(r.Parent)
		}
		if series != 0 {
			found[name] = series
		}
	}
	return found, nil
}
