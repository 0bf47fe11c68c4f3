package dbtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// manyMails is enough for a change of projects to take seconds, and so is what takes so long to store.
const (
	manyMails  = 10_000
	storedLong = 3 * time.Second
)

// While a decision about projects or rules is followed by thousands of stored mails, another process waits for no more
// than a moment to store a new one.
func (u suite) TestOthersStoreMailWhileProjectsChange(t *testing.T) {
	if testing.Short() {
		t.Skip("it stores thousands of mails")
	}
	ctx := context.Background()
	place := u.database(t)
	s := place.store(t)
	addProject(t, s, track.Project{LinkName: "other", ListID: "other.lists.example.org"})
	for i, began := 0, time.Now(); i < manyMails && time.Since(began) < storedLong; i += 250 {
		var batch []*track.Mail
		for j := range 250 {
			m := made(fmt.Sprint(i+j, "@x"), i+j, fmt.Sprintf("[%d/3] part", j%4))
			m.From.Email = fmt.Sprint("ann", i/50, "@example.org")
			m.Files = []string{"net/core.c"}
			batch = append(batch, m)
		}
		add(t, s, batch...)
	}
	net := track.Rule{Pattern: "net/*", Delegate: "net@example.org"}
	elsewhere := frob
	elsewhere.ListID = "elsewhere.example.org"
	for _, c := range []struct {
		what string
		do   func() error
	}{
		{"project add", func() error { _, err := s.AddProject(ctx, by, frob, readJSON, nil); return err }},
		{"rule add", func() error { return s.AddRule(ctx, by, frob.LinkName, net, readJSON, nil) }},
		{"project set", func() error { _, err := s.SetProject(ctx, by, elsewhere, readJSON, nil); return err }},
		{"project remove", func() error {
			_, err := s.RemoveProject(ctx, by, frob.LinkName, readJSON, nil)
			return err
		}},
	} {
		began := time.Now()
		done := make(chan error, 1)
		go func() { done <- c.do() }()
		longest, stored := storeMeanwhile(t, place.store(t), c.what, done)
		took := time.Since(began)
		t.Logf("%s took %v; of %d mails stored meanwhile one waited %v", c.what, took.Round(time.Millisecond), stored,
			longest.Round(time.Millisecond))
		if longest > time.Second && longest > took/3 { // on a busy machine all takes longer
			t.Errorf("a mail waited %v for %s", longest, c.what)
		}
	}
	check(t, s)
}

// storeMeanwhile stores mails, as another process does, until done, and says how long one waited at most.
func storeMeanwhile(t *testing.T, other *db.Store, what string, done <-chan error) (longest time.Duration, stored int) {
	t.Helper()
	for i := 0; ; i++ {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return longest, stored
		case <-time.After(20 * time.Millisecond):
		}
		began := time.Now()
		add(t, other, made(fmt.Sprintf("%s %d@new", what, i), i, "new"))
		longest, stored = max(longest, time.Since(began)), stored+1
	}
}
