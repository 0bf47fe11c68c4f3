package sqlite

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/track"
)

// An old database that was upgraded is held against one that is made anew of the same mails and decisions.

// gone is the project that was removed in the old databases.
var gone = track.Project{LinkName: "gone", ListID: "gadget-users.lists.example.com"}

func addProjects(t *testing.T, fresh, s *db.Store) {
	t.Helper()
	projects, err := s.Projects(ctx)
	if err != nil || len(projects) != 2 {
		t.Fatalf("%v, %v", projects, err)
	}
	for _, p := range append(projects, gone) {
		if _, err := fresh.AddProject(ctx, nobody, p, ingest.Parse, nil); err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Rules {
			if err := fresh.AddRule(ctx, nobody, p.LinkName, r, ingest.Parse, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// addStoredMails adds all mails of one database to another, the last first, after it has compared each with its sum.
func addStoredMails(t *testing.T, to, from *db.Store, path string) {
	t.Helper()
	var batch []db.Delivery
	for _, line := range ask(t, path, `SELECT id || ' ' || delivered || ' ' || hex(sha256) FROM mail ORDER BY id DESC`) {
		var id, delivered int64
		var sum []byte
		if _, err := fmt.Sscanf(line, "%d %d %X", &id, &delivered, &sum); err != nil {
			t.Fatal(err)
		}
		raw, err := from.Raw(ctx, id)
		if err != nil {
			t.Fatalf("mail %d: %v", id, err)
		}
		if got := sha256.Sum256(raw); !bytes.Equal(got[:], sum) {
			t.Fatalf("mail %d is not what it was: its sum is %x, and %x is noted", id, got, sum)
		}
		m, err := ingest.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		m.Delivered = time.UnixMicro(delivered).UTC()
		batch = append(batch, db.Delivery{Mail: m, Raw: raw})
	}
	if _, err := to.Add(ctx, batch); err != nil {
		t.Fatal(err)
	}
}

// decideAlike takes the decisions of another database.
func decideAlike(t *testing.T, s *db.Store, path string) {
	t.Helper()
	column := func(name string) map[string]string {
		out := map[string]string{}
		for _, line := range ask(t, path, `SELECT msgid || ' ' || `+name+` FROM decision WHERE `+name+` IS NOT NULL`) {
			id, value, _ := strings.Cut(line, " ")
			out[strings.Trim(id, "<>")] = value
		}
		return out
	}
	for id, state := range column("state") {
		if err := s.SetState(ctx, nobody, []int64{found(t, s, id).ID}, track.State(state)); err != nil {
			t.Fatal(err)
		}
	}
	for id, who := range column("delegate") {
		if err := s.SetDelegate(ctx, nobody, []int64{found(t, s, id).ID}, who); err != nil {
			t.Fatal(err)
		}
	}
	for id, archived := range column("archived") {
		if err := s.SetArchived(ctx, nobody, []int64{found(t, s, id).ID}, archived == "1"); err != nil {
			t.Fatal(err)
		}
	}
	for id, name := range column("series_name") {
		if err := s.SetSeriesName(ctx, nobody, found(t, s, id).Series, name); err != nil {
			t.Fatal(err)
		}
	}
}
