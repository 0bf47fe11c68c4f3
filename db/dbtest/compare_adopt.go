package dbtest

import (
	"context"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"patchwatch/db"
	"patchwatch/track"
)

// anyAdoption takes something over from a server elsewhere, of mail that is here or not.
func (p *pair) anyAdoption(number int64) func(s *db.Store) error {
	ctx, t := context.Background(), p.t
	user := &track.AdoptedUser{Number: rapid.Int64Range(1, 5).Draw(t, "user"), Name: oneOf(t, "account", "ann", "zoe",
		"x y"),
		Email: oneOf(t, "address", "", "zoe@example.org")}
	id := fmt.Sprintf("<%d@x>", rapid.IntRange(0, 5).Draw(t, "mail"))
	server := oneOf(t, "server", "https://a", "https://b")
	from := func(s *db.Store) (db.AdoptFrom, error) {
		all, err := s.Projects(ctx)
		if err != nil || len(all) == 0 {
			return db.AdoptFrom{}, err
		}
		src, err := s.Source(ctx, by, server)
		return db.AdoptFrom{Source: src.ID, Project: all[0].ID}, err
	}
	patch := track.AdoptedPatch{Number: number, MsgID: id, State: oneOf[track.State](t, "state", "new", "accepted",
		"mine"),
		Archived: rapid.Bool().Draw(t, "archived"), CommitRef: oneOf(t, "commit", "", "c0ffee"),
		Related: []int64{rapid.Int64Range(1, 30).Draw(t, "related")}, Delegate: oneOf(t, "delegate", nil, user),
		StateBy: oneOf(t, "when", track.AdoptedDecision{}, track.AdoptedDecision{By: user, At: time.Now().Add(time.Hour)})}
	numbers := []track.AdoptedNumber{{Number: number, MsgID: id, Addressed: oneOf(t, "addressed", nil, ptr(true))}}
	check := track.AdoptedCheck{Number: number, User: user, Context: oneOf(t, "context", someContexts...), Date: epoch}
	bundle := track.AdoptedBundle{Number: number, Owner: user, Name: oneOf(t, "name", "mine", "next"),
		Patches: []string{id}}
	kind := oneOf(t, "of", track.AliasCover, track.AliasSeries, track.AliasPatchComment, track.AliasCoverComment)
	what := oneOf(t, "adopt", "patch", "patch", "patch", "relations", "numbers", "check", "bundle")
	return func(s *db.Store) error {
		at, err := from(s)
		if err != nil || at.Project == 0 {
			return err
		}
		switch what {
		case "patch":
			_, err = s.AdoptPatches(ctx, by, at, []track.AdoptedPatch{patch})
		case "relations":
			_, _, err = s.AdoptRelations(ctx, by, at, 0, 100)
		case "numbers":
			_, err = s.AdoptNumbers(ctx, by, at, kind, numbers)
		case "check":
			_, err = s.AdoptChecks(ctx, by, at, id, []track.AdoptedCheck{check})
		case "bundle":
			_, err = s.AdoptBundles(ctx, by, at, []track.AdoptedBundle{bundle})
		}
		return err
	}
}
