package dbtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// What shows as superseded is a function of the mails, the decisions and the setting, whatever came first and in
// between; and switched off, all is as without the setting.
func (u suite) TestSupersededInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mails := anyVersions(t)
		early := anyEarlyDecisions(t)
		place := u.database(t)
		one := addTwoProjects(t, place)
		place.write(t, func(tx engine.Tx) error { return tx.PutDecisions(early) })
		on := rapid.Bool().Draw(t, "on at first")
		supersede(t, one, on)
		for rest := mails; len(rest) > 0; {
			n := rapid.IntRange(1, min(6, len(rest))).Draw(t, "of")
			add(t, one, rest[:n]...)
			wantSuperseded(t, fmt.Sprint("added ", n), one, place.engine(t))
			rest = rest[n:]
			for range rapid.IntRange(0, 3).Draw(t, "decisions") {
				what := retireAnything(t, one)
				wantSuperseded(t, what, one, place.engine(t))
			}
		}
		supersede(t, one, true)
		wantSuperseded(t, "switched on", one, place.engine(t))
		shown := dump(t, one)
		checkPuts(t, "at the end", one)
		since := lastEvent(t, one)
		if err := one.Rebuild(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		wantSuperseded(t, "rebuilt", one, place.engine(t))
		sameDump(t, "rebuilt", dump(t, one), shown)
		if lastEvent(t, one) != since {
			t.Fatal("a rebuild that changes nothing tells of something")
		}
		decided := readDecided(t, place)

		again := u.database(t)
		other := addTwoProjects(t, again)
		supersede(t, other, true)
		again.write(t, decided.write)
		addInBatches(t, other, rapid.Permutation(mails).Draw(t, "order"), func() {})
		wantSuperseded(t, "in another order", other, again.engine(t))
		sameDump(t, "decided before, in another order", dump(t, other), shown)

		never := u.database(t)
		plain := addTwoProjects(t, never)
		never.write(t, decided.write)
		add(t, plain, mails...)
		supersede(t, one, false)
		wantSuperseded(t, "switched off", one, place.engine(t))
		sameDump(t, "switched off", dump(t, one), dump(t, plain))
	})
}

// anyVersions are mails of few titles, so that many are versions of another. Some are delivered after any decision.
func anyVersions(t *rapid.T) []*track.Mail {
	mails := anyMails(t)
	for _, m := range mails {
		m.Subject.Version = rapid.SampledFrom([]int{1, 1, 2, 2, 3, 4}).Draw(t, "version")
		m.Subject.Rest = rapid.SampledFrom([]string{"one", "two", "three"}).Draw(t, "title")
		if rapid.IntRange(0, 2).Draw(t, "small") > 0 && m.Subject.Marked {
			m.Subject.Total = rapid.IntRange(1, 2).Draw(t, "total")
		}
		if rapid.IntRange(0, 5).Draw(t, "resend") == 0 {
			m.Subject.Prefixes = append(slices.Clone(m.Subject.Prefixes), "RESEND")
		}
		if rapid.IntRange(0, 3).Draw(t, "in the future") == 0 {
			m.Delivered = m.Delivered.AddDate(200, 0, 0)
		}
	}
	return mails
}

// anyEarlyDecisions are some that were made while the mails were delivered, or nobody knows when.
func anyEarlyDecisions(t *rapid.T) (out []engine.Decision) {
	for project := int64(1); project <= 2; project++ {
		for i := range 8 {
			if rapid.Bool().Draw(t, "early") {
				continue
			}
			state := string(oneOf(t, "state", someStates...))
			d := engine.Decision{Name: engine.Name{Project: project, MsgID: letter(i)}, State: &state}
			if rapid.IntRange(0, 4).Draw(t, "known") > 0 {
				d.StateAt = epoch.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "decided")) * 7 * time.Minute)
			}
			out = append(out, d)
		}
	}
	return out
}

func supersede(t tester, s *db.Store, on bool) {
	projects, err := s.Projects(context.Background())
	for _, p := range projects {
		if err == nil && p.LinkName == "frob" {
			p.Supersede = on
			_, err = s.SetProject(context.Background(), by, p, readJSON, nil)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// retireAnything decides something by which other patches may show as superseded.
func retireAnything(t *rapid.T, s *db.Store) (what string) {
	ctx := context.Background()
	ids := rapid.SliceOfN(rapid.Int64Range(1, 20), 1, 3).Draw(t, "mails")
	var err error
	switch what = rapid.SampledFrom([]string{"state", "state", "hide", "show", "put", "link", "link",
		"unlink", "own state", "on", "off"}).Draw(t, "decision"); what {
	case "state":
		err = s.SetState(ctx, by, ids,
			oneOf[track.State](t, "state", "new", "under-review", "accepted", "superseded", "queued"))
	case "hide", "show":
		err = s.Hide(ctx, by, ids, what == "hide")
	case "put":
		putAnything(t, s)
	case "link":
		err = s.LinkSeries(ctx, by, ids[0], ids[len(ids)-1])
	case "unlink":
		err = s.UnlinkSeries(ctx, by, ids[0], ids[len(ids)-1])
	case "own state":
		_, err = s.AddOwnState(ctx, by, engine.OwnState{Slug: "queued", Open: rapid.Bool().Draw(t, "open")})
		if err == nil {
			_, err = s.Finish(ctx, readJSON, nil)
		}
	default:
		supersede(t, s, what == "on")
	}
	if err != nil && !errors.Is(err, engine.ErrConflict) && !errors.Is(err, engine.ErrNotFound) {
		t.Fatal(err)
	}
	return what
}

// allDecided is what people decided about the mails of anyMails.
type allDecided struct {
	decisions []engine.Decision
	pairs     []engine.Pair
	own       []engine.OwnState
	checks    []*track.Check
}

func readDecided(t *rapid.T, place Opener) (out allDecided) {
	var names []engine.Name
	for project := range int64(9) {
		for i := range 24 {
			names = append(names, engine.Name{Project: project, MsgID: letter(i)})
		}
	}
	if err := place.engine(t).Look(context.Background(), func(v engine.View) (err error) {
		if out.pairs, err = v.Pairs(names); err != nil {
			return err
		}
		if out.own, err = v.OwnStates(); err != nil {
			return err
		}
		checks, err := v.Checks(names)
		if err != nil {
			return err
		}
		for _, name := range names {
			for _, c := range checks[name] {
				out.checks = append(out.checks, &c)
			}
		}
		decided, err := v.Decisions(names)
		for _, name := range names {
			if d, ok := decided[name]; ok {
				out.decisions = append(out.decisions, d)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func (d *allDecided) write(tx engine.Tx) error {
	return errors.Join(tx.PutOwnStates(d.own), tx.PutDecisions(d.decisions), tx.PutPairs(d.pairs),
		tx.AddChecks(d.checks))
}
