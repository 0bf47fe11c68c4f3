package dbtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// mender puts mails into series, and looks what series there are.
type mender struct {
	*testing.T
	s *db.Store
}

func (m mender) numbers(ids string) (out []int64) {
	m.Helper()
	for _, id := range strings.Fields(ids) {
		out = append(out, number(m.T, m.s, id))
	}
	return out
}

func (m mender) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}

func (m mender) move(ids, to string) {
	m.Helper()
	m.must(m.s.MoveToSeries(context.Background(), "ann", m.numbers(ids), seriesOf(m.T, m.s, to).ID))
}

func (m mender) split(ids string) {
	m.Helper()
	m.must(m.s.SplitSeries(context.Background(), "ann", m.numbers(ids)))
}

func (m mender) reset(ids string) {
	m.Helper()
	m.must(m.s.ResetSeries(context.Background(), "ann", m.numbers(ids)))
}

// want compares the series, each as "c@x 1@x 2@x of 3", and the database with a rebuild.
func (m mender) want(when string, want ...string) {
	m.Helper()
	ctx := context.Background()
	all, err := m.s.SeriesList(ctx, track.Filter{})
	m.must(err)
	var got []string
	for _, v := range all {
		members, err := m.s.Members(ctx, v.ID)
		m.must(err)
		var line []string
		for _, r := range members {
			line = append(line, strings.Trim(r.MsgID, "<>"))
		}
		if !v.Complete {
			line = append(line, fmt.Sprint("of ", v.Total))
		}
		got = append(got, strings.Join(line, " "))
	}
	slices.Sort(got)
	if slices.Sort(want); !slices.Equal(got, want) {
		m.Errorf("%s: the series are\n%s\nwant\n%s", when, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	check(m.T, m.s)
}

// Mails go where a person put them, and stay there when more mail comes and when all is derived anew, until that is
// taken back.
func (u suite) TestPutIntoSeries(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	m := mender{t, s}
	add(t, s, made("c@x", 0, "[0/3] cover"), made("1@x", 1, "[1/3] one", "c@x"), made("2@x", 2, "[2/3] two", "c@x"),
		made("3@y", 300, "[3/3] three"), made("s@z", 400, "single"))
	m.want("at first", "c@x 1@x 2@x of 3", "3@y of 3", "s@z")
	m.move("3@y", "c@x")
	m.want("moved", "c@x 1@x 2@x 3@y", "s@z")
	m.move("3@y", "s@z")
	m.want("moved once more, to a single patch", "c@x 1@x 2@x of 3", "s@z 3@y of 3")
	m.move("s@z 3@y", "1@x")
	m.want("moved to all", "c@x 1@x 2@x 3@y s@z")
	m.split("2@x 3@y")
	m.want("split", "c@x 1@x s@z of 3", "2@x 3@y of 3")
	add(t, s, made("2@w", 3, "[2/3] two, late", "c@x"))
	m.want("late mail", "c@x 1@x 2@w s@z", "2@x 3@y of 3")
	m.must(s.Rebuild(ctx, nil))
	m.want("rebuilt", "c@x 1@x 2@w s@z", "2@x 3@y of 3")
	_, _, err := s.Reread(ctx, readJSON, nil)
	m.must(err)
	m.want("reread", "c@x 1@x 2@w s@z", "2@x 3@y of 3")
	m.reset("2@x 3@y s@z")
	m.want("reset", "c@x 1@x 2@x of 3", "2@w of 3", "3@y of 3", "s@z")
}

// What was put with a mail stays where it is when that mail is put elsewhere.
func (u suite) TestPutOthersStay(t *testing.T) {
	s := u.open(t)
	m := mender{t, s}
	add(t, s, made("c@x", 0, "[0/3] cover"), made("1@x", 1, "[1/3] one", "c@x"),
		made("2@y", 100, "[2/3] two"), made("3@y", 200, "[3/3] three"), made("s@z", 400, "single"))
	m.move("2@y 3@y", "c@x")
	m.want("moved", "c@x 1@x 2@y 3@y", "s@z")
	m.split("c@x") // with which they were put
	m.want("split", "1@x 2@y 3@y", "c@x of 3", "s@z")
	m.split("2@y 3@y")
	m.reset("2@y")
	m.want("the first of a split is reset", "1@x of 3", "2@y of 3", "3@y of 3", "c@x of 3", "s@z")
	m.move("1@x", "3@y")
	m.move("3@y", "s@z")
	m.want("the first of a series is moved", "1@x of 3", "2@y of 3", "c@x of 3", "s@z 3@y of 3")
}

// What was crowded out of a series is a series too, and others can be put there.
func (u suite) TestPutIntoWhatWasCrowdedOut(t *testing.T) {
	s := u.open(t)
	m := mender{t, s}
	add(t, s, made("c@x", 0, "[0/2] cover"), made("1@x", 1, "[1/2] one", "c@x"), made("2@x", 2, "[2/2] two", "c@x"),
		made("1@y", 100, "[1/2] better"), made("s@z", 400, "single"))
	m.move("1@y", "c@x")
	m.want("moved", "1@x of 2", "c@x 1@y 2@x", "s@z")
	m.move("s@z", "1@x")
	m.want("moved to the other", "1@x s@z", "c@x 1@y 2@x")
	m.reset("1@y")
	m.want("reset", "1@x s@z", "1@y of 2", "c@x 2@x of 2")
}

func (u suite) TestPutRefuses(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	m := mender{t, s}
	other := made("1@o", 0, "[1/2] of another project")
	other.ListIDs = []string{"widget.lists.example.org"}
	add(t, s, made("1@x", 0, "[1/2] one"), made("2@x", 1, "[2/2] two", "1@x"), made("r@x", 2, "Re: two", "2@x"), other,
		made("1@y", 100, "[1/2] one"))
	before := dump(t, s)
	in := func(id string) int64 { return seriesOf(t, s, id).ID }
	for _, c := range []struct {
		ids  string
		to   int64 // 0: to no other
		kind error
		want string
	}{
		{"2@x", in("1@x"), engine.ErrConflict, "2 is in s1 already"},
		{"r@x 1@y", 0, engine.ErrConflict, "3 is neither a patch nor a cover"},
		{"1@x", in("1@o"), engine.ErrConflict, "s4 is a series of another project"},
		{"1@x 1@o", 0, engine.ErrConflict, "the mails are of several projects, and a series is of one"},
		{"1@x", 999, engine.ErrNotFound, "there is no series s999"},
		{"1@x 1@y", 0, engine.ErrConflict, "1 and 5 both have the number 1, and can't be in one series"},
	} {
		var err error
		if c.to != 0 {
			err = s.MoveToSeries(ctx, by, m.numbers(c.ids), c.to)
		} else {
			err = s.SplitSeries(ctx, by, m.numbers(c.ids))
		}
		if !errors.Is(err, c.kind) || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.ids, err, c.want)
		}
	}
	if err := s.SplitSeries(ctx, by, []int64{1, 999}); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a mail that isn't there: %v", err)
	}
	if dump(t, s) != before {
		t.Error("something was changed")
	}
}

