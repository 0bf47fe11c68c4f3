package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"patchwatch/db/postgres/pgtest"
)

// TestNobodyIsToldOfACut: whoever asks a web server right after all its connections to the database server were cut
// gets an answer, and whoever decides something has it decided.
func TestNobodyIsToldOfACut(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t)
	database := server.Name("postgres")
	w := newWorkplace(t)
	w.deliver("md", samples(t, "01*"))
	p := w.startAt(database, "serve", "--listen", "127.0.0.1:0", "md")
	w.waitUntilEmpty("md")
	w.run("--db", database, "user", "add", "ann", "--admin", "--email", "ann@example.org")
	b := bot{at: p.url(), token: strings.TrimSpace(w.run("--db", database, "user", "token", "ann"))}
	id := b.patches(t, "")[0].ID
	asks := []string{"/", "/api/patches/", "/api/series/", "/api/events/", "/api/people/",
		fmt.Sprintf("/api/patches/%d/", id), fmt.Sprintf("/api/patches/%d/comments/", id), fmt.Sprintf("/patch/%d/mbox/", id)}
	for round := range 4 {
		if round > 0 { // in the first one connections are made
			if err := server.Exec("template1", `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
				WHERE datname = 'postgres'`); err != nil {
				t.Fatal(err)
			}
		}
		var all sync.WaitGroup
		for _, path := range asks {
			all.Go(func() {
				if status, err := b.ask("GET", path, nil, nil); status != http.StatusOK || err != nil {
					t.Errorf("round %d: %s has %d, %v", round, path, status, err)
				}
			})
		}
		all.Go(func() {
			state := map[string]string{"state": []string{"accepted", "rejected"}[round%2]}
			if status, err := b.ask("PATCH", fmt.Sprintf("/api/patches/%d/", id), state, nil); status != http.StatusOK {
				t.Errorf("round %d: who decides has %d, %v", round, status, err)
			}
		})
		all.Wait()
	}
	p.stop()
}
