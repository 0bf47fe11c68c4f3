package pages

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"patchwatch/track"
)

// What the page of a project draws. Each picture takes a bounded number of questions, whatever the project has: counts
// that the database has an index for, and for reviews a sample of the newest series.

// weeksShown is how many weeks the picture of patches has.
const weeksShown = 26

// sampled is how many series are looked at to see how long reviews take.
const sampled = 100

func (c *call) pictures(of *track.Project) ([]picture, error) {
	var all []picture
	for _, draw := range []func(*track.Project) (picture, error){c.patchesAWeek, c.untilReview, c.openByAge} {
		p, err := draw(of)
		if err != nil {
			return nil, err
		}
		if len(p.Bars) > 0 {
			all = append(all, p)
		}
	}
	return all, nil
}

// counted is how many patches of a project each query chooses.
func (c *call) counted(of *track.Project, lists []track.PatchQuery) ([]int, error) {
	for i := range lists {
		lists[i].Scope, lists[i].Projects = c.Scope(), track.In[int64]{of.ID}
	}
	return c.Store.PatchCounts(c.Ctx(), lists)
}

// patchesAWeek counts the patches of each of the last weeks, which begin on Mondays.
func (c *call) patchesAWeek(of *track.Project) (picture, error) {
	monday := c.Now.UTC().Truncate(day).AddDate(0, 0, -(int(c.Now.UTC().Weekday())+6)%7)
	var labels []string
	var lists []track.PatchQuery
	for i := range weeksShown {
		from := monday.AddDate(0, 0, -7*(weeksShown-1-i))
		label := ""
		if i%4 == 1 {
			label = from.Format("2 Jan")
		}
		labels, lists = append(labels, label), append(lists, track.PatchQuery{Since: from, Before: from.AddDate(0, 0, 7)})
	}
	counts, err := c.counted(of, lists)
	total := sum(counts)
	if err != nil || total == 0 {
		return picture{}, err
	}
	words := fmt.Sprintf("%s patches in the last %d weeks, %s of them in this one.", thousands(total), weeksShown,
		thousands(counts[weeksShown-1]))
	return newPicture("Patches a week", words, labels, counts), nil
}

func sum(counts []int) (total int) {
	for _, n := range counts {
		total += n
	}
	return total
}

// ages are the steps of the picture of what is open, the newest first.
var ages = []struct {
	label string
	upto  time.Duration // 0: without end
}{{"a week", 7 * day}, {"a month", month}, {"3 months", 3 * month}, {"a year", year}, {"older", 0}}

// openByAge counts patches in which something is still to be done.
func (c *call) openByAge(of *track.Project) (picture, error) {
	no := false
	var labels []string
	var lists []track.PatchQuery
	newer := time.Time{}
	for _, a := range ages {
		q := track.PatchQuery{States: c.openStates(), Archived: &no, Before: newer}
		if a.upto > 0 {
			q.Since = c.Now.Add(-a.upto)
		}
		newer = q.Since
		labels, lists = append(labels, a.label), append(lists, q)
	}
	counts, err := c.counted(of, lists)
	total := sum(counts)
	if err != nil || total == 0 {
		return picture{}, err
	}
	words := fmt.Sprintf("%s patches are open, %s of them for longer than three months.", thousands(total),
		thousands(counts[3]+counts[4]))
	return newPicture("Open, by age", words, labels, counts), nil
}

// waits are the steps of the picture of first reviews.
var waits = []struct {
	label string
	upto  time.Duration // 0: none came
}{
	{"4 hours", 4 * time.Hour}, {"a day", day}, {"3 days", 3 * day}, {"a week", 7 * day}, {"later", 1 << 62},
	{"not yet", 0},
}

// untilReview says how long the newest series waited until somebody else than who sent them answered.
func (c *call) untilReview(of *track.Project) (picture, error) {
	page, err := c.Store.SeriesPage(c.Ctx(), track.SeriesQuery{
		Scope: c.Scope(), Projects: track.In[int64]{of.ID},
		Paging: track.Paging{Order: []track.Order{{By: "date", Desc: true}}, Limit: sampled},
	})
	if err != nil || len(page.Rows) == 0 {
		return picture{}, err
	}
	replies, err := c.Store.FirstReplies(c.Ctx(), page.Rows, c.Scope())
	if err != nil {
		return picture{}, err
	}
	labels, counts := make([]string, len(waits)), make([]int, len(waits))
	var took []time.Duration
	for i := range page.Rows {
		first, answered := replies[page.Rows[i].ID]
		if !answered {
			counts[len(waits)-1]++
			continue
		}
		d := max(0, first.Sub(page.Rows[i].Date))
		took = append(took, d)
		at := slices.IndexFunc(waits[:], func(w struct {
			label string
			upto  time.Duration
		}) bool {
			return d <= w.upto
		})
		counts[at]++
	}
	for i := range waits {
		labels[i] = waits[i].label
	}
	slices.SortFunc(took, func(a, b time.Duration) int { return cmp.Compare(a, b) })
	words := fmt.Sprintf("None of the newest %d series has an answer yet.", len(page.Rows))
	if len(took) > 0 {
		words = fmt.Sprintf("%d of the newest %d series have an answer of somebody else, half of these within %s.",
			len(took), len(page.Rows), inHours(took[len(took)/2]))
	}
	return newPicture("Until the first answer", words, labels, counts), nil
}
