package dbtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

func addCheck(t *testing.T, s *db.Store, patch, user int64, what string, state track.CheckState) track.Check {
	t.Helper()
	c, err := s.AddCheck(context.Background(), "a bot", track.Check{
		User: user, Context: what, State: state, TargetURL: "https://ci.example.org/1", Description: "as found",
	}, patch)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// derivedOf is the derived row of a patch, by Message-ID.
func derivedOf(t *testing.T, place Opener, s *db.Store, id string) (row engine.PatchRow) {
	t.Helper()
	called := number(t, s, id)
	if err := place.engine(t).View(context.Background(), func(v engine.View) error {
		stands, err := v.Stands([]int64{called})
		if err != nil {
			return err
		}
		d, err := v.Derived([]int64{stands[called]})
		if len(d.Patches) != 1 {
			t.Fatalf("%s is no patch: %+v", id, d)
		}
		row = d.Patches[0]
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return row
}

// checksOf are the checks of a patch in short, by Message-ID.
func checksOf(t *testing.T, s *db.Store, id string) (out []string) {
	t.Helper()
	mail := number(t, s, id)
	all, err := s.Checks(context.Background(), []int64{mail})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all[mail] {
		out = append(out, fmt.Sprint(c.Context, " ", c.State, " of ", strings.Trim(c.MsgID, "<>")))
	}
	return out
}

// wantChecked tells what all checks of a patch say, and which there are.
func wantChecked(t *testing.T, place Opener, s *db.Store, when, id string, state track.CheckState, want ...string) {
	t.Helper()
	if got := derivedOf(t, place, s, id).Checked; got != state {
		t.Errorf("%s: together they say %s, not %s", when, got, state)
	}
	if got := checksOf(t, s, id); !slices.Equal(got, want) {
		t.Errorf("%s: there are %v, want %v", when, got, want)
	}
}

// Of each user and context the newest check counts, and the worst of these is what is shown.
func (u suite) TestChecks(t *testing.T) {
	ctx := context.Background()
	place, s, ann, bob := u.withThread(t)
	one, single := number(t, s, "1@x"), number(t, s, "s@x")
	wantChecked(t, place, s, "at first", "1@x", track.CheckPending)
	began := time.Now().Add(-time.Second)
	c := addCheck(t, s, one, ann.ID, "build", track.CheckFail)
	if c.ID == 0 || c.Project != projectOf(t, s, "frob").ID || c.MsgID != "<1@x>" || c.Date.Before(began) {
		t.Errorf("%+v", c)
	}
	if is, err := s.CheckResult(ctx, c.ID); err != nil || is != c {
		t.Errorf("stored is %+v, %v, want %+v", is, err, c)
	}
	wantChecked(t, place, s, "one", "1@x", track.CheckFail, "build fail of 1@x")
	for _, step := range []struct {
		user    int64
		context string
		state   track.CheckState
		want    track.CheckState
	}{
		{ann.ID, "build", track.CheckSuccess, track.CheckSuccess}, {bob.ID, "build", track.CheckPending, track.CheckPending},
		{bob.ID, "lint", track.CheckWarning, track.CheckWarning}, {bob.ID, "build", track.CheckSuccess, track.CheckWarning},
		{bob.ID, "lint", track.CheckSuccess, track.CheckSuccess},
	} {
		addCheck(t, s, one, step.user, step.context, step.state)
		if got := derivedOf(t, place, s, "1@x").Checked; got != step.want {
			t.Errorf("after %+v it is %s", step, got)
		}
	}
	last := addCheck(t, s, single, ann.ID, "build", track.CheckWarning)
	if last.ID != c.ID+6 {
		t.Errorf("the seventh has number %d, the first %d", last.ID, c.ID)
	}
	wantChecked(t, place, s, "another patch", "s@x", track.CheckWarning, "build warning of s@x")
	if all, err := s.Checks(ctx, []int64{one, single, one}); err != nil || len(all) != 2 || len(all[one]) != 6 ||
		all[single][0] != last {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := s.CheckResult(ctx, 99); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("none: %v", err)
	}
}

// Each check leaves a line in the log that says what the same user found before in the same context, and is in a page
// of events.
func (u suite) TestChecksAreLogged(t *testing.T) {
	ctx := context.Background()
	_, s, ann, bob := u.withThread(t)
	one := number(t, s, "1@x")
	lines := len(logged(t, s, engine.LogQuery{}))
	var checks []track.Check
	for _, c := range []track.Check{
		{User: ann.ID, Context: "build", State: track.CheckFail}, {User: bob.ID, Context: "build", State: track.CheckPending},
		{User: ann.ID, Context: "lint", State: track.CheckWarning},
		{User: ann.ID, Context: "build", State: track.CheckSuccess},
	} {
		checks = append(checks, addCheck(t, s, one, c.User, c.Context, c.State))
	}
	got := logged(t, s, engine.LogQuery{})
	if want := []string{
		`a bot check frob 1@x "build fail" "build success"`, `a bot check frob 1@x "" "lint warning"`,
		`a bot check frob 1@x "" "build pending"`, `a bot check frob 1@x "" "build fail"`,
	}; !slices.Equal(got[:len(got)-lines], want) {
		t.Errorf("the log has %q, want %q", got[:len(got)-lines], want)
	}
	page, err := s.EventPage(ctx, track.EventsQuery{
		Categories: track.In[track.Category]{track.CheckCreated},
		Paging:     track.Paging{Order: []track.Order{{By: "date"}}, Limit: 10},
	})
	if err != nil || len(page.Rows) != len(checks) {
		t.Fatalf("%+v, %v", page, err)
	}
	for i, e := range page.Rows {
		if e.Check == nil || *e.Check != checks[i] || e.Patch.ID != one {
			t.Errorf("event %d has the check %+v of %d, want %+v of %d", i, e.Check, e.Patch.ID, checks[i], one)
		}
	}
}

func (u suite) TestCheckRefusals(t *testing.T) {
	place, s, ann, _ := u.withThread(t)
	since, lines := lastEvent(t, s), len(logged(t, s, engine.LogQuery{}))
	good := track.Check{User: ann.ID, Context: "build"}
	for what, c := range map[string]struct {
		patch  int64
		change func(c *track.Check)
		want   error
	}{
		"no such mail":       {99, func(*track.Check) {}, engine.ErrNotFound},
		"a reply":            {number(t, s, "r1@x"), func(*track.Check) {}, engine.ErrNotFound},
		"a cover":            {number(t, s, "c@x"), func(*track.Check) {}, engine.ErrNotFound},
		"nobody's":           {number(t, s, "1@x"), func(c *track.Check) { c.User = 0 }, nil},
		"an unknown user's":  {number(t, s, "1@x"), func(c *track.Check) { c.User = 99 }, engine.ErrNotFound},
		"no context":         {number(t, s, "1@x"), func(c *track.Check) { c.Context = "" }, nil},
		"a space in it":      {number(t, s, "1@x"), func(c *track.Check) { c.Context = "a b" }, nil},
		"a line in it":       {number(t, s, "1@x"), func(c *track.Check) { c.Context = "build\n" }, nil},
		"a long one":         {number(t, s, "1@x"), func(c *track.Check) { c.Context = strings.Repeat("a", 256) }, nil},
		"a state of no kind": {number(t, s, "1@x"), func(c *track.Check) { c.State = 4 }, nil},
	} {
		check := good
		c.change(&check)
		if _, err := s.AddCheck(context.Background(), by, check, c.patch); err == nil ||
			c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	wantChecked(t, place, s, "nothing was added", "1@x", track.CheckPending)
	if lastEvent(t, s) != since || len(logged(t, s, engine.LogQuery{})) != lines {
		t.Error("what was refused was told")
	}
}

// A check belongs to a Message-ID in a project, whatever becomes of the patch's row, its series and its project.
func (u suite) TestChecksSurvive(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s := place.store(t)
	ann := addUser(t, s, "ann")
	late := made("2@x", 2, "[2/2] two", "c@x")
	late.Delivered = epoch.AddDate(0, 1, 0)
	add(t, s, late, made("s@x", 3, "single"))
	addCheck(t, s, number(t, s, "2@x"), ann.ID, "build", track.CheckFail)
	addCheck(t, s, number(t, s, "s@x"), ann.ID, "lint", track.CheckSuccess)
	was := derivedOf(t, place, s, "2@x")
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"the rest of its series", func() error {
			add(t, s, made("c@x", 0, "[0/2] cover"), made("1@x", 1, "[1/2] one", "c@x"))
			return nil
		}},
		{"a copy that takes its place", func() error {
			add(t, s, made("2@x", 2, "[2/2] twwo", "c@x"))
			if now := derivedOf(t, place, s, "2@x"); now.Mail == was.Mail || now.ID != was.ID {
				t.Errorf("it was %+v and is %+v", was, now)
			}
			return nil
		}},
		{"rebuild", func() error { return s.Rebuild(ctx, nil) }},
		{"a reread that finds everything changed", func() error {
			_, _, err := s.Reread(ctx, func(raw []byte) (*track.Mail, error) {
				m, err := readJSON(raw)
				m.Content += " read better"
				m.Subject.Version = 2
				return m, err
			}, nil)
			return err
		}},
		{"its project is adopted", func() error { addProject(t, s, frob); return nil }},
		{"its project is removed and added again", func() error {
			removeProject(t, s, "frob")
			addProject(t, s, frob)
			return nil
		}},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		wantChecked(t, place, s, step.name, "2@x", track.CheckFail, "build fail of 2@x")
		wantChecked(t, place, s, step.name, "s@x", track.CheckSuccess, "lint success of s@x")
		check(t, s)
	}
}

// Who removes a project, gets its mail into one that is made on sight, and adds it again, has all again that was in it:
// checks, bundles and maintainers as well as decisions.
func (u suite) TestAdoptionBringsAll(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s := place.store(t)
	// Two projects of two databases would do the same; here the engine is told that nobody configured anything.
	addProject(t, s, frob)
	add(t, s, thread()...)
	ann := addUser(t, s, "ann")
	ann.Maintains = []int64{projectOf(t, s, "frob").ID}
	if err := s.SetUser(ctx, by, ann); err != nil {
		t.Fatal(err)
	}
	addCheck(t, s, number(t, s, "1@x"), ann.ID, "build", track.CheckFail)
	decide(t, s, "1@x", accepted)
	// A cover, a comment and a series of its own.
	hidden := []int64{number(t, s, "c@x"), number(t, s, "r1@x"), number(t, s, "s@x")}
	if err := errors.Join(s.SetSeriesName(ctx, by, hidden[0], "named"), s.Hide(ctx, by, hidden, true)); err != nil {
		t.Fatal(err)
	}
	bundle, err := s.AddBundle(ctx, by, track.Bundle{
		Owner: ann.ID, Project: ann.Maintains[0], Name: "b", Patches: []string{"<1@x>"},
	})
	if err != nil {
		t.Fatal(err)
	}
	removeProject(t, s, "frob")
	place.write(t, func(tx engine.Tx) error {
		all, err := tx.Projects()
		if err != nil {
			return err
		}
		all[0].OnSight = true
		onSight := engine.Project{Project: track.Project{LinkName: listID, ListID: listID, Name: "made", OnSight: true}}
		return errors.Join(tx.PutProject(&all[0]), tx.PutProject(&onSight))
	})
	if _, _, err := s.Reread(ctx, readJSON, nil); err != nil { // the mail goes there
		t.Fatal(err)
	}
	if p := derivedOf(t, place, s, "1@x"); p.Checked != track.CheckPending || p.State != track.StateNew {
		t.Fatalf("it is in no other project: %+v", p)
	}
	addProject(t, s, frob)
	wantChecked(t, place, s, "adopted", "1@x", track.CheckFail, "build fail of 1@x")
	wantDecided(t, s, "adopted", "1@x", accepted)
	wantDecidedShown(t, "adopted", place.engine(t))
	for _, id := range hidden {
		if is, err := s.Hidden(ctx, id); err != nil || !is {
			t.Errorf("adopted: %d is hidden: %v, %v", id, is, err)
		}
	}
	now := projectOf(t, s, "frob").ID
	if now == ann.Maintains[0] {
		t.Fatal("it has the row that it had")
	}
	if got := userNamed(t, s, "ann").Maintains; !slices.Equal(got, []int64{now}) {
		t.Errorf("Ann maintains %v, and it is %d", got, now)
	}
	if got, err := s.Bundle(ctx, bundle.ID); err != nil || got.Project != now ||
		!slices.Equal(got.Patches, bundle.Patches) {
		t.Errorf("the bundle is %+v, %v", got, err)
	}
	check(t, s)
}

// Each check is told once, with what it says, by whom it comes from.
func (u suite) TestCheckIsTold(t *testing.T) {
	_, s, ann, _ := u.withThread(t)
	e := &told{T: t, s: s, since: lastEvent(t, s)}
	c := addCheck(t, s, number(t, s, "1@x"), ann.ID, "build", track.CheckFail)
	since := e.since
	e.want("checked", "check-created 1@x by a bot: , ")
	events, err := s.Events(context.Background(), since, 0)
	if err != nil || len(events) != 1 || events[0].Check == nil || *events[0].Check != c {
		t.Errorf("%+v, %v, want the check %+v", events, err, c)
	}
	if !events[0].Date.Equal(c.Date) {
		t.Errorf("the event is of %v, the check of %v", events[0].Date, c.Date)
	}
	again := addCheck(t, s, number(t, s, "1@x"), ann.ID, "build", track.CheckFail)
	e.want("checked again", "check-created 1@x by a bot: , ")
	if again.ID == c.ID || again.Date.Before(c.Date) {
		t.Errorf("%+v after %+v", again, c)
	}
}
