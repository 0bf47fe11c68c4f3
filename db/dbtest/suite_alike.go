package dbtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// What few mails have in common may be found in another way than what many have: both ways find the same.
func (u suite) TestAlikeOfFewAndOfMany(t *testing.T) {
	ctx := context.Background()
	e := u.database(t).engine(t)
	s, err := db.New(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	add(t, s, alikeMails()...)
	if err := e.View(ctx, func(v engine.View) error {
		last, err := v.LastMail()
		if err != nil {
			return err
		}
		var ids []int64
		for id := range last {
			ids = append(ids, id+1)
		}
		mails, err := v.Mails(ids)
		if err != nil {
			return err
		}
		for _, some := range [][]int{{0, 1}, {0, 1, 2, 3, 4}, {4, 0}} {
			asked := likenesses(mails, some)
			got, err := v.Alike(asked)
			if err != nil {
				return err
			}
			wantAlike(t, mails, asked, got)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// alikeGroups is how many mails have each title, change, diff and earlier version.
var alikeGroups = []int{1, 3, 20, 21, 300}

func alikeMails() (all []*track.Mail) {
	r := rand.New(rand.NewPCG(1, 1))
	for group, n := range alikeGroups {
		for i := range n {
			m := versioned(fmt.Sprintf("%d.%d@x", group, i), r.IntN(9), 1+r.IntN(3), fmt.Sprint("title ", group))
			m.Delivered = epoch.AddDate(0, 0, 1)
			m = ofChange(fmt.Sprint("change-", group), patching(fmt.Sprint("diff ", group), m))
			all = append(all, naming(fmt.Sprint(group, "@y"), m))
		}
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// likenesses asks everything about a mail of each of some groups.
func likenesses(mails map[int64]*engine.Mail, groups []int) (all []engine.Likeness) {
	for _, group := range groups {
		for _, id := range engine.SortedKeys(mails) {
			m := mails[id]
			if m.MsgID != fmt.Sprintf("<%d.0@x>", group) {
				continue
			}
			for which := engine.Lower; which <= engine.Higher; which++ {
				for version := range 4 {
					for _, most := range []int{2, 100} {
						l := engine.Likeness{Project: m.Project, Which: which, Version: version, Most: most}
						if version%2 > 0 {
							l.At = m.Date
						}
						for l.By = engine.ByTitle; l.By <= engine.ByEarlier; l.By++ {
							l.Value, l.Text = alikeValue(l.By, m)
							all = append(all, l)
						}
					}
				}
			}
		}
	}
	return all
}

func alikeValue(by engine.Feature, m *engine.Mail) (value int64, text string) {
	switch by {
	case engine.ByTitle:
		return m.Title, ""
	case engine.ByChange:
		return m.Change, ""
	case engine.ByDiff:
		return 0, string(m.Hash)
	}
	return 0, m.Earlier
}

// wantAlike looks at every mail for each question.
func wantAlike(t *testing.T, mails map[int64]*engine.Mail, asked []engine.Likeness, got [][]engine.Alike) {
	t.Helper()
	found := 0
	for i, l := range asked {
		var all []engine.Alike
		for _, m := range mails {
			value, text := alikeValue(l.By, m)
			if l := l; value == l.Value && text == l.Text && isWhich(&l, &mail{Mail: *m}) {
				all = append(all, engine.Alike{Version: m.Version, Date: m.Date, MsgID: m.MsgID})
			}
		}
		slices.SortFunc(all, l.Which.Compare)
		want, have := msgIDs(all[:min(len(all), l.Most)]), msgIDs(got[i])
		found += len(want)
		if !slices.Equal(have, want) {
			t.Errorf("%+v: %v, want %v", l, have, want)
		}
	}
	if found < 100 {
		t.Errorf("only %d were found", found)
	}
}

func msgIDs(all []engine.Alike) (ids []string) {
	for i := range all {
		ids = append(ids, all[i].MsgID)
	}
	return ids
}
