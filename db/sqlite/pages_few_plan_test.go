package sqlite

import (
	"regexp"
	"strings"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// What few patches have is counted and found in an index that has it, in the order of dates: no row of another patch is
// read, and none is sorted.
func TestFewPatchesAreFoundByTheirIndex(t *testing.T) {
	e, _, _ := openFilled(t)
	no := false
	newest := track.Paging{Order: []track.Order{{By: "date", Desc: true}}, Limit: 2}
	for name, c := range map[string]struct {
		f           track.PatchQuery
		count, find string // the index
	}{
		"failing":          {track.PatchQuery{Checked: track.In[track.CheckState]{track.CheckFail}}, "patch_checked", "patch_checked"},
		"failing or so":    {track.PatchQuery{Checked: track.In[track.CheckState]{2, 3}}, "patch_checked", "patch_checked"},
		"nobody's":         {track.PatchQuery{Nobodys: true}, "patch_delegate", ""},
		"nobody's in some": {track.PatchQuery{Nobodys: true, States: track.In[track.State]{"new"}, Archived: &no}, "patch_delegate", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.f.Projects, c.f.Paging = track.In[int64]{1}, newest
			counted := false
			for query, args := range recorded(t, e, func(v engine.View) error {
				_, err := v.PatchPage(c.f, -1)
				return err
			}) {
				steps := strings.Join(plan(t, e, query, args), "\n")
				counts, finds := strings.Contains(query, "count(*)"), strings.Contains(query, "OFFSET")
				if strings.Contains(steps, "TEMP B-TREE") && !strings.Contains(query, "FROM total") && !strings.Contains(query, "project,") {
					t.Errorf("rows are sorted:\n%s\n%s", steps, query)
				}
				if want := map[bool]string{counts: c.count, finds && !counts: c.find}[true]; want != "" {
					counted = counted || counts
					if !regexp.MustCompile(`p USING COVERING INDEX ` + want + `\b`).MatchString(steps) {
						t.Errorf("not by %s:\n%s\n%s", want, steps, query)
					}
				}
			}
			if !counted {
				t.Error("nothing was counted")
			}
		})
	}
}
