package postgres_test

import (
	"context"
	"strings"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/db/postgres"
)

// Why a question fails is said in a sentence, and once, also to who asks in a part of a transaction, as all do who
// decide, or together with others.
func TestSentencesAreSaidOnce(t *testing.T) {
	s := share(t)
	reading := func(v engine.View) error { _, err := v.Reading(); return err }
	terminate := func() {
		t.Helper()
		if _, err := postgres.Number(t.Context(), s.other, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
			t.Fatal(err)
		}
	}
	want := func(who string, err error) {
		t.Helper()
		wantAway(t, err, "the database server ")
		if err == nil {
			return
		}
		if sentence, why, _ := strings.Cut(err.Error(), ": "); strings.Contains(why, sentence) {
			t.Errorf("%s is told %q", who, err)
		}
	}
	var part error
	whole := s.one.Write(t.Context(), func(tx engine.Tx) error {
		part = tx.Part(func() error {
			terminate()
			return reading(tx)
		})
		return part
	})
	want("who asks in a part", part)
	want("who has the transaction", whole)

	one := s.one.(engine.Distant)
	var together error
	for range 20 { // a connection that rested for long is looked at before
		_ = s.one.View(t.Context(), reading)
		terminate()
		together = one.Together(t.Context(), func(ctx context.Context) error { return one.Ask(ctx, reading) })
		if together != nil {
			break
		}
	}
	want("who asks with others", together)
}
