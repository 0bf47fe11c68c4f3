package postgres_test

import (
	"context"
	"strings"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/db/postgres"
	"patchwatch/db/postgres/pgtest"
)

// Why a question fails is said in a sentence, and once, also to who asks in a part of a transaction, as all do who
// decide, or together with others.
func TestSentencesAreSaidOnce(t *testing.T) {
	var name string
	s := shareBy(t, func(n string) (one, other string) { name = n; return n, n })
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

	// Who asks first is asked again where there is a new connection to be had (see renew).
	database := databaseIn(t, name)
	if err := s.one.View(t.Context(), reading); err != nil {
		t.Fatal(err)
	}
	if err := pgtest.Shared(t).Exec("postgres", `ALTER DATABASE `+database+` ALLOW_CONNECTIONS false`); err != nil {
		t.Fatal(err)
	}
	cutAll(t, database)
	want("who asks with others", s.one.(engine.Distant).Together(t.Context(), func(ctx context.Context) error {
		return s.one.(engine.Distant).Ask(ctx, reading)
	}))
}
