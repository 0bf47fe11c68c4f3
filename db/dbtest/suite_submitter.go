package dbtest

import (
	"context"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// from is a mail as somebody sent it.
func from(m *track.Mail, name, email string) *track.Mail {
	m.From = track.Person{Name: name, Email: email}
	return m
}

func patchesBy(t *testing.T, s *db.Store, who string) (names []string) {
	t.Helper()
	patches, err := s.Patches(context.Background(), track.Filter{Submitter: who})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range patches {
		names = append(names, p.Submitter.Name)
	}
	return names
}

// TestSubmitterHasTheNameOfTheirMail: one bridge sends for all, and people change their names. A patch, its series and
// its mail show the name that was sent; the directory has the newest.
func (u suite) TestSubmitterHasTheNameOfTheirMail(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	const bridge = "bridge@example.org"
	add(t, s, from(made("c@1", 1, "[0/1] carl's"), "Carl via Bridge", bridge),
		from(made("p@1", 2, "[1/1] carl's", "c@1"), "Carl", bridge),
		from(made("p@2", 3, "dora's"), "Dora", bridge), from(made("r@1", 4, "Re: dora's", "p@2"), "Emil", bridge),
		from(made("p@3", 5, "of no name"), "", bridge))
	patches, err := s.Patches(ctx, track.Filter{})
	if err != nil || len(patches) != 3 {
		t.Fatal(patches, err)
	}
	for i, want := range []string{"Emil", "Dora", "Carl"} { // newest first
		if got := patches[i].Submitter.Name; got != want {
			t.Errorf("%s is by %q, want %q", patches[i].MsgID, got, want)
		}
	}
	if got := seriesOf(t, s, "p@1").Submitter.Name; got != "Carl via Bridge" {
		t.Errorf("the series is by %q, its cover was by another", got)
	}
	found, err := s.Find(ctx, "", "p@1")
	if err != nil || len(found) != 1 || found[0].Submitter.Name != "Carl" {
		t.Errorf("%v, %v", found, err)
	}
	for who, want := range map[string]int{"carl": 1, "Dora": 1, "emil": 3, "bridge@example.org": 3, "bridge": 3,
		"nobody": 0} {
		if got := patchesBy(t, s, who); len(got) != want {
			t.Errorf("by %s: %q, want %d", who, got, want)
		}
	}
}

// TestForgedDate: whoever sends mail as Ann from the year 9999 does not name her for ever, nor stay on top of the list.
func (u suite) TestForgedDate(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	forged := from(made("forged@x", 10, "forged"), "Mallory", "ann@example.org")
	forged.Date = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	add(t, s, made("p@1", 1, "ann's own"), forged, made("p@2", 20, "ann's next"))
	patches, err := s.Patches(ctx, track.Filter{})
	if err != nil || len(patches) != 3 || patches[0].MsgID != "<p@2>" || patches[1].MsgID != "<forged@x>" {
		t.Fatalf("%v, %v", patches, err)
	}
	if got := patches[1].Date; !got.Equal(forged.Delivered.Truncate(time.Second)) {
		t.Errorf("the forged mail is dated %s, it was delivered at %s", got, forged.Delivered)
	}
	if patches[0].Submitter.Name != "Ann" || patches[2].Submitter.Name != "Ann" {
		t.Errorf("Ann's patches are by %q and %q", patches[0].Submitter.Name, patches[2].Submitter.Name)
	}
	since, err := s.Patches(ctx, track.Filter{Since: epoch.AddDate(1, 0, 0)})
	if err != nil || len(since) != 0 {
		t.Errorf("of next year there are %v, %v", since, err)
	}
	if all := dump(t, s); !strings.Contains(all, `{"type":"person","email":"ann@example.org","name":"Ann"}`) {
		t.Errorf("the directory has another name for Ann: %s", all)
	}
}

// TestEarlierDeliveryTakesADateAway: a Date that was within a day of the delivery is not within a day of an earlier
// one.
func (u suite) TestEarlierDeliveryTakesADateAway(t *testing.T) {
	late, early := asJSON(made("p@1", 0, "a patch")), made("p@1", 0, "a patch")
	late.Mail.Delivered = epoch
	early.Delivered = epoch.Add(-track.MaxAhead - time.Hour)
	for name, order := range map[string][]db.Delivery{
		"late first": {late, asJSON(early)}, "early first": {asJSON(early), late},
	} {
		s := u.open(t)
		for _, d := range order {
			if _, err := s.Add(context.Background(), []db.Delivery{d}); err != nil {
				t.Fatal(err)
			}
		}
		patches, err := s.Patches(context.Background(), track.Filter{})
		if err != nil || len(patches) != 1 || !patches[0].Date.Equal(early.Delivered) {
			t.Errorf("%s: %v, %v", name, patches, err)
		}
	}
}
