package dbtest

import (
	"cmp"
	"slices"

	"patchwatch/track"
)

// marked is what a mark is about.
type marked struct{ user, series int64 }

func (m marked) compare(o marked) int {
	return cmp.Or(cmp.Compare(m.user, o.user), cmp.Compare(m.series, o.series))
}

func (v *view) Marks(user int64, series track.In[int64], most int) (out []track.Mark, err error) {
	for at, upto := range v.marks.all() {
		if at.user == user && (series == nil || slices.Contains(series, at.series)) {
			out = append(out, track.Mark{User: user, Series: at.series, Upto: upto})
		}
	}
	slices.SortFunc(out, func(a, b track.Mark) int {
		return cmp.Or(cmp.Compare(b.Upto, a.Upto), cmp.Compare(b.Series, a.Series))
	})
	return out[:min(len(out), most)], nil
}

func (t *tx) PutMarks(marks []track.Mark) error {
	for _, m := range marks {
		if at := (marked{m.User, m.Series}); m.Upto == 0 {
			t.marks.drop(at)
		} else {
			t.marks.put(at, m.Upto)
		}
	}
	return nil
}