// The log says between which series a mail went, and events what came of it.
func (u suite) TestPutIsLoggedAndTold(t *testing.T) {
	s := u.open(t)
	m := mender{t, s}
	add(t, s, made("c@x", 0, "[0/2] cover"), made("1@x", 1, "[1/2] one", "c@x"), made("2@y", 100, "[2/2] two"))
	e := &told{T: t, s: s, since: lastEvent(t, s)}
	m.move("2@y", "c@x")
	e.want("completed", "patch-completed 2@y by ann: , ", "series-completed by ann: , ")
	m.split("2@y")
	m.split("2@y") // again: nothing is decided
	m.reset("2@y")
	want := []string{
		`ann series frob.lists.example.org 2@y "<2@y>" "<2@y>"`, `ann series frob.lists.example.org 2@y "<c@x>" "<2@y>"`,
		`ann series frob.lists.example.org 2@y "<2@y>" "<c@x>"`,
	}
	if got := logged(t, s, engine.LogQuery{MsgID: "<2@y>"}); !slices.Equal(got, want) {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Whichever call fails, all of a decision is kept or nothing, and it can be taken once more.
func (u suite) TestPutFailsWhole(t *testing.T) {
	ctx := context.Background()
	e, fault := Faulty(u.database(t).engine(t))
	s, err := db.New(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	m := mender{t, s}
	add(t, s, made("c@x", 0, "[0/3] cover"), made("1@x", 1, "[1/3] one", "c@x"), made("2@y", 100, "[2/3] two"),
		made("3@y", 200, "[3/3] three"), made("s@z", 400, "single"))
	m.move("2@y 3@y", "c@x")
	before, mails, to := dump(t, s), m.numbers("c@x 1@x"), seriesOf(t, s, "s@z").ID
	failure := errors.New("the disk is full")
	for n := 1; ; n++ {
		fault.Next(n, failure)
		err := s.MoveToSeries(ctx, by, mails, to)
		failed := fault.Failed()
		fault.Next(0, nil)
		if failed == "" {
			m.must(err)
			t.Logf("%d calls", n-1)
			break
		}
		if !errors.Is(err, failure) {
			t.Errorf("%s failed: %v", failed, err)
		}
		if dump(t, s) != before {
			t.Fatalf("%s failed, and half of it was kept", failed)
		}
	}
	m.want("at last", "2@y 3@y of 3", "c@x 1@x s@z of 3")
}

// A project that is added in place of one that was made on sight gets what was decided in a removed one of its name;
// mails go where they were put there.
func (u suite) TestPutsMoveWithDecisions(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s := place.store(t)
	m := mender{t, s}
	mails := []*track.Mail{made("c@x", 0, "[0/2] cover"), made("1@x", 1, "[1/2] one", "c@x"),
		made("2@y", 100, "[2/2] two"), made("s@z", 200, "single")}
	add(t, s, mails...)
	m.want("at first", "c@x 1@x of 2", "2@y of 2", "s@z")
	place.write(t, func(tx engine.Tx) error { // as a project that was removed would leave them
		p := &engine.Project{Project: track.Project{LinkName: "frob", ListID: "old.example.org"}, Removed: true}
		if err := tx.PutProject(p); err != nil {
			return err
		}
		return tx.PutDecisions([]engine.Decision{
			{Name: engine.Name{Project: p.ID, MsgID: "<2@y>"}, PutWith: ptr("<c@x>")},
			{Name: engine.Name{Project: p.ID, MsgID: "<s@z>"}, PutWith: ptr("<2@y>")},
		})
	})
	_, err := s.AddProject(ctx, by, frob, readJSON, nil)
	m.must(err)
	m.want("decided before", "c@x 1@x 2@y s@z")
}

// The database is a function of the mails and of what was decided, whatever came first and in between.
func (u suite) TestPutsInAnyOrder(t *testing.T) {
	PutsInAnyOrder(t, u.make, func(ctx context.Context, s *db.Store) error { return s.Rebuild(ctx, nil) })
}

// PutsInAnyOrder is the test of that name with a rebuild that takes as few mails at once as it can.
func PutsInAnyOrder(t *testing.T, make Maker, bySmallParts func(ctx context.Context, s *db.Store) error) {
	u := suite{make}
	rapid.Check(t, func(t *rapid.T) {
		mails := anyMails(t)
		place := u.database(t)
		one := addTwoProjects(t, place)
		rest := mails
		for len(rest) > 0 {
			n := rapid.IntRange(1, min(6, len(rest))).Draw(t, "of")
			add(t, one, rest[:n]...)
			rest = rest[n:]
			for range rapid.IntRange(0, 2).Draw(t, "decisions") {
				putAnything(t, one)
			}
		}
		want := dump(t, one)
		checkPuts(t, "as it came", one)
		puts, pairs := readPuts(t, place)
		decide := func(tx engine.Tx) error { return errors.Join(tx.PutDecisions(puts), tx.PutPairs(pairs)) }

		before := u.database(t)
		other := addTwoProjects(t, before)
		before.write(t, decide)
		addInBatches(t, other, rapid.Permutation(mails).Draw(t, "order"), func() {})
		sameDump(t, "decided before, in another order", dump(t, other), want)
		checkPuts(t, "decided before", other)

		after := u.database(t)
		last := addTwoProjects(t, after)
		add(t, last, mails...)
		after.write(t, decide)
		if err := bySmallParts(context.Background(), last); err != nil {
			t.Fatal(err)
		}
		sameDump(t, "decided at the end, and rebuilt", dump(t, last), want)

		resetAll(t, one, mails)
		if puts, pairs := readPuts(t, place); len(puts)+len(pairs) == 0 { // those of mails that others took the place of stay
			plain := u.openConfigured(t, true)
			add(t, plain, mails...)
			sameDump(t, "all taken back", dump(t, one), dump(t, plain))
		}
	})
}

// resetAll takes all decisions back that can be.
func resetAll(t *rapid.T, s *db.Store, mails []*track.Mail) {
	ctx := context.Background()
	for _, m := range mails {
		found, err := s.Find(ctx, "", m.MsgID)
		for _, f := range found {
			if err == nil && (f.Kind == track.RolePatch || f.Kind == track.RoleCover) {
				err = s.ResetSeries(ctx, by, []int64{f.ID})
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func addTwoProjects(t *rapid.T, place Opener) *db.Store {
	s := place.store(t)
	for _, name := range []string{"frob", "widget"} {
		p := track.Project{LinkName: name, ListID: name + ".lists.example.org",
			ListEmail: name + "@lists.example.org", Name: name}
		if _, err := s.AddProject(context.Background(), by, p, readJSON, nil); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// putAnything moves some mails, or splits them off, or takes that back, if that makes sense.
func putAnything(t *rapid.T, s *db.Store) {
	ctx := context.Background()
	ids := rapid.SliceOfN(rapid.Int64Range(1, 20), 1, 3).Draw(t, "mails")
	to := rapid.Int64Range(1, 20).Draw(t, "series")
	var err error
	switch rapid.SampledFrom([]string{"move", "move", "split", "reset", "link", "unlink"}).Draw(t, "put") {
	case "move":
		err = s.MoveToSeries(ctx, by, ids, to)
	case "split":
		err = s.SplitSeries(ctx, by, ids)
	case "reset":
		err = s.ResetSeries(ctx, by, ids)
	case "link":
		err = s.LinkSeries(ctx, by, ids[0], to)
	case "unlink":
		err = s.UnlinkSeries(ctx, by, ids[0], to)
	}
	if err != nil && !errors.Is(err, engine.ErrConflict) && !errors.Is(err, engine.ErrNotFound) {
		t.Fatal(err)
	}
}

func checkPuts(t *rapid.T, when string, s *db.Store) {
	if c, err := s.Check(context.Background(), nil); err != nil || len(c.Faults) > 0 {
		t.Fatalf("%s: check: %v, %v", when, c.Faults, err)
	}
}

// readPuts gives the decisions that put mails into series, in order, and those about two series.
func readPuts(t *rapid.T, place Opener) (out []engine.Decision, pairs []engine.Pair) {
	if err := place.engine(t).Look(context.Background(), func(v engine.View) error {
		var names []engine.Name
		for i := range 24 {
			names = append(names, engine.Name{Project: 1, MsgID: letter(i)}, engine.Name{Project: 2, MsgID: letter(i)})
		}
		var err error
		if pairs, err = v.Pairs(names); err != nil {
			return err
		}
		return v.EachPut(func(p engine.Put) error {
			out = append(out, engine.Decision{Name: p.Name, PutWith: &p.With})
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(out, func(a, b engine.Decision) int { return a.Name.Compare(b.Name) })
	return out, pairs
}
