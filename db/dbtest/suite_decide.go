package dbtest

import (
	"context"
	"errors"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// decided is what a person sees of a decision.
type decided struct {
	state    track.State
	delegate string
	archived bool
}

func decisions(t *testing.T, s *db.Store) map[string]decided {
	t.Helper()
	patches, err := s.Patches(context.Background(), track.Filter{Archived: true})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]decided{}
	for _, p := range patches {
		out[p.MsgID] = decided{p.State, p.Delegate, p.Archived}
	}
	return out
}

func number(t *testing.T, s *db.Store, id string) int64 {
	t.Helper()
	found, err := s.Find(context.Background(), "", id)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %d found, %v", id, len(found), err)
	}
	return found[0].ID
}

// mailOf is the number of the copy that stands for a mail, which may be another than the one by which it is called.
func mailOf(t *testing.T, s *db.Store, id string) int64 {
	t.Helper()
	found, err := s.Find(context.Background(), "", id)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %d found, %v", id, len(found), err)
	}
	return found[0].Mail
}

func decide(t *testing.T, s *db.Store, id string, d decided) {
	t.Helper()
	ctx := context.Background()
	ids := []int64{number(t, s, id)}
	if err := errors.Join(s.SetState(ctx, by, ids, d.state), s.SetDelegate(ctx, by, ids, d.delegate),
		s.SetArchived(ctx, by, ids, d.archived)); err != nil {
		t.Fatal(err)
	}
}

func wantDecided(t *testing.T, s *db.Store, when, id string, want decided) {
	t.Helper()
	if got := decisions(t, s)["<"+id+">"]; got != want {
		t.Errorf("%s: %s is %+v, want %+v", when, id, got, want)
	}
}

var accepted = decided{"accepted", "maint@example.org", true}

func (u suite) TestDecisionsSurvive(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	add(t, s, made("2@x", 2, "[2/2] two", "c@x"), made("s@x", 3, "single"))
	decide(t, s, "2@x", accepted)
	decide(t, s, "s@x", decided{"rejected", "", false})
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"the rest of its series", func() error {
			add(t, s, made("c@x", 0, "[0/2] cover"), made("1@x", 1, "[1/2] one", "c@x"),
				made("r@x", 5, "Re: two", "2@x"))
			return nil
		}},
		{"the same again", func() error { add(t, s, made("2@x", 2, "[2/2] two", "c@x")); return nil }},
		{"a forged copy", func() error {
			forged := made("2@x", 2, "[2/2] twwo", "c@x")
			forged.State, forged.Delivered = "Superseded", epoch.AddDate(1, 0, 0)
			add(t, s, forged)
			return nil
		}},
		{"rebuild", func() error { return s.Rebuild(ctx, nil) }},
		{"reread", func() error { _, _, err := s.Reread(ctx, readJSON, nil); return err }},
		{"a reread that finds everything changed", func() error {
			_, _, err := s.Reread(ctx, func(raw []byte) (*track.Mail, error) {
				m, err := readJSON(raw)
				m.Content += " read better"
				m.Subject.Version = 2
				return m, err
			}, nil)
			return err
		}},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		wantDecided(t, s, step.name, "2@x", accepted)
		wantDecided(t, s, step.name, "s@x", decided{"rejected", "", false})
		check(t, s)
	}
}

// The original of a patch turns up after a copy with other bytes was decided about: what was decided was the
// Message-ID.
func (u suite) TestDecisionSurvivesANewWinner(t *testing.T) {
	s := u.open(t)
	late := made("1@x", 0, "one")
	late.Delivered = epoch.AddDate(0, 1, 0)
	add(t, s, late)
	decide(t, s, "1@x", accepted)
	original := made("1@x", 0, "[1/2] one")
	add(t, s, original)
	wantDecided(t, s, "after the original", "1@x", accepted)
	if got := records(t, s, "mail")["1@x"].Variants; got != 1 {
		t.Errorf("%d variants", got)
	}
	check(t, s)
}

func (u suite) TestDecideAllOrNone(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	add(t, s, made("1@x", 0, "one"), made("r@x", 1, "Re: one", "1@x"))
	err := s.SetState(ctx, by, []int64{number(t, s, "1@x"), number(t, s, "r@x")}, "accepted")
	if !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a reply was accepted: %v", err)
	}
	wantDecided(t, s, "after a refusal", "1@x", decided{state: "new"})
}
