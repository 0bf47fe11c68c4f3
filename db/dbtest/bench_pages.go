package dbtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// thousand is how many pages of a list come at once.
const thousand = 1000

// benchPages turns to random pages of lists, among the first thousand of 30 rows, in each order that an index gives,
// and reports how long the slowest of a hundred takes.
func benchPages(b *testing.B, s *db.Store, size int) {
	BenchPages(b, s, fmt.Sprintf("stored=%d/", size))
}

// BenchPages is for a database that is there.
func BenchPages(b *testing.B, s *db.Store, name string) {
	for _, l := range pagesToTurn(b, s) {
		b.Run(name+"page/"+l.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(5, 5))
			var micros []float64
			for b.Loop() {
				p := track.Paging{Limit: 30, Offset: 30 * r.IntN(thousand)}
				p.Order = []track.Order{{By: []string{"id", "date"}[r.IntN(2)], Desc: r.IntN(2) == 0}}
				start := time.Now()
				if err := l.turn(p); err != nil {
					b.Fatal(err)
				}
				micros = append(micros, float64(time.Since(start).Nanoseconds())/1000)
			}
			slices.Sort(micros)
			b.ReportMetric(micros[len(micros)*99/100], "µs-p99")
		})
	}
}

// pageList is a list that is narrowed in some way.
type pageList struct {
	name string
	turn func(p track.Paging) error
}

func pagesToTurn(b *testing.B, s *db.Store) (out []pageList) {
	ctx := context.Background()
	first, err := s.PatchPage(ctx, track.PatchQuery{
		Paging: track.Paging{Limit: 1, Order: []track.Order{{By: "id", Desc: true}}},
	})
	if err != nil || len(first.Rows) == 0 {
		b.Fatal(err)
	}
	one, no := first.Rows[0], false
	in := track.In[int64]{one.Project}
	recent := one.Date.Add(-30 * 24 * time.Hour)
	patches := map[string]track.PatchQuery{
		"all": {}, "project": {Projects: in}, "state": {States: track.In[track.State]{"new"}},
		"decided":        {States: track.In[track.State]{"accepted"}},
		"project+state":  {Projects: in, States: track.In[track.State]{"new"}},
		"project+states": {Projects: in, States: track.In[track.State]{"new", "under-review"}, Archived: &no},
		"submitter":      {Submitters: track.In[string]{one.Submitter.Email}},
		"delegate":       {Delegates: track.In[string]{"maint1@kernel.example"}},
		"archived":       {Archived: &no}, "series": {Series: track.In[int64]{one.Series.ID}},
		"hash":  {Hashes: track.In[string]{one.Hash}},
		"msgid": {MsgIDs: track.In[string]{one.MsgID}}, "since": {Since: recent}, "before": {Before: recent},
		"private": {Scope: track.Scope{Without: []int64{one.Project + 1}}}, "words": {Words: []string{"part", "series"}},
	}
	for name, q := range patches {
		out = append(out, pageList{"patches/" + name, func(p track.Paging) error {
			q.Paging = p
			_, err := s.PatchPage(ctx, q)
			return err
		}})
	}
	for name, q := range map[string]track.SeriesQuery{
		"all": {}, "project": {Projects: in}, "submitter": {Submitters: track.In[string]{one.Submitter.Email}},
		"since": {Since: recent},
		"words": {Words: []string{"part"}},
	} {
		out = append(out, pageList{"series/" + name, func(p track.Paging) error {
			q.Paging = p
			_, err := s.SeriesPage(ctx, q)
			return err
		}})
	}
	for name, q := range map[string]track.CoverQuery{
		"all": {}, "project": {Projects: in}, "submitter": {Submitters: track.In[string]{one.Submitter.Email}},
		"since": {Since: recent},
	} {
		out = append(out, pageList{"covers/" + name, func(p track.Paging) error {
			q.Paging = p
			_, err := s.CoverPage(ctx, q)
			return err
		}})
	}
	for name, q := range map[string]track.EventsQuery{
		"all": {}, "project": {Projects: in}, "category": {Categories: track.In[track.Category]{track.SeriesCompleted}},
		"project+category": {Projects: in, Categories: track.In[track.Category]{track.SeriesCompleted}},
		"series":           {Series: track.In[int64]{one.Series.ID}}, "patch": {Patches: track.In[int64]{one.ID}},
		"since": {Since: recent},
	} {
		out = append(out, pageList{"events/" + name, func(p track.Paging) error {
			q.Paging = p
			_, err := s.EventPage(ctx, q)
			return err
		}})
	}
	out = append(out, pageList{"people/all", func(p track.Paging) error {
		_, err := s.PersonPage(ctx, track.PersonQuery{Paging: p})
		return err
	}})
	for _, size := range []int{30, 250} {
		p := track.Paging{Limit: size}
		out = append(out, pageList{fmt.Sprint("first/patches/", size), func(track.Paging) error {
			_, err := s.PatchPage(ctx, track.PatchQuery{Projects: in, Paging: p})
			return err
		}}, pageList{fmt.Sprint("first/series/", size), func(track.Paging) error {
			_, err := s.SeriesPage(ctx, track.SeriesQuery{Projects: in, Paging: p})
			return err
		}}, pageList{fmt.Sprint("first/events/", size), func(track.Paging) error {
			_, err := s.EventPage(ctx, track.EventsQuery{Projects: in, Paging: p})
			return err
		}})
	}
	out = append(out, pageList{"one/patch", func(track.Paging) error {
		_, err := s.PatchRows(ctx, []int64{one.ID}, track.Scope{})
		return err
	}}, pageList{"one/series", func(track.Paging) error {
		_, err := s.SeriesRow(ctx, one.ID, track.Scope{})
		return err
	}})
	slices.SortFunc(out, func(a, b pageList) int { return slices.Compare([]string{a.name}, []string{b.name}) })
	return out
}
