package dbtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// retirer looks at what shows as superseded in the project frob.
type retirer struct {
	*testing.T
	s *db.Store
	e *told
}

func (u suite) retirer(t *testing.T) retirer {
	t.Helper()
	s := u.open(t)
	r := retirer{t, s, &told{T: t, s: s}}
	if _, err := s.AddProject(context.Background(), by, frob, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	r.supersede(true)
	return r
}

func (r retirer) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r retirer) supersede(on bool) {
	r.Helper()
	p := frob
	p.Supersede = on
	_, err := r.s.SetProject(context.Background(), by, p, readJSON, nil)
	r.must(err)
}

func (r retirer) decide(state track.State, ids ...string) {
	r.Helper()
	for _, id := range ids {
		r.must(r.s.SetState(context.Background(), "ann", []int64{number(r.T, r.s, id)}, state))
	}
}

// want compares the states of all patches that are not new, each as "1@x accepted" or "1@x superseded by 2@x", where
// the latter is a mail of the series; and the database with a rebuild.
func (r retirer) want(when string, want ...string) {
	r.Helper()
	ctx := context.Background()
	all, err := r.s.Patches(ctx, track.Filter{Archived: true, Hidden: true})
	r.must(err)
	var got []string
	for _, p := range all {
		line := strings.Trim(p.MsgID, "<>") + " " + string(p.State)
		if p.Superseded != 0 {
			members, err := r.s.Members(ctx, p.Superseded)
			r.must(err)
			if len(members) == 0 {
				r.Fatalf("%s: %s is superseded by %d, which has no mails", when, p.MsgID, p.Superseded)
			}
			line += " by " + strings.Trim(members[0].MsgID, "<>")
		}
		if p.State != track.StateNew {
			got = append(got, line)
		}
	}
	slices.Sort(got)
	if slices.Sort(want); !slices.Equal(got, want) {
		r.Errorf("%s: shown is\n%s\nwant\n%s", when, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	check(r.T, r.s)
}

func twoPatches(id string, minute, version int, refs ...string) []*track.Mail {
	return []*track.Mail{
		versioned("1@"+id, minute, version, "[1/2] one", refs...),
		versioned("2@"+id, minute+1, version, "[2/2] two", append([]string{"1@" + id}, refs...)...),
	}
}

// As soon as a newer version is complete, the open patches of older ones show as superseded, whichever came first; and
// as they were when it is found not to be one.
func (u suite) TestSuperseded(t *testing.T) {
	ctx := context.Background()
	r := u.retirer(t)
	one, two, three := twoPatches("x", 0, 1), twoPatches("y", 100, 2), twoPatches("z", 200, 3)
	add(t, r.s, one...)
	add(t, r.s, two[0])
	r.want("the second version is incomplete")
	r.e.since = lastEvent(t, r.s)
	add(t, r.s, two[1])
	r.want("it is complete", "1@x superseded by 1@y", "2@x superseded by 1@y")
	r.e.want("it is complete", "patch-created 2@y", "patch-completed 2@y", "series-completed",
		"patch-state-changed 1@x by rule: new, superseded", "patch-state-changed 2@x by rule: new, superseded")
	add(t, r.s, made("r@y", 110, "Re: one", "1@y"), three[1])
	r.e.since = lastEvent(t, r.s)
	add(t, r.s, three[0])
	r.want("the third is complete", "1@x superseded by 1@z", "2@x superseded by 1@z", "1@y superseded by 1@z",
		"2@y superseded by 1@z")
	r.e.want("the third is complete", "patch-created 1@z", "patch-completed 1@z",
		"patch-completed 2@z", "series-completed",
		"patch-state-changed 1@y by rule: new, superseded", "patch-state-changed 2@y by rule: new, superseded")

	shown := dump(t, r.s)
	r.supersede(false)
	r.want("switched off")
	r.e.want("switched off",
		"patch-state-changed 1@x by rule: superseded, new", "patch-state-changed 1@y by rule: superseded, new",
		"patch-state-changed 2@x by rule: superseded, new", "patch-state-changed 2@y by rule: superseded, new")
	plain := u.open(t)
	if _, err := plain.AddProject(ctx, by, frob, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	add(t, plain, slices.Concat(three, two, one, []*track.Mail{made("r@y", 110, "Re: one", "1@y")})...)
	if dump(t, r.s) != dump(t, plain) {
		t.Error("switched off, the dump is another than without the setting")
	}
	r.supersede(true)
	if dump(t, r.s) != shown {
		t.Error("switched on again, the dump is another than before")
	}
	r.e.since = lastEvent(t, r.s)
	r.must(r.s.Rebuild(ctx, nil))
	r.want("rebuilt", "1@x superseded by 1@z", "2@x superseded by 1@z", "1@y superseded by 1@z", "2@y superseded by 1@z")
	r.e.want("rebuilt")

	r.must(r.s.Hide(ctx, by, []int64{number(t, r.s, "1@z"), number(t, r.s, "2@z")}, true))
	r.want("the third is hidden", "1@x superseded by 1@y", "2@x superseded by 1@y")
	r.must(r.s.Hide(ctx, by, []int64{number(t, r.s, "1@z")}, false))
	r.must(r.s.SplitSeries(ctx, by, []int64{number(t, r.s, "2@z")}))
	r.want("the third is taken apart", "1@x superseded by 1@y", "2@x superseded by 1@y")
	r.must(r.s.ResetSeries(ctx, by, []int64{number(t, r.s, "2@z")}))
	r.want("and put together", "1@x superseded by 1@z", "2@x superseded by 1@z", "1@y superseded by 1@z",
		"2@y superseded by 1@z")
}

// What somebody decided gives way to a newer version only where it was open, and decided before that was complete.
func (u suite) TestSupersededAndDecided(t *testing.T) {
	r := u.retirer(t)
	one, two := twoPatches("x", 0, 1), twoPatches("y", 100, 2, "1@x")
	for _, m := range two {
		m.Delivered = time.Now().Add(time.Hour)
	}
	own := engine.OwnState{Slug: "queued", Open: true}
	_, err := r.s.AddOwnState(context.Background(), by, own)
	r.must(err)
	add(t, r.s, one...)
	others := []*track.Mail{versioned("a@x", 300, 1, "a"), versioned("b@x", 301, 1, "b"), versioned("c@x", 302, 1, "c")}
	add(t, r.s, others...)
	r.decide("under-review", "1@x")
	r.decide("accepted", "2@x")
	r.decide("changes-requested", "a@x")
	r.decide("queued", "b@x")
	r.decide("deferred", "c@x")
	add(t, r.s, two...)
	for _, m := range others {
		v2 := versioned(m.MsgID[1:2]+"@y", 400, 2, m.Subject.Full, strings.Trim(m.MsgID, "<>"))
		v2.Delivered = time.Now().Add(time.Hour)
		add(t, r.s, v2)
	}
	r.want("open ones give way", "1@x superseded by 1@y", "2@x accepted", "a@x superseded by a@y", "b@x superseded by b@y",
		"c@x deferred")
	own.Open = false
	_, err = r.s.AddOwnState(context.Background(), by, own)
	r.must(err)
	_, err = r.s.Finish(context.Background(), readJSON, nil)
	r.must(err)
	r.want("the own state is closed", "1@x superseded by 1@y", "2@x accepted", "a@x superseded by a@y", "b@x queued",
		"c@x deferred")
	r.supersede(false)
	r.want("switched off", "1@x under-review", "2@x accepted", "a@x changes-requested", "b@x queued", "c@x deferred")
}

// Who decides about a patch that shows as superseded has the last word.
func (u suite) TestSupersededAndDecidedLater(t *testing.T) {
	r := u.retirer(t)
	add(t, r.s, slices.Concat(twoPatches("x", 0, 1), twoPatches("y", 100, 2, "1@x"))...)
	r.want("at first", "1@x superseded by 1@y", "2@x superseded by 1@y")
	r.e.since = lastEvent(t, r.s)
	r.decide("under-review", "1@x")
	r.decide("superseded", "2@x")
	r.want("decided", "1@x under-review", "2@x superseded")
	r.e.want("decided", "patch-state-changed 1@x by ann: superseded, under-review")
	if got, want := logged(t, r.s, engine.LogQuery{MsgID: "<2@x>"}),
		[]string{`ann state frob 2@x "superseded" "superseded"`}; !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
	r.must(r.s.Rebuild(context.Background(), nil))
	r.want("rebuilt", "1@x under-review", "2@x superseded")
	three := twoPatches("z", 200, 3, "1@y")
	three[0].Delivered = time.Now().Add(time.Hour)
	add(t, r.s, three...)
	r.want("a third version", "1@x superseded by 1@z", "2@x superseded", "1@y superseded by 1@z", "2@y superseded by 1@z")
	r.supersede(false)
	r.want("switched off", "1@x under-review", "2@x superseded")
}

// The same version sent again does away with the sending before it, and what is in no series is left alone.
func (u suite) TestSupersededByResend(t *testing.T) {
	r := u.retirer(t)
	again := twoPatches("y", 100, 1, "1@x")
	for _, m := range again {
		m.Subject.Prefixes = []string{"RESEND"}
	}
	pull := made("p@x", 50, "[0/2] pull", "1@x")
	pull.PullURL = "git://example.org/frob"
	add(t, r.s, slices.Concat(twoPatches("x", 0, 1), []*track.Mail{pull}, again)...)
	r.want("sent again", "1@x superseded by 1@y", "2@x superseded by 1@y")
}

// A copy that takes the place of another, or comes to another project, takes nothing with it, and nothing is told
// twice.
func (u suite) TestSupersededCopies(t *testing.T) {
	ctx := context.Background()
	r := u.retirer(t)
	one, two := twoPatches("x", 0, 1), twoPatches("y", 100, 2)
	add(t, r.s, slices.Concat(one, two)...)
	r.e.since = lastEvent(t, r.s)
	for _, m := range slices.Concat(one, two) {
		copied := *m
		copied.Content, copied.Delivered = "delivered before", m.Delivered.Add(-time.Hour)
		add(t, r.s, &copied)
	}
	r.want("other copies", "1@x superseded by 1@y", "2@x superseded by 1@y")
	r.e.want("other copies")
	other := track.Project{LinkName: "other", ListID: "other.example.org", SubjectMatch: ""}
	_, err := r.s.AddProject(ctx, by, other, readJSON, nil)
	r.must(err)
	p := frob
	p.SubjectMatch, p.Supersede = "one", true
	_, err = r.s.SetProject(ctx, by, p, readJSON, nil)
	r.must(err)
	r.want("the second patches have left")
}

// A newer version may leave for a project that was there before this one, and is brought up to date before it.
func (u suite) TestSupersedingLeaves(t *testing.T) {
	ctx := context.Background()
	r := u.retirer(t)
	later := track.Project{LinkName: "later", ListID: "later.example.org", ListEmail: "later@example.org",
		Supersede: true}
	_, err := r.s.AddProject(ctx, by, later, readJSON, nil)
	r.must(err)
	_, err = r.s.RemoveProject(ctx, by, frob.LinkName, readJSON, nil)
	r.must(err)
	one, two := twoPatches("x", 0, 1), twoPatches("y", 100, 2)
	for _, m := range one {
		m.ListIDs = []string{later.ListID}
	}
	for _, m := range two { // of the list that has no project now
		m.To = []string{later.ListEmail}
	}
	add(t, r.s, slices.Concat(one, two)...)
	r.want("while it is there", "1@x superseded by 1@y", "2@x superseded by 1@y")
	_, err = r.s.AddProject(ctx, by, frob, readJSON, nil)
	r.must(err)
	r.want("it has left")
}

// A patch that is sent again alone does away with the one that it replaces, and with no other.
func (u suite) TestSupersededByPart(t *testing.T) {
	r := u.retirer(t)
	add(t, r.s, versioned("c@x", 0, 1, "[0/3] cover"), versioned("1@x", 1, 1, "[1/3] one", "c@x"),
		versioned("2@x", 2, 1, "[2/3] two", "c@x"), versioned("3@x", 3, 1, "[3/3] three", "c@x"))
	r.want("at first")
	add(t, r.s, versioned("2@y", 100, 2, "[2/3] two", "2@x"), made("r@y", 110, "Re: two", "2@y"))
	r.want("sent again", "2@x superseded by 2@y")
	add(t, r.s, versioned("2@z", 200, 3, "[2/3] two", "r@y"), versioned("3@z", 300, 1, "[3/3] three", "3@x"))
	r.want("and again", "2@x superseded by 2@z", "2@y superseded by 2@z", "3@x superseded by 3@z")
	r.must(r.s.Hide(context.Background(), by, []int64{number(t, r.s, "2@z")}, true))
	r.want("the last one is hidden", "2@x superseded by 2@y", "3@x superseded by 3@z")
	r.must(r.s.Hide(context.Background(), by, []int64{number(t, r.s, "2@z")}, false))
	r.decide("accepted", "3@x")
	four := []*track.Mail{versioned("c@w", 400, 4, "[0/1] cover", "c@x"), versioned("1@w", 401, 4, "[1/1] one", "c@w")}
	add(t, r.s, four...)
	r.want("all anew", "1@x superseded by c@w", "2@x superseded by c@w", "2@y superseded by c@w",
		"2@z superseded by c@w", "3@x accepted", "3@z superseded by c@w")
	r.supersede(false)
	r.want("switched off", "3@x accepted")
}

// Whichever call fails, nothing is kept of what completes a newer version, and it can come once more.
func (u suite) TestSupersededFailsWhole(t *testing.T) {
	ctx := context.Background()
	e, fault := Faulty(u.database(t).engine(t))
	s, err := db.New(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	r := retirer{t, s, &told{T: t, s: s}}
	if _, err := s.AddProject(ctx, by, frob, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	r.supersede(true)
	two := twoPatches("y", 100, 2)
	add(t, s, append(twoPatches("x", 0, 1), two[0])...)
	before, last := dump(t, s), []db.Delivery{asJSON(two[1])}
	failure := errors.New("the disk is full")
	for n := 1; ; n++ {
		fault.Next(n, failure)
		_, err := s.Add(ctx, last)
		failed := fault.Failed()
		fault.Next(0, nil)
		if failed == "" {
			r.must(err)
			break
		}
		if !errors.Is(err, failure) {
			t.Errorf("%s failed: %v", failed, err)
		}
		if dump(t, s) != before {
			t.Fatalf("%s failed, and half of it was kept", failed)
		}
	}
	r.want("at last", "1@x superseded by 1@y", "2@x superseded by 1@y")
}
