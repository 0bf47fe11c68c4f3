package dbtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// logged is the log in short, newest first.
func logged(t *testing.T, s *db.Store, q engine.LogQuery) (lines []string) {
	t.Helper()
	entries, err := s.Log(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		if i > 0 && (e.ID >= entries[i-1].ID || e.Time.After(entries[i-1].Time)) {
			t.Errorf("%+v comes after %+v", e, entries[i-1])
		}
		if e.Time.IsZero() {
			t.Errorf("%+v has no time", e)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s %q %q", e.Actor, e.What, e.Project,
			strings.Trim(e.MsgID, "<>"), e.Before, e.After))
	}
	return lines
}

// The log says who decided what, before and after, and nothing but another decision changes it.
func (u suite) TestLog(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	addProject(t, s, frob)
	add(t, s, thread()...)
	one, single := number(t, s, "1@x"), number(t, s, "s@x")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	begun := len(logged(t, s, engine.LogQuery{}))
	must(s.SetState(ctx, "ann", []int64{one, single}, "accepted"))
	must(s.SetState(ctx, "bob", []int64{one}, "rejected"))
	must(s.SetDelegate(ctx, "bob", []int64{single}, "maint@example.org"))
	must(s.SetArchived(ctx, "ann", []int64{single}, true))
	must(s.SetSeriesName(ctx, "ann", seriesOf(t, s, "1@x").ID, "a name"))
	if err := s.SetState(ctx, "eve", []int64{one, 99}, "accepted"); err == nil {
		t.Error("a patch that is not there was accepted")
	}
	want := []string{
		`bob state frob 1@x "accepted" "rejected"`, `ann state frob s@x "new" "accepted"`,
		`ann state frob 1@x "new" "accepted"`,
	}
	all := logged(t, s, engine.LogQuery{})
	for _, line := range append(want, `bob delegate frob s@x "" "maint@example.org"`) {
		if !slices.Contains(all, line) {
			t.Errorf("there is no line %s in\n%s", line, strings.Join(all, "\n"))
		}
	}
	if len(all) != begun+6 {
		t.Errorf("six decisions added %d lines:\n%s", len(all)-begun, strings.Join(all, "\n"))
	}
	add(t, s, made("late@x", 9, "late"), made("c@x", 0, "[0/2] cover"))
	must(s.Rebuild(ctx, nil))
	if _, _, err := s.Reread(ctx, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	if got := logged(t, s, engine.LogQuery{}); !slices.Equal(got, all) {
		t.Errorf("mail and a rebuild changed it:\n%s", strings.Join(got, "\n"))
	}
	of := logged(t, s, engine.LogQuery{Project: "frob", MsgID: "<1@x>"})
	if len(of) < 2 || of[len(of)-1] != want[2] || !slices.Contains(of, want[0]) || slices.Contains(of, want[1]) {
		t.Errorf("of one patch:\n%s", strings.Join(of, "\n"))
	}
	if got := logged(t, s, engine.LogQuery{Project: "none"}); len(got) != 0 {
		t.Errorf("of no project:\n%s", strings.Join(got, "\n"))
	}
	if got := logged(t, s, engine.LogQuery{Most: 2}); !slices.Equal(got, all[:2]) {
		t.Errorf("the last two:\n%s", strings.Join(got, "\n"))
	}
	u.logOfOne(t, s, all)
}

// logOfOne reads what one person decided, page by page.
func (u suite) logOfOne(t *testing.T, s *db.Store, all []string) {
	t.Helper()
	want := slices.DeleteFunc(slices.Clone(all), func(line string) bool { return !strings.HasPrefix(line, "bob ") })
	var got []string
	for q := (engine.LogQuery{Actor: "bob", Most: 1}); ; {
		page, err := s.Log(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		q.Below = page[0].ID
		got = append(got, logged(t, s, engine.LogQuery{Actor: "bob", Below: page[0].ID + 1, Most: 1})...)
	}
	if len(want) < 2 || !slices.Equal(got, want) {
		t.Errorf("of one person:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// told is what happened since the last time, in short and in order, but for what is of one kind.
type told struct {
	*testing.T
	s     *db.Store
	since int64
	last  track.Event
}

func (u *told) want(when string, want ...string) {
	u.Helper()
	events, err := u.s.Events(context.Background(), u.since, 0)
	if err != nil {
		u.Fatal(err)
	}
	var got []string
	for _, e := range events {
		if e.ID <= u.last.ID || e.Date.Before(u.last.Date) {
			u.Errorf("%s: %+v comes after %+v", when, e, u.last)
		}
		u.last, u.since = e, e.ID
		line := string(e.Category)
		for _, m := range []track.MailRef{e.Cover, e.Patch, e.Comment} {
			if m.ID != 0 {
				line += " " + strings.Trim(m.MsgID, "<>")
			}
		}
		if e.Actor != "" {
			line += fmt.Sprintf(" by %s: %s, %s", e.Actor, e.Before, e.After)
		}
		got = append(got, line)
	}
	slices.SortStableFunc(got, func(a, b string) int {
		x, _, _ := strings.Cut(a, " ")
		y, _, _ := strings.Cut(b, " ")
		if x != y {
			return 0
		}
		return strings.Compare(a, b)
	})
	if !slices.Equal(got, want) {
		u.Errorf("%s:\n%s\nwant\n%s", when, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Each thing that happens is told once, whatever comes again.
func (u suite) TestEvents(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	addProject(t, s, frob)
	e := &told{T: t, s: s}
	two := made("2@x", 2, "[2/2] two", "c@x")
	add(t, s, two)
	e.want("half a series", "series-created", "patch-created 2@x")
	add(t, s, made("r2@x", 4, "Re: Re: one", "r1@x"), two)
	e.want("a reply that waits")
	add(t, s, made("1@x", 1, "[1/2] one", "c@x"))
	e.want("the other half", "patch-created 1@x", "patch-completed 1@x", "patch-completed 2@x", "series-completed")
	add(t, s, made("r1@x", 3, "Re: one", "1@x"), made("t@x", 3, "talk"))
	e.want("what it waited for", "patch-comment-created 1@x r1@x", "patch-comment-created 1@x r2@x")
	add(t, s, made("c@x", 0, "[0/2] cover"), made("rc@x", 5, "Re: cover", "c@x"))
	e.want("the cover", "cover-created c@x", "cover-comment-created c@x rc@x")
	add(t, s, thread()...)
	e.want("all again, and a single patch", "series-created", "patch-created s@x", "patch-completed s@x",
		"series-completed", "patch-comment-created s@x rs@x")
	single := []int64{number(t, s, "s@x")}
	for _, do := range []func() error{
		func() error { return s.SetState(ctx, "ann", single, "accepted") },
		func() error { return s.SetState(ctx, "bob", single, "accepted") },
		func() error { return s.SetDelegate(ctx, "bob", single, "maint@example.org") },
		func() error { return s.SetArchived(ctx, "bob", single, true) },
		func() error { return s.Rebuild(ctx, nil) },
		func() error { _, _, err := s.Reread(ctx, readJSON, nil); return err },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	e.want("decided", "patch-state-changed s@x by ann: new, accepted",
		"patch-delegated s@x by bob: , maint@example.org")
	add(t, s, made("3@x", 3, "[3/2] three", "c@x"))
	e.want("it has grown", "patch-created 3@x", "patch-completed 3@x", "series-completed")
}
