package dbtest

import (
	"context"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// AnythingAfterAnything does all that changes what is derived, one after the other: mail, decisions about mails, series
// and projects, of which some are followed later. After each the database is what a rebuild makes of it, shows what was
// decided, and has told what happened, once.
func AnythingAfterAnything(t *testing.T, make Maker, some FinishSome) {
	u := suite{make}
	rapid.Check(t, func(t *rapid.T) {
		mails := anyVersions(t)
		for _, m := range mails {
			m.Files = rapid.SampledFrom([][]string{nil, {"net/core.c"}, {"doc/a.rst"}}).Draw(t, "files")
			m.Delegate = rapid.SampledFrom([]string{"", "", "asked@example.org"}).Draw(t, "asked")
		}
		place := u.database(t)
		heard := &telling{}
		e := place.engine(t)
		s, err := db.New(context.Background(), looking{e, func() { heard.look(t, e) }})
		if err != nil {
			t.Fatal(err)
		}
		configured, all := rapid.IntRange(0, 3).Draw(t, "configured") > 0, mails
		if configured {
			addTwoProjects(t, place)
		}
		bot, err := s.AddUser(context.Background(), by, track.User{Name: "bot", Made: epoch})
		if err != nil {
			t.Fatal(err)
		}
		var projects []decision
		for len(mails) > 0 || rapid.IntRange(0, 4).Draw(t, "go on") > 0 {
			what := anyOfAll(t, s, bot.ID, &mails, &projects, some)
			wantFollowed(t, what, s, e)
		}
		if _, err := s.Finish(context.Background(), readJSON, nil); err != nil {
			t.Fatal(err)
		}
		wantFollowed(t, "finished", s, e)
		if changed, _, err := s.Reread(context.Background(), readJSON, nil); err != nil || changed > 0 && !configured {
			return
		}
		wantFollowed(t, "reread", s, e)
		if !configured {
			return
		}
		shown, decided := dump(t, s), readDecided(t, place)
		again := u.database(t)
		other := addTwoProjects(t, again)
		if _, err := other.AddUser(context.Background(), by, track.User{Name: "bot", Made: epoch}); err != nil {
			t.Fatal(err)
		}
		for _, d := range projects {
			d.take(t, other)
		}
		again.write(t, decided.write)
		addInBatches(t, other, rapid.Permutation(all).Draw(t, "order"), func() {})
		sameDump(t, "all decided before, in another order", dump(t, other), shown)
	})
}

// looking is an engine that has somebody look after each transaction.
type looking struct {
	engine.Engine
	after func()
}

func (l looking) Write(ctx context.Context, f func(engine.Tx) error) error {
	err := l.Engine.Write(ctx, f)
	if err == nil {
		l.after()
	}
	return err
}

// wantFollowed wants all of a database to be in order, if nothing is left to be done of what was decided.
func wantFollowed(t *rapid.T, after string, s *db.Store, e engine.Engine) {
	t.Helper()
	wantCalled(t, after, e)
	if left, err := s.Unfinished(context.Background()); err != nil || left > 0 {
		return
	}
	checkPuts(t, after, s)
	wantDecidedShown(t, after, e)
	wantSuperseded(t, after, s, e)
}

func anyOfAll(
	t *rapid.T, s *db.Store, bot int64, mails *[]*track.Mail, projects *[]decision, some FinishSome,
) (what string) {
	ctx := context.Background()
	ids := rapid.SliceOfN(rapid.Int64Range(1, 20), 1, 3).Draw(t, "about")
	var err error
	switch what = rapid.SampledFrom([]string{"add", "add", "add", "project", "project", "some", "some", "finish", "retire",
		"retire", "put", "put", "check", "relate", "name", "addressed", "delegate", "rebuild",
		"reread"}).Draw(t, "then"); what {
	case "add":
		n := min(len(*mails), rapid.IntRange(1, 8).Draw(t, "of"))
		add(t, s, (*mails)[:n]...)
		*mails = (*mails)[n:]
	case "project":
		d := anyDecision(t)
		d.take(t, s)
		*projects = append(*projects, d)
		what = d.name
	case "some":
		_, err = some(ctx, s, readJSON, rapid.IntRange(1, 3).Draw(t, "parts"), rapid.IntRange(1, 5).Draw(t, "size"))
	case "finish":
		_, err = s.Finish(ctx, readJSON, nil)
	case "retire":
		what = retireAnything(t, s)
		if what == "on" || what == "off" {
			*projects = append(*projects, decision{what, func(t *rapid.T, s *db.Store) { supersede(t, s, what == "on") }})
		}
	case "put":
		putAnything(t, s)
	case "check":
		_, err = s.AddCheck(ctx, by, track.Check{User: bot, Context: "c", State: track.CheckFail}, ids[0])
	case "relate":
		err = s.Relate(ctx, by, ids[0], ids[1:], track.Decided{})
	case "name":
		err = s.SetSeriesName(ctx, by, ids[0], oneOf(t, "name", "", "named", "otherwise"))
	case "addressed":
		err = s.SetAddressed(ctx, by, ids[0], ptr(true))
	case "delegate":
		err = s.SetDelegate(ctx, by, ids, oneOf(t, "delegate", "", "maint@example.org"))
	case "rebuild":
		err = s.Rebuild(ctx, nil)
	case "reread":
		_, _, err = s.Reread(ctx, anyReader(t), nil)
	}
	if err != nil && !errors.Is(err, engine.ErrConflict) && !errors.Is(err, engine.ErrNotFound) {
		t.Fatalf("%s: %v", what, err)
	}
	return what
}

// anyReader reads mails as they were made, or takes some for something else.
func anyReader(t *rapid.T) db.Reader {
	which, as := letter(rapid.IntRange(0, 9).Draw(t, "otherwise")), rapid.SampledFrom([]string{"", "", "reply", "patch",
		"cover", "moved", "other"}).Draw(t, "as")
	return func(raw []byte) (*track.Mail, error) {
		m, err := readJSON(raw)
		if err != nil || m.MsgID != which {
			return m, err
		}
		switch as {
		case "reply":
			m.Reply = true
		case "patch":
			m.Reply, m.Diff, m.Subject.Marked, m.Subject.Number, m.Subject.Total = false, "a diff", true, 1, 2
		case "cover":
			m.Reply, m.Diff, m.Subject.Marked, m.Subject.Number, m.Subject.Total = false, "", true, 0, 2
		case "moved":
			m.ListIDs = []string{"widget.lists.example.org"}
		case "other":
			m.ListIDs, m.To = nil, nil
		}
		return m, err
	}
}
