package dbtest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"patchwatch/db"
	"patchwatch/track"
)

// Whatever mails come, in whatever order and batches: what is told of a transaction is the difference between what the
// whole database was before it and is after it, and a rebuild tells nothing.
func (u suite) TestToldIsWhatChanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := u.openConfigured(t, rapid.Bool().Draw(t, "configured"))
		mails, most := anyMails(t), rapid.SampledFrom([]int{1, 1, 2, 5}).Draw(t, "batch")
		since, was := lastEvent(t, s), worldOf(t, s)
		step := func(what string) {
			t.Helper()
			events, err := s.Events(context.Background(), since, 0)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range events {
				got = append(got, inShort(e))
				since = e.ID
			}
			is := worldOf(t, s)
			want := is.newTo(was)
			was = is
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("%s: told were\n%s\nand not\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		for len(mails) > 0 {
			n := rapid.IntRange(1, min(most, len(mails))).Draw(t, "of")
			add(t, s, mails[:n]...)
			mails = mails[n:]
			step("mail came")
		}
		if err := s.Rebuild(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		step("rebuilt")
	})
}

// A patch that was told to be complete is not told again because its series joins one with a lower number.
func (u suite) TestPatchCompletedOnce(t *testing.T) {
	s := u.open(t)
	addProject(t, s, frob)
	e := &told{T: t, s: s}
	add(t, s, made("2@x", 2, "[2/3] two", "c@x"))
	e.want("the second", "series-created", "patch-created 2@x")
	add(t, s, made("1@x", 100, "[1/3] one"))
	e.want("the first, apart from it", "series-created", "patch-created 1@x", "patch-completed 1@x")
	add(t, s, made("c@x", 0, "[0/3] cover", "1@x"))
	e.want("what they have in common", "cover-created c@x", "patch-completed 2@x")
}

func lastEvent(t tester, s *db.Store) (id int64) {
	t.Helper()
	events, err := s.Events(context.Background(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) > 0 {
		id = events[len(events)-1].ID
	}
	return id
}

// inShort is an event without its number and date. Mails go by project and Message-ID, series by their numbers.
func inShort(e track.Event) string {
	line := fmt.Sprintf("%s %s", e.Category, e.Project)
	for _, m := range []track.MailRef{e.Cover, e.Patch, e.Comment} {
		if m.ID != 0 {
			line += " " + m.MsgID
		}
	}
	if e.Series.ID != 0 && e.Category != track.CoverCreated && e.Category != track.PatchCompleted {
		line += fmt.Sprintf(" %d", e.Series.ID)
	}
	return line
}

// world is all that readers see of a database, as the dump has it, and the numbers of what there is.
type world struct {
	patches, covers map[string]bool   // by project and Message-ID
	comments        map[string]string // the parent, by the same
	series          map[int64]wholeSeries
	names           map[int64]string // of patches and covers, by number
}

// wholeSeries is a series by the names of its mails.
type wholeSeries struct {
	project  string
	complete bool
	patches  map[int]string
	members  []string
}

// dumped is what is asked of a line of the dump.
type dumped struct {
	Type, Project, Key, MsgID, Parent string

	Cover       *string
	Patches     [][2]any
	ReceivedAll bool `json:"received_all"`
}

func worldOf(t tester, s *db.Store) *world {
	t.Helper()
	w := &world{map[string]bool{}, map[string]bool{}, map[string]string{}, map[int64]wholeSeries{}, map[int64]string{}}
	list, err := s.SeriesList(context.Background(), track.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[string]int64{}
	for _, v := range list {
		numbers[v.Project+" "+v.Key] = v.ID
		members, err := s.Members(context.Background(), v.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range members {
			w.names[m.ID] = m.Project + " " + m.MsgID
		}
	}
	for line := range strings.Lines(dump(t, s)) {
		var d dumped
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		w.note(&d, numbers)
	}
	return w
}

func (w *world) note(d *dumped, numbers map[string]int64) {
	name := d.Project + " " + d.MsgID
	switch d.Type {
	case "patch":
		w.patches[name] = true
	case "cover":
		w.covers[name] = true
	case "comment":
		w.comments[name] = d.Project + " " + d.Parent
	case "series":
		s := wholeSeries{project: d.Project, complete: d.ReceivedAll, patches: map[int]string{}}
		if d.Cover != nil {
			s.members = append(s.members, d.Project+" "+*d.Cover)
		}
		for _, p := range d.Patches {
			name := d.Project + " " + p[1].(string)
			s.patches[int(p[0].(float64))] = name
			s.members = append(s.members, name)
		}
		w.series[numbers[d.Project+" "+d.Key]] = s
	}
}

// newTo is what is to be told to those who know what was.
func (w *world) newTo(was *world) (out []string) {
	tell := func(c track.Category, about string) { out = append(out, string(c)+" "+about) }
	for name := range w.patches {
		if !was.patches[name] {
			tell(track.PatchCreated, name)
		}
	}
	for name := range w.covers {
		if !was.covers[name] {
			tell(track.CoverCreated, name)
		}
	}
	for name, parent := range w.comments {
		if _, msgid, _ := strings.Cut(name, " "); was.comments[name] != parent && w.patches[parent] {
			tell(track.PatchCommentCreated, parent+" "+msgid)
		} else if was.comments[name] != parent {
			tell(track.CoverCommentCreated, parent+" "+msgid)
		}
	}
	completed := was.completed()
	for name := range w.completed() {
		if !completed[name] {
			tell(track.PatchCompleted, name)
		}
	}
	for id, s := range w.series {
		about := fmt.Sprintf("%s %d", s.project, id)
		if !w.goesOn(was, id) {
			tell(track.SeriesCreated, about)
		}
		if s.complete && len(s.patches) > 0 && !was.heldWhole(s) {
			tell(track.SeriesCompleted, about)
		}
	}
	return out
}

// completed are the patches that are there with all before them.
func (w *world) completed() map[string]bool {
	out := map[string]bool{}
	for _, s := range w.series {
		for n := 1; s.patches[n] != ""; n++ {
			out[s.patches[n]] = true
		}
	}
	return out
}

// goesOn tells whether a series was there under its number, or under that of a mail whose place another copy has taken.
func (w *world) goesOn(was *world, id int64) bool {
	if before, there := was.series[id]; there && before.project == w.series[id].project {
		return true
	}
	for number := range was.series {
		name := was.names[number]
		if slices.Contains(w.series[id].members, name) && w.names[number] != name {
			return true
		}
	}
	return false
}

// heldWhole tells whether all patches of a series were in one that was complete.
func (w *world) heldWhole(s wholeSeries) bool {
	for _, before := range w.series {
		if !before.complete {
			continue
		}
		held := map[string]bool{}
		for _, name := range before.patches {
			held[name] = true
		}
		all := true
		for _, name := range s.patches {
			all = all && held[name]
		}
		if all {
			return true
		}
	}
	return false
}
