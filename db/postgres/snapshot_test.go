package postgres_test

import (
	"testing"

	"patchwatch/db/engine"
	"patchwatch/db/postgres"
	"patchwatch/track"
)

// All that a view tells is of one moment. Who asks without one is told by each question of a later moment: an account
// that comes between two of them is not there, and its address is nobody else's.
func TestUsersWhileOneComes(t *testing.T) {
	s := share(t)
	add := func(name string) func() {
		return func() {
			if err := s.other.Write(t.Context(), func(tx engine.Tx) error {
				return tx.PutUsers([]*engine.User{{User: track.User{Name: name, Emails: []string{name + "@x.org"}}}})
			}); err != nil {
				t.Error(err)
			}
		}
	}
	add("ann")()
	for there, snapshot := range []bool{true, false} {
		users, err := postgres.UsersWhile(t.Context(), s.one, snapshot, add("bob"+string(rune('0'+there))))
		if err != nil || len(users) != there+1 {
			t.Fatal(users, err)
		}
		for _, u := range users {
			if len(u.Emails) != 1 || u.Emails[0] != u.Name+"@x.org" {
				t.Errorf("in a snapshot (%v): %s has the addresses %v", snapshot, u.Name, u.Emails)
			}
		}
	}
}
