package dbtest

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"patchwatch/db"
	"patchwatch/track"
)

// Over a network each call of an engine is a journey, so there are as many for a batch of 256 mails as for one of 32.
func TestCallsDoNotGrowWithTheBatch(t *testing.T) {
	few := callsOfBatch(t, false)
	for _, method := range []string{"Revising", "PatchesOf", "Alike", "Beside"} {
		if few[method] > 0 {
			t.Errorf("%s is asked where nobody wants older versions superseded", method)
		}
	}
}

// It is so too where older versions show as superseded.
func TestCallsDoNotGrowWhereOlderVersionsAreSuperseded(t *testing.T) {
	if few := callsOfBatch(t, true); few["Revising"] == 0 {
		t.Error("nobody looked for newer versions")
	}
}

func callsOfBatch(t *testing.T, superseding bool) (few map[string]int) {
	ctx := context.Background()
	e, counter := Counting(NewMemory())
	s, err := db.New(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	if superseding {
		p := track.Project{LinkName: "frob", ListID: listID, Supersede: true}
		if _, err := s.AddProject(ctx, by, p, readJSON, nil); err != nil {
			t.Fatal(err)
		}
	}
	add(t, s, Archive(300)...) // a young database takes smaller batches
	const units = 9
	for i := range units {
		add(t, s, before(i)...)
	}
	counter.Take()
	add(t, s, unit(0)...)
	few, _ = counter.Take()
	var batch []*track.Mail
	for i := 1; i < units; i++ {
		batch = append(batch, unit(i)...)
	}
	add(t, s, batch...)
	many, _ := counter.Take()
	t.Logf("%d mails: %v", len(unit(0)), few)
	if len(batch) != 256 || !maps.Equal(few, many) {
		t.Errorf("%d mails: %v", len(batch), many)
	}
	check(t, s)
	return few
}

// before is what is there when a unit comes: a series and a reply.
func before(i int) []*track.Mail {
	return of(i, made(fmt.Sprintf("c@%d", i), 0, "[0/2] cover"),
		made(fmt.Sprintf("1@%d", i), 0, "[1/2] one", fmt.Sprintf("c@%d", i)),
		made(fmt.Sprintf("2@%d", i), 0, "[2/2] two", fmt.Sprintf("c@%d", i)),
		made(fmt.Sprintf("r@%d", i), 1, "Re: one", fmt.Sprintf("1@%d", i)))
}

// unit is 32 mails such as lists bring: a series with replies, single patches with replies, another version of the
// series that is there and replies to it, talk, deliveries of what is there, and a copy of other bytes.
func unit(i int) (mails []*track.Mail) {
	id := func(name string, n int) string { return fmt.Sprintf("%s%d@%d", name, n, i) }
	send := func(minute int, name string, n int, subject string, refs ...string) {
		mails = append(mails, made(id(name, n), day+minute, subject, refs...))
	}
	old := before(i)
	for n := range 5 {
		send(n, "new", n, fmt.Sprintf("[%d/4] part", n), id("new", 0))
		send(n, "re", n, "Re: part", id("new", n))
	}
	mails[0].Refs = nil
	for n := range 2 {
		send(9, "rere", n, "Re: Re: part", id("re", n), id("new", n))
	}
	for n := range 4 {
		send(n, "single", n, fmt.Sprint("single ", n))
		send(9, "resingle", n, "Re: single", id("single", n))
	}
	for n := range 3 {
		mails = append(mails, versioned(id("v2.", n), 2*day, 2,
			fmt.Sprintf("[%d/2] %s", n, []string{"cover", "one", "two"}[n]), fmt.Sprintf("c@%d", i)))
		send(10+n, "answer", n, "Re: two", fmt.Sprintf("2@%d", i))
		send(20+n, "talk", n, "talk", id("talk", n-1))
	}
	other := *old[1]
	other.Content, other.Delivered = "of other bytes", epoch.AddDate(0, 0, 1)
	return of(i, append(mails, old[0], old[3], &other)...)
}

// of is mails that somebody sent.
func of(i int, mails ...*track.Mail) []*track.Mail {
	for _, m := range mails {
		m.From = track.Person{Name: "Somebody", Email: fmt.Sprintf("somebody%d@example.org", i)}
	}
	return mails
}

// A list takes as many calls however many series it has, each with what it revises.
func TestCallsDoNotGrowWithTheList(t *testing.T) {
	ctx := context.Background()
	e, counter := Counting(NewMemory())
	s, err := db.New(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		add(t, s, before(i)...)
		add(t, s, unit(i)...)
		add(t, s, of(i, versioned(fmt.Sprintf("x@%d", i), 3*day, 3, "[2/2] two", fmt.Sprintf("v2.2@%d", i)),
			versioned(fmt.Sprintf("y@%d", i), 3*day, 3, "something else"))...)
	}
	var calls []map[string]int
	for _, limit := range []int{10, 200} {
		counter.Take()
		all, err := s.SeriesList(ctx, track.Filter{Limit: limit})
		if err != nil || len(all) != limit {
			t.Fatal(len(all), err)
		}
		n, _ := counter.Take()
		calls = append(calls, n)
	}
	t.Log(calls[0])
	if !maps.Equal(calls[0], calls[1]) {
		t.Errorf("10 series: %v; 200: %v", calls[0], calls[1])
	}
}
