package dbtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// FinishSome does that many parts of what changes of projects left to do, of so many mails each.
type FinishSome func(ctx context.Context, s *db.Store, read db.Reader, parts, size int) (left bool, err error)

// Decisions about projects are broken off as soon as they stand, and anything comes before they are followed: mail,
// other decisions, a rebuild. In the end the database is what it would be had all been decided before any mail came.
func (u suite) TestDecidedAndFollowedLater(t *testing.T) {
	DecidedInParts(t, u.make, func(ctx context.Context, s *db.Store, read db.Reader, parts, _ int) (bool, error) {
		err := brokenOff(ctx, parts, func(ctx context.Context, progress db.Progress) error {
			_, err := s.Finish(ctx, read, progress)
			return err
		})
		return true, err
	})
}

// brokenOff cancels what f does when it has told of progress so many times.
func brokenOff(ctx context.Context, after int, f func(ctx context.Context, progress db.Progress) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	err := f(ctx, func(int, int) {
		if after--; after <= 0 {
			stop()
		}
	})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// DecidedInParts is TestDecidedAndFollowedLater with parts of any size.
func DecidedInParts(t *testing.T, make Maker, some FinishSome) {
	u := suite{make}
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		mails := anyMails(t)
		for _, m := range mails {
			m.Files = rapid.SampledFrom([][]string{nil, {"net/core.c"}, {"doc/a.rst"}}).Draw(t, "files")
			m.Delegate = rapid.SampledFrom([]string{"", "", "asked@example.org"}).Draw(t, "asked")
		}
		first := rapid.Bool().Draw(t, "decided first")
		s := u.openConfigured(t, first)
		var decided []decision
		decideState := rapid.Bool().Draw(t, "states too")
		for rest := mails; len(rest) > 0 || rapid.IntRange(0, 3).Draw(t, "go on") > 0; {
			switch rapid.SampledFrom([]string{"add", "add", "project", "project", "some", "some", "state",
				"rebuild"}).Draw(t, "then") {
			case "add":
				n := min(len(rest), rapid.IntRange(1, 8).Draw(t, "of"))
				add(t, s, rest[:n]...)
				rest = rest[n:]
			case "project":
				d := anyDecision(t)
				d.take(t, s)
				decided = append(decided, d)
			case "some":
				if _, err := some(ctx, s, readJSON, rapid.IntRange(1, 3).Draw(t, "parts"),
					rapid.IntRange(1, 5).Draw(t, "size")); err != nil {
					t.Fatal(err)
				}
			case "state":
				if decideState {
					acceptAny(t, s)
				}
			case "rebuild":
				if err := s.Rebuild(ctx, nil); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := s.Finish(ctx, readJSON, nil); err != nil {
			t.Fatal(err)
		}
		if left, err := s.Unfinished(ctx); err != nil || left != 0 {
			t.Fatalf("%d left, %v", left, err)
		}
		got := dump(t, s)
		if c, err := s.Check(ctx, nil); err != nil || len(c.Faults) > 0 {
			t.Fatalf("check: %v, %v", c.Faults, err)
		}
		if changed, _, err := s.Reread(ctx, readJSON, nil); err != nil || changed > 0 {
			t.Fatalf("reread: %d changed, %v", changed, err)
		}
		sameDump(t, "reread", dump(t, s), got)
		if !first || decideState {
			return
		}
		other := u.openConfigured(t, true)
		for _, d := range decided {
			d.take(t, other)
		}
		add(t, other, mails...)
		sameDump(t, "decided before", got, dump(t, other))
	})
}

// decision about projects.
type decision struct {
	name string
	take func(t *rapid.T, s *db.Store)
}

func anyDecision(t *rapid.T) decision {
	frob := track.Project{LinkName: "frob", ListID: listID, ListEmail: "frob@lists.example.org"}
	widget := track.Project{LinkName: "widget", ListID: "widget.lists.example.org",
		ListEmail: "widget@lists.example.org"}
	covers := track.Project{LinkName: "covers", ListID: listID, SubjectMatch: "cover|numbered"}
	p := rapid.SampledFrom([]track.Project{frob, frob, widget, covers}).Draw(t, "project")
	p.Supersede = rapid.Bool().Draw(t, "supersede")
	switch rapid.SampledFrom([]string{"", "", "", "address", "states", "delegates", "name"}).Draw(t, "otherwise") {
	case "address":
		p.ListEmail = ""
	case "states":
		p.MailStates = true
	case "delegates":
		p.MailDelegates = true
	case "name":
		p.Name = "another name"
	}
	what := rapid.SampledFrom([]string{"add", "set", "set", "remove", "rule", "rule"}).Draw(t, "decision")
	rule := track.Rule{Pattern: rapid.SampledFrom([]string{"net/*", "*"}).Draw(t, "files"),
		Delegate: "rule@example.org"}
	return decision{what, func(t *rapid.T, s *db.Store) {
		ctx := context.Background()
		err := brokenOff(ctx, 1, func(ctx context.Context, progress db.Progress) (err error) {
			switch what {
			case "add":
				_, err = s.AddProject(ctx, by, p, readJSON, progress)
			case "set":
				_, err = s.SetProject(ctx, by, p, readJSON, progress)
			case "remove":
				_, err = s.RemoveProject(ctx, by, p.LinkName, readJSON, progress)
			case "rule":
				err = s.AddRule(ctx, by, p.LinkName, rule, readJSON, progress)
			}
			return err
		})
		if err != nil && !errors.Is(err, engine.ErrConflict) && !errors.Is(err, engine.ErrNotFound) {
			t.Fatal(err)
		}
	}}
}

// acceptAny decides about a patch and names its series.
func acceptAny(t *rapid.T, s *db.Store) {
	ctx := context.Background()
	patches, err := s.Patches(ctx, track.Filter{Archived: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(patches) == 0 {
		return
	}
	p := rapid.SampledFrom(patches).Draw(t, "patch")
	if err := s.SetState(ctx, by, []int64{p.ID}, "accepted"); err != nil {
		t.Fatal(err)
	}
	if p.Series != 0 {
		if err := s.SetSeriesName(ctx, by, p.Series, "named"); err != nil {
			t.Fatal(err)
		}
	}
}

// Several processes may follow a decision at once, while others store mail and one more decision is taken.
func (u suite) TestFinishedBySeveralAtOnce(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s := place.store(t)
	addProject(t, s, track.Project{LinkName: "other", ListID: "other.lists.example.org"})
	var early, late []*track.Mail
	for i := range 1500 {
		m := made(fmt.Sprint(i, "@x"), i, fmt.Sprintf("[%d/3] part", i%4))
		m.Files = []string{"net/core.c"}
		if i < 1000 {
			early = append(early, m)
		} else {
			late = append(late, m)
		}
	}
	add(t, s, early...)
	if err := brokenOff(ctx, 1, func(ctx context.Context, progress db.Progress) error {
		_, err := s.AddProject(ctx, by, frob, readJSON, progress)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if left, err := s.Unfinished(ctx); err != nil || left == 0 {
		t.Fatalf("%d left, %v", left, err)
	}
	rule := track.Rule{Pattern: "net/*", Delegate: "net@example.org"}
	covers := track.Project{LinkName: "covers", ListID: listID, SubjectMatch: `^\[0/`}
	done := make(chan error)
	for i := range 4 {
		p := place.store(t)
		go func() {
			done <- func() error {
				switch i {
				case 0:
					for part := range slices.Chunk(late, 50) {
						var batch []db.Delivery
						for _, m := range part {
							batch = append(batch, asJSON(m))
						}
						if _, err := p.Add(ctx, batch); err != nil {
							return err
						}
					}
				case 1:
					return p.AddRule(ctx, by, frob.LinkName, rule, readJSON, nil)
				case 2:
					_, err := p.AddProject(ctx, by, covers, readJSON, nil)
					return err
				}
				_, err := p.Finish(ctx, readJSON, nil)
				return err
			}()
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	want := u.open(t)
	addProject(t, want, track.Project{LinkName: "other", ListID: "other.lists.example.org"})
	addProject(t, want, frob)
	addProject(t, want, covers)
	if err := want.AddRule(ctx, by, frob.LinkName, rule, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	add(t, want, early...)
	add(t, want, late...)
	if left, err := s.Unfinished(ctx); err != nil || left != 0 {
		t.Errorf("%d left, %v", left, err)
	}
	wantSame(t, s, "finished by several", dump(t, want))
}
